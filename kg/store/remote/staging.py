"""Bulk load in batches that resume.

Each batch goes to a staging graph that is named by the hash of its content.
A load that broke off and is started again finds those graphs complete by their
count, and sends only the rest. Nothing staged is seen by any query.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal, InvalidOperation

from kg.errors import StoreProtocolError
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.model.terms import XSD
from kg.store.remote.writing import Writer

Progress = Callable[[str, int], None]
"""Called with a graph and the number of its triples that are stored so far."""


def skolemised(triples: Iterable[Triple], prefix: str) -> Iterator[Triple]:
    """Replace blank nodes by IRIs (RDF 1.1 Concepts, section 3.5).

    A blank node means something within one document only, and batches are
    several; the reading side turns the IRIs back.
    """
    for s, p, o in triples:
        yield (
            Iri(prefix + s.value) if isinstance(s, Blank) else s,
            p,
            Iri(prefix + o.value) if isinstance(o, Blank) else o,
        )


def batches(triples: Iterable[Triple], size: int) -> Iterator[dict[Triple, None]]:
    """Cut a stream into sets of triples, each in the order it came."""
    stream = iter(triples)
    while batch := dict.fromkeys(itertools.islice(stream, size)):
        yield batch


def _decimal(text: str) -> str:
    return f"{Decimal(text).normalize():f}"


def _double(text: str) -> str:
    return repr(float(text))


_VALUES: dict[str, tuple[str, Callable[[str], str]]] = {
    **{
        XSD + kind: (XSD + "integer", lambda text: str(int(text)))
        for kind in ("integer", "int", "long", "short", "byte", "nonNegativeInteger")
    },
    XSD + "decimal": (XSD + "decimal", _decimal),
    XSD + "double": (XSD + "double", _double),
    XSD + "float": (XSD + "float", _double),
    XSD + "boolean": (
        XSD + "boolean",
        lambda text: {"1": "true", "0": "false"}.get(text, text),
    ),
}


def canonical(term: Term) -> Term:
    """The term that an engine which keeps values, not lexical forms, would keep."""
    if not isinstance(term, Literal) or term.datatype not in _VALUES:
        return term
    datatype, normal = _VALUES[term.datatype]
    try:
        return Literal(normal(term.value.strip()), datatype)
    except (ValueError, InvalidOperation):
        return term


def stage(
    writer: Writer,
    triples: Iterable[Triple],
    space: str,
    size: int,
    stored: Callable[[int], None],
) -> list[str]:
    """Send triples to staging graphs; each is counted after it was sent.

    Args:
        writer: sends them.
        triples: without blank nodes.
        space: prefix of the staging graphs.
        size: triples of one batch.
        stored: called with the number of triples of each batch that is in place.

    Returns:
        The staging graphs, each once, in the order of the batches.

    Raises:
        StoreProtocolError: if the server says done and does not hold them.
    """
    found: dict[str, None] = {}
    for batch in batches(triples, size):
        body = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in batch).encode()
        graph = f"{space}staging/{hashlib.sha256(body).hexdigest()[:32]}"
        if not _holds(writer, graph, batch):
            writer.put(graph, body)
            if not _holds(writer, graph, batch):
                raise StoreProtocolError(
                    f"The store took {len(batch)} triples and holds "
                    f"{writer.count(graph)} of them.",
                    zh=f"存储接收了 {len(batch)} 条三元组，"
                    f"却只保存了 {writer.count(graph)} 条。",
                    hint="Nothing was published. See the log of the store.",
                    hint_zh="未发布任何内容，请查看存储的日志。",
                )
        found[graph] = None
        stored(len(batch))
    return list(found)


def _holds(writer: Writer, graph: str, batch: dict[Triple, None]) -> bool:
    held = writer.count(graph)
    if held == len(batch):
        return True
    values = {(s, p, canonical(o)) for s, p, o in batch}
    return held == len(values) and held > 0
