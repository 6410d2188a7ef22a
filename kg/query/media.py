"""Which media type an answer gets: Accept with quality values, or ``format=``.

Source: RFC 9110, section 12.5.1; SPARQL 1.1 Protocol, section 2.1.5.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Final

from kg.errors import NotAcceptableError, RequestError

HTML: Final = "text/html"


@dataclass(frozen=True, slots=True)
class Offer:
    """One way to write an answer.

    Attributes:
        accepted: the media type a client asks with, and gets.
        written: the media type the store writes (``RESULT_TYPES``,
            ``GRAPH_TYPES``), or ``text/html`` for a page.
        name: value of ``format=``; only the first offer of a name counts.
    """

    accepted: str
    written: str
    name: str

    @property
    def content_type(self) -> str:
        """The value of the Content-Type header."""
        needs_charset = self.accepted.startswith("text/")
        return self.accepted + ("; charset=utf-8" if needs_charset else "")


_JSON: Final = "application/sparql-results+json"
_XML: Final = "application/sparql-results+xml"
PAGE: Final = Offer(HTML, HTML, "html")
TABLES: Final = (
    Offer(_JSON, _JSON, "json"),
    Offer("application/json", _JSON, "json"),
    Offer(_XML, _XML, "xml"),
    Offer("text/csv", "text/csv", "csv"),
    Offer("text/tab-separated-values", "text/tab-separated-values", "tsv"),
    PAGE,
    Offer("application/xml", _XML, "xml"),
    Offer("text/xml", _XML, "xml"),
)
GRAPHS: Final = (
    Offer("text/turtle", "text/turtle", "turtle"),
    Offer("application/n-triples", "application/n-triples", "ntriples"),
    Offer("application/rdf+xml", "application/rdf+xml", "rdfxml"),
    Offer("application/ld+json", "application/ld+json", "jsonld"),
    PAGE,
    Offer("application/x-turtle", "text/turtle", "turtle"),
    Offer("application/xml", "application/rdf+xml", "rdfxml"),
    Offer("text/xml", "application/rdf+xml", "rdfxml"),
    Offer("application/json", "application/ld+json", "jsonld"),
    Offer("text/plain", "application/n-triples", "ntriples"),
)


@functools.lru_cache(maxsize=256)
def ranges(accept: str) -> tuple[tuple[str, float], ...]:
    """Media ranges of an Accept header with their quality, in its order.

    A range that is no media range is left out, and so is a quality that is none.
    """
    found = []
    for part in accept.split(","):
        kind, *parameters = (p.strip().lower() for p in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                try:
                    quality = min(1.0, max(0.0, float(value)))
                except ValueError:
                    quality = 0.0
        if kind.count("/") == 1 or kind == "*":
            found.append(("*/*" if kind == "*" else kind, quality))
    return tuple(found)


def quality(accept: str, media_type: str) -> float:
    """How much a client wants a media type: that of the most specific range."""
    major = media_type.split("/", maxsplit=1)[0] + "/*"
    best, value = -1, 0.0
    for kind, wanted in ranges(accept):
        rank = {media_type: 2, major: 1, "*/*": 0}.get(kind, -1)
        if rank > best:
            best, value = rank, wanted
    return value


@functools.lru_cache(maxsize=1024)
def choose(accept: str, wished: str, offers: tuple[Offer, ...]) -> Offer:
    """The best offer; of equal ones the first.

    Args:
        accept: the Accept header; empty for anything.
        wished: value of ``format=``, or a media type; empty for none.
        offers: in the order of our preference.

    Raises:
        NotAcceptableError: if the client accepts none.
        RequestError: if ``wished`` is none of them.
    """
    if wished:
        for offer in offers:
            if wished.lower() in {offer.name, offer.accepted}:
                return offer
        names = sorted({offer.name for offer in offers})
        raise RequestError(
            f"This answer has no format {wished!r}.",
            zh=f"此结果没有 {wished!r} 格式。",
            hint="Use " + ", ".join(names) + ".",
            hint_zh="可用：" + "、".join(names) + "。",
        )
    if not ranges(accept):
        return offers[0]
    best = max(offers, key=lambda offer: quality(accept, offer.accepted))
    if quality(accept, best.accepted) <= 0:
        types = ", ".join(dict.fromkeys(offer.accepted for offer in offers))
        raise NotAcceptableError(
            "The answer cannot be written in a type that you accept.",
            zh="无法以您接受的格式返回结果。",
            hint=f"This answer can be had as {types}.",
            hint_zh=f"可用格式：{types}。",
            link="https://www.rfc-editor.org/rfc/rfc9110#section-15.5.7",
        )
    return best
