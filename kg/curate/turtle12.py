"""RDF 1.2 Turtle: each statement as an annotation of its own triple.

An actual statement is ``s p o ~ :st``, a target ``<< s p o ~ :st >>``, which is
reified and not asserted; the statement's IRI is the reifier and keeps what it
says of itself (status, period, evidence).

Source: RDF 1.2 Turtle, Working Draft, 3 September 2026, sections 2.9 to 2.11.
"""

from __future__ import annotations

from collections.abc import Iterable

from kg.curate.assertion import A, name
from kg.curate.turtle import TurtleWriter
from kg.model import Iri, Term, Triple

_PARTS = {
    name("rdf:subject"): 0,
    name("rdf:predicate"): 1,
    name("rdf:object"): 2,
}
_STATEMENT = name("rdf:Statement")
_ACTUAL = name("lv:actual")
_STATUS = name("lv:status")


def turtle12(triples: Iterable[Triple]) -> str:
    """The triples with their ``rdf:Statement`` nodes turned into reifiers.

    Plain triples that an actual statement reifies are written once, with it.
    """
    kept = list(triples)
    statements = {s for s, p, o in kept if p == A and o == _STATEMENT}
    parts: dict[Term, list[Term | None]] = {s: [None] * 3 for s in statements}
    actual: set[Term] = set()
    for s, p, o in kept:
        if s in statements and p in _PARTS:
            parts[s][_PARTS[p]] = o
        if s in statements and p == _STATUS and o == _ACTUAL:
            actual.add(s)
    rest = [t for t in kept if t[0] not in statements or not _is_reified(t)]
    writer = TurtleWriter()
    lines = []
    for statement in sorted(statements, key=str):
        said = " ".join(writer.term(t) for t in parts[statement] if t is not None)
        reifier = writer.term(Iri(str(statement)))
        if statement in actual:
            lines.append(f"{said} ~ {reifier} .")
        else:
            lines.append(f"<< {said} ~ {reifier} >> .")
    body = writer.write(rest)
    return 'VERSION "1.2"\n' + body + "\n" + "\n".join(lines) + "\n"


def _is_reified(triple: Triple) -> bool:
    """Whether a triple of a statement is said by its reifier in RDF 1.2."""
    return triple[1] in _PARTS or (triple[1] == A and triple[2] == _STATEMENT)
