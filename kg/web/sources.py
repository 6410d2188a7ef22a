"""``/sources``: where everything comes from; a stored text with its statements.

A stored source is shown as it was read: each sentence leads to the statements it
gave, and sentences that gave none are marked as well.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request

from kg import vocab
from kg.errors import NotFoundError
from kg.query.read import Source
from kg.query.read import sources as sources_
from kg.query.read.evidence import source_iri
from kg.query.read.sources import Cited, Claim, Sentence, is_figure, is_statement
from kg.query.read.text import PROLOGUE, batches
from kg.web import factlist, ids
from kg.web.factlist import COLUMNS, about, fact_rows
from kg.web.factview import SOURCE_CLASS, FactPage
from kg.web.reading import (
    PAGE_SIZE,
    Names,
    language,
    page_number,
    reader,
    sparql_link,
)
from kg.web.tabular import Table, download

blueprint = Blueprint("sources", __name__)


def stored_text(sha256: str) -> str | None:
    """The stored text with this checksum, or ``None``.

    Found by content, so that a text that was changed after the facts were taken
    from it is never shown as their source.
    """
    known: dict[str, str] = current_app.extensions.setdefault("kg.texts", {})
    if sha256 not in known:
        folder = current_app.config.get("SOURCES")
        if folder is None:
            folder = current_app.extensions["kg"].data / "sources"
        for path in sorted(Path(folder).rglob("*.txt")):
            data = path.read_bytes()
            known[hashlib.sha256(data).hexdigest()] = data.decode("utf-8")
    return known.get(sha256)


@blueprint.get("/sources")
def index() -> str:
    """All sources, newest first."""
    found = sources_.all_sources(reader())
    number = page_number()
    shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    kept = _kept_texts() if number == 1 else []
    known = reader().sources([*kept, *(iri for iri, _, _ in shown)])
    counts = {iri: n for iri, _, n in found}
    return render_template(
        "sources.html",
        kept=[(known[iri], counts.get(iri, 0)) for iri in kept],
        rows=[(known[iri], n) for iri, _, n in shown],
        total=len(found),
        number=number,
        pages=-(-len(found) // PAGE_SIZE),
        classes=SOURCE_CLASS,
        sparql=sparql_link(_LIST_QUERY),
    )


def _kept_texts() -> list[str]:
    """The sources whose text is kept and was not changed, for the head of the list."""
    read = reader()
    query = f"{PROLOGUE}SELECT ?s ?sum WHERE {{ ?s lv:sha256 ?sum }} ORDER BY ?s"

    def find() -> list[str]:
        rows = [(str(r["s"]), str(r["sum"])) for r in read.store.select(query)]
        return [s for s, checksum in rows if stored_text(checksum) is not None]

    return read.kept("kept texts", find)[:12]


_LIST_QUERY = (
    vocab.prologue("lv", "schema")
    + """SELECT ?source ?title ?publisher ?date ?url ?class WHERE {
  ?source schema:name ?title .
  OPTIONAL { ?source schema:publisher ?publisher }
  OPTIONAL { ?source schema:datePublished ?date }
  OPTIONAL { ?source schema:url ?url }
  OPTIONAL { ?source lv:sourceClass ?class }
} ORDER BY DESC(?date)"""
)


@blueprint.get("/sources.<any(csv, xlsx):extension>")
def index_file(extension: str) -> Response:
    """All sources as a table."""

    def rows() -> Iterator[list[Any]]:
        for batch in batches(sources_.all_sources(reader())):
            known = reader().sources(iri for iri, _, _ in batch)
            for iri, date, n in batch:
                s = known[iri]
                yield [
                    iri, s.name.zh, s.name.en, s.publisher, date, s.url, s.kind,
                    s.retrieved, n,
                ]  # fmt: skip

    columns = [
        "source", "title_zh", "title_en", "publisher", "date", "url", "class",
        "retrieved", "claims",
    ]  # fmt: skip
    return download(
        Table("sources", columns, rows(), about("sources", _LIST_QUERY)), extension
    )


@blueprint.get("/sources/<path:name>")
def source(name: str) -> Response | str:
    """A source: its text with every statement at its place, or its claims."""
    stem, _, extension = name.rpartition(".")
    if stem and extension in {e for e, _, _ in ids.FORMATS}:
        return ids.document(f"source-{stem}", extension)
    if (elsewhere := ids.other_format(f"source-{name}")) is not None:
        return elsewhere
    iri = source_iri(name)
    thing = reader().thing(iri)
    here = reader().sources([iri])[iri]
    text = stored_text(thing.one("lv:sha256")) if here.stored else None
    known = sources_.cited(reader(), iri)
    common = {
        "thing": thing,
        "source": here,
        "kind": SOURCE_CLASS.get(here.kind, (here.kind, here.kind)),
        "stated": known.stated,
        "named": known.named,
        "sparql": sparql_link(_query(here)),
        "note": thing.one("rdfs:comment", language()),
    }
    if text is None:
        return render_template("source_cited.html", **common, **_cited(known))
    claims = sources_.claims(reader(), iri)
    return render_template("source_text.html", **common, **_text(text, claims))


def _query(here: Source) -> str:
    return (
        vocab.prologue("lv", "id", "rdf", "prov", "oa")
        + f"""SELECT ?statement ?subject ?relation ?object ?status ?quote ?start ?end
WHERE {{
  ?evidence oa:hasSource <{here.iri}> .
  ?statement prov:wasDerivedFrom ?evidence ; rdf:subject ?subject ;
    rdf:predicate ?relation ; rdf:object ?object ; lv:status ?status .
  OPTIONAL {{ ?evidence oa:hasSelector/oa:exact ?quote }}
  OPTIONAL {{
    ?evidence oa:hasSelector ?position . ?position oa:start ?start ; oa:end ?end
  }}
}} ORDER BY ?start"""
    )


def _text(text: str, claims: Sequence[Claim]) -> dict[str, Any]:
    laid = sources_.lay(text, claims)
    chosen = _chosen_span(claims)
    here = _chosen_sentence(laid, chosen)
    silent = [s for s in laid if not s.stated and not s.heading]
    return {
        "sentences": [(s, sources_.pieces(text, s, chosen)) for s in laid],
        "here": here,
        "panel": _panel(here.claims, chosen) if here else None,
        "mentioned": _mentioned(here) if here else [],
        "silent": silent,
        "spoken": [s for s in laid if s.stated],
        "headings": [s for s in laid if s.heading],
    }


def _chosen_span(claims: Sequence[Claim]) -> tuple[int, int] | None:
    wanted = vocab.ID + request.args.get("evidence", "")
    for claim in claims:
        if claim.evidence == wanted and claim.start >= 0:
            return claim.start, claim.end
    return None


def _chosen_sentence(
    laid: Sequence[Sentence], chosen: tuple[int, int] | None
) -> Sentence | None:
    if chosen is not None:
        return next((s for s in laid if chosen[0] < s.end), None)
    number = request.args.get("at", type=int)
    if number is None:
        return None
    if not 1 <= number <= len(laid):
        raise NotFoundError(
            f"There is no sentence {number}.", zh=f"没有第 {number} 句。"
        )
    return laid[number - 1]


def _panel(claims: Sequence[Claim], chosen: tuple[int, int] | None) -> FactPage:
    wanted = [c.iri for c in claims if chosen is None or (c.start, c.end) == chosen]
    return factlist.claims(
        reader().facts(filter(is_statement, wanted)),
        reader().figures(filter(is_figure, wanted)),
    )


def _mentioned(here: Sentence) -> list[tuple[str, str]]:
    iris = dict.fromkeys(c.iri for c in here.claims if not c.status)
    called = Names(iris)
    return [(called.link(iri), called.text(iri)) for iri in iris]


def _cited(known: Cited) -> dict[str, Any]:
    number = page_number()
    shown = known.page(PAGE_SIZE, (number - 1) * PAGE_SIZE)
    return {
        "page": factlist.claims(
            reader().facts(filter(is_statement, shown)),
            reader().figures(filter(is_figure, shown)),
        ),
        "number": number,
        "pages": -(-known.stated // PAGE_SIZE),
    }


@blueprint.get("/sources/<path:name>/statements.<any(csv, xlsx):extension>")
def statements_file(name: str, extension: str) -> Response:
    """All statements that rest on a source, with their evidence."""
    iri = source_iri(name)
    thing = reader().thing(iri)
    here = reader().sources([iri])[iri]
    ordered = _by_place(iri) if here.stored else sources_.cited(reader(), iri).all()
    rows = (
        row
        for batch in batches(filter(is_statement, ordered))
        for row in fact_rows(reader().facts(batch))
        if row[COLUMNS.index("source")] == iri
    )
    table = Table(
        f"source-{name}-statements",
        COLUMNS,
        rows,
        about(thing.name.text(language()), _query(here)),
    )
    return download(table, extension)


def _by_place(source: str) -> Iterable[str]:
    """What rests on a stored text, in the order of its quotes."""
    found = sources_.claims(reader(), source)
    return dict.fromkeys(c.iri for c in sorted(found, key=lambda c: (c.start, c.iri)))
