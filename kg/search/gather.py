"""Reads from a store what the name index holds, in a few plain queries."""

from __future__ import annotations

from collections import defaultdict

from kg import vocab
from kg.model import Literal
from kg.model.groups import group_of, main_type
from kg.search.build import Entry
from kg.store import Store

TIMEOUT_S = 600.0
_PROLOGUE = vocab.prologue("lv", "rdf", "rdfs", "skos", "owl")

_NAMES = """SELECT ?s ?name WHERE { ?s skos:%s ?name }"""
_TYPES = """SELECT DISTINCT ?s ?type WHERE {
  GRAPH ?g { ?s a ?type }
  FILTER(?g != <%s> && STRSTARTS(STR(?type), "%s"))
}"""
_PARENTS = "SELECT ?c ?parent WHERE { ?c rdfs:subClassOf ?parent }"
_TRACKS = "SELECT ?s ?track WHERE { ?s lv:inTrack ?track }"
_DEGREES = "SELECT ?s (COUNT(*) AS ?n) WHERE { ?st rdf:%s ?s } GROUP BY ?s"


def _pairs(store: Store, query: str) -> list[tuple[str, object]]:
    rows = store.select(_PROLOGUE + query, timeout_s=TIMEOUT_S).rows
    return [(str(row[0]), row[1]) for row in rows if row[0] is not None]


def _names(store: Store) -> tuple[dict[str, dict[str, str]], dict[str, list[str]]]:
    """Preferred name by language, and every other name, for each thing of ours."""
    preferred: dict[str, dict[str, str]] = defaultdict(dict)
    others: dict[str, list[str]] = defaultdict(list)
    for iri, name in sorted(
        _pairs(store, _NAMES % "prefLabel"), key=lambda p: (p[0], str(p[1]))
    ):
        if not iri.startswith(vocab.ID) or not isinstance(name, Literal):
            continue
        language = name.language[:2] if name.language else "en"
        if language in {"zh", "en"} and language not in preferred[iri]:
            preferred[iri][language] = name.value
        else:
            others[iri].append(name.value)
    for iri, name in _pairs(store, _NAMES % "altLabel"):
        if iri in preferred:
            others[iri].append(str(name))
    return preferred, others


def read_entries(store: Store) -> list[Entry]:
    """Everything of ours that has a name and a class of the ontology.

    Statements, evidence, selectors and sources have no ``skos:prefLabel`` and so
    stay out.
    """
    preferred, others = _names(store)
    types: dict[str, set[str]] = defaultdict(set)
    for iri, type_ in _pairs(store, _TYPES % (vocab.INFERRED_GRAPH, vocab.ONTOLOGY)):
        types[iri].add(str(type_))
    parents: dict[str, set[str]] = defaultdict(set)
    for iri, parent in _pairs(store, _PARENTS):
        parents[iri].add(str(parent))
    tracks: dict[str, set[str]] = defaultdict(set)
    for iri, track in _pairs(store, _TRACKS):
        tracks[iri].add(str(track))
    weight: dict[str, int] = defaultdict(int)
    for end in ("subject", "object"):
        for iri, n in _pairs(store, _DEGREES % end):
            weight[iri] += int(str(n))

    def told(track: str) -> tuple[str, str, str]:
        name = preferred.get(track, {})
        return track, name.get("zh", ""), name.get("en", "")

    return [
        Entry(
            iri=iri,
            type=main_type(types[iri], parents),
            group=group_of(types[iri], parents),
            zh=name.get("zh", ""),
            en=name.get("en", ""),
            aliases=tuple(sorted(set(others[iri]))),
            tracks=tuple(told(t) for t in sorted(tracks[iri])),
            weight=weight[iri],
        )
        for iri, name in preferred.items()
        if types[iri]
    ]
