"""What the real graph looks like: which kinds, which relations, how often."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg import vocab

ORGANISATIONS = (
    "Company",
    "Investor",
    "Lab",
    "Hospital",
    "University",
    "Platform",
    "ServiceProvider",
    "Incubator",
    "GovernmentBody",
    "Association",
)


@dataclass(frozen=True)
class Shape:
    """Frequencies of the real graph.

    Attributes:
        kinds: class to its share of the organisations.
        statements: predicate to statements per organisation.
        persons: persons per organisation.
        products: products per organisation.
        top_tracks: ids of the tracks without a broader one.
        sub_tracks: sub-tracks per top track, at least two.
        targets: share of the statements that are plans.
    """

    kinds: dict[str, float]
    statements: dict[str, float]
    persons: float
    products: float
    top_tracks: tuple[str, ...]
    sub_tracks: int
    targets: float


def read_shape(files: list[Path]) -> Shape:
    """Count the real graph.

    Args:
        files: Turtle files of datasets.
    """
    store = ox.Store()
    for path in files:
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
    kinds = {c: _count(store, f"?x a lv:{c}") for c in ORGANISATIONS}
    total = sum(kinds.values())
    rows = store.query(
        vocab.prologue("lv", "rdf")
        + "SELECT ?p (COUNT(*) AS ?n) WHERE { ?s rdf:predicate ?p } GROUP BY ?p"
    )
    statements = {
        r["p"].value.removeprefix(vocab.ONTOLOGY): int(r["n"].value) / total
        for r in rows  # type: ignore[union-attr]
    }
    tracks = store.query(
        vocab.prologue("lv", "id")
        + "SELECT ?t (COUNT(?sub) AS ?n) WHERE { ?t a lv:Track . "
        "OPTIONAL { ?sub lv:subTrackOf ?t } "
        "FILTER NOT EXISTS { ?t lv:subTrackOf ?broader } } GROUP BY ?t ORDER BY ?t"
    )
    tops = {r["t"].value.removeprefix(vocab.ID): int(r["n"].value) for r in tracks}  # type: ignore[union-attr]
    return Shape(
        kinds={c: n / total for c, n in kinds.items()},
        statements=statements,
        persons=_count(store, "?x a lv:Person") / total,
        products=_count(store, "?x a lv:Product") / total,
        top_tracks=tuple(tops),
        sub_tracks=max(2, round(sum(tops.values()) / len(tops))),
        targets=_count(store, "?x a rdf:Statement ; lv:status lv:target")
        / _count(store, "?x a rdf:Statement"),
    )


def _count(store: ox.Store, pattern: str) -> int:
    rows = store.query(
        vocab.prologue("lv", "rdf")
        + f"SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE {{ {pattern} }}"
    )
    return int(next(iter(rows))["n"].value)  # type: ignore[arg-type,call-overload]
