"""Tables become Turtle, the same each time, or nothing at all."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from kg import vocab
from kg.cli.main import main
from kg.curate.build import Built, build
from kg.errors import DataError
from kg.store.scratch import ScratchStore, read_triples

Spoil = Callable[[str, str, str], Path]


@pytest.fixture
def built(valley: Path, ontology: Path) -> Built:
    return build(valley, ontology)[0]


def rows(built: Built, query: str) -> list[tuple[str, ...]]:
    answer = ScratchStore(built.triples).select(vocab.prologue() + query)
    return [tuple(str(term) for term in row) for row in answer.rows]


def test_build_in_two_processes_gives_identical_bytes(
    valley: Path, ontology: Path
) -> None:
    texts = []
    for seed in ("1", "2"):
        (valley / "triples.ttl").unlink(missing_ok=True)
        command = [sys.executable, "-m", "kg", "build", "--data", str(valley)]
        subprocess.run(
            [*command, "--ontology", str(ontology)],
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path.cwd())},
            capture_output=True,
        )
        texts.append((valley / "triples.ttl").read_bytes())
    assert texts[0] == texts[1]


def test_built_turtle_reads_back_as_the_same_triples(
    built: Built, tmp_path: Path
) -> None:
    path = tmp_path / "x.ttl"
    path.write_text(built.text, encoding="utf-8")
    assert set(read_triples(path)) == set(built.triples)


def test_two_sources_of_one_claim_are_two_evidences_on_one_statement(
    built: Built,
) -> None:
    found = rows(
        built,
        "SELECT ?st (COUNT(?ev) AS ?n) WHERE { ?st rdf:subject id:anhua ;"
        " rdf:predicate lv:locatedIn ; prov:wasDerivedFrom ?ev } GROUP BY ?st",
    )
    assert [n for _, n in found] == ["2"]


def test_target_is_stated_and_never_asserted(built: Built) -> None:
    query = (
        "SELECT ?st WHERE { ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ;"
        " lv:status lv:%s FILTER%s EXISTS { ?s ?p ?o } }"
    )
    assert not rows(built, query % ("target", ""))
    assert len(rows(built, query % ("target", " NOT"))) == 1
    assert not rows(built, query % ("actual", " NOT"))


def test_quote_is_verbatim_at_its_position_across_a_line_break(
    built: Built, valley: Path
) -> None:
    text = (valley / "sources" / "note.txt").read_text(encoding="utf-8")
    found = rows(
        built,
        "SELECT ?exact ?start ?end WHERE { ?ev oa:hasSelector ?q , ?p ."
        " ?q oa:exact ?exact . ?p oa:start ?start ; oa:end ?end }",
    )
    assert len(found) >= 9
    assert all(text[int(start) : int(end)] == exact for exact, start, end in found)
    assert any("\n" in exact for exact, _, _ in found)


def test_every_subject_has_a_type_and_labels_in_both_languages(built: Built) -> None:
    subjects = {s for s, _, _ in built.triples}
    labelled: dict[str, set[str]] = {"zh": set(), "en": set()}
    for language, names in labelled.items():
        names |= {
            s
            for (s,) in rows(
                built,
                "SELECT DISTINCT ?s WHERE { ?s a ?c ; skos:prefLabel|rdfs:label ?l"
                f" FILTER(LANG(?l) = '{language}') }}",
            )
        }
    assert {s.value for s in subjects} == labelled["zh"] == labelled["en"]


def test_range_and_bound_are_kept_apart_from_the_value(built: Built) -> None:
    found = rows(
        built,
        "SELECT ?v ?max WHERE { ?o lv:value ?v ; lv:valueMax ?max }",
    )
    assert [tuple(map(float, row)) for row in found] == [(3.0, 5.0)]
    assert rows(built, "SELECT ?v WHERE { ?o lv:comparator lv:moreThan ; lv:value ?v }")


def test_base_changes_every_iri_but_the_terms(
    valley: Path, ontology: Path, tmp_path: Path
) -> None:
    text = build(valley, ontology, "https://example.org/valley/")[0].text
    assert vocab.BASE not in text.replace(vocab.ONTOLOGY, "")
    assert f"@prefix lv: <{vocab.ONTOLOGY}>" in text
    path = tmp_path / "x.ttl"
    path.write_text(text, encoding="utf-8")
    subjects = {str(s) for s, _, _ in read_triples(path)}
    assert "https://example.org/valley/id/anhua" in subjects


BAD = [
    ("statements", "安华生物位于丹凤园", "安华生物搬到丹凤园", 4, "quote"),
    ("statements", "安华生物位于丹凤园", "安华生物", 4, "quote"),
    ("entities", "anhua,Company", "anhua,Compny", 3, "type"),
    ("entities", "baicao,Company", "anhua,Company", 4, "id"),
    ("entities", "baicao,", "Bai Cao,", 4, "id"),
    ("entities", "Anhua Biologics,translated", "Anhua Biologics,", 3, "name_en_basis"),
    ("statements", "locatedIn,danfeng-park,,", "locatedIn,x,,", 5, "object"),
    ("statements", "anhua,founded", "anhua,establised", 10, "predicate"),
    ("statements", "2011-06", "2011年6月", 10, "object"),
    ("statements", "2011-06", "2011-13", 10, "object"),
    ("statements", ",2000,,2000年", ",2000,1999,2000年", 2, "end"),
    ("statements", "danfeng-park,target", "danfeng-park,planned", 8, "status"),
    ("statements", "address,medium", "address,sure", 5, "confidence"),
    ("statements", "address,medium", "address,", 5, "confidence"),
    ("statements", "registered address", "", 5, "locator"),
    ("statements", "registry,,,registered", "registri,,,registered", 5, "source"),
    ("statements", "note,安华生物位于丹凤园,", "note,入驻,3", 4, "occurrence"),
    ("statements", "inTrack,track-cgt,actual,,,,registry", "inTrack", 9, ""),
    ("observations", ",120,", ",120余,", 2, "value"),
    ("observations", "more-than", "over", 2, "comparator"),
    ("sources", "6f675e82", "00000000", 2, "sha256"),
    ("sources", "data/sources/note.txt", "../outside.txt", 2, "path"),
    ("sources", "https://example.org/registry/anhua", "example", 3, "url"),
    ("sources", "registry,cited", "note,cited", 3, "id"),
    ("sources", "2024-01-05", "5 January", 3, "retrieved"),
    ("entities", "definition_en", "definition_zh", 1, "definition_zh"),
    ("entities", "definition_en", "defintion_en", 1, "defintion_en"),
    ("statements", "subject,", "who,", 1, "subject"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "row", "column"), BAD)
def test_bad_row_is_refused_with_its_place_in_both_languages(
    spoil: Spoil, ontology: Path, table: str, old: str, new: str, row: int, column: str
) -> None:
    data = spoil(table, old, new)
    with pytest.raises(DataError) as caught:
        build(data, ontology)
    problems = caught.value.context["problems"]
    places = [(p["table"], p["row"], p["column"]) for p in problems]
    assert (f"tables/{table}.csv", row, column) in places
    for problem in problems:
        assert f"第 {row} 行" in problem["messages"]["zh"] or problem["row"] != row
    assert caught.value.zh != caught.value.message


def test_every_problem_is_told_in_one_run(spoil: Spoil, ontology: Path) -> None:
    spoil("statements", "2011-06", "soon")
    spoil("observations", ",120,", ",many,")
    data = spoil("entities", "anhua,Company", "anhua,Firm")
    with pytest.raises(DataError) as caught:
        build(data, ontology)
    assert caught.value.context["count"] == 3


def test_bad_table_leaves_the_built_file_untouched(
    spoil: Spoil, valley: Path, ontology: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["build", "--data", str(valley), "--ontology", str(ontology)]
    assert main(command) == 0
    before = (valley / "triples.ttl").read_bytes()
    spoil("statements", "2011-06", "soon")
    assert main(command) == 1
    assert (valley / "triples.ttl").read_bytes() == before
    assert sorted(p.name for p in valley.iterdir()) == [
        "sources",
        "tables",
        "triples.ttl",
    ]
    told = capsys.readouterr().err
    assert "row 10" in told
    assert "第 10 行" in told


def test_check_tells_a_file_that_is_not_current(
    spoil: Spoil, valley: Path, ontology: Path
) -> None:
    command = ["build", "--data", str(valley), "--ontology", str(ontology)]
    assert main([*command, "--check"]) == 1
    assert main(command) == 0
    assert main([*command, "--check"]) == 0
    spoil("statements", "2011-06", "2011-07")
    assert main([*command, "--check"]) == 1


def test_gb18030_table_is_refused_with_the_way_out(
    valley: Path, ontology: Path
) -> None:
    path = valley / "tables" / "entities.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with pytest.raises(DataError) as caught:
        build(valley, ontology)
    assert "CSV UTF-8" in caught.value.message


@pytest.mark.parametrize("base", ["example.org/", "https://example.org"])
def test_base_that_cannot_be_one_is_refused(base: str) -> None:
    assert main(["build", "--base", base]) == 2
