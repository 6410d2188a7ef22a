"""Evidence: the place of a source a fact rests on; and the sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg import vocab
from kg.model import Iri
from kg.query.read.names import Name, names
from kg.query.read.text import PROLOGUE, batches, local, values
from kg.store import Store

_EVIDENCE = """SELECT * WHERE {{
  {values}
  ?ev oa:hasSource ?source .
  OPTIONAL {{ ?ev oa:hasSelector ?q . ?q oa:exact ?quote .
    OPTIONAL {{ ?q oa:prefix ?prefix }} OPTIONAL {{ ?q oa:suffix ?suffix }} }}
  OPTIONAL {{ ?ev oa:hasSelector ?p . ?p oa:start ?start ; oa:end ?end }}
  OPTIONAL {{ ?ev lv:locator ?locator }}
  OPTIONAL {{ ?ev lv:confidence ?confidence }}
}}"""

_SOURCES = """SELECT ?s ?url ?date ?retrieved ?publisher ?class ?sha256 WHERE {{
  {values}
  OPTIONAL {{ ?s schema:url ?url }}
  OPTIONAL {{ ?s schema:datePublished ?date }}
  OPTIONAL {{ ?s lv:retrieved ?retrieved }}
  OPTIONAL {{ ?s schema:publisher ?publisher }}
  OPTIONAL {{ ?s lv:sourceClass ?class }}
  OPTIONAL {{ ?s lv:sha256 ?sha256 }}
}}"""


@dataclass(frozen=True, slots=True)
class Source:
    """A document that facts come from.

    Attributes:
        kind: its source class (``official``, ``filing``, ``press`` …) or "".
        stored: whether its text is kept, so that quotes have positions.
    """

    iri: str
    name: Name
    url: str = ""
    date: str = ""
    retrieved: str = ""
    publisher: str = ""
    kind: str = ""
    stored: bool = False

    @property
    def id(self) -> str:
        """The local id of the source: ``article`` of ``id:source-article``."""
        return local(self.iri).removeprefix("source-")


@dataclass(frozen=True, slots=True)
class Evidence:
    """A place of a source.

    Attributes:
        quote: verbatim, "" for a source that is only cited.
        start: of the quote, in Unicode characters of the stored text; -1 if none.
        confidence: ``high``, ``medium`` or ``low``.
    """

    iri: str
    source: Source
    quote: str = ""
    prefix: str = ""
    suffix: str = ""
    start: int = -1
    end: int = -1
    locator: str = ""
    confidence: str = "high"

    @property
    def id(self) -> str:
        """The local id."""
        return local(self.iri)

    @property
    def folded(self) -> str:
        """The quote on one line: line breaks of a stored text mean nothing."""
        return fold(self.quote)


def fold(text: str) -> str:
    """The text without line breaks and the space round them.

    A break between two Latin words leaves one space, any other leaves nothing.
    """
    parts = [part.strip() for part in text.splitlines()]
    folded = ""
    for part in parts:
        joint = " " if folded[-1:].isascii() and part[:1].isascii() else ""
        folded += (joint if folded and part else "") + part
    return folded


def evidence(store: Store, iris: Iterable[str]) -> dict[str, Evidence]:
    """The evidence with these IRIs, each with its source."""
    rows: dict[str, dict[str, str]] = {}
    for batch in batches(sorted(set(iris))):
        query = PROLOGUE + _EVIDENCE.format(values=values("ev", batch))
        for row in store.select(query):
            texts = {name: str(term) for name, term in row.items()}
            rows.setdefault(texts["ev"], {}).update(texts)
    known = sources(store, {row["source"] for row in rows.values()})
    return {iri: _evidence(row, known[row["source"]]) for iri, row in rows.items()}


def _evidence(row: dict[str, str], source: Source) -> Evidence:
    return Evidence(
        iri=row["ev"],
        source=source,
        quote=row.get("quote", ""),
        prefix=row.get("prefix", ""),
        suffix=row.get("suffix", ""),
        start=int(row.get("start", -1)),
        end=int(row.get("end", -1)),
        locator=row.get("locator", ""),
        confidence=local(row.get("confidence", "high")),
    )


def sources(store: Store, iris: Iterable[str]) -> dict[str, Source]:
    """The sources with these IRIs."""
    wanted = sorted(set(iris))
    rows: dict[str, dict[str, str]] = {}
    publishers: set[str] = set()
    for batch in batches(wanted):
        query = PROLOGUE + _SOURCES.format(values=values("s", batch))
        for row in store.select(query):
            texts = {name: str(term) for name, term in row.items()}
            rows.setdefault(texts["s"], {}).update(texts)
            if isinstance(publisher := row.get("publisher"), Iri):
                publishers.add(publisher.value)
    called = names(store, {*wanted, *publishers})
    return {iri: _source(iri, rows.get(iri, {}), called) for iri in wanted}


def _source(iri: str, row: dict[str, str], called: dict[str, Name]) -> Source:
    publisher = row.get("publisher", "")
    return Source(
        iri=iri,
        name=called.get(iri, Name(iri)),
        url=row.get("url", ""),
        date=row.get("date", ""),
        retrieved=row.get("retrieved", ""),
        publisher=called[publisher].text("zh") if publisher in called else publisher,
        kind=row.get("class", ""),
        stored="sha256" in row,
    )


def source_iri(local_id: str) -> str:
    """The IRI of the source with this local id."""
    return f"{vocab.ID}source-{local_id}"
