"""What crosses rooms: RDF terms, answers, statements, evidence. No I/O here.

May import ``vocab`` and ``errors`` only, so that a row means the same to the
embedded store, the remote store, the pages and the analysis.
"""

from kg.model.terms import Blank, Iri, Literal, Term, Triple

__all__ = ["Blank", "Iri", "Literal", "Term", "Triple"]
