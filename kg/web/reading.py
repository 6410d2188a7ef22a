"""What pages share: the read model of this app, and names for a whole page."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, current_app, g, request
from jinja2.filters import do_urlencode

from kg import vocab
from kg.errors import QueryError
from kg.model import Iri, Literal, Term
from kg.query.read import Name, Reader
from kg.query.read.evidence import fold
from kg.query.read.text import local
from kg.query.read.wording import tongue
from kg.wiring import Parts

PAGE_SIZE = 50


def reader() -> Reader:
    """The read model of this application."""
    parts: Parts = current_app.extensions["kg"]
    return parts.reader


def language() -> str:
    """The reader's language."""
    return str(g.get("language", "zh"))


class Names:
    """Names of everything on one page, fetched in one query.

    A thing's name comes from the graph; a class's or a property's from the
    ontology.
    """

    def __init__(self, iris: Iterable[str]) -> None:
        self._terms = reader().terms
        self._names = reader().names(iris)
        self._language = language()

    def __getitem__(self, iri: str) -> Name:
        name = self._names.get(iri)
        if name is not None and (name.zh or name.en):
            return name
        return self._terms.name(iri)

    def text(self, term: Term | str) -> str:
        """What to show for a term: its name, or the text of a literal."""
        if isinstance(term, Literal):
            return term.value
        iri = term.value if isinstance(term, Iri) else str(term)
        return self[iri].text(self._language)

    def link(self, term: Term | str) -> str:
        """The page of a term, or "" when it has none."""
        if isinstance(term, Literal):
            return term.value if term.value.startswith(("http://", "https://")) else ""
        return page_of(term.value if isinstance(term, Iri) else str(term))


@lru_cache(maxsize=20_000)
def page_of(iri: str) -> str:
    """The page of a thing, or "" when we have none for it.

    Tracks, indicators and sources have pages of their own.
    """
    if iri.startswith(vocab.ONTOLOGY):
        return "/ontology#" + quote(iri[len(vocab.ONTOLOGY) :], safe="")
    if not iri.startswith(vocab.ID):
        return iri if iri.startswith(("http://", "https://")) else ""
    local = iri[len(vocab.ID) :]
    for prefix, path in _FAMILIES:
        if local.startswith(prefix):
            return path + quote(local[len(prefix) :], safe="")
    return "/entities/" + quote(local, safe="")


_FAMILIES = (
    ("track-", "/tracks/"),
    ("source-", "/sources/"),
    ("indicator-", "/indicators/"),
)


def sparql_link(query: str) -> str:
    """The editor with this query in it."""
    return "/sparql?" + urlencode({"query": query})


def page_number() -> int:
    """The ``page`` of the address, from 1.

    Raises:
        QueryError: if it is no such number.
    """
    text = request.args.get("page", "1")
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 10**6:
        error = QueryError(
            f"There is no page {text!r}.",
            zh=f"没有第 {text!r} 页。",
            hint="Pages are counted from 1.",
            hint_zh="页码从 1 起。",
        )
        error.code = "bad-page"
        raise error
    return int(text)


def address(**changes: object) -> str:
    """This page's address with other arguments; ``None`` leaves one out."""
    arguments = {**request.args.to_dict(flat=True), **changes}
    kept = {k: v for k, v in arguments.items() if v not in {None, ""}}
    return request.path + ("?" + urlencode(kept) if kept else "")


_encoded = lru_cache(maxsize=20_000)(do_urlencode)


def _urlencode(value: Any) -> str:
    """Jinja's filter; a page has the same few ids many times."""
    return _encoded(value) if type(value) is str else do_urlencode(value)


def install(app: Flask) -> None:
    """Give templates ``page_of``, ``sparql_link``, ``address``; some filters."""
    app.jinja_env.filters.update(
        fold=fold, local=local, tongue=tongue, urlencode=_urlencode
    )
    app.context_processor(
        lambda: {
            "page_of": page_of,
            "sparql_link": sparql_link,
            "address": address,
            "page_tongue": "zh-Hans" if language() == "zh" else "en",
        }
    )
