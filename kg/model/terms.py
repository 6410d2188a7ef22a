"""RDF 1.1 terms as plain values.

Source: RDF 1.1 Concepts and Abstract Syntax, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass

XSD = "http://www.w3.org/2001/XMLSchema#"
XSD_STRING = XSD + "string"
RDF_LANG_STRING = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"

_ESCAPES = str.maketrans(
    {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)


@dataclass(frozen=True, slots=True, order=True)
class Iri:
    """An IRI."""

    value: str

    def n3(self) -> str:
        """The N-Triples form."""
        return f"<{self.value}>"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True)
class Blank:
    """A blank node; its label means something within one document only."""

    value: str

    def n3(self) -> str:
        """The N-Triples form."""
        return f"_:{self.value}"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True, order=True)
class Literal:
    """A literal: lexical form, datatype IRI, language tag ("" for none)."""

    value: str
    datatype: str = XSD_STRING
    language: str = ""

    def n3(self) -> str:
        """The N-Triples form."""
        quoted = f'"{self.value.translate(_ESCAPES)}"'
        if self.language:
            return f"{quoted}@{self.language}"
        return quoted if self.datatype == XSD_STRING else f"{quoted}^^<{self.datatype}>"

    def __str__(self) -> str:
        return self.value


Term = Iri | Blank | Literal
Triple = tuple[Iri | Blank, Iri, Term]
