"""The embedded store: Oxigraph in this process, on disk or in memory."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox

from kg.errors import QuerySyntaxError, StoreError, StoreUnreachableError
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.store.base import Solutions

_POSITION = re.compile(r"error at (\d+):(\d+)")


def from_engine(term: object) -> Term:
    """Turn an Oxigraph term into ours."""
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.datatype.value, term.language or "")
    if isinstance(term, ox.BlankNode):
        return Blank(term.value)
    raise StoreError(f"The engine gave a term RDF 1.1 does not have: {term}")


def to_engine(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Turn one of our terms into Oxigraph's."""
    if isinstance(term, Iri):
        return ox.NamedNode(term.value)
    if isinstance(term, Blank):
        return ox.BlankNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))


class EmbeddedStore:
    """An Oxigraph store that follows the ``Store`` contract.

    Args:
        path: folder of the RocksDB files, made if missing; ``None`` for memory.

    Raises:
        StoreUnreachableError: if another process holds the folder.
    """

    def __init__(self, path: Path | None = None) -> None:
        try:
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
            self._store = ox.Store(str(path)) if path else ox.Store()
        except OSError as exc:
            raise StoreUnreachableError(
                f"The store at {path} cannot be opened: {exc}",
                hint="Stop the other process that uses it, or set KG_STORE.",
            ) from exc
        self._generation = uuid.uuid4().hex[:12]

    @property
    def generation(self) -> str:
        """Name of the published state."""
        return self._generation

    def _query(self, query: str) -> object:
        try:
            return self._store.query(query)
        except SyntaxError as exc:
            raise syntax_error(exc) from exc
        except (OSError, ValueError, RuntimeError) as exc:
            raise StoreError(f"The engine failed: {exc}") from exc

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer a SELECT (see ``Store.select``)."""
        found = self._query(query)
        if not isinstance(found, ox.QuerySolutions):
            raise StoreError("This query is not a SELECT.")
        names = tuple(v.value for v in found.variables)
        rows = [
            tuple(None if (t := row[n]) is None else from_engine(t) for n in names)
            for row in found
        ]
        return Solutions(names, rows)

    def ask(self, query: str, *, timeout_s: float = 30.0) -> bool:
        """Answer an ASK (see ``Store.ask``)."""
        found = self._query(query)
        if not isinstance(found, ox.QueryBoolean):
            raise StoreError("This query is not an ASK.")
        return bool(found)

    def construct(self, query: str, *, timeout_s: float = 30.0) -> list[Triple]:
        """Answer a CONSTRUCT (see ``Store.construct``)."""
        found = self._query(query)
        if not isinstance(found, ox.QueryTriples):
            raise StoreError("This query is not a CONSTRUCT.")
        triples = (
            (from_engine(t.subject), from_engine(t.predicate), from_engine(t.object))
            for t in found
        )
        return list(dict.fromkeys(triples))  # type: ignore[arg-type]

    def graphs(self) -> dict[str, int]:
        """IRI of each named graph and the number of its triples."""
        return {
            g.value: sum(1 for _ in self._store.quads_for_pattern(None, None, None, g))
            for g in self._store.named_graphs()
            if isinstance(g, ox.NamedNode)
        }

    def replace_graphs(self, graphs: dict[str, Iterable[Triple] | None]) -> str:
        """Replace or remove named graphs (see ``Store.replace_graphs``)."""
        for name, triples in graphs.items():
            graph = ox.NamedNode(name)
            self._store.remove_graph(graph)
            if triples is not None:
                self._store.extend(
                    ox.Quad(to_engine(s), to_engine(p), to_engine(o), graph)  # type: ignore[arg-type]
                    for s, p, o in triples
                )
        self._store.clear_graph(ox.DefaultGraph())
        self._store.extend(
            ox.Quad(q.subject, q.predicate, q.object)
            for q in self._store.quads_for_pattern(None, None, None, None)
        )
        self._generation = uuid.uuid4().hex[:12]
        return self._generation

    def close(self) -> None:
        """Flush what is in memory."""
        self._store.flush()


def syntax_error(exc: SyntaxError) -> QuerySyntaxError:
    """The engine's syntax error with line and column as context.

    Oxigraph 0.5.13 tells the position in its message only.
    """
    found = _POSITION.search(str(exc))
    context = (
        {"line": int(found[1]), "column": int(found[2])} if found is not None else {}
    )
    return QuerySyntaxError(
        f"The query does not parse: {exc}",
        zh=f"查询语法有误：{exc}",
        hint="Check the query at the position given.",
        hint_zh="请检查所示位置的查询文本。",
        link="https://www.w3.org/TR/sparql11-query/#grammar",
        context=context,
    )
