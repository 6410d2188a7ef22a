"""Joins in another order: the same answer, whatever the order.

Every order is tried, not only the ones that are expected to be cheap, on random
graphs with random queries. What is compared with is the engine's answer to the
text in which sequence paths are written as the joins that they are.
"""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg.query.guard import inspect_query
from kg.query.patterns import MAX_GROUPS
from kg.store.joins import Joins
from kg.store.steering import Chain, written

PROLOGUE = "PREFIX : <http://ex.org/> "
NODES = [f":n{i}" for i in range(4)]
PREDICATES = [":p", ":q", ":r"]
CLASSES = [":C", ":D"]
LITERALS = ['"a"', '"a"@en', "1", '"x"^^:t', "true"]
VARIABLES = ["?a", "?b", "?c", "?d"]

nodes = st.sampled_from(NODES)
names = st.sampled_from([*NODES, ":elsewhere"])
steps = st.sampled_from(
    [":p*", ":q+", ":p?", "(:p|:q)*", "^:p*", "(:p/:q)*", "(^:r)+", "^(:p)*"]
)


@st.composite
def graphs(draw: st.DrawFn) -> ox.Store:
    lines = draw(
        st.lists(
            st.one_of(
                st.tuples(nodes, st.sampled_from(PREDICATES), nodes),
                st.tuples(nodes, st.just("a"), st.sampled_from(CLASSES)),
                st.tuples(nodes, st.just(":l"), st.sampled_from(LITERALS)),
            ),
            min_size=10,
            max_size=30,
        )
    )
    store = ox.Store()
    text = " . ".join(" ".join(line) for line in lines)
    store.load(f"@prefix : <http://ex.org/> . {text} .", ox.RdfFormat.TURTLE)
    return store


@st.composite
def statements(draw: st.DrawFn, number: int, *, may_spread: bool) -> tuple[str, str]:
    """A statement as it is written, and as the joins that it is.

    It is about a variable of an earlier one.
    """
    at = draw(st.integers(0, min(number, 2)))
    subject = VARIABLES[at]
    other = VARIABLES[at + 1]
    thing = draw(st.sampled_from([other, other, other, draw(names)]))
    if draw(st.booleans()):
        subject, thing = thing, subject
    kind = draw(st.integers(0, 7 if may_spread else 6))
    if kind <= 2:
        told = f"{subject} {draw(st.sampled_from(PREDICATES))} {thing}"
    elif kind == 3:
        told = f"{VARIABLES[at]} a {draw(st.sampled_from(CLASSES))}"
    elif kind == 4:
        told = f"{VARIABLES[at]} :l {draw(st.sampled_from([*LITERALS, '?e', '?e']))}"
    elif kind == 5:
        told = f"{subject} {draw(st.sampled_from(['?p', '^:p']))} {thing}"
    elif kind == 6:
        told = f"{VARIABLES[at]} {draw(steps)} {draw(names)}"
        if draw(st.booleans()):
            told = f"{draw(names)} {draw(steps)} {VARIABLES[at]}"
    else:
        first, middle = draw(st.sampled_from([":p", "^:q", ":r"])), f"?h{number}"
        then = draw(st.sampled_from([":q", "^:p"]))
        if draw(st.booleans()):
            subject, thing, then = VARIABLES[at], draw(names), draw(steps)
        told = f"{subject} {first}/{then} {thing}"
        return told, f"{subject} {first} {middle} . {middle} {then} {thing}"
    return told, told


@st.composite
def queries(draw: st.DrawFn) -> tuple[str, str]:
    """A query as it is written, and what its answer is compared with."""
    shape = draw(st.sampled_from(sorted(SHAPES)))
    count = draw(st.integers(2, 5))
    made = [draw(statements(i, may_spread=shape != "*")) for i in range(count)]
    more = draw(
        st.sampled_from(
            [
                "",
                "FILTER(?a != :n1)",
                "FILTER EXISTS { ?b :p ?z }",
                "OPTIONAL { ?b :q ?z }",
                "MINUS { ?a :r ?b }",
                "FILTER(isIRI(?b)) OPTIONAL { ?a :l ?z FILTER(?z != ?b) }",
                "BIND(STR(?a) AS ?z)",
            ]
        )
    )
    values = draw(st.sampled_from(["", "VALUES ?b { :n1 :n2 :n1 } "]))
    texts = []
    for version in (0, 1):
        cut = len(made) if more.startswith(("O", "M", "B")) else len(made) // 2
        left = " . ".join(pair[version] for pair in made[:cut])
        right = " . ".join(pair[version] for pair in made[cut:])
        group = f"{values}{left} {'. ' if not more else ''}{more} {right}"
        texts.append(SHAPES[shape].replace("GROUP", group))
    return texts[0], texts[1]


SHAPES = {
    "*": "SELECT * { GROUP }",
    "list": "SELECT ?a ?b ?c ?d ?e ?z WHERE { GROUP }",
    "distinct": "SELECT DISTINCT ?a ?c { GROUP }",
    "count": "SELECT ?a (COUNT(*) AS ?n) { GROUP } group by ?a",
    "ask": "ASK { GROUP }",
    "construct": "CONSTRUCT { ?a :made ?b . ?c :made ?d } WHERE { GROUP }",
    "sub": "SELECT * { { SELECT ?a ?c ?e { GROUP } }"
    " ?a :p ?f { ?f :q ?g } UNION { ?f :p ?g } }",
    "union": "SELECT ?a ?c { { GROUP } UNION { ?a :p ?c . ?c :q ?a } }",
}


def answer(store: ox.Store, text: str) -> Counter[str] | bool:
    found = store.query(PROLOGUE + text)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        return Counter(str(triple) for triple in found)
    names = sorted(v.value for v in found.variables if v.value[0] not in "hk")
    return Counter(str([str(row[name]) for name in names]) for row in found)


def orders(joins: Joins, data: st.DataObject) -> list[Chain]:
    chains = []
    for group in joins.groups:
        parts = data.draw(st.permutations(group.parts))
        hashed = data.draw(
            st.lists(st.booleans(), min_size=len(parts), max_size=len(parts))
        )
        hashed[0] = False
        chains.append(tuple(zip(parts, hashed, strict=True)))
    return chains


@settings(max_examples=300, deadline=None)
@given(store=graphs(), query=queries(), data=st.data())
def test_the_order_changes_no_answer(
    store: ox.Store, query: tuple[str, str], data: st.DataObject
) -> None:
    text = PROLOGUE + query[0]
    joins = inspect_query(text).joins
    assume(joins.groups)
    changed = written(text, joins, orders(joins, data)).removeprefix(PROLOGUE)
    assert answer(store, changed) == answer(store, query[1]), changed


@pytest.mark.parametrize(
    "group",
    [
        "?a :p ?b . ?b a :C",
        "?a :p ?b ; a :C ; :l ?l . FILTER(LANG(?l) = 'en')",
        "?a :p ?b FILTER(?b != :n1) ?b a :C , :D .",
        "?b a :C . ?b :p* :n1",
        "VALUES ?b { :n1 :n2 } ?a :p ?b . ?a a :C",
        "?a :p/:q ?b . ?b a :C",
        "?a :p/:q* :n1",
        "{ ?a :p ?b . ?b a :C } UNION { ?a :q ?b . ?b a :C }",
        "?x :p ?y { SELECT ?a { ?a :p ?b . ?b a :C } }",
        "?b a :C . ?a :p ?b OPTIONAL { ?a :l ?l } BIND(1 AS ?z) FILTER(true)",
    ],
)
def test_what_may_be_ordered(group: str) -> None:
    assert inspect_query(f"{PROLOGUE}SELECT ?a {{ {group} }}").joins.groups


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?a { ?a :p ?b }",
        "SELECT ?a { :n1 :p ?b . ?b :q ?a }",  # step by step from a thing
        "SELECT ?a { ?a :p ?b . ?c :q ?d }",  # not joined
        "SELECT ?a { ?a :p _:x . _:x a :C . ?a a :D }",
        "SELECT ?a { ?a :p [ a :C ] ; a :D }",
        "SELECT ?a { ?a :p ( 1 ) ; a :D }",
        "SELECT ?a { ?a :p ?a . ?a a :D }",
        "SELECT ?a { ?a :p $b . ?b a :D }",
        "SELECT ?a { ?a :p|:q ?b . ?b a :D }",
        "SELECT ?a { ?a !:p ?b . ?b a :D }",
        "SELECT ?a { ?a (:p|!:q)* :n1 . ?a a :D }",
        "SELECT ?a { ?a :p* ?b . ?b a :D }",
        "SELECT ?a { ?a :p* 'x' . ?a a :D }",
        "SELECT ?a { ?x ?a ?b . ?a :p* :n1 }",  # not surely a node
        "SELECT ?a { VALUES ?a { :n1 } ?a :p* :n2 . ?a a :C }",
        "SELECT ?a { VALUES ?a { UNDEF } ?a :p ?b . ?a a :C }",
        "SELECT ?a { VALUES (?a ?b) { (:n1 :n2) } ?a :p ?b . ?a a :C }",
        "SELECT * { ?a :p/:q ?b . ?b a :C }",  # would show a further column
        "SELECT ?a { ?a :p ?b . ?b a :C { ?a :q ?c } }",
        "SELECT ?a { ?a :p ?b . OPTIONAL { ?b :q ?c } ?b a :C }",
        "SELECT ?a { BIND(:n1 AS ?a) ?a :p ?b . ?b a :C }",
        "SELECT ?a { GRAPH ?g { ?a :p ?b . ?b a :C } }",
        "SELECT ?a FROM :g { ?a :p ?b . ?b a :C }",
        "SELECT ?a { ?x :p ?a FILTER EXISTS { ?a :p ?b . ?b a :C } }",
        "SELECT ?a { ?x :p ?a OPTIONAL { ?a :p ?b . ?b a :C } }",
        "SELECT ?a { ?a :p ?b . ?b a :C } VALUES ?a { :n1 }",
        "SELECT ?a { ?a :p -1 . ?a a :C . ?a :q ?b }",
        "CONSTRUCT WHERE { ?a :p ?b . ?b a :C }",
        "DESCRIBE ?a { ?a :p ?b . ?b a :C }",
        "SELECT ?a { ?a <p> ?b . ?b a :C }",  # of the host that is asked
        "SELECT ?a { ?a :p ?b . ?b a <#C> }",
        "SELECT ?a { ?a :p ?kg_join_0 . ?kg_join_0 a :C }",
    ],
)
def test_what_is_left_alone(query: str) -> None:
    assert not inspect_query(PROLOGUE + query).joins.groups


@pytest.mark.parametrize(
    "prologue",
    [
        "PREFIX : <ex#> ",
        "BASE <http://ex.org/> PREFIX : <http://ex.org/> ",
    ],
)
def test_texts_with_a_base_are_left_alone(prologue: str) -> None:
    query = "SELECT ?a { ?a :p ?b . ?b a :C }"
    assert inspect_query(PROLOGUE + query).joins.groups
    assert not inspect_query(prologue + query, "http://ex.org/").joins.groups


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?a { ?a :p ?b ?b a :C }",
        "SELECT ?a { ?a :p ?b . . ?b a :C }",
        "SELECT ?a { . ?a :p ?b . ?b a :C }",
        "SELECT ?a { ?a :p ?b , . ?b a :C }",
        "SELECT ?a { ?a :p ?b . ?b a :C FILTER(true) . . }",
        "SELECT ?a { ?a :p ?b . ?b a :C . } LIMIT",
        "SELECT ?a { ?a :p ?b . ?b a :C BIND(1 AS ?b) }",
        "SELECT ?a { VALUES ?a { ?x } ?a :p ?b . ?b a :C }",
        "SELECT ?a { ?a :p/:q/ ?b . ?b a :C }",
        "SELECT ?a { ?a 'x' ?b . ?b a :C }",
        "SELECT ?a { ?a (:p :q)* :n1 . ?a a :C }",
        "SELECT ?a { ?a (:p 5)* :n1 . ?a a :C }",
        "SELECT ?a { ?a (:p a)* :n1 . ?a a :C }",
    ],
)
def test_what_is_wrong_stays_wrong(query: str) -> None:
    text = PROLOGUE + query
    joins = inspect_query(text).joins
    chains = [tuple((part, False) for part in group.parts) for group in joins.groups]
    with pytest.raises(SyntaxError):
        ox.Store().query(written(text, joins, chains))


@pytest.mark.parametrize("size", [100, 2000, 8000])
def test_only_so_many_groups_are_looked_at(size: int) -> None:
    """However long, wide or deep the text is: the loop waits for this."""
    inner = "?a :p ?b . ?b a :C . " * (size // 21)
    deep = "{ SELECT ?a { " * 60 + inner + "} } " * 60
    wide = "{ ?a :p ?b . ?b a :C } UNION " * (size // 29) + "{ }"
    for group in (inner, deep, wide, "FILTER(1=1) " * (size // 12)):
        text = f"{PROLOGUE}SELECT ?a {{ {group} }}"
        assert len(inspect_query(text).joins.groups) <= MAX_GROUPS


def test_what_is_nested_deeper_than_can_be_read_is_left_alone() -> None:
    """The depth that is allowed is a setting."""
    group = "{ " * 400 + "?a :p ?b . ?b a :C" + " }" * 400
    text = f"{PROLOGUE}SELECT ?a {{ {group} }}"
    assert not inspect_query(text, max_depth=1000).joins.groups
