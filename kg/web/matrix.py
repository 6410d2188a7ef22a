"""``/tracks/matrix``: organisations × tracks, each cell with its evidence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request

from kg import vocab
from kg.errors import QueryError
from kg.model.pinyin import by_name
from kg.query.read import matrix as matrix_
from kg.query.read import tracks as tracks_
from kg.query.read.evidence import Source, source_iri
from kg.query.read.facts import Fact
from kg.query.read.matrix import SORTS
from kg.query.read.matrix_shelf import Facets, Row
from kg.query.read.sources import all_sources
from kg.query.read.text import batches, ref
from kg.query.read.tracks import Tree
from kg.shelf.lists import KINDS
from kg.web import factlist
from kg.web.factlist import EVIDENCE_COLUMNS, about, evidence_cells
from kg.web.language import t
from kg.web.reading import PAGE_SIZE, Names, language, page_number, reader, sparql_link
from kg.web.tabular import Cell, Table, download
from kg.web.tracks import KIND_NAMES, iri_of, tree

blueprint = Blueprint("matrix", __name__)

MOST_COLUMNS = 24
MOST_SOURCES = 100
_STANDINGS = {
    "official": ("官方或公告", "official or filing"),
    "cited": ("其他来源", "other sources"),
}


def _year(name: str) -> int | None:
    text = request.args.get(name, "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) == 4):
        raise QueryError(
            f"{name} must be a year such as 2015.", zh=f"{name} 应为年份，例如 2015。"
        )
    return int(text)


def _one_of(name: str, allowed: object, default: str = "") -> str:
    text = request.args.get(name, default)
    if text != default and text not in list(allowed):  # type: ignore[call-overload]
        raise QueryError(f"{name} cannot be {text!r}.", zh=f"{name} 不能是 {text!r}。")
    return text


def facets() -> Facets:
    """The facets in the address.

    Raises:
        QueryError: if one of them cannot be.
        NotFoundError: if a place or source is no identifier.
    """
    kind = _one_of("kind", KINDS)
    place, source = request.args.get("place", ""), request.args.get("source", "")
    for iri in (vocab.ID + place, f"{vocab.ID}source-{source}"):
        ref(iri)  # says so if it is none
    return Facets(
        kinds=tuple(tracks_.classes_of(reader(), kind)) if kind else (),
        place=vocab.ID + place if place else "",
        source=f"{vocab.ID}source-{source}" if source else "",
        standing=_one_of("standing", _STANDINGS),
        since=_year("since"),
        until=_year("until"),
    )


def wanted_tracks(found: Tree) -> list[str]:
    """Every track the address asks for, in the order of the tree."""
    under = request.args.get("under", "")
    return found.below(found.get(iri_of(under)).iri) if under else found.order


def columns(wanted: list[str]) -> tuple[list[str], int]:
    """The tracks across the top, and the number of such pages of columns."""
    pages = max(1, -(-len(wanted) // MOST_COLUMNS))
    chosen = int(_one_of("columns", map(str, range(1, pages + 1)), "1"))
    each = -(-len(wanted) // pages)
    return wanted[(chosen - 1) * each : chosen * each], pages


@blueprint.get("/tracks/matrix")
def matrix() -> str:
    """A page of the matrix."""
    found = tree()
    wanted = wanted_tracks(found)
    across, sheets = columns(wanted)
    wish = facets()
    sort = _one_of("sort", SORTS, "tracks")
    rows = matrix_.rows(reader(), wanted, wish, sort, language()) if wanted else []
    number = page_number()
    shown = rows[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
    places = matrix_.places(reader())
    return render_template(
        "matrix.html",
        tree=found,
        across=across,
        sheets=sheets,
        sheet=request.args.get("columns", "1"),
        source=_source_name(),
        sources=_sources(),
        rows=shown,
        total=len(rows),
        number=number,
        pages=-(-len(rows) // PAGE_SIZE),
        sort=sort,
        places=places,
        called=Names([*places, *(r.iri for r in shown)]),
        kinds=KINDS,
        kind_names=KIND_NAMES,
        standings=_STANDINGS,
        heat=request.args.get("view", "heat") == "heat",
        sparql=sparql_link(matrix_.query(wanted, wish, language())) if wanted else "",
        **_cells(shown, set(across)),
    )


def _source_name() -> str:
    """The name of the source that the rows are narrowed to, or ""."""
    chosen = request.args.get("source", "")
    iri = source_iri(chosen)
    return reader().names([iri])[iri].text(language()) if chosen else ""


def _sources() -> list[tuple[str, str]]:
    """Id and title of the sources most cited, and of the chosen one, by title."""
    found = sorted(all_sources(reader()), key=lambda s: (-s[2], s[0]))
    iris = [iri for iri, _, _ in found[:MOST_SOURCES]]
    if chosen := request.args.get("source", ""):
        iris.append(source_iri(chosen))
    called = Names(iris)
    listed = {Source(iri, called[iri]).id: called.text(iri) for iri in iris}
    return sorted(listed.items(), key=lambda s: (*by_name(s[1], language()), s[0]))


def _cells(shown: Sequence[Row], across: set[str]) -> dict[str, Any]:
    """The facts of each cell and their evidence, for a page of rows at once."""
    read = reader()
    facts = [
        f for f in read.memberships(row.iri for row in shown) if str(f.object) in across
    ]
    cells: dict[tuple[str, str], list[Fact]] = {}
    for fact in facts:
        cells.setdefault((fact.subject, str(fact.object)), []).append(fact)
    return {"cells": cells, "evidence": factlist.claims(facts, ())}


@blueprint.get("/tracks/matrix.<any(csv, xlsx):extension>")
def matrix_file(extension: str) -> Response:
    """The whole matrix: one row a membership and evidence."""
    found = tree()
    across = wanted_tracks(found)
    wish = facets()
    rows = matrix_.rows(
        reader(), across, wish, _one_of("sort", SORTS, "tracks"), language()
    )
    table = Table(
        "organisations-tracks",
        ["organisation", "name", "founded", "track", "track_name", "status", "period",
         *EVIDENCE_COLUMNS, "statement"],
        _rows(found, rows, set(across)),
        about(
            t("机构与赛道", "Organisations and tracks"),
            matrix_.query(across, wish, language()),
        ),
    )  # fmt: skip
    return download(table, extension)


def _rows(found: Tree, rows: Sequence[Row], across: set[str]) -> Iterator[list[Cell]]:
    for batch in batches(rows):
        shown = _cells(batch, across)
        called = Names(row.iri for row in batch)
        for row in batch:
            for track in found.order:
                for fact in shown["cells"].get((row.iri, track), ()):
                    year = int(row.founded) if row.founded.isdigit() else None
                    head: list[Cell] = [row.iri, called.text(row.iri), year, track]
                    head += [found[track].name.text(language())]
                    head += [fact.status, fact.when]
                    for place in shown["evidence"].behind(fact) or [None]:
                        yield [*head, *evidence_cells(place), fact.iri]
