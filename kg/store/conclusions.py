"""Renews what the rules conclude after a change, at the price of the change.

A derivation starts at the subject of its conclusion and walks along triples that
hold, or turns one of them around. So a triple that came or went can only touch
conclusions about its object, its subject, and what leads to its subject along
the properties that rules walk. The rules are asked again for these subjects
alone; ``tests/store/test_conclusions.py`` holds this against asking for all.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyoxigraph as ox

from kg import vocab
from kg.errors import StoreError
from kg.store.union import Change, Spo, add_to_default, take_from_default

SUBJECTS_LIMIT = 20_000
_AT_ONCE = 500
_WALKED = re.compile(r"\blv:(\w+)")
_CONCLUDED = re.compile(r"CONSTRUCT\s*\{([^}]*)\}")
_NAME = re.compile(r"\b([a-z]+:\w+)")
_ABOVE = (
    vocab.prologue("lv", "owl", "rdfs")
    + """SELECT DISTINCT ?p WHERE {
  ?own a lv:DomainProperty ;
    (rdfs:subPropertyOf|lv:inverseSubPropertyOf|owl:inverseOf|^owl:inverseOf)+ ?p }"""
)
_WHERE = re.compile(r"\bWHERE\s*\{")
_STATED = ox.NamedNode(vocab.expand("rdf:type"))
_DOMAIN = ox.NamedNode(vocab.ONTOLOGY + "DomainProperty")
_DEFAULT = ox.DefaultGraph()


def renew(
    before: ox.Store,
    after: ox.Store,
    changes: Mapping[str, Change],
    rules: Sequence[str],
    inferred: str,
) -> int | None:
    """Make the graph of conclusions of ``after`` right again.

    Args:
        before: the store before the change, its conclusions complete.
        after: the store after it, its default graph the union already.
        changes: named graph to what came and what went.
        rules: CONSTRUCT texts whose conclusions have ``?s`` as subject.
        inferred: IRI of the graph of conclusions.

    Returns:
        By how many quads the store grew; ``None``, with nothing done, if the
        change is too wide: it touches the ontology or too many things.
    """
    if vocab.ONTOLOGY_GRAPH in changes:
        return None
    subjects = _touched(before, after, changes, rules)
    if subjects is None:
        return None
    graph = ox.NamedNode(inferred)
    old = {
        (q.subject, q.predicate, q.object)
        for subject in subjects
        for q in after.quads_for_pattern(subject, None, None, graph)
    }
    # First away with the old ones: a rule that asks for a class would see them.
    for spo in old:
        after.remove(ox.Quad(*spo, graph))
    lost = take_from_default(after, old)
    new = {
        spo
        for spo in _concluded(after, rules, subjects)
        if not _is_asserted(after, spo, graph)
    }
    after.extend(ox.Quad(*spo, graph) for spo in new)
    return len(new) - len(old) + add_to_default(after, new) - lost


def _touched(
    before: ox.Store,
    after: ox.Store,
    changes: Mapping[str, Change],
    rules: Sequence[str],
) -> set[Any] | None:
    claims = {
        q.subject
        for q in after.quads_for_pattern(None, _STATED, _DOMAIN)
        if isinstance(q.subject, ox.NamedNode)
    }
    named = {name for rule in rules for name in _WALKED.findall(rule)}
    walked = [p for p in claims if p.value.removeprefix(vocab.ONTOLOGY) in named]
    everything = {
        spo
        for name, (came, went) in changes.items()
        if name not in vocab.HIDDEN_GRAPHS
        for spo in came | went
    }
    changed = {spo for spo in everything if spo[1] == _STATED or spo[1] in claims}
    found = {s for s, _, _ in changed}
    front = found
    while front:
        leading = {
            q.subject
            for thing in front
            for predicate in walked
            for store in (before, after)
            for q in store.quads_for_pattern(None, predicate, thing, _DEFAULT)
        }
        front = leading - found
        found = found | front
        if len(found) > SUBJECTS_LIMIT:
            return None
    found |= {o for _, p, o in changed if isinstance(o, ox.NamedNode) and p != _STATED}
    # What is asserted now is no conclusion any more, and the other way round.
    concluded = _predicates(after, rules)
    found |= {s for s, p, _ in everything if p in concluded}
    return None if len(found) > SUBJECTS_LIMIT else found


def _predicates(store: ox.Store, rules: Sequence[str]) -> set[ox.NamedNode]:
    """The predicates of conclusions: named in a rule, or above a domain property."""
    heads = " ".join(head for rule in rules for head in _CONCLUDED.findall(rule))
    found = {ox.NamedNode(vocab.expand(name)) for name in _NAME.findall(heads)}
    above = store.query(_ABOVE)
    if not isinstance(above, ox.QuerySolutions):
        raise StoreError("This is not a SELECT.")
    return found | {p for row in above if isinstance(p := row["p"], ox.NamedNode)}


def _concluded(
    store: ox.Store, rules: Sequence[str], subjects: Iterable[Any]
) -> Iterator[Spo]:
    """What the rules conclude about these subjects."""
    named = [str(s) for s in subjects if isinstance(s, ox.NamedNode)]
    for start in range(0, len(named), _AT_ONCE):
        values = " ".join(named[start : start + _AT_ONCE])
        for rule in rules:
            found = store.query(_restricted(rule, values))
            if not isinstance(found, ox.QueryTriples):
                raise StoreError("A rule must be a CONSTRUCT.")
            for triple in found:
                yield triple.subject, triple.predicate, triple.object


def _restricted(rule: str, values: str) -> str:
    """The rule for these subjects alone."""
    where = _WHERE.search(rule)
    if where is None:
        raise StoreError("A rule must have a WHERE.")
    head, body = rule[: where.end()], rule[where.end() :]
    return f"{head} VALUES ?s {{ {values} }} {body}"


def _is_asserted(store: ox.Store, spo: Spo, inferred: ox.NamedNode) -> bool:
    aside = {_DEFAULT, inferred, *map(ox.NamedNode, vocab.HIDDEN_GRAPHS)}
    return any(q.graph_name not in aside for q in store.quads_for_pattern(*spo, None))
