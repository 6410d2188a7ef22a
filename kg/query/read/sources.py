"""A stored source as sentences, and which statements each of them gave."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from kg import vocab
from kg.query.read.reader import Reader
from kg.query.read.text import BATCH, PROLOGUE, local, ref
from kg.shelf.claims import claims_of

_END = re.compile(r"[。！？；!?]+[”’」』）)]*")
_HEADING = re.compile(r"[^，。；：、！？!?,;:\n]{2,40}\n")

_CLAIMS = """SELECT ?ev ?n ?status ?start ?end WHERE {{
  ?ev oa:hasSource {source} . ?n prov:wasDerivedFrom ?ev .
  OPTIONAL {{ ?n lv:status ?status }}
  OPTIONAL {{ ?ev oa:hasSelector ?p . ?p oa:start ?start ; oa:end ?end }}
}}"""
_COUNTS = """SELECT ?s (COUNT(?n) AS ?claims) WHERE {
  ?ev oa:hasSource ?s . ?n prov:wasDerivedFrom ?ev . ?n lv:status ?status
} GROUP BY ?s"""
_SOURCES = """SELECT ?s ?date WHERE {
  ?s a ?kind . VALUES ?kind { schema:NewsArticle schema:WebPage }
  OPTIONAL { ?s schema:datePublished ?date }
}"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement, figure or thing that rests on a place of the source.

    Attributes:
        status: "" for a thing that is merely named there.
        start: of its quote in the stored text; -1 when the source is cited.
    """

    iri: str
    evidence: str
    status: str
    start: int = -1
    end: int = -1


@dataclass(slots=True)
class Sentence:
    """A sentence of a stored text.

    Attributes:
        number: from 1.
        start: of its first character that is no space, in the stored text.
        claims: that rest on a quote which touches it.
        closes: whether a paragraph ends with it.
        heading: whether it is a heading.
    """

    number: int
    start: int
    end: int
    heading: bool = False
    closes: bool = False
    claims: list[Claim] = field(default_factory=list)

    @property
    def stated(self) -> list[Claim]:
        """Statements and figures; things merely named are left out."""
        return [claim for claim in self.claims if claim.status]


def sentences(text: str) -> list[Sentence]:
    """Cut a text into sentences, line breaks inside them notwithstanding.

    A sentence ends at a full stop, semicolon, question or exclamation mark; a
    line of its own that begins a sentence and has no punctuation is a heading.
    """
    found: list[Sentence] = []
    place = 0
    while place < len(text):
        while place < len(text) and text[place].isspace():
            place += 1
        at_line_start = not text[text.rfind("\n", 0, place) + 1 : place].strip()
        heading = _HEADING.match(text, place) if at_line_start else None
        end = _END.search(text, place)
        stop = heading.end() if heading else (end.end() if end else len(text))
        last = place + len(text[place:stop].rstrip())
        if last > place:
            after = text[stop - 1 : stop + 1]
            found.append(
                Sentence(
                    len(found) + 1, place, last, heading is not None, "\n" in after
                )
            )
        place = max(stop, place + 1)
    return found


def claims(reader: Reader, source: str) -> list[Claim]:
    """All that rests on a source; one query a generation."""
    return reader.recent(f"claims {source}", lambda: _claims(reader, source))


def _claims(reader: Reader, source: str) -> list[Claim]:
    found = reader.store.select(PROLOGUE + _CLAIMS.format(source=ref(source)))
    return [
        Claim(
            iri=str(row["n"]),
            evidence=str(row["ev"]),
            status=local(str(row["status"])) if "status" in row else "",
            start=int(str(row.get("start", -1))),
            end=int(str(row.get("end", -1))),
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class Cited:
    """What rests on a source, told without reading all of it.

    Attributes:
        stated: number of statements and figures.
        named: number of things that are merely named there.
        page: gives IRIs of statements and figures, sorted, by limit and offset.
    """

    stated: int
    named: int
    page: Callable[[int, int], list[str]]

    def all(self) -> Iterator[str]:
        """IRIs of all of them, read as they are asked for."""
        start = 0
        while found := self.page(BATCH, start):
            yield from found
            start += len(found)


def cited(reader: Reader, source: str) -> Cited:
    """What rests on a source: of a large graph from its shelf, else all ``claims``."""
    shelf = reader.shelf
    if shelf is not None and (known := claims_of(shelf, source)) is not None:
        return Cited(len(known), known.named, known.page)
    found = claims(reader, source)
    stated = sorted({c.iri for c in found if c.status})
    named = {c.iri for c in found if not c.status}
    return Cited(len(stated), len(named), lambda n, start: stated[start : start + n])


def lay(text: str, found: Iterable[Claim]) -> list[Sentence]:
    """The sentences of a text with the claims whose quotes touch each."""
    laid = sentences(text)
    ends = [sentence.end for sentence in laid]
    for claim in found:
        for sentence in laid[bisect_right(ends, claim.start) :]:
            if claim.start < 0 or claim.end <= sentence.start:
                break
            sentence.claims.append(claim)
    return laid


def pieces(
    text: str, sentence: Sentence, chosen: tuple[int, int] | None
) -> list[tuple[str, bool, bool, bool]]:
    """A sentence in pieces: text, whether quoted, only planned, and chosen.

    The pieces put together are the sentence without its line breaks.
    """
    cuts = {sentence.start, sentence.end}
    spans = [(c.start, c.end, c.status) for c in sentence.stated]
    edges = [edge for start, end, _ in spans for edge in (start, end)]
    edges += list(chosen or ())
    cuts.update(e for e in edges if sentence.start < e < sentence.end)
    ordered = sorted(cuts)
    found = []
    for start, end in pairwise(ordered):
        over = {status for s, e, status in spans if s < end and e > start}
        here = chosen is not None and chosen[0] < end and chosen[1] > start
        piece = re.sub(r"\s*\n\s*", "", text[start:end])
        found.append((piece, bool(over), over == {"target"}, here))
    return found


def all_sources(reader: Reader) -> list[tuple[str, str, int]]:
    """IRI, date and number of claims of every source, newest first.

    Read once per generation.
    """
    return reader.shelved(
        "sources",
        lambda: list_sources(reader),
        lambda told: [(iri, date, claims) for iri, date, claims in told],
    )


def list_sources(reader: Reader) -> list[tuple[str, str, int]]:
    """The same, read now."""
    counts = {
        str(row["s"]): int(str(row["claims"]))
        for row in reader.store.select(PROLOGUE + _COUNTS)
        if "s" in row
    }
    dates = {
        str(row["s"]): str(row.get("date", ""))
        for row in reader.store.select(PROLOGUE + _SOURCES)
    }
    listed = [(s, dates.get(s, ""), counts.get(s, 0)) for s in {**dates, **counts}]
    return sorted(listed, key=lambda r: (r[1], r[2], r[0]), reverse=True)


def is_statement(iri: str) -> bool:
    """Whether an IRI is of a statement."""
    return iri.startswith(vocab.ID + "st-")


def is_figure(iri: str) -> bool:
    """Whether an IRI is of an observation."""
    return iri.startswith(vocab.ID + "ob-")
