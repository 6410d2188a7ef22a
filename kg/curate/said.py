"""What triples say, by subject and predicate, as plain texts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from kg import vocab
from kg.model import Iri, Literal, Term, Triple


class Said:
    """The triples of a dataset, by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.by_subject: dict[str, dict[str, list[Term]]] = defaultdict(dict)
        for s, p, o in triples:
            if isinstance(s, Iri):
                self.by_subject[s.value].setdefault(p.value, []).append(o)

    def all(self, subject: str, predicate: str) -> list[Term]:
        """Every value of a property given as prefixed name, in a fixed order."""
        found = self.by_subject.get(subject, {}).get(vocab.expand(predicate), [])
        return sorted(found, key=lambda term: term.n3())

    def one(self, subject: str, predicate: str) -> str:
        """The first value, or ""."""
        found = self.all(subject, predicate)
        return found[0].value if found else ""

    def text(self, subject: str, predicate: str, language: str) -> str:
        """The first text in a language, or ""."""
        for term in self.all(subject, predicate):
            if isinstance(term, Literal) and term.language == language:
                return term.value
        return ""

    def texts(self, subject: str, predicate: str, language: str) -> list[str]:
        """The texts in a language."""
        return [
            term.value
            for term in self.all(subject, predicate)
            if isinstance(term, Literal) and term.language == language
        ]

    def of_type(self, type_: str) -> list[str]:
        """The subjects of a class."""
        return sorted(s for s in self.by_subject if self.has_type(s, type_))

    def has_type(self, subject: str, type_: str) -> bool:
        """Whether a subject is of a class."""
        types = self.by_subject.get(subject, {}).get(vocab.expand("rdf:type"), ())
        return Iri(vocab.expand(type_)) in types


def local_of(iri: str) -> str:
    """The local name of an IRI of ours; another IRI as it is."""
    for base in (vocab.ID, vocab.ONTOLOGY):
        if iri.startswith(base):
            return iri.removeprefix(base)
    return iri
