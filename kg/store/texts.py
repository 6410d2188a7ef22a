"""The texts of a predicate at hand, so that a substring is not looked up term by term.

``FILTER(CONTAINS(STR(?l), "…"))`` has the engine fetch the text of every object: a
microsecond each, most of what a search for a name costs. The same texts in one
piece of memory are searched a hundred times as fast. What is found here is only
proposed: the query keeps its FILTER.

Held are the objects as the engine writes them, a line each, of the predicates that
were searched last, ``MAX_BYTES`` in all, as long as the worker has the generation
open.
"""

from __future__ import annotations

import re
from typing import Final

import pyoxigraph as ox

from kg.store.joins import Part

MAX_OBJECTS: Final = 400_000  # of a predicate that is read at all
MAX_BYTES: Final = 24 * 1024 * 1024
MAX_FOUND: Final = 4000
MAX_FOUND_BYTES: Final = 256 * 1024
_MAX_HELD: Final = 8
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_NOT_PLAIN: Final = re.compile(rb'^[^"<]|"\^\^|<<\(', re.MULTILINE)


class _TooLongError(Exception):
    """The texts take more memory than they may."""


class _Lines:
    """What the engine writes, up to ``MAX_BYTES``."""

    def __init__(self) -> None:
        self.held = bytearray()

    def write(self, data: bytes) -> int:
        """Take a piece."""
        if len(self.held) + len(data) > MAX_BYTES:
            raise _TooLongError
        self.held += data
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""


class Texts:
    """The objects of predicates in the default graph of a store.

    Args:
        store: is only read.
    """

    def __init__(self, store: ox.Store) -> None:
        self._store = store
        self._held: dict[str, bytes | None] = {}  # by IRI: prologues all differ

    def found(
        self, prologue: str, predicate: str, variable: str, text: str
    ) -> Part | None:
        """VALUES of the objects of a predicate that may have this text in them.

        Args:
            prologue: declares the predicate's prefix.
            predicate: whose objects.
            variable: that the objects are of.
            text: without quotes and escapes.

        Returns:
            ``None`` if they are too many, or the objects are not all plain
            strings, strings with a language, or IRIs.
        """
        lines = self._lines(self.iri(prologue, predicate))
        if lines is None:
            return None
        needle, at = text.encode(), 0
        terms: dict[bytes, None] = {}
        while (at := lines.find(needle, at)) >= 0:
            start, at = lines.rfind(b"\n", 0, at) + 1, lines.index(b"\n", at)
            terms[lines[start:at]] = None
            if len(terms) > MAX_FOUND:
                return None
        listed = b" ".join(terms).decode()
        if len(listed) > MAX_FOUND_BYTES:
            return None
        written = f"VALUES {variable} {{ {listed} }}"
        return Part(written, "", "", variable, (), len(terms))

    def iri(self, prologue: str, predicate: str) -> str:
        """The IRI of a predicate, in angle brackets."""
        if predicate == "a":
            return str(_TYPE)
        named = f"{prologue} SELECT ?kg_p WHERE {{ VALUES ?kg_p {{ {predicate} }} }}"
        (row,) = self._store.query(named)  # type: ignore[misc]
        return str(row[0])

    def _lines(self, key: str) -> bytes | None:
        if key not in self._held:
            read = self._held[key] = self._read(key)
            room = MAX_BYTES - len(read or b"")
            for other in reversed(list(self._held)[:-1]):  # the last ones stay
                room -= len(self._held[other] or b"")
                if room < 0 or len(self._held) > _MAX_HELD:
                    del self._held[other]
        return self._held[key]

    def _read(self, predicate: str) -> bytes | None:
        query = f"SELECT ?kg_o WHERE {{ ?kg_s {predicate} ?kg_o }}"
        found = self._store.query(query)
        lines = _Lines()
        try:
            found.serialize(lines, ox.QueryResultsFormat.TSV)  # type: ignore[arg-type]
        except _TooLongError:
            return None
        del lines.held[: lines.held.index(b"\n") + 1]
        # Neither numbers nor blank nodes, nothing with a datatype, no triples.
        return None if _NOT_PLAIN.search(lines.held) else bytes(lines.held)
