"""``/rankings``: who has most of what, as a page, a table and JSON."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, jsonify, render_template, request

from kg import vocab
from kg.errors import NotFoundError
from kg.model.groups import group_of
from kg.query.read import rankings as rankings_
from kg.query.read.rankings import DIRECTIONS, Ranking
from kg.shelf.rankings import THROUGH
from kg.web.factlist import about
from kg.web.language import t
from kg.web.openapi import operation, parameter
from kg.web.reading import PAGE_SIZE, Names, language, page_number, reader, sparql_link
from kg.web.tabular import Cell, Table, download
from kg.web.wire import long, number, one_of, short

blueprint = Blueprint("rankings", __name__)

DEFAULT = "investedIn"
MOST = 200
_BATCH = 400
# What is counted, as the head of the column.
COUNTED: dict[str, tuple[str, str]] = {
    "": ("对方数", "Links"),
    "inTrack": ("赛道数", "Tracks"),
    "locatedIn": ("地点数", "Places"),
}

OPENAPI = {
    "/api/rankings": {
        "get": operation(
            "Things by how many things a relation links them to, or by how many tracks"
            " or places those have; the most first",
            [
                parameter("relation", "lv: name of the relation", required=True),
                parameter("direction", "in: rank its objects"),
                parameter("by", "inTrack or locatedIn; empty: the things themselves"),
                parameter("page", "From 1"),
                parameter("limit", "Things of a page, at most 200"),
            ],
            "Any",
        )
    }
}


def _wish(default: str = "") -> Ranking:
    """What the address asks for.

    Raises:
        DataError: if it asks for a direction or way of counting that there is not.
        NotFoundError: if no thing has the relation.
    """
    name = request.args.get("relation", "").removeprefix("lv:") or default
    direction = one_of("direction", DIRECTIONS, DIRECTIONS[0])
    through = request.args.get("by", "").removeprefix("lv:")
    if through not in THROUGH:
        one_of("by", THROUGH, "")  # says what is allowed
    relation = long(name if "://" in name else f"lv:{name}")
    known = {iri for iri, _ in rankings_.offered(reader())}
    if relation not in known and not (name == default and not known):
        raise NotFoundError(
            f"No thing has a relation {name!r}.", zh=f"没有事物具有关系 {name!r}。"
        )
    return Ranking(relation, direction, through)


@blueprint.get("/rankings")
def index() -> str:
    """A ranking, paged."""
    offered = rankings_.offered(reader())
    first = vocab.ONTOLOGY + DEFAULT
    has_default = any(iri == first for iri, _ in offered) or not offered
    wish = _wish(DEFAULT if has_default else short(offered[0][0]))
    place = page_number()
    start = (place - 1) * PAGE_SIZE
    shown, total = rankings_.page(reader(), wish, PAGE_SIZE, start)
    iris = [iri for iri, _ in shown]
    terms = reader().terms
    types = reader().types(iris)
    return render_template(
        "rankings.html",
        wish=wish,
        offered=[
            (short(iri), way, terms.label(iri, way, language())) for iri, way in offered
        ],
        chosen=(short(wish.relation), wish.direction),
        label=terms.label(wish.relation, wish.direction, language()),
        counted={key: t(*label) for key, label in COUNTED.items()},
        rows=shown,
        types=types,
        kinds={iri: group_of(types[iri], terms.parents) for iri in iris},
        terms=terms,
        names=Names(iris),
        start=start,
        total=total,
        number=place,
        pages=-(-total // PAGE_SIZE),
        keep=request.query_string.decode("ascii", "ignore"),
        sparql=sparql_link(rankings_.query(wish)),
    )


@blueprint.get("/rankings.<any(csv, xlsx):extension>")
def index_file(extension: str) -> Response:
    """The whole ranking as a table."""
    wish = _wish(DEFAULT)
    label = reader().terms.label(wish.relation, wish.direction, language())
    lines = about(f"{label} · {t(*COUNTED[wish.through])}", rankings_.query(wish))
    columns = ["place", "thing", "name_zh", "name_en", "count"]
    name = f"ranking-{short(wish.relation).removeprefix('lv:')}"
    return download(Table(name, columns, _rows(wish), lines), extension)


def _rows(wish: Ranking) -> Iterator[list[Cell]]:
    start = 0
    while shown := rankings_.page(reader(), wish, _BATCH, start)[0]:
        names = Names(iri for iri, _ in shown)
        for place, (iri, count) in enumerate(shown, start + 1):
            yield [place, iri, names[iri].zh, names[iri].en, count]
        start += len(shown)


@blueprint.get("/api/rankings")
def ranking() -> Response:
    """A page of a ranking for programs."""
    wish = _wish()
    limit = number("limit", 20, 1, MOST)
    start = (page_number() - 1) * limit
    shown, total = rankings_.page(reader(), wish, limit, start)
    names = Names(iri for iri, _ in shown)
    items = [
        {"id": short(iri), "zh": names[iri].zh, "en": names[iri].en, "count": count}
        for iri, count in shown
    ]
    return jsonify(
        {
            "relation": short(wish.relation),
            "direction": wish.direction,
            "by": f"lv:{wish.through}" if wish.through else "",
            "total": total,
            "items": items,
            "generation": reader().store.generation,
        }
    )
