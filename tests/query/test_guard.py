"""The guard finds SERVICE, LOAD and updates in every spelling, and nothing else."""

from __future__ import annotations

import pytest

from kg.errors import (
    QueryRefusedError,
    QuerySyntaxError,
    QueryTooLargeError,
    RequestError,
)
from kg.query.guard import inspect_query
from kg.query.updates import inspect_update, with_using

IN_DISGUISE = [
    "SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { service<http://127.0.0.1/>{ ?s ?p ?o } }",
    "SELECT * { SeRvIcE\n\t<http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE SILENT <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE # a comment\n <http://127.0.0.1/> { ?s ?p ?o } }",
    "SELECT * { SERVICE ?where { ?s ?p ?o } }",
    "PREFIX e: <http://127.0.0.1/> SELECT * { SERVICE e:x { ?s ?p ?o } }",
    "BASE <http://127.0.0.1/> SELECT * { SERVICE <x> { ?s ?p ?o } }",
    "SELECT * { { { OPTIONAL { SERVICE <http://127.0.0.1/> { ?s ?p ?o } } } } }",
    "ASK { FILTER NOT EXISTS { SERVICE <http://127.0.0.1/> { ?s ?p ?o } } }",
    "ASK { ?s ?p 'x' . SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
    'ASK { ?s ?p """a " b""" . SERVICE <http://127.0.0.1/> { ?s ?p ?o } }',
    "ASK { FILTER(1<2)SERVICE#>\n<http://127.0.0.1/>{?s ?p ?o} }",
    "ASK { FILTER(?a<?b)SERVICE#>\n<http://127.0.0.1/>{?s ?p ?o} }",
    "PREFIX SERVICE: <u:> PREFIX : <http://127.0.0.1/> ASK { SERVICE:x{?s ?p ?o} }",
    "PREFIX : <http://127.0.0.1/> CONSTRUCT { ?s ?p ?o } { SERVICE :x { ?s ?p ?o } }",
]

INNOCENT = [
    "SELECT * { ?s <http://example.org/SERVICE> 'SERVICE <http://127.0.0.1/> {}' }",
    "SELECT * { ?s ?p ?o } # SERVICE <http://127.0.0.1/>",
    "SELECT ?service { ?service ?load $insert }",
    "PREFIX service: <u:> SELECT * { ?s service:load service:service . }",
    "PREFIX service: <u:> SELECT * { GRAPH service:g { ?s ?p 'it''s' } }".replace(
        "''", "\\'"
    ),
    "SELECT * { ?s ?p 'LOAD <file:///etc/passwd>'@service }",
    "SELECT * { _:service ?p _:load }",
]


@pytest.mark.parametrize("text", IN_DISGUISE)
def test_service_in_any_spelling_is_found(text: str) -> None:
    assert inspect_query(text).services


def test_many_services_are_found_in_one_pass() -> None:
    """In time that grows with the text; with its square this would not end."""
    seen = inspect_query("SELECT * { " + "SERVICE " * 60_000 + "}")
    assert len(seen.services) == 60_000


def test_service_inside_another_has_no_span_of_its_own() -> None:
    inner = "SERVICE <urn:b> { ?s ?p ?o }"
    text = f"SELECT * {{ SERVICE <urn:a> {{ {inner} }} SERVICE <urn:c> {{}} }}"
    spans = {iri: text[a:b] for iri, a, b in inspect_query(text).services}
    assert spans == {"urn:a": "<urn:a>", "urn:b": "", "urn:c": "<urn:c>"}


@pytest.mark.parametrize("text", INNOCENT)
def test_service_in_strings_and_names_is_allowed(text: str) -> None:
    assert not inspect_query(text).services


@pytest.mark.parametrize(
    "glued",
    [
        "ASK { ?s ?p trueSERVICE<http://127.0.0.1/>{?a ?b ?c} }",
        "ASK { SERVICESILENT<http://127.0.0.1/>{?a ?b ?c} }",
        "PREFIX e: <http://127.0.0.1/> ASK { SERVICEe:x{?a ?b ?c} }",
        "SELECTDISTINCT*{ ?s ?p ?o }",
        "SELECT * { ?s ?p ?o } LIMIT10",
    ],
)
def test_words_the_grammar_has_not_are_syntax_errors(glued: str) -> None:
    """The engine takes them apart; the grammar does not."""
    with pytest.raises(QuerySyntaxError) as told:
        inspect_query(glued)
    assert told.value.context["line"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "LOAD <http://127.0.0.1/>",
        "load silent <http://127.0.0.1/> into graph <urn:g>",
        "INSERT DATA { <urn:a> <urn:b> 1 } ;\n LOAD <file:///etc/passwd>",
        "DELETE { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }",
        "PREFIX : <http://h/> INSERT { ?s ?p ?o } WHERE { { SERVICE :x {?s ?p ?o} } }",
    ],
)
def test_update_with_load_or_service_is_refused(text: str) -> None:
    with pytest.raises(QueryRefusedError):
        inspect_update(text)


def test_update_that_mentions_load_in_data_is_allowed() -> None:
    inspect_update("INSERT DATA { <urn:LOAD> <urn:service> 'LOAD <x> ; SERVICE' }")


@pytest.mark.parametrize(
    "text",
    ["DROP ALL", "INSERT DATA {}", "CLEAR DEFAULT", "WITH <u:g> DELETE {} WHERE {}"],
)
def test_update_sent_as_query_is_a_syntax_error(text: str) -> None:
    with pytest.raises(QuerySyntaxError, match="update"):
        inspect_query(text)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 200 + "}" * 200,
        "SELECT (" + "(" * 200 + "1" + ")" * 200 + " AS ?x) {}",
        "SELECT * { ?s ?p " + "[ ?p " * 200 + "1" + "]" * 200 + " }",
        "ASK { FILTER(" + "!" * 200 + "true) }",
        "SELECT (" + "-" * 200 + "1 AS ?x) {}",
        "ASK { ?s " + "^" * 600 + "<urn:p> ?o }",
    ],
    ids=["braces", "brackets", "nodes", "not", "minus", "inverse"],
)
def test_nesting_beyond_the_limit_is_refused(text: str) -> None:
    with pytest.raises(QueryTooLargeError):
        inspect_query(text)


@pytest.mark.parametrize("text", ["SELECT * {", "ASK { ) }", "ASK {} \x00", "", "§"])
def test_text_that_is_no_query_is_a_syntax_error(text: str) -> None:
    with pytest.raises(QuerySyntaxError):
        inspect_query(text)


def test_syntax_error_has_line_and_column() -> None:
    with pytest.raises(QuerySyntaxError) as told:
        inspect_query("SELECT *\n{ ?s nope:p ?o }")
    assert (told.value.context["line"], told.value.context["column"]) == (2, 6)


@pytest.mark.parametrize(
    ("text", "limited", "probe"),
    [
        ("SELECT * {}", "LIMIT 10", "LIMIT 1 OFFSET 10"),
        ("SELECT * {} # end", "LIMIT 10", "LIMIT 1 OFFSET 10"),
        ("SELECT * {} OFFSET 5 LIMIT 99", "LIMIT 10 OFFSET 5", "LIMIT 1 OFFSET 15"),
    ],
)
def test_row_limit_is_written_into_the_query(
    text: str, limited: str, probe: str
) -> None:
    written, asked = inspect_query(text).with_row_limit(10)
    assert limited in written
    assert probe in asked


def test_row_limit_goes_before_values() -> None:
    text = "SELECT * { ?s ?p ?o } VALUES ?s { <urn:a> }"
    written, _ = inspect_query(text).with_row_limit(7)
    assert written.index("LIMIT 7") < written.index("VALUES")


def test_query_that_asks_for_less_is_left_as_it_is() -> None:
    text = "SELECT * { { SELECT ?s { ?s ?p ?o } LIMIT 99 } } LIMIT 3"
    assert inspect_query(text).with_row_limit(10) == (text, "")


def test_dataset_clauses_are_resolved() -> None:
    seen = inspect_query(
        "BASE <http://h/> PREFIX e: <http://e/> "
        "SELECT * FROM <a> FROM NAMED e:b { ?s ?p ?o }"
    )
    assert seen.default_graphs == ("http://h/a",)
    assert seen.named_graphs == ("http://e/b",)


@pytest.mark.parametrize(
    ("text", "touched"),
    [
        ("INSERT DATA { GRAPH <u:g> { <u:a> <u:b> 1 } }", {"u:g"}),
        ("INSERT DATA { <u:a> <u:b> 1 }", {""}),
        ("INSERT DATA { GRAPH <u:g> { <u:a> <u:b> 1 } <u:a> <u:b> 1 }", {"u:g", ""}),
        ("CLEAR GRAPH <u:g> ; DROP DEFAULT", {"u:g", ""}),
        ("CLEAR ALL", None),
        ("DROP SILENT NAMED", None),
        ("MOVE SILENT <u:a> TO GRAPH <u:b>", {"u:a", "u:b"}),
        ("INSERT { GRAPH ?g { ?s ?p 1 } } WHERE { ?s ?p ?g }", None),
        ("PREFIX x: <u:> WITH x:g DELETE { ?s ?p 1 } WHERE { ?s ?p 1 }", {"u:g", ""}),
    ],
)
def test_graphs_an_update_can_touch_are_known(
    text: str, touched: set[str] | None
) -> None:
    assert inspect_update(text) == touched


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (
            "INSERT { ?s ?p 1 } WHERE { ?s ?p 2 }",
            "INSERT { ?s ?p 1 }  USING <u:g> USING NAMED <u:n> WHERE { ?s ?p 2 }",
        ),
        (
            "DELETE WHERE { ?s ?p 2 }",
            "DELETE { ?s ?p 2 } USING <u:g> USING NAMED <u:n> WHERE { ?s ?p 2 }",
        ),
        ("INSERT DATA { <u:a> <u:b> 1 }", "INSERT DATA { <u:a> <u:b> 1 }"),
    ],
)
def test_dataset_of_the_protocol_is_written_into_an_update(
    text: str, written: str
) -> None:
    assert with_using(text, ["u:g"], ["u:n"]) == written


def test_dataset_of_the_protocol_beside_using_is_an_error() -> None:
    with pytest.raises(RequestError):
        with_using("DELETE { ?s ?p 1 } USING <u:x> WHERE { ?s ?p 1 }", ["u:g"], [])
