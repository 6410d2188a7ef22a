"""What every adapter keeps, in one suite; a failure names the adapter."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from kg import vocab
from kg.errors import KGError, QuerySyntaxError, QueryTooLargeError
from kg.model import Blank, Iri, Literal, Triple
from kg.model.terms import RDF_LANG_STRING, XSD
from kg.store import ServiceStore as Store

A, B = "https://example.org/graph/a", "https://example.org/graph/b"
P = Iri("https://example.org/p")


def iri(name: str) -> Iri:
    return Iri(f"https://example.org/{name}")


def fact(name: str, value: str = "x") -> Triple:
    return (iri(name), P, Literal(value))


def zh(text: str) -> Literal:
    return Literal(text, RDF_LANG_STRING, "zh")


def count(store: Store, pattern: str = "?s ?p ?o") -> int:
    found = store.select(f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}")
    return int(str(found.rows[0][0]))


def test_new_store_is_empty(store: Store) -> None:
    assert store.graphs() == {}
    assert count(store) == 0
    assert not store.ask("ASK { ?s ?p ?o }")


def test_triple_of_two_graphs_is_seen_once(store: Store) -> None:
    store.replace_graphs({A: [fact("1"), fact("2")], B: [fact("2"), fact("3")]})
    assert count(store) == 3
    assert count(store, "GRAPH ?g { ?s ?p ?o }") == 4
    assert store.graphs() == {A: 2, B: 2}


def test_hidden_graph_is_seen_by_name_only(store: Store) -> None:
    """Suggestions are no facts: the union leaves their graph out."""
    hidden = vocab.SUGGESTIONS_GRAPH
    store.replace_graphs({A: [fact("1"), fact("2")], hidden: [fact("1"), fact("9")]})
    assert count(store) == 2
    assert count(store, f"GRAPH <{hidden}> {{ ?s ?p ?o }}") == 2
    store.replace_graphs({A: [fact("2")]})
    assert count(store) == 1
    store.replace_graphs({A: [fact("1")], hidden: None})
    assert count(store) == 1
    assert store.graphs() == {A: 1}


def test_removed_graph_leaves_facts_of_others(store: Store) -> None:
    store.replace_graphs({A: [fact("1"), fact("2")], B: [fact("2"), fact("3")]})
    store.replace_graphs({A: None})
    found = store.select("SELECT ?s WHERE { ?s ?p ?o } ORDER BY ?s")
    assert [row[0] for row in found.rows] == [iri("2"), iri("3")]
    assert store.graphs() == {B: 2}


def test_replaced_graph_has_only_its_new_content(store: Store) -> None:
    store.replace_graphs({A: [fact("1"), fact("2")], B: [fact("2")]})
    store.replace_graphs({A: [fact("3")]})
    assert store.graphs() == {A: 1, B: 1}
    assert count(store) == 2
    assert not store.ask(f"ASK {{ {iri('1').n3()} ?p ?o }}")


def test_graph_replaced_by_nothing_is_there_and_empty(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    store.replace_graphs({A: []})
    assert store.graphs() == {A: 0}
    assert store.has_graph(A)
    assert count(store) == 0


def test_several_graphs_change_together(store: Store) -> None:
    store.replace_graphs({A: [fact("1")], B: [fact("1"), fact("2")]})
    store.replace_graphs({A: None, B: [fact("3")]})
    assert store.graphs() == {B: 1}
    assert count(store) == 1


def test_generation_changes_with_the_data(store: Store) -> None:
    first = store.generation
    second = store.replace_graphs({A: [fact("1")]})
    assert store.generation == second != first
    assert store.replace_graphs({A: [fact("2")]}) not in {first, second}


def test_repeated_triples_are_stored_once(store: Store) -> None:
    store.replace_graphs({A: [fact("1"), fact("1"), fact("1")]})
    assert store.graphs() == {A: 1}


def test_broken_off_input_leaves_everything_as_it_was(store: Store) -> None:
    store.replace_graphs({A: [fact("1")], B: [fact("2")]})
    before = store.generation

    def breaks() -> Iterator[Triple]:
        yield fact("3")
        raise OSError("the file ended early")

    with pytest.raises(OSError, match="ended early"):
        store.replace_graphs({A: None, B: breaks()})
    assert store.graphs() == {A: 1, B: 1}
    assert count(store) == 2
    assert store.generation == before


TERMS = {
    "plain": Literal("x"),
    "chinese": zh("生命科学园"),
    "english": Literal("Life Valley", RDF_LANG_STRING, "en"),
    "astral": Literal("𠮷 😀"),
    "escapes": Literal('line\nbreak "quoted" back\\slash\ttab\rreturn'),
    "apostrophe": Literal("it's"),
    "empty": Literal(""),
    "integer": Literal("7", XSD + "integer"),
    "negative": Literal("-12", XSD + "integer"),
    "decimal": Literal("7.39", XSD + "decimal"),
    "double": Literal("1.5", XSD + "double"),
    "year": Literal("2022", XSD + "gYear"),
    "month": Literal("2022-03", XSD + "gYearMonth"),
    "date": Literal("2022-03-01", XSD + "date"),
    "any-uri": Literal("https://example.org/", XSD + "anyURI"),
    "true": Literal("true", XSD + "boolean"),
    "false": Literal("false", XSD + "boolean"),
    "iri": iri("o"),
    "chinese-iri": Iri("https://example.org/园区?x=1&y=2#z"),
    "percent-iri": Iri("https://example.org/a%20b"),
}


def value(term: object) -> object:
    """A term without the lexical form, which engines may change."""
    if isinstance(term, Literal) and term.datatype in {XSD + "decimal", XSD + "double"}:
        return (float(term.value), term.datatype)
    return term


@pytest.mark.parametrize("name", TERMS)
def test_term_comes_back_as_it_was_sent(store: Store, name: str) -> None:
    term = TERMS[name]
    store.replace_graphs({A: [(iri("s"), P, term)]})
    selected = store.select("SELECT ?o WHERE { ?s ?p ?o }").rows[0][0]
    assert value(selected) == value(term)
    constructed = store.construct("CONSTRUCT WHERE { ?s ?p ?o }")
    assert [value(o) for _, _, o in constructed] == [value(term)]
    if isinstance(term, (Iri, Literal)) and name != "double":
        assert store.ask(f"ASK {{ ?s ?p {term.n3()} }}")


def test_blank_nodes_stay_joined(store: Store) -> None:
    node = Blank("n1")
    store.replace_graphs(
        {
            A: [(iri("s"), P, node), (node, P, Literal("leaf"))],
            B: [fact("other")],
        }
    )
    found = store.construct("CONSTRUCT { ?a ?p ?b } WHERE { ?a ?p ?b }")
    (inner,) = [o for s, _, o in found if s == iri("s")]
    assert isinstance(inner, Blank)
    assert (inner, P, Literal("leaf")) in found


def test_unbound_place_is_none(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    found = store.select(
        "SELECT ?s ?x WHERE { ?s ?p ?o OPTIONAL { ?s ?q ?x . FILTER(?x = 1) } }"
    )
    assert found.variables == ("s", "x")
    assert found.rows[0] == (iri("1"), None)
    assert list(found) == [{"s": iri("1")}]


def test_columns_follow_the_projection(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    assert store.select("SELECT ?p ?o ?s WHERE { ?s ?p ?o }").variables == (
        "p",
        "o",
        "s",
    )


def test_computed_truth_asked_for_is_a_boolean(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    assert store.ask("ASK { ?s ?p ?o FILTER(STRLEN(?o) = 1) }") is True
    assert store.ask("ASK { ?s ?p ?o FILTER(STRLEN(?o) = 2) }") is False


def test_construct_gives_each_triple_once(store: Store) -> None:
    store.replace_graphs({A: [fact(str(i)) for i in range(50)]})
    found = store.construct(
        f"CONSTRUCT {{ {iri('x').n3()} ?p ?o }} WHERE {{ ?s ?p ?o }}"
    )
    assert found == [(iri("x"), P, Literal("x"))]


def test_chinese_text_is_filtered_and_grouped(store: Store) -> None:
    store.replace_graphs(
        {A: [(iri(str(i)), P, zh("创新药" if i % 3 else "医疗器械")) for i in range(9)]}
    )
    assert count(store, "?s ?p ?o FILTER(CONTAINS(STR(?o), '器械'))") == 3
    grouped = store.select(
        "SELECT ?o (COUNT(?s) AS ?n) WHERE { ?s ?p ?o } GROUP BY ?o ORDER BY ?n"
    )
    assert [(str(o), int(str(n))) for o, n in grouped.rows] == [
        ("医疗器械", 3),
        ("创新药", 6),
    ]


def test_path_from_a_bound_end_is_followed(store: Store) -> None:
    chain = [(iri(f"c{i}"), P, iri(f"c{i + 1}")) for i in range(5)]
    store.replace_graphs({A: chain[:3], B: chain[3:]})
    found = store.select(
        f"SELECT ?x WHERE {{ {iri('c0').n3()} {P.n3()}+ ?x }} ORDER BY ?x"
    )
    assert [row[0] for row in found.rows] == [iri(f"c{i}") for i in range(1, 6)]


def test_graph_pattern_names_the_dataset(store: Store) -> None:
    store.replace_graphs({A: [fact("1")], B: [fact("2")]})
    found = store.select(f"SELECT ?g WHERE {{ GRAPH ?g {{ {iri('2').n3()} ?p ?o }} }}")
    assert [row[0] for row in found.rows] == [Iri(B)]
    assert count(store, f"GRAPH <{A}> {{ ?s ?p ?o }}") == 1


def test_long_query_text_is_taken(store: Store) -> None:
    store.replace_graphs({A: [fact(str(i)) for i in range(600)]})
    terms = " ".join(iri(str(i)).n3() for i in range(0, 600, 2))
    assert count(store, f"VALUES ?s {{ {terms} }} ?s ?p ?o") == 300


def test_large_answer_is_whole_or_refused(store: Store) -> None:
    """Virtuoso cuts at ResultSetMaxRows, 10,000 by default, with status 200."""
    store.replace_graphs({A: [fact(str(i), f"v{i}") for i in range(10_500)]})
    for ask in (
        lambda: store.select("SELECT ?s WHERE { ?s ?p ?o }").rows,
        lambda: store.construct("CONSTRUCT WHERE { ?s ?p ?o }"),
    ):
        assert rows_or_limit(ask) in {10_500, "refused at 10000"}


def rows_or_limit(ask: Callable[[], Sequence[object]]) -> int | str:
    try:
        return len(ask())
    except QueryTooLargeError as error:
        return f"refused at {error.context['max_rows']}"


def test_text_that_does_not_parse_is_a_syntax_error(store: Store) -> None:
    with pytest.raises(QuerySyntaxError):
        store.select("SELECT ?s WHERE { ?s ?p ")


def test_query_of_another_form_is_refused(store: Store) -> None:
    store.replace_graphs({A: [fact("1")]})
    with pytest.raises(KGError):
        store.select("CONSTRUCT WHERE { ?s ?p ?o }")


def test_shape_of_the_union_survives_many_changes(store: Store) -> None:
    """After any history the default graph is the set union of the named ones."""
    names = [f"https://example.org/graph/{i}" for i in range(4)]
    for step in range(8):
        graph = names[step % 4]
        keep = [fact(str(i)) for i in range(step, step + 6)]
        store.replace_graphs({graph: keep, names[(step + 2) % 4]: None})
        union = {
            row[0]
            for row in store.select(
                "SELECT DISTINCT ?s WHERE { GRAPH ?g { ?s ?p ?o } }"
            ).rows
        }
        assert count(store) == len(union)
        assert {r[0] for r in store.select("SELECT ?s { ?s ?p ?o }").rows} == union
