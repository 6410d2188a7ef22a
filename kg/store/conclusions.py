"""Keeps what the rules conclude right after a change, at the price of the change.

The rules (``lv:InferenceRule``) are data: they stand in the ontology graph. What
they conclude stands in ``vocab.INFERRED_GRAPH`` and the default graph.

A derivation starts at the subject of its conclusion and walks along triples that
hold, or turns one of them around. So a triple that came or went can only touch
conclusions about its object, its subject, and what leads to its subject along
the properties that rules walk. The rules are asked again for these subjects
alone; ``tests/store/test_conclusions.py`` holds this against asking for all.
Where the ontology changed, or more is touched than asking for all would cost,
all is asked, rule by rule, through a file on disk.

Nothing is concluded about blank nodes: they have no name to ask for.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox

from kg import vocab
from kg.errors import StoreError
from kg.store.asking import found_triples, solutions
from kg.store.union import (
    Change,
    Spo,
    add_to_default,
    is_held,
    put,
    remove_graph,
    take_from_default,
)

SUBJECTS_LEAST: Final = 1_000
SUBJECTS_MOST: Final = 200_000
"""What is named in memory, at most."""
QUADS_A_SUBJECT: Final = 50
"""Asking about one subject costs what asking for all does for so many quads."""
_AT_ONCE: Final = 500
_HEAD = re.compile(r"CONSTRUCT\s*\{([^}]*)\}\s*WHERE\s*\{")
_NAME = re.compile(r"\b([a-z]+:\w+)")
_PREFIX = re.compile(r"PREFIX\s+(\w*):\s*<([^>]*)>")
_TYPED = re.compile(r"\brdf:type\s+([a-z]+:\w+)")
_TYPE = ox.NamedNode(vocab.expand("rdf:type"))
_DOMAIN = ox.NamedNode(vocab.ONTOLOGY + "DomainProperty")
_BELOW = ox.NamedNode(vocab.expand("rdfs:subClassOf"))
_INFERRED = ox.NamedNode(vocab.INFERRED_GRAPH)
_DEFAULT = ox.DefaultGraph()
_RULES = (
    vocab.prologue("lv")
    + """SELECT ?text WHERE {
  ?rule a lv:InferenceRule ; lv:construct ?text ; lv:order ?order } ORDER BY ?order"""
)
_ABOVE = (
    vocab.prologue("lv", "owl", "rdfs")
    + """SELECT DISTINCT ?p WHERE {
  ?own a lv:DomainProperty ;
    (rdfs:subPropertyOf|lv:inverseSubPropertyOf|owl:inverseOf|^owl:inverseOf)+ ?p }"""
)


def rules_of(store: ox.Store, graph: str | None = vocab.ONTOLOGY_GRAPH) -> list[str]:
    """The CONSTRUCT texts of the rules in a graph (``None``: the default graph)."""
    name = _DEFAULT if graph is None else ox.NamedNode(graph)
    return [row["text"].value for row in solutions(store, _RULES, [name])]


def renew(
    before: ox.Store,
    after: ox.Store,
    changes: Mapping[str, Change],
    *,
    quads: int,
    folder: Path | None,
) -> int:
    """Make the graph of conclusions of ``after`` right again.

    Args:
        before: the store before the change, its conclusions complete.
        after: the store after it, its default graph the union already.
        changes: the named graphs that the change touched.
        quads: how many ``after`` has, about.
        folder: for a file, where all is asked; ``None`` for the system's own.

    Returns:
        By how many quads the store grew.
    """
    rules = rules_of(after)
    if not rules and vocab.ONTOLOGY_GRAPH not in changes:
        return 0
    most = min(max(SUBJECTS_LEAST, quads // QUADS_A_SUBJECT), SUBJECTS_MOST)
    subjects = _touched(before, after, changes, rules, most)
    if subjects is None:
        return conclude_all(after, rules, folder)
    return _conclude_about(after, rules, subjects)


def conclude_all(
    store: ox.Store, rules: Sequence[str] | None = None, folder: Path | None = None
) -> int:
    """Conclude everything anew; memory stays flat.

    Args:
        store: its default graph is the union of its named graphs.
        rules: those it holds, when left out.
        folder: for a file; ``None`` for the system's own.

    Returns:
        By how many quads the store grew.
    """
    rules = rules_of(store) if rules is None else rules
    old = lost = 0
    for quad in store.quads_for_pattern(None, None, None, _INFERRED):
        store.remove(quad)
        lost += take_from_default(store, [(quad.subject, quad.predicate, quad.object)])
        old += 1
    if not rules:
        remove_graph(store, _INFERRED)
        return -old - lost
    store.add_graph(_INFERRED)
    with tempfile.TemporaryFile(dir=folder) as draft:
        # All are asked before the first is put in: they look at claims alone.
        lines = ox.RdfFormat.N_TRIPLES
        ox.serialize(all_that_follows(store, rules), draft, lines)
        draft.seek(0)
        found = (
            quad
            for triple in ox.parse(draft, lines)
            for spo in [(triple.subject, triple.predicate, triple.object)]
            for quad in (ox.Quad(*spo, _INFERRED), ox.Quad(*spo))
        )
        put(store, found)
    new = sum(1 for _ in store.quads_for_pattern(None, None, None, _INFERRED))
    return 2 * new - old - lost


def all_that_follows(store: ox.Store, rules: Sequence[str]) -> Iterator[ox.Triple]:
    """What the rules conclude and the default graph has not; some come twice.

    Raises:
        StoreError: if a rule is no CONSTRUCT.
    """
    for rule in rules:
        for triple in found_triples(store, rule):
            spo = triple.subject, triple.predicate, triple.object
            is_named = isinstance(triple.subject, ox.NamedNode)
            if is_named and ox.Quad(*spo) not in store:
                yield triple


def _conclude_about(after: ox.Store, rules: Sequence[str], subjects: set[Any]) -> int:
    old = {
        (q.subject, q.predicate, q.object)
        for subject in subjects
        for q in after.quads_for_pattern(subject, None, None, _INFERRED)
    }
    # First away with the old ones: a rule that asks for a class would see them.
    for spo in old:
        after.remove(ox.Quad(*spo, _INFERRED))
    lost = take_from_default(after, old)
    new = {
        spo
        for spo in _concluded(after, rules, subjects)
        if not is_held(after, spo, aside=[vocab.INFERRED_GRAPH])
    }
    put(after, (ox.Quad(*spo, _INFERRED) for spo in new))
    return len(new) - len(old) + add_to_default(after, new) - lost


class _Reach:
    """What the rules look at, and what they conclude.

    Args:
        store: holds the ontology.
        rules: CONSTRUCT texts whose conclusions have ``?s`` as subject.
    """

    def __init__(self, store: ox.Store, rules: Sequence[str]) -> None:
        heads, bodies, self.declared = set(), set(), set()
        for rule in rules:
            names = _names_in(rule)
            head, body = _parts(rule)
            heads |= names(_NAME, head)
            bodies |= names(_NAME, body)
            # What makes a term of the ontology: a class, a property of the domain.
            self.declared |= names(_TYPED, body)
        self.claims = {
            quad.subject
            for quad in store.quads_for_pattern(None, _TYPE, _DOMAIN)
            if isinstance(quad.subject, ox.NamedNode)
        }
        self.walked = self.claims & bodies
        self.concluded = heads | {row["p"] for row in solutions(store, _ABOVE)}
        # Of the ontology: whatever else rules ask for, "is a subclass of" and so on.
        self.schema = bodies - self.claims - {_TYPE}
        below = store.quads_for_pattern(None, _BELOW, None)
        self.looked_at = self.claims | self.concluded | self.schema | {_TYPE}
        self.classes = bodies | {c for q in below for c in (q.subject, q.object)}


def _names_in(rule: str) -> Callable[[re.Pattern[str], str], set[Any]]:
    """What finds names in a part of a rule, by the prefixes that it declares."""
    prefixes = dict(_PREFIX.findall(rule))

    def names(pattern: re.Pattern[str], text: str) -> set[Any]:
        found = (name.split(":", 1) for name in pattern.findall(text))
        return {
            ox.NamedNode(prefixes[prefix] + local)
            for prefix, local in found
            if prefix in prefixes
        }

    return names


def _touched(
    before: ox.Store,
    after: ox.Store,
    changes: Mapping[str, Change],
    rules: Sequence[str],
    most: int,
) -> set[Any] | None:
    """The subjects about which something else may follow; ``None`` for too many."""
    if not {vocab.ONTOLOGY_GRAPH, vocab.INFERRED_GRAPH}.isdisjoint(changes):
        return None
    reach = _Reach(after, rules)
    found: set[Any] = set()
    front: set[Any] = set()
    for (s, p, o), is_gone in _all_of(changes, reach.looked_at):
        if p in reach.schema or (p == _TYPE and o in reach.declared):
            return None
        if p in reach.claims or (p == _TYPE and o in reach.classes):
            front.add(s)
            if p != _TYPE:
                found.add(o)
        # What is said now is no conclusion any more, and the other way round.
        if p in reach.concluded and (is_gone or _is_concluded(after, s, p, o)):
            found.add(s)
        if max(len(found), len(front)) > most:
            return None
    reached = front
    while front:
        leading = {
            q.subject
            for thing in front
            for predicate in reach.walked
            for store in (before, after)
            for q in store.quads_for_pattern(None, predicate, thing, _DEFAULT)
        }
        front = leading - reached
        reached = reached | front
        if len(reached) > most:
            return None
    found = {s for s in found | reached if isinstance(s, ox.NamedNode)}
    return None if len(found) > most else found


def _all_of(
    changes: Mapping[str, Change], predicates: set[ox.NamedNode]
) -> Iterator[tuple[Spo, bool]]:
    """What came and what went (``True``), of graphs that rules see."""
    for name, change in changes.items():
        if name not in vocab.HIDDEN_GRAPHS:
            yield from ((spo, False) for spo in change.came.having(predicates))
            yield from ((spo, True) for spo in change.went.having(predicates))


def _is_concluded(store: ox.Store, s: Any, p: Any, o: Any) -> bool:
    return ox.Quad(s, p, o, _INFERRED) in store


def _concluded(
    store: ox.Store, rules: Sequence[str], subjects: Iterable[Any]
) -> Iterator[Spo]:
    """What the rules conclude about these subjects."""
    named = [str(s) for s in subjects]
    for start in range(0, len(named), _AT_ONCE):
        values = " ".join(named[start : start + _AT_ONCE])
        for rule in rules:
            _, body = _parts(rule)
            opening = rule[: len(rule) - len(body)]
            asked = f"{opening} VALUES ?s {{ {values} }} {body}"
            for triple in found_triples(store, asked):
                yield triple.subject, triple.predicate, triple.object


def _parts(rule: str) -> tuple[str, str]:
    """The pattern of the conclusions, and all that follows ``WHERE {``."""
    found = _HEAD.search(rule)
    if found is None:
        raise StoreError("A rule must be: CONSTRUCT { ... } WHERE { ... }.")
    return found[1], rule[found.end() :]
