"""Rows that describe what is known are linked, doubted or new, and it can be undone."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from kg import vocab
from kg.curate.desk import Desk, Proposal
from kg.curate.mapping import mapping_of
from kg.curate.publication import ensure_shipped, read_graph
from kg.curate.review import DIFFERENT, OPEN, Decision, queue
from kg.curate.validation import Validator
from kg.errors import DataError
from kg.store.embedded import EmbeddedStore
from kg.wiring import shipped

# id, name, ROR id, website
KNOWN_BY_ROR = ("new-1", "某生物公司", "https://ror.org/012v2c923", "https://a.example")
KNOWN_BY_NAME = ("new-2", "炎明生物", "", "https://b.example")
DOUBTFUL = ("new-3", "北京百济神州生物科技有限公司", "", "https://c.example")
NOBODY = ("new-4", "毫无关联的新公司", "", "https://d.example")
ROWS = [KNOWN_BY_ROR, KNOWN_BY_NAME, DOUBTFUL, NOBODY]
HEAD = vocab.prologue()


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(shipped("ontology"))


@pytest.fixture
def desk(tmp_path: Path, validator: Validator) -> Desk:
    store = EmbeddedStore()
    ensure_shipped(store, shipped("data"), shipped("ontology"))
    return Desk(store, tmp_path / "datasets", validator, shipped=["article"])


def propose(desk: Desk, folder: Path, rows: list[tuple[str, ...]]) -> Proposal:
    text = io.StringIO()
    csv.writer(text).writerows([("id", "名称", "ror", "网站"), *rows])
    path = folder / "firms.csv"
    path.write_text(text.getvalue(), encoding="utf-8")
    evidence = {"source": "page", "locator": "row {row}", "confidence": "high"}

    def stated(column: str, predicate: str) -> dict[str, object]:
        said = {"subject": "{id}", "predicate": predicate, "object": f"{{{column}}}"}
        return {
            "from": "firms.csv",
            "to": "statements",
            "where": {"value": f"{{{column}}}", "not": ""},
            "set": {**said, **evidence},
        }

    entity = {"id": "{id}", "type": "Company", "name_zh": "{名称}"}
    page = {
        "id": "page", "kind": "cited", "title_zh": "页", "title_en": "Page",
        "url": "https://example.org/list",
    }  # fmt: skip
    said = {
        "dataset": {
            "id": "firms", "title_zh": "企业", "title_en": "Firms",
            "licence": "CC0-1.0", "curator": "A. Curator",
        },
        "rows": [
            {"from": "firms.csv", "to": "entities", "set": {**entity, **evidence}},
            stated("ror", "rorId"),
            stated("网站", "website"),
        ],
        "extra": {"sources": [page]},
    }  # fmt: skip
    return desk.propose([path], mapping_of(said, "m"), folder)


def test_certain_is_linked_doubtful_is_asked_and_the_rest_is_new(
    desk: Desk, tmp_path: Path
) -> None:
    proposal = propose(desk, tmp_path, ROWS)
    assert not proposal.problems, [p.message for p in proposal.problems.found]
    linked = proposal.linked
    assert linked is not None
    assert {(m.local, m.known, m.how) for m in linked.links} == {
        ("new-1", "beigene", "identifier"),
        ("new-2", "pyrotech", "name"),
    }
    asked = {(m.local, m.known) for m in linked.doubts}
    assert ("new-3", "beigene") in asked
    assert not any(local == "new-4" for local, _ in asked)
    assert linked.new == 2
    for match in (*linked.links, *linked.doubts):
        assert match.told("zh") != match.told("en")


def test_facts_of_a_linked_row_land_on_the_known_thing_with_evidence(
    desk: Desk, tmp_path: Path
) -> None:
    desk.accept(propose(desk, tmp_path, ROWS), who="A. Curator")
    store = desk._store
    assert store.ask(
        HEAD + 'ASK { id:beigene lv:website "https://a.example"^^xsd:anyURI }'
    )
    assert not store.ask(HEAD + "ASK { id:new-1 ?p ?o }")
    found = store.select(
        HEAD
        + """SELECT ?note ?url WHERE { ?st rdf:subject id:beigene ;
        rdf:predicate lv:recordedAs ; rdf:object "new-1" ; skos:editorialNote ?note ;
        prov:wasDerivedFrom/oa:hasSource/schema:url ?url }"""
    )
    assert [str(row["url"]) for row in found] == ["https://example.org/list"]
    assert "same rorId" in str(found.rows[0][0])
    assert store.ask(HEAD + "ASK { id:new-3 lv:possiblySameAs id:beigene }")
    pairs = {str(row["a"]).rpartition("/")[2] for row in queue(store, "pairs")}
    assert "new-3" in pairs
    names = queue(store, "links")
    assert {str(row["a"]) for row in names} == {"new-1", "new-2"}


def test_link_is_parted_and_made_again_by_decisions(desk: Desk, tmp_path: Path) -> None:
    desk.accept(propose(desk, tmp_path, ROWS), who="A. Curator")
    store, website = desk._store, '"https://b.example"^^xsd:anyURI'
    before = store.construct("CONSTRUCT WHERE { ?s ?p ?o }")
    desk.decide(Decision("new-2", "pyrotech", DIFFERENT, "A. Curator", "another firm"))
    assert store.ask(HEAD + f"ASK {{ id:new-2 lv:website {website} }}")
    assert not store.ask(HEAD + f"ASK {{ id:pyrotech lv:website {website} }}")
    assert store.ask(HEAD + "ASK { id:new-2 lv:differentBodyFrom id:pyrotech }")
    # It stays so when the file comes again, and the pair can be seen.
    assert not propose(desk, tmp_path, ROWS).changes
    assert [e.action for e in desk.history("firms")] == ["import", "part"]
    desk.decide(Decision("new-2", "pyrotech", OPEN, "A. Curator", ""))
    assert store.ask(HEAD + f"ASK {{ id:pyrotech lv:website {website} }}")
    decisions = set(read_graph(store, vocab.GRAPH + "decisions"))
    after = set(store.construct("CONSTRUCT WHERE { ?s ?p ?o }"))
    assert set(before) == {t for t in after if t not in decisions}


def test_two_rows_that_would_be_one_are_left_to_a_person(
    desk: Desk, tmp_path: Path
) -> None:
    twice = [KNOWN_BY_NAME, ("new-9", "炎明生物", "", "https://z.example")]
    linked = propose(desk, tmp_path, twice).linked
    assert linked is not None
    assert linked.links == []
    assert {m.local for m in linked.doubts} == {"new-2", "new-9"}


def test_known_id_with_names_of_another_is_refused(desk: Desk, tmp_path: Path) -> None:
    proposal = propose(desk, tmp_path, [("beigene", "完全不同的公司", "", "")])
    [problem] = proposal.problems.found
    assert (problem.table, problem.row, problem.column) == ("firms.csv", 2, "id")
    assert "百济神州" in problem.message
    assert "百济神州" in problem.zh
    with pytest.raises(DataError):
        desk.accept(proposal, who="A. Curator")


def test_identifier_with_a_wrong_check_is_refused_at_its_foreign_column(
    desk: Desk, tmp_path: Path
) -> None:
    rows = [("new-5", "甲乙丙公司", "https://ror.org/012v2c924", "")]
    [problem] = propose(desk, tmp_path, rows).problems.found
    assert (problem.row, problem.column, problem.foreign) == (2, "object", "ror")
    assert "column object (ror)" in problem.text("en")
    assert "object（ror） 列" in problem.text("zh")


def test_person_of_the_same_name_is_never_certain() -> None:
    from kg.curate.matching import Body, Matcher

    people = frozenset({"Person"})
    known = [Body("wang-xiaodong", ("王晓东", "Wang Xiaodong"), {}, people)]
    [found] = Matcher(known).candidates(Body("x", ("王晓东",), {}, people))
    assert found.score == 1.0
    assert not found.is_certain
