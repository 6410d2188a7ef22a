"""The state of the graph in numbers, and what came last."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from kg import vocab
from kg.query.read.names import Name
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, ref

_DATASETS = """SELECT ?d ?date ?version (COUNT(DISTINCT ?s) AS ?sources) WHERE {
  ?d a dcat:Dataset .
  OPTIONAL { ?d dcterms:issued ?date } OPTIONAL { ?d dcat:version ?version }
  OPTIONAL { ?d dcterms:source ?s }
} GROUP BY ?d ?date ?version"""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A dataset in the graph."""

    iri: str
    name: Name
    date: str = ""
    version: str = ""
    sources: int = 0


@dataclass(frozen=True, slots=True)
class Overview:
    """Counts of the graph.

    Attributes:
        organisations: of all classes of organisations.
        actual: statements of what is so.
        target: statements of what is planned.
    """

    organisations: int
    tracks: int
    actual: int
    target: int
    figures: int
    sources: int
    datasets: tuple[Dataset, ...] = ()


def overview(reader: Reader) -> Overview:
    """Count the graph, once per generation."""
    return reader.shelved("overview", lambda: _overview(reader), _read)


def filler(reader: Reader) -> dict[str, Any]:
    """The counts, for the shelf."""
    return asdict(_overview(reader))


def _read(told: dict[str, Any]) -> Overview:
    listed = (Dataset(**{**d, "name": Name(**d["name"])}) for d in told["datasets"])
    return Overview(**{**told, "datasets": tuple(listed)})


def _overview(reader: Reader) -> Overview:
    classes = " ".join(
        ref(c) for c in sorted(reader.terms.subs(vocab.ONTOLOGY + "Organization"))
    )
    return Overview(
        organisations=_count(
            reader, f"?x a ?c . VALUES ?c {{ {classes} }}", distinct=True
        ),
        tracks=_count(reader, "?x a lv:Track"),
        actual=_count(reader, "?x lv:status lv:actual . ?x rdf:predicate ?p"),
        target=_count(reader, "?x lv:status lv:target . ?x rdf:predicate ?p"),
        figures=_count(reader, "?x lv:indicator ?i ; lv:value ?v"),
        sources=_count(reader, "?e oa:hasSource ?x", distinct=True),
        datasets=_datasets(reader),
    )


def _count(reader: Reader, where: str, *, distinct: bool = False) -> int:
    what = "DISTINCT ?x" if distinct else "?x"
    found = reader.store.select(
        f"{PROLOGUE}SELECT (COUNT({what}) AS ?n) WHERE {{ {where} }}"
    )
    return next((int(str(row["n"])) for row in found if "n" in row), 0)


def _datasets(reader: Reader) -> tuple[Dataset, ...]:
    rows = [row for row in reader.store.select(PROLOGUE + _DATASETS) if "d" in row]
    called = reader.names(str(row["d"]) for row in rows)
    found = (
        Dataset(
            str(row["d"]),
            called[str(row["d"])],
            str(row.get("date", "")),
            str(row.get("version", "")),
            int(str(row.get("sources", 0))),
        )
        for row in rows
    )
    return tuple(sorted(found, key=lambda d: (d.date, d.iri), reverse=True))
