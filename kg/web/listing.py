"""``/entities``: everything in the graph by class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flask import Blueprint, Response, render_template, request

from kg import vocab
from kg.errors import NotFoundError
from kg.model.groups import group_of
from kg.query.read import listing as listing_
from kg.query.read.text import batches
from kg.web.factlist import about
from kg.web.reading import PAGE_SIZE, Names, language, page_number, reader, sparql_link
from kg.web.tabular import Cell, Table, download

blueprint = Blueprint("listing", __name__)


def _chosen() -> tuple[str, list[str]]:
    """The class the address asks for and its sub-classes.

    Raises:
        NotFoundError: if it is none of ours.
    """
    name = request.args.get("type", "")
    terms = reader().terms
    if not name:
        return "", []
    if vocab.ONTOLOGY + name not in terms.classes:
        raise NotFoundError(
            f"There is no class {name!r}.", zh=f"没有名为 {name!r} 的类。"
        )
    return name, sorted(terms.subs(vocab.ONTOLOGY + name))


@blueprint.get("/entities")
def index() -> str:
    """Classes with their counts, and the things of the chosen one."""
    name, classes = _chosen()
    number = page_number()
    window = (PAGE_SIZE, (number - 1) * PAGE_SIZE)
    shown, total = _page(name, window)
    counts = listing_.class_counts(reader())
    terms = reader().terms
    places = reader().linked(shown, "lv:locatedIn")
    tracks = reader().linked(shown, "lv:inTrack")
    linked = {
        iri for each in (places, tracks) for iris in each.values() for iri in iris
    }
    return render_template(
        "listing.html",
        name=name,
        classes=sorted(counts, key=lambda c: -counts[c]),
        counts=counts,
        groups={c: group_of([c], terms.parents) for c in counts},
        terms=terms,
        shown=shown,
        types=reader().types(shown),
        places=places,
        tracks=tracks,
        names=Names([*shown, *linked]),
        total=total,
        number=number,
        pages=-(-total // PAGE_SIZE),
        sparql=sparql_link(listing_.query_of(classes, language())) if classes else "",
    )


@blueprint.get("/entities.<any(csv, xlsx):extension>")
def index_file(extension: str) -> Response:
    """All things of a class as a table."""
    name, classes = _chosen()
    query = listing_.query_of(classes, language()) if classes else ""
    columns = [
        "thing",
        "name_zh",
        "name_en",
        "english_basis",
        "classes",
        "places",
        "tracks",
    ]
    table = Table(
        f"entities-{name or 'none'}", columns, _rows(_all(name)), about(name, query)
    )
    return download(table, extension)


def _page(name: str, window: tuple[int, int]) -> tuple[list[str], int]:
    if not name:
        return [], 0
    return listing_.page(reader(), vocab.ONTOLOGY + name, language(), window)


def _all(name: str) -> Iterator[str]:
    size, start = 400, 0
    while some := _page(name, (size, start))[0]:
        yield from some
        start += size


def _rows(found: Iterable[str]) -> Iterator[list[Cell]]:
    for batch in batches(found):
        types = reader().types(batch)
        places = reader().linked(batch, "lv:locatedIn")
        tracks = reader().linked(batch, "lv:inTrack")
        linked = {
            i for each in (places, tracks) for iris in each.values() for i in iris
        }
        called = Names([*batch, *linked])
        for iri in batch:
            name = called[iri]
            yield [
                iri, name.zh, name.en, name.basis,
                "|".join(t.removeprefix(vocab.ONTOLOGY) for t in types[iri]),
                "|".join(called.text(p) for p in places.get(iri, ())),
                "|".join(called.text(t) for t in tracks.get(iri, ())),
            ]  # fmt: skip
