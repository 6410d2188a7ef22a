"""Writes Turtle the same way each time, for people and for diffs.

Prefixes first, then one block a subject, ``a`` first, then the predicates and
the objects in a fixed order, one a line. Graphs with blank nodes are written
too, but only without them are the bytes canonical.

Source: RDF 1.1 Turtle, sections 2 and 6.5.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from kg import vocab
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.model.terms import XSD, XSD_STRING

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
_TYPE = vocab.expand("rdf:type")
_FIRST = (
    _TYPE,
    vocab.expand("skos:prefLabel"),
    vocab.expand("rdfs:label"),
    vocab.expand("skos:altLabel"),
    vocab.expand("rdf:subject"),
    vocab.expand("rdf:predicate"),
    vocab.expand("rdf:object"),
)
_ORDER = {iri: f"{place:02d}" for place, iri in enumerate(_FIRST)}

Rank = Callable[[Iri], tuple[int, str]]


class TurtleWriter:
    """Writes triples as Turtle.

    Args:
        prefixes: prefix to namespace; only those in use are written.
    """

    def __init__(self, prefixes: Mapping[str, str] = vocab.PREFIXES) -> None:
        self._prefixes = dict(prefixes)
        self._by_length = sorted(self._prefixes.items(), key=lambda item: -len(item[1]))
        self._used: set[str] = set()
        self._short: dict[str, str] = {}

    def write(
        self,
        triples: Iterable[Triple],
        *,
        rank: Rank | None = None,
        sections: Sequence[str] = (),
        heading: str = "",
    ) -> str:
        """The whole document.

        Args:
            triples: in any order.
            rank: section and place of a subject; by IRI when left out.
            sections: title of each section.
            heading: comment lines at the top, without ``#``.
        """
        body = list(self._blocks(_by_subject(triples), rank, sections))
        return "\n".join([*self._head(heading), *body, ""])

    def write_file(
        self,
        path: Path,
        triples: Iterable[Triple],
        *,
        rank: Rank | None = None,
        sections: Sequence[str] = (),
        heading: str = "",
        instead: Mapping[str, str] = MappingProxyType({}),
    ) -> str:
        """Write the same document to a file, without holding it whole.

        Args:
            path: is replaced.
            triples: in any order.
            rank: as in ``write``.
            sections: as in ``write``.
            heading: as in ``write``.
            instead: text to what is written in its place.

        Returns:
            SHA-256 of the file.
        """
        checksum = hashlib.sha256()
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n") as body:
            # Which prefixes are used is known once the body is written.
            for block in self._blocks(_by_subject(triples), rank, sections):
                body.write(block + "\n")
            body.seek(0)
            with path.open("wb") as file:
                head = (f"{line}\n" for line in self._head(heading))
                for line in chain(head, body):
                    content = _replaced(line, instead).encode()
                    checksum.update(content)
                    file.write(content)
        return checksum.hexdigest()

    def _head(self, heading: str) -> list[str]:
        return [
            *(f"# {line}".rstrip() for line in heading.splitlines()),
            *(f"@prefix {p}: <{self._prefixes[p]}> ." for p in sorted(self._used)),
        ]

    def _blocks(
        self,
        subjects: Mapping[Iri | Blank, Sequence[Triple]],
        rank: Rank | None,
        sections: Sequence[str],
    ) -> Iterator[str]:
        def place(subject: Iri | Blank) -> tuple[int, str]:
            if rank is not None and isinstance(subject, Iri):
                return rank(subject)
            return 0, subject.value

        current = -1
        for (section, _), subject in sorted(
            ((place(s), s) for s in subjects), key=lambda pair: (pair[0], pair[1].value)
        ):
            if sections and section != current:
                current = section
                yield f"\n# ---------- {sections[section]}"
            yield ""
            said: dict[str, set[Term]] = {}
            for _, predicate, term in subjects[subject]:
                said.setdefault(predicate.value, set()).add(term)
            yield self.block(subject, said)

    def block(self, subject: Iri | Blank, said: Mapping[str, Iterable[Term]]) -> str:
        """All that is said of one subject, ``a`` first, with its full stop."""
        lines = []
        for predicate in sorted(said, key=predicate_order):
            verb = "a" if predicate == _TYPE else self.term(Iri(predicate))
            objects = sorted(said[predicate], key=object_order)
            separator = " ,\n        "
            lines.append(f"{verb} {separator.join(self.term(o) for o in objects)}")
        return f"{self.term(subject)} " + " ;\n    ".join(lines) + " ."

    def term(self, term: Term) -> str:
        """A term in its shortest form."""
        if isinstance(term, Iri):
            if term.value not in self._short:
                self._short[term.value] = self._shortened(term)
            return self._short[term.value]
        if isinstance(term, Blank):
            return term.n3()
        return self._literal(term)

    def _literal(self, literal: Literal) -> str:
        if literal.datatype == XSD + "decimal" and re.fullmatch(
            r"[+-]?\d*\.\d+", literal.value
        ):
            return literal.value
        if literal.datatype == XSD + "integer" and re.fullmatch(
            r"[+-]?\d+", literal.value
        ):
            return literal.value
        if literal.language or literal.datatype == XSD_STRING:
            return literal.n3()
        quoted = literal.n3().rpartition("^^")[0]
        return f"{quoted}^^{self.term(Iri(literal.datatype))}"

    def _shortened(self, iri: Iri) -> str:
        for prefix, namespace in self._by_length:
            if iri.value.startswith(namespace):
                local = iri.value[len(namespace) :]
                if _LOCAL.fullmatch(local):
                    self._used.add(prefix)
                    return f"{prefix}:{local}"
        return iri.n3()


def _replaced(text: str, instead: Mapping[str, str]) -> str:
    for old, new in instead.items():
        text = text.replace(old, new)
    return text


def _by_subject(triples: Iterable[Triple]) -> dict[Iri | Blank, list[Triple]]:
    found: dict[Iri | Blank, list[Triple]] = {}
    for triple in triples:
        found.setdefault(triple[0], []).append(triple)
    return found


def predicate_order(predicate: str) -> tuple[str, str]:
    """``a`` first, then names, then the parts of a statement, then by IRI."""
    return _ORDER.get(predicate, "99"), predicate


def object_order(term: Term) -> tuple[int, str, str]:
    """Things before texts; Chinese before English, as the tables have it."""
    if isinstance(term, Literal):
        language = {"zh": "0", "en": "1"}.get(term.language, term.language)
        return 1, language, term.n3()
    return 0, "", vocab.canonical(term.value)
