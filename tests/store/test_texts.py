"""A text that is searched: what is proposed has all that the FILTER lets through."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kg.query.guard import inspect_query
from kg.store import texts
from kg.store.joins import Part
from kg.store.steering import Steering, written
from kg.store.texts import Texts

L = ox.NamedNode("http://ex.org/l")
PROLOGUE = "PREFIX : <http://ex.org/> "
ALPHABET = "ab泰\U00020000'\"\\\n\t@<>?{}"

words = st.text(ALPHABET, max_size=5)
objects = st.one_of(
    words.map(ox.Literal),
    st.builds(
        lambda w, t: ox.Literal(w, language=t), words, st.sampled_from(["en", "zh"])
    ),
    st.text("ab", min_size=1).map(lambda w: ox.NamedNode(f"http://ex.org/{w}")),
)


def answer(store: ox.Store, text: str) -> Counter[str]:
    found = store.query(text)
    assert isinstance(found, ox.QuerySolutions)
    return Counter(f"{row['x']} {row['l']}" for row in found)


@settings(max_examples=300, deadline=None)
@given(
    found=st.lists(objects, min_size=1, max_size=12),
    text=st.text("ab泰\U00020000@?{} ", min_size=2, max_size=3),
    shape=st.sampled_from(['STR(?l), "TEXT"', '?l, "TEXT"', "STR(?l), 'TEXT'"]),
)
def test_no_match_is_lost(found: list[object], text: str, shape: str) -> None:
    store = ox.Store()
    for i, thing in enumerate(found):
        store.add(ox.Quad(ox.NamedNode(f"http://ex.org/{i}"), L, thing))  # type: ignore[arg-type]
    constraint = f"CONTAINS({shape.replace('TEXT', text)})"
    query = f"{PROLOGUE}SELECT ?x ?l {{ ?x :l ?l . FILTER({constraint}) }}"
    joins = inspect_query(query).joins
    (group,) = joins.groups
    assert group.searched == (("?l", text),)
    proposed = Texts(store).found(PROLOGUE, ":l", "?l", text)
    assume(proposed is not None)
    assert proposed is not None
    chain = ((proposed, False), (group.parts[0], False))
    assert answer(store, written(query, joins, [chain])) == answer(store, query)


@pytest.fixture(scope="module")
def names() -> ox.Store:
    store = ox.Store()
    lines = [f':n{i} :l "name {i}"@en , "名 {i}"@zh ; :n {i} .' for i in range(3000)]
    text = f"@prefix : <http://ex.org/> . {' '.join(lines)}"
    store.load(text, ox.RdfFormat.TURTLE)
    return store


def told(store: ox.Store, filters: str, group: str = "?x :l ?l") -> str:
    text = f"{PROLOGUE}SELECT ?x ?l {{ {group} {filters} }}"
    joins = inspect_query(text).joins
    if not joins.groups:
        return "left alone"
    ordered = Steering(store).ordered(text, joins)
    assert answer(store, written(text, joins, ordered.chains)) == answer(store, text)
    return ordered.told


@pytest.mark.parametrize(
    "filters",
    [
        'FILTER(CONTAINS(STR(?l), "名 299"))',
        'FILTER contains(?l, "e 299")',
        'FILTER(LANG(?l) = "en" && CONTAINS(STR(?l), "299"))',
        'FILTER(CONTAINS(STR(?l), "nobody"))',
    ],
)
def test_a_rare_text_is_found_first(names: ox.Store, filters: str) -> None:
    assert told(names, filters) == "0 1"


@pytest.mark.parametrize(
    "filters",
    [
        'FILTER(CONTAINS(STR(?l), "299") || ?x = :n1)',
        'FILTER(!CONTAINS(STR(?l), "299"))',
        'FILTER(CONTAINS(LCASE(STR(?l)), "name 299"))',
        'FILTER(CONTAINS(STR(?l), "a\\\\u0041"))',
        'FILTER(CONTAINS(STR(?l), "299"@en))',
        'FILTER(CONTAINS(STR(?x), "299"))',
        'FILTER(CONTAINS("299", STR(?l)))',
        "FILTER(CONTAINS(STR(?l), ?x))",
        'FILTER(CONTAINS(STR(?l), "9"))',
        'FILTER(IF(CONTAINS(STR(?l), "299"), false, true))',
        'OPTIONAL { ?x :l ?l FILTER(CONTAINS(STR(?l), "299")) }',
    ],
)
def test_what_is_not_searched(names: ox.Store, filters: str) -> None:
    assert told(names, filters) == "left alone"


def test_queries_that_differ_in_what_they_search_differ(names: ox.Store) -> None:
    steering, answers = Steering(names), []
    for text in ("299", "298"):
        query = f'{PROLOGUE}SELECT ?x ?l {{ ?x :l ?l FILTER(CONTAINS(?l, "{text}")) }}'
        joins = inspect_query(query).joins
        chains = steering.ordered(query, joins).chains
        answers.append(answer(names, written(query, joins, chains)))
        assert answers[-1] == answer(names, query)
    assert answers[0] != answers[1]


def test_numbers_and_frequent_texts_are_left_to_the_engine(
    names: ox.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told(names, 'FILTER(CONTAINS(STR(?l), "299"))', "?x :n ?l") == ""
    assert told(names, 'FILTER(CONTAINS(STR(?l), "name"))') == ""
    assert told(names, 'FILTER(CONTAINS(STR(?l), "nobody"))') == "0 1"
    monkeypatch.setattr(texts, "MAX_BYTES", 1000)
    assert told(names, 'FILTER(CONTAINS(STR(?l), "299"))') == ""


def test_what_is_held_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was searched last stays, within the room for all."""
    store = ox.Store()
    lines = [f':n{i} :l{i % 6} "name {i // 6}"@en .' for i in range(6 * 300)]
    text = f"@prefix : <http://ex.org/> . {' '.join(lines)}"
    store.load(text, ox.RdfFormat.TURTLE)
    whole = Texts(store)
    whole.found(PROLOGUE, ":l0", "?l", "299")
    (length,) = [len(lines or b"") for lines in whole._held.values()]
    monkeypatch.setattr(texts, "MAX_BYTES", length * 2 + 100)
    held = Texts(store)
    for i in range(6):
        found = held.found(PROLOGUE, f":l{i}", "?l", "29")
        assert found is not None
        assert found.rows == 13  # 29, 129, 229, 290 to 299
        assert sum(len(lines or b"") for lines in held._held.values()) <= length * 2
    assert list(held._held) == ["<http://ex.org/l4>", "<http://ex.org/l5>"]


def test_texts_are_read_once_however_their_predicate_is_named(names: ox.Store) -> None:
    held = Texts(names)
    prologues = [f"#{i}\nPREFIX p{i}: <http://ex.org/> " for i in range(4)]
    found = [
        held.found(prologue, f"p{i}:l", "?l", "299")
        for i, prologue in enumerate(prologues)
    ]
    assert found == [held.found("", "<http://ex.org/l>", "?l", "299")] * 4
    assert held.found("", "a", "?l", "299") == Part(
        "VALUES ?l {  }", "", "", "?l", (), 0
    )
    assert len(held._held) == 2


def test_what_was_found_is_not_kept_with_the_order(names: ox.Store) -> None:
    """Up to 256 KiB in each group of each of the texts whose orders are kept."""
    steering = Steering(names)
    lengths = []
    for text in ("name 2", "nobody"):
        query = f'{PROLOGUE}SELECT ?x ?l {{ ?x :l ?l FILTER(CONTAINS(?l, "{text}")) }}'
        (chain,) = steering.ordered(query, inspect_query(query).joins).chains
        lengths.append(sum(len(part.text) for part, _ in chain))
    assert lengths[0] > 16 * 1024 > lengths[1] > 0
    assert list(steering._kept) == [query]


def test_a_frequent_predicate_is_not_read(
    names: ox.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.store.steering.MAX_OBJECTS", 5000)
    assert told(names, 'FILTER(CONTAINS(STR(?l), "299"))') == ""


def test_what_was_asked_before_changes_no_order(names: ox.Store) -> None:
    """Pages of an answer without ORDER BY come from workers that know more or less."""
    texts_asked = [
        f'{PROLOGUE}SELECT ?x ?l {{ ?x :n ?n ; :l ?l FILTER(CONTAINS(?l, "{i}")) }}'
        f" LIMIT 10 OFFSET {offset}"
        for i in ("299", "1", "name 2", "名 29")
        for offset in (0, 10)
    ]
    used = Steering(names)
    for text in texts_asked:
        joins = inspect_query(text).joins
        fresh = Steering(names).ordered(text, joins)
        assert used.ordered(text, joins) == fresh
        assert used.ordered(text.replace("OFFSET", "offset"), joins) == fresh


def test_a_text_is_one_part_of_a_join(names: ox.Store) -> None:
    group = "?x :n ?n . ?x :l ?l ."
    assert told(names, 'FILTER(CONTAINS(STR(?l), "299"))', group) == "0 2 1"
