"""Triples in memory, to check, to infer and to read files: never served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyoxigraph as ox

from kg.errors import DataError, StoreError
from kg.model import Iri, Literal, Term, Triple
from kg.store.base import Solutions
from kg.store.terms import from_engine, query_error, to_engine


class ScratchStore:
    """One graph in memory, with SPARQL.

    Args:
        triples: what it holds at first.
    """

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._store = ox.Store()
        self.add(triples)

    def add(self, triples: Iterable[Triple]) -> None:
        """Hold these too."""
        self._store.bulk_extend(
            ox.Quad(to_engine(s), to_engine(p), to_engine(o))  # type: ignore[arg-type]
            for s, p, o in triples
        )

    def __len__(self) -> int:
        return len(self._store)

    def __contains__(self, triple: Triple) -> bool:
        s, p, o = (to_engine(term) for term in triple)
        return ox.Quad(s, p, o) in self._store  # type: ignore[arg-type]

    def select(self, query: str) -> Solutions:
        """Answer a SELECT.

        Raises:
            QuerySyntaxError: if the text does not parse.
            StoreError: if it is no SELECT.
        """
        found = self._query(query)
        if not isinstance(found, ox.QuerySolutions):
            raise StoreError("This query is not a SELECT.")
        names = tuple(v.value for v in found.variables)
        return Solutions(
            names,
            [
                tuple(None if (t := row[n]) is None else from_engine(t) for n in names)
                for row in found
            ],
        )

    def construct(self, query: str) -> list[Triple]:
        """Answer a CONSTRUCT without duplicates; raises as ``select`` does."""
        found = self._query(query)
        if not isinstance(found, ox.QueryTriples):
            raise StoreError("This query is not a CONSTRUCT.")
        return list(dict.fromkeys(_triple(t) for t in found))

    def _query(self, query: str) -> object:
        try:
            return self._store.query(query)
        except SyntaxError as exc:
            raise query_error(exc) from exc


def _triple(triple: ox.Triple | ox.Quad) -> Triple:
    subject, predicate = from_engine(triple.subject), from_engine(triple.predicate)
    if isinstance(subject, Literal) or not isinstance(predicate, Iri):
        raise StoreError(f"Not a triple of RDF 1.1: {triple}")
    term: Term = from_engine(triple.object)
    return subject, predicate, term


FORMATS: dict[str, ox.RdfFormat] = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}


def read_triples(path: Path, suffix: str = "") -> Iterator[Triple]:
    """Read the triples of an RDF file, whatever graph they stand in.

    Args:
        path: of the file.
        suffix: tells the format when the file's own suffix does not.

    Raises:
        DataError: if the format is unknown or the file does not parse; the
            message has line and column.
    """
    suffix = suffix or path.suffix.lower()
    if suffix not in FORMATS:
        raise DataError(
            f"{path.name}: {suffix or 'no suffix'} is not a format of RDF known here.",
            zh=f"{path.name}：无法识别的 RDF 格式 {suffix}。",
            hint="Use " + ", ".join(FORMATS) + ".",
            hint_zh="可用：" + "、".join(FORMATS) + "。",
        )
    try:
        for quad in ox.parse(path=str(path), format=FORMATS[suffix]):
            yield _triple(quad)
    except (SyntaxError, ValueError, OSError) as exc:
        raise DataError(
            f"{path.name} cannot be read: {exc}",
            zh=f"无法读取 {path.name}：{exc}",
            hint="Correct the file at the position given.",
            hint_zh="请在所示位置修正文件。",
        ) from exc
