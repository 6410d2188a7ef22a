"""Pieces of SPARQL text that are safe to put together.

Nothing from outside enters a query except through ``ref`` and ``quoted``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from kg import vocab
from kg.errors import NotFoundError
from kg.model import Literal

T = TypeVar("T")

# The characters an IRI may have (RFC 3987, 2.2), and whole percent escapes only.
_IRI = re.compile(
    r"[A-Za-z][A-Za-z0-9+.-]*:(?:[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=]"
    r"|%[0-9A-Fa-f]{2}"
    r"|[\u00a0-\ud7ff\uf900-\ufdcf\ufdf0-\uffef\U00010000-\U0001fffd"
    r"\U00020000-\U0002fffd\U00030000-\U0003fffd])+"
)
PROLOGUE = vocab.prologue(
    "lv", "rdf", "rdfs", "owl", "skos", "prov", "oa", "schema", "dcterms", "dcat", "qb"
)  # fmt: skip
BATCH = 400


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI a store will take."""
    return _IRI.fullmatch(text) is not None


def ref(iri: str) -> str:
    """The IRI in angle brackets.

    Raises:
        NotFoundError: if it is no IRI, so that nothing can have it.
    """
    if not is_iri(iri):
        raise NotFoundError(
            f"Nothing has the identifier {iri!r}.", zh=f"没有标识符为 {iri!r} 的内容。"
        )
    return f"<{iri}>"


def values(variable: str, iris: Iterable[str]) -> str:
    """``VALUES ?variable { <a> <b> }``; raises as ``ref`` does.

    One such block may stand in a group of patterns: the embedded engine
    multiplies two of them out before it looks at the data.
    """
    return f"VALUES ?{variable} {{ {' '.join(map(ref, iris))} }}"


def quoted(text: str, language: str = "") -> str:
    """The text as a literal with every special character escaped."""
    return Literal(text, language=language).n3()


def batches(items: Iterable[T], size: int = BATCH) -> Iterator[tuple[T, ...]]:
    """The items in runs of at most ``size``."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch


def local(iri: str) -> str:
    """The part of an IRI that is read aloud: after ``#`` or the last ``/``."""
    iri = iri.rstrip("/#")
    return iri[max(iri.rfind("/"), iri.rfind("#")) + 1 :]
