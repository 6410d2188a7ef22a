"""Writes RDF 1.2 Turtle: statements as annotations of the triples they claim.

A statement's IRI becomes the reifier. One that is achieved annotates its
triple, ``s p o ~ :st {| … |}``; a target is named without being asserted,
``<< s p o ~ :st >> …``. What RDF 1.1 says with ``rdf:Statement``,
``rdf:subject``, ``rdf:predicate`` and ``rdf:object`` is said by the reifier
alone; everything else about the statement stands in the annotation.

Source: RDF 1.2 Turtle, Working Draft of 3 September 2026, sections on reified
triples and annotations. Not a Recommendation yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from kg import vocab
from kg.curate.export_rdf import Graphs, Said, merged, subjects
from kg.curate.turtle import TurtleWriter, object_order
from kg.model import Blank, Iri, Term, Triple
from kg.model.facts import TARGET, term_iri

MEDIA_TYPE = "text/turtle;version=1.2"
_TYPE = vocab.expand("rdf:type")
_PARTS = tuple(vocab.expand(f"rdf:{p}") for p in ("subject", "predicate", "object"))
_STATEMENT = Iri(vocab.expand("rdf:Statement"))
_STATUS = term_iri("status").value
_TARGET = term_iri(TARGET)


def turtle_12(graphs: Graphs) -> Iterator[str]:
    """The document; statements are held in memory, the rest goes out at once."""
    triples = merged(graphs)
    present = set(triples)
    statements = {s: said for s, said in subjects(triples) if _claim(said)}
    annotations: dict[Triple, list[Iri | Blank]] = {}
    for statement, said in statements.items():
        claim = _claim(said)
        if claim is None or claim not in present or _TARGET in said[_STATUS]:
            continue
        if claim[0] not in statements:
            annotations.setdefault(claim, []).append(statement)
    annotated = {s for found in annotations.values() for s in found}
    writer = _Writer(statements, annotations)
    yield 'VERSION "1.2"\n'
    for prefix, namespace in sorted(vocab.PREFIXES.items()):
        yield f"PREFIX {prefix}: <{namespace}>\n"
    for subject, said in subjects(triples):
        if subject not in statements:
            yield f"\n{writer.block(subject, said)}\n"
        elif subject not in annotated:
            yield f"\n{writer.reified(subject)}\n"


def _claim(said: Said) -> Triple | None:
    """What a subject claims if it is a whole statement with a status."""
    parts = [said.get(part, []) for part in _PARTS]
    if any(len(found) != 1 for found in parts) or _STATUS not in said:
        return None
    (subject,), (predicate,), (term,) = parts
    if not isinstance(subject, Iri) or not isinstance(predicate, Iri):
        return None
    return (subject, predicate, term) if _STATEMENT in said.get(_TYPE, []) else None


class _Writer:
    """Writes blocks in which triples carry the statements that claim them."""

    def __init__(
        self,
        statements: Mapping[Iri | Blank, Said],
        annotations: Mapping[Triple, list[Iri | Blank]],
    ) -> None:
        self._turtle = TurtleWriter()
        self._statements = statements
        self._annotations = annotations

    def block(self, subject: Iri | Blank, said: Said) -> str:
        lines = []
        for predicate, objects in said.items():
            told = " ,\n        ".join(
                self._object((subject, Iri(predicate), term))
                for term in sorted(objects, key=object_order)
            )
            lines.append(f"{self._verb(predicate)} {told}")
        return f"{self._turtle.term(subject)} " + " ;\n    ".join(lines) + " ."

    def reified(self, statement: Iri | Blank) -> str:
        claim = _claim(self._statements[statement])
        assert claim is not None  # noqa: S101 - only statements come here
        told = " ".join(self._turtle.term(term) for term in claim)
        name = self._turtle.term(statement)
        rest = " ;\n    ".join(self._about(statement))
        return f"<< {told} ~ {name} >>\n    {rest} ."

    def _object(self, triple: Triple) -> str:
        told = self._turtle.term(triple[2])
        for statement in self._annotations.get(triple, ()):
            rest = " ;\n            ".join(self._about(statement))
            told += f"\n        ~ {self._turtle.term(statement)}"
            told += f" {{|\n            {rest} |}}"
        return told

    def _about(self, statement: Iri | Blank) -> Iterator[str]:
        """What is said of a statement besides its claim, a predicate a line."""
        for predicate, objects in self._statements[statement].items():
            kept: list[Term] = [
                o for o in objects if predicate != _TYPE or o != _STATEMENT
            ]
            if predicate not in _PARTS and kept:
                told = " , ".join(self._turtle.term(o) for o in kept)
                yield f"{self._verb(predicate)} {told}"

    def _verb(self, predicate: str) -> str:
        return "a" if predicate == _TYPE else self._turtle.term(Iri(predicate))
