"""Complete answers written in the format a visitor asked for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Sequence

import pyoxigraph as ox

from kg import vocab
from kg.model import Blank, Iri, Term, Triple
from kg.model.terms import XSD_STRING
from kg.store import engine
from kg.store.base import Solutions
from kg.store.remote.results import JSON
from kg.store.terms import to_engine


def write_solutions(
    found: Solutions, variables: Sequence[str], media_type: str
) -> bytes:
    """The rows of a SELECT.

    Args:
        found: the rows.
        variables: the columns, in the order to write them.
        media_type: one of ``RESULT_TYPES``.
    """
    rows = [{v: _binding(t) for v, t in row.items()} for row in found]
    document = {"head": {"vars": list(variables)}, "results": {"bindings": rows}}
    return _written(document, media_type)


def write_boolean(value: bool, media_type: str) -> bytes:
    """The answer to an ASK."""
    return _written({"head": {}, "boolean": value}, media_type)


def _binding(term: Term) -> dict[str, str]:
    if isinstance(term, Iri):
        return {"type": "uri", "value": term.value}
    if isinstance(term, Blank):
        return {"type": "bnode", "value": term.value}
    found = {"type": "literal", "value": term.value}
    if term.language:
        found["xml:lang"] = term.language
    elif term.datatype != XSD_STRING:
        found["datatype"] = term.datatype
    return found


def _written(document: dict[str, object], media_type: str) -> bytes:
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if media_type == JSON:
        return text
    parsed = ox.parse_query_results(text, format=ox.QueryResultsFormat.JSON)
    out = io.BytesIO()
    parsed.serialize(out, engine.RESULT_FORMATS[media_type])
    return out.getvalue()


def write_triples(triples: Iterable[Triple], media_type: str) -> bytes:
    """A graph; ``media_type`` is one of ``GRAPH_TYPES``."""
    out = io.BytesIO()
    ox.serialize(
        (ox.Triple(to_engine(s), to_engine(p), to_engine(o)) for s, p, o in triples),  # type: ignore[arg-type]
        out,
        engine.GRAPH_FORMATS[media_type],
        prefixes=None if media_type == "application/n-triples" else vocab.PREFIXES,
    )
    return out.getvalue()
