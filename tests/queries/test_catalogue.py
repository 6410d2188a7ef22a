"""The files of the catalogue: form, texts, blanks; and what binding refuses."""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from rdflib.namespace import OWL, RDF

from kg import vocab
from kg.cli.ask import PARAMETERS
from kg.cli.main import main
from kg.errors import ConfigError, NotFoundError, QueryError
from kg.query.catalogue import QUERIES, Catalogue, Question, load_catalogue
from kg.wiring import Parts

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "queries"
CATALOGUE = load_catalogue(FOLDER)
BY_NAME = {q.name: q for q in CATALOGUE}
each_question = pytest.mark.parametrize("name", sorted(BY_NAME))


def asked() -> dict[str, dict[str, str]]:
    with (ROOT / "data" / "questions.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


@cache
def ontology() -> rdflib.Graph:
    graph = rdflib.Graph()
    for path in [
        *(ROOT / "ontology").glob("*.ttl"),
        *(ROOT / "ontology/schemes").iterdir(),
    ]:
        graph.parse(path)
    return graph


def test_catalogue_has_every_question_that_was_asked() -> None:
    assert {q.id for q in CATALOGUE} == set(asked())
    assert len(CATALOGUE) == 24


@each_question
def test_question_keeps_the_words_it_was_asked_in(name: str) -> None:
    question = BY_NAME[name]
    row = asked()[question.id]
    assert question.label == {"zh": row["question_zh"], "en": row["question_en"]}
    assert question.asked_by == row["asked_by"]
    words = {
        "article": "from the article alone",
        "partly": "partly from the article",
        "more-data": "needs more data",
    }
    assert words[question.answerable] == row["answerable"]


@each_question
def test_question_says_in_two_languages_what_it_does(name: str) -> None:
    question = BY_NAME[name]
    assert set(question.comment) == set(question.keywords) == {"zh", "en"}
    assert all(set(p.label) == {"zh", "en"} for p in question.parameters)
    assert all(set(c.label) == {"zh", "en"} for c in question.columns)
    assert bool(question.missing) == (question.answerable != "article")


@each_question
def test_question_parses_with_and_without_its_blanks_filled(name: str) -> None:
    question = BY_NAME[name]
    for text in (question.query, question.bind(), question.bind(language="en")):
        rdflib.Graph().query(text)
        pyoxigraph.Store().query(text)
    assert "$" not in question.bind()


@each_question
def test_question_returns_evidence_and_calls_nobody(name: str) -> None:
    question = BY_NAME[name]
    assert {"quote", "evidence", "source"} <= {c.name for c in question.columns}
    assert not re.search(r"\b(SERVICE|LOAD|FROM|GRAPH)\b", question.query)


@each_question
def test_question_uses_terms_the_ontology_has(name: str) -> None:
    known = {
        str(s)
        for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
        for s in ontology().subjects(RDF.type, kind)
    }
    known |= {str(s) for s in ontology().subjects(RDF.type, None)}
    used = set(re.findall(r"\blv:(\w+)", BY_NAME[name].query))
    assert not [term for term in used if vocab.ONTOLOGY + term not in known]


@each_question
def test_question_file_has_its_name_in_its_iri(name: str) -> None:
    (path,) = FOLDER.glob(f"*/{name}.ttl")
    graph = rdflib.Graph().parse(path)
    (iri,) = graph.subjects(
        RDF.type, rdflib.URIRef(vocab.expand("sh:SPARQLExecutable"))
    )
    assert str(iri) == QUERIES + path.stem == BY_NAME[name].iri
    assert re.fullmatch(r"[a-z]+(_[a-z]+)*", name)


def test_prefixes_agree_with_those_of_the_product() -> None:
    text = (FOLDER / "prefixes.ttl").read_text("utf-8")
    declared = dict(re.findall(r'sh:prefix "(\w+)" .*?sh:namespace "([^"]+)"', text))
    assert declared
    assert {p: vocab.PREFIXES[p] for p in declared} == declared


def test_command_has_an_option_for_each_blank() -> None:
    assert {p.name for q in CATALOGUE for p in q.parameters} == set(PARAMETERS)


FIRMS = BY_NAME["firms_in_track"]


@pytest.mark.parametrize(
    "value",
    [
        "track-cgt",
        "id:track-cgt",
        "https://w3id.org/life-valley/id/track-cgt",
    ],
)
def test_bind_takes_local_prefixed_and_full_identifiers(value: str) -> None:
    bound = FIRMS.bind({"track": value})
    assert "org:classification <https://w3id.org/life-valley/id/track-cgt> ." in bound


@pytest.mark.parametrize(
    "value",
    [
        "x> . ?s ?p ?o . <y",
        'id:a"b',
        "javascript:alert(1)",
        "http://a b",
        "https://a/\n}",
        "nobody:thing",
        "id:a}",
        "https://a/%zz",
    ],
)
def test_bind_refuses_what_can_be_no_identifier(value: str) -> None:
    with pytest.raises(QueryError) as caught:
        FIRMS.bind({"track": value})
    assert caught.value.hint
    assert caught.value.zh != caught.value.message


def test_bind_leaves_dollars_in_values_alone() -> None:
    """A value is put in once; what it contains is no blank."""
    bound = FIRMS.bind({"track": "https://example.org/$language"})
    assert "<https://example.org/$language>" in bound


def test_bind_refuses_unknown_parameter_and_language() -> None:
    with pytest.raises(QueryError, match="no parameter 'tracks'"):
        FIRMS.bind({"tracks": "id:track-cgt"})
    with pytest.raises(QueryError):
        FIRMS.bind(language='fr") . #')


def test_bind_answers_from_one_dataset_when_asked() -> None:
    wanted = "<https://w3id.org/life-valley/id/dataset-article>"
    for name in ("article", "dataset-article", "id:dataset-article", wanted[1:-1]):
        assert wanted in FIRMS.bind(dataset=name)
    assert wanted not in FIRMS.bind()
    with pytest.raises(QueryError):
        FIRMS.bind(dataset='x" || true')


def test_bind_takes_the_default_for_an_empty_value() -> None:
    assert FIRMS.bind({"track": ""}) == FIRMS.bind()


def test_get_suggests_the_nearest_name() -> None:
    assert CATALOGUE.get("1") is CATALOGUE.get("firms_in_track")
    with pytest.raises(NotFoundError) as caught:
        CATALOGUE.get("firms_in_tracks")
    assert "firms_in_track" in caught.value.hint


def test_check_values_refuses_unknown_things_and_other_classes(
    shipped_parts: Parts,
) -> None:
    store = shipped_parts.store
    FIRMS.check_values(store, {})
    with pytest.raises(NotFoundError):
        FIRMS.check_values(store, {"track": "track-none"})
    with pytest.raises(NotFoundError):
        FIRMS.check_values(store, {}, "nobodys")
    with pytest.raises(QueryError, match="is no lv:Track"):
        FIRMS.check_values(store, {"track": "lepu-medical"})


GOOD = (FOLDER / "tracks" / "firms_in_track.ttl").read_text("utf-8")


def catalogue_of(folder: Path, text: str, name: str = "firms_in_track") -> Catalogue:
    for shared in ("prefixes.ttl", "columns.ttl"):
        (folder / shared).write_bytes((FOLDER / shared).read_bytes())
    (folder / "tracks").mkdir()
    (folder / "tracks" / f"{name}.ttl").write_text(text, "utf-8")
    return load_catalogue(folder)


def test_loading_takes_a_file_as_it_ships(tmp_path: Path) -> None:
    (question,) = catalogue_of(tmp_path, GOOD)
    assert isinstance(question, Question)
    assert question == FIRMS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lv:inTrack", "nobody:inTrack"),
        ("$track", "$tracks"),
        ('"医疗器械赛道有哪些企业？"@zh ,', ""),
        ('lv:answerable "article"', 'lv:answerable "perhaps"'),
        ('lv:answerable "article"', 'lv:answerable "more-data"'),
        ("companyName track", "companyName trick"),
        ('schema:identifier "1"', 'schema:identifier "1" , "2"'),
        (" .\n", " \n"),
    ],
)
def test_loading_names_the_file_that_lacks_something(
    tmp_path: Path, old: str, new: str
) -> None:
    assert old in GOOD
    with pytest.raises(ConfigError, match="firms_in_track"):
        catalogue_of(tmp_path, GOOD.replace(old, new))


def test_loading_refuses_a_file_named_unlike_its_question(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no sh:SPARQLSelectExecutable"):
        catalogue_of(tmp_path, GOOD, "companies_in_track")


def test_ask_lists_questions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--language", "en"]) == 0
    out = capsys.readouterr().out
    assert "Which firms are in the device track?" in out
    assert len(out.splitlines()) == len(CATALOGUE)


def test_ask_prints_names_and_quotes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "1", "--store", "memory:"]) == 0
    out = capsys.readouterr().out
    assert "乐普" in out
    assert "品驰" in out
    assert "以中关村科技园区昌平园" in out


def test_ask_csv_has_the_columns_of_the_query(
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = ["ask", "2", "--track", "id:track-medical-devices", "--format", "csv"]
    assert main([*command, "--store", "memory:"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {c.name for c in BY_NAME["things_tied_to_track"].columns} == set(rows[0])


def test_ask_says_which_data_are_missing(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "32", "--store", "memory:", "--format", "json"]) == 0
    assert "lv:incubatedBy" in capsys.readouterr().err


def test_ask_shows_the_sparql_and_asks_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["ask", "7", "--show"]) == 0
    assert "PREFIX lv:" in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        ["ask", "1", "--dataset", "a b"],
        ["ask", "99"],
        ["ask", "1", "--area", "x"],
        ["ask", "1", "--track", "a b"],
    ],
)
def test_ask_refuses_what_it_cannot_ask(command: list[str]) -> None:
    assert main([*command, "--store", "memory:"]) == 2
