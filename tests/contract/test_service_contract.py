"""What every adapter does with what visitors and writers send."""

from __future__ import annotations

import json

import pytest

from kg import vocab
from kg.errors import (
    DataError,
    KGError,
    NotFoundError,
    PreconditionError,
    QuerySyntaxError,
    ValidationError,
)
from kg.model import Iri, Literal, Triple
from kg.store import GraphWrite, Limits, UserQuery, UserUpdate
from kg.store import ServiceStore as Store
from kg.store.base import CURRENT

A, B = "https://example.org/graph/a", "https://example.org/graph/b"
P = Iri("https://example.org/p")
JSON = "application/sparql-results+json"
NT = "application/n-triples"
LIMITS = Limits()


def fact(name: str, value: str = "x") -> Triple:
    return (Iri(f"https://example.org/{name}"), P, Literal(value))


def body(store: Store, query: UserQuery) -> str:
    return b"".join(store.answer(query)).decode()


def select(text: str, media_type: str = JSON, **more: object) -> UserQuery:
    return UserQuery(text, "SELECT", media_type, **more)  # type: ignore[arg-type]


def rows(store: Store, text: str, **more: object) -> list[dict[str, str]]:
    document = json.loads(body(store, select(text, **more)))
    return [
        {name: term["value"] for name, term in row.items()}
        for row in document["results"]["bindings"]
    ]


def names(store: Store, **more: object) -> list[str]:
    found = rows(store, "SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s", **more)
    return [row["s"].rpartition("/")[2] for row in found]


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        ("text/csv", "name\r\n园\r\n"),
        ("text/tab-separated-values", '?name\n"园"@zh\n'),
        (JSON, '"value":"园"'),
        ("application/sparql-results+xml", '<literal xml:lang="zh">园</literal>'),
    ],
)
def test_rows_are_written_in_the_format_asked_for(
    store: Store, media_type: str, expected: str
) -> None:
    lang = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"
    store.replace_graphs({A: [(Iri("urn:s"), P, Literal("园", lang, "zh"))]})
    found = body(store, select("SELECT (?o AS ?name) WHERE { ?s ?p ?o }", media_type))
    assert expected in found


def test_chinese_variable_is_answered_or_refused(store: Store) -> None:
    """Virtuoso takes letters of ASCII only in the names of variables."""
    store.replace_graphs({A: [fact("1")]})
    try:
        found = body(store, select("SELECT ?名 WHERE { ?s ?p ?名 }", "text/csv"))
    except QuerySyntaxError as error:
        found = error.code
    assert found in {"名\r\nx\r\n", "query-syntax"}


@pytest.mark.parametrize(
    ("media_type", "expected"),
    [
        (NT, "<https://example.org/1> <https://example.org/p> "),
        ("text/turtle", "https://example.org/p"),
        ("application/rdf+xml", "rdf:Description"),
        ("application/ld+json", "@id"),
    ],
)
def test_graph_is_written_in_the_format_asked_for(
    store: Store, media_type: str, expected: str
) -> None:
    store.replace_graphs({A: [fact("1")]})
    query = UserQuery("CONSTRUCT WHERE { ?s ?p ?o }", "CONSTRUCT", media_type)
    assert expected in body(store, query)


def test_description_is_of_the_thing_that_is_asked_for(store: Store) -> None:
    """What DESCRIBE gives is the server's own; it has the thing, and no other."""
    store.replace_graphs({A: [fact("1", "of one"), fact("2", "of two")]})
    query = UserQuery("DESCRIBE <https://example.org/1>", "DESCRIBE", NT)
    told = body(store, query)
    assert "of one" in told
    assert "of two" not in told


def test_truth_is_written(store: Store) -> None:
    query = UserQuery("ASK { ?s ?p ?o }", "ASK", JSON)
    assert json.loads(body(store, query))["boolean"] is False


def test_star_keeps_the_order_of_the_text(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    text = "SELECT * WHERE { ?z ?y ?a }"
    query = select(text, "text/csv", variables=("z", "y", "a"), star_at=7)
    assert body(store, query).startswith("z,y,a\r\n")


def test_rows_left_out_are_told(store: Store) -> None:
    store.replace_graphs({A: [fact(str(i)) for i in range(9)]})
    pattern = "SELECT ?s WHERE { ?s ?p ?o }"
    for limit, told in ((5, True), (9, False)):
        query = select(
            f"{pattern} LIMIT {limit}",
            probe=f"{pattern} LIMIT 1 OFFSET {limit}",
            limits=Limits(max_rows=limit),
        )
        answer = store.answer(query)
        assert len(json.loads(b"".join(answer))["results"]["bindings"]) == limit
        assert answer.row_limit_reached is told


def test_dataset_of_the_request_is_kept(store: Store) -> None:
    store.replace_graphs({A: [fact("1"), fact("2")], B: [fact("2"), fact("3")]})
    assert names(store, default_graphs=(A,)) == ["1", "2"]
    assert names(store, default_graphs=("urn:nothing",)) == []
    assert names(store, default_graphs=(A, B)) == ["1", "2", "3"]
    assert names(store, named_graphs=(B,)) == []
    found = rows(
        store, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }", named_graphs=(B,)
    )
    assert found == [{"g": B}]


def test_dataset_of_the_text_is_kept(store: Store) -> None:
    store.replace_graphs({A: [fact("1")], B: [fact("2")]})
    text = f"SELECT ?s FROM <{B}> WHERE {{ ?s ?p ?o }}"
    assert rows(store, text, default_graphs=(B,)) == [{"s": "https://example.org/2"}]


def test_books_of_the_store_are_not_seen(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    seen = rows(store, "SELECT DISTINCT ?g WHERE { GRAPH ?g { ?s ?p ?o } }")
    assert seen == [{"g": A}]
    space = getattr(getattr(store, "options", None), "space", "urn:x:")
    for graph in (f"{space}catalogue", f"{space}default"):
        assert names(store, default_graphs=(graph,)) == []


def test_base_iri_resolves_relative_ones(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    found = rows(
        store, "SELECT ?o WHERE { <1> <p> ?o }", base_iri="https://example.org/"
    )
    assert found == [{"o": "x"}]


def test_visitors_text_that_does_not_parse_is_a_syntax_error(store: Store) -> None:
    with pytest.raises(QuerySyntaxError):
        body(store, select("SELECT ?s WHERE { ?s ?p "))


def test_update_changes_graphs_and_their_union(store: Store) -> None:
    store.replace_graphs({A: [fact("1"), fact("2")], B: [fact("2")]})
    before = store.generation
    done = store.update(
        UserUpdate(
            "PREFIX e: <https://example.org/> "
            f"DELETE DATA {{ GRAPH <{A}> {{ e:2 e:p 'x' }} }} ;"
            f"INSERT DATA {{ GRAPH <{A}> {{ e:3 e:p 'x' }} }}"
        )
    )
    assert done.changed == (A,)
    assert done.generation == store.generation != before
    assert names(store) == ["1", "2", "3"]
    assert store.graphs() == {A: 2, B: 1}


def test_unnamed_insert_goes_to_the_unnamed_graph(store: Store) -> None:
    store.update(UserUpdate(f"INSERT DATA {{ <urn:s> {P.n3()} 'x' }}"))
    assert store.graphs() == {vocab.UNNAMED_GRAPH: 1}


def test_update_of_another_generation_is_refused(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    with pytest.raises(PreconditionError):
        store.update(UserUpdate("CLEAR ALL"), expected="other")
    assert store.graphs() == {A: 1}


def test_update_the_check_refuses_changes_nothing(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    before = store.generation

    def check(graphs: object) -> None:
        raise ValidationError("no")

    with pytest.raises(ValidationError):
        store.update(UserUpdate(f"CLEAR GRAPH <{A}>"), check=check)
    assert store.graphs() == {A: 1}
    assert store.generation == before


def test_update_that_does_not_parse_is_a_syntax_error(store: Store) -> None:
    with pytest.raises(QuerySyntaxError):
        store.update(UserUpdate("INSERT {"))


def put(graph: str, text: str, mode: str = "replace") -> GraphWrite:
    return GraphWrite(graph, mode, ((NT, text.encode()),))  # type: ignore[arg-type]


def test_graph_is_put_merged_read_and_removed(store: Store) -> None:
    line = '<https://example.org/{}> <https://example.org/p> "x" .\n'
    assert store.write_graph(put(A, line.format(1))).created
    assert not store.write_graph(put(A, line.format(2), "merge")).created
    assert names(store) == ["1", "2"]
    assert not store.write_graph(put(A, line.format(3))).created
    assert names(store) == ["3"]
    assert store.has_graph(A)
    read = b"".join(store.read_graph(A, NT, LIMITS)).decode()
    assert read == line.format(3)
    store.write_graph(GraphWrite(A, "remove"))
    assert store.graphs() == {}
    assert not store.has_graph(A)


def test_graph_that_is_not_there_is_not_found(store: Store) -> None:
    with pytest.raises(NotFoundError):
        b"".join(store.read_graph(A, NT, LIMITS))
    with pytest.raises(NotFoundError):
        store.write_graph(GraphWrite(A, "remove"))


def test_document_that_does_not_parse_changes_nothing(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    with pytest.raises(DataError):
        store.write_graph(put(A, "<urn:s> <urn:p> "))
    assert store.graphs() == {A: 1}


def test_backup_is_made_or_refused_in_words(store: Store, tmp_path) -> None:  # type: ignore[no-untyped-def]
    store.replace_graphs({A: [fact("1")]})
    try:
        assert store.backup(tmp_path / "copy")
    except KGError as error:
        told = error.zh
    else:
        told = "已备份"
    assert told


RULE = f"""PREFIX lv: <{vocab.ONTOLOGY}>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
CONSTRUCT {{ ?s skos:broaderTransitive ?o }}
WHERE {{ ?s lv:subTrackOf+ ?o . }}"""


def test_conclusions_are_in_the_generation_of_the_write(store: Store) -> None:
    """Published, put, updated and removed: what follows is there, or gone, at once."""
    kind, above = Iri(vocab.expand("rdf:type")), Iri(vocab.ONTOLOGY + "subTrackOf")
    rule = Iri("urn:rule")
    terms = [
        (above, kind, Iri(vocab.ONTOLOGY + "DomainProperty")),
        (rule, kind, Iri(vocab.ONTOLOGY + "InferenceRule")),
        (rule, Iri(vocab.ONTOLOGY + "construct"), Literal(RULE)),
        (
            rule,
            Iri(vocab.ONTOLOGY + "order"),
            Literal("1", vocab.expand("xsd:integer")),
        ),
    ]
    first = (Iri("urn:a"), above, Iri("urn:b"))
    store.replace_graphs({vocab.ONTOLOGY_GRAPH: terms, A: [first]}, conclude=True)
    broader = "<http://www.w3.org/2004/02/skos/core#broaderTransitive>"

    def follows() -> set[str]:
        query = (
            f"SELECT ?s ?o {{ GRAPH <{vocab.INFERRED_GRAPH}> {{ ?s {broader} ?o }} }}"
        )
        named = {f"{r['s']} {r['o']}" for r in store.select(query)}
        merged = f"SELECT ?s ?o {{ ?s {broader} ?o }}"
        every = [f"{r['s']} {r['o']}" for r in store.select(merged)]
        assert sorted(every) == sorted(named), "each once"
        return named

    assert follows() == {"urn:a urn:b"}
    document = f"<urn:b> {above.n3()} <urn:c> .".encode()
    done = store.write_graph(GraphWrite(B, "replace", (("text/turtle", document),)))
    assert done.generation == store.generation
    assert follows() == {"urn:a urn:b", "urn:b urn:c", "urn:a urn:c"}
    gone = f"DELETE DATA {{ GRAPH <{A}> {{ <urn:a> {above.n3()} <urn:b> }} }}"
    store.update(UserUpdate(gone, touched=frozenset([A])))
    assert follows() == {"urn:b urn:c"}
    store.write_graph(GraphWrite(B, "remove"))
    assert follows() == set()
    assert store.conclusions == CURRENT
