"""``/tracks``: the tree, a track, the matrix of organisations, two compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby
from typing import Any

from flask import Blueprint, Response, render_template, request

from kg import vocab
from kg.errors import QueryError
from kg.query.read import tracks as tracks_
from kg.query.read.facts import Fact
from kg.query.read.tracks import FOCUS, Track, Tree
from kg.shelf.lists import KINDS
from kg.web import factlist, ids
from kg.web.factlist import EVIDENCE_COLUMNS, about, evidence_cells
from kg.web.factview import page
from kg.web.language import t
from kg.web.reading import (
    Names,
    language,
    page_number,
    reader,
    sparql_link,
)
from kg.web.tabular import Cell, Table, download

blueprint = Blueprint("tracks", __name__)

MEMBERS = 30  # a page; each has its evidence with it

# How a kind is called at the head of a column, and what its absence is called.
KIND_NAMES: dict[str, tuple[str, str]] = {
    "company": ("企业", "Firms"),
    "lab": ("科研与临床", "Labs and clinics"),
    "incubator": ("孵化器", "Incubators"),
    "platform": ("平台", "Platforms"),
    "other": ("其他", "Other"),
    FOCUS: ("聚焦的区域与计划", "Areas and plans with this focus"),
}
GAPS: dict[str, tuple[str, str]] = {
    "company": ("尚无企业记录", "no firm on record"),
    "lab": ("尚无科研或临床机构记录", "no lab or clinic on record"),
    "platform": ("尚无平台记录", "no platform on record"),
    FOCUS: ("尚无聚焦它的区域或计划", "no area or plan with this focus"),
}


def tree() -> Tree:
    """The tree of tracks of this generation."""
    return tracks_.tree(reader())


def iri_of(name: str) -> str:
    """The IRI of a track from what its address holds."""
    return f"{vocab.ID}track-{name}"


@blueprint.get("/tracks")
def index() -> str:
    """The tree with counts."""
    return render_template(
        "tracks.html",
        tree=tree(),
        columns=[(kind, t(*KIND_NAMES[kind])) for kind in (*KINDS, FOCUS)],
        sparql=sparql_link(_tree_query()),
    )


def _tree_query() -> str:
    return (
        vocab.prologue("lv", "skos")
        + """SELECT ?track ?name ?parent (COUNT(DISTINCT ?member) AS ?direct)
WHERE {
  ?track a lv:Track ; skos:prefLabel ?name .
  OPTIONAL { ?track lv:subTrackOf ?parent }
  OPTIONAL { ?member lv:inTrack ?track }
} GROUP BY ?track ?name ?parent ORDER BY ?track"""
    )


@blueprint.get("/tracks.<any(csv, xlsx):extension>")
def index_file(extension: str) -> Response:
    """The tree as a table."""
    found = tree()
    kinds = [*KINDS, FOCUS]
    columns = ["track", "name_zh", "name_en", "parents", "depth"]
    columns += [f"{k}_direct" for k in kinds] + [f"{k}_rolled_up" for k in kinds]

    def rows() -> Iterator[list[Cell]]:
        for iri in found.order:
            track = found[iri]
            cells: list[Cell] = [iri, track.name.zh, track.name.en]
            cells += ["|".join(track.parents), track.depth]
            cells += [track.direct.get(k, 0) for k in kinds]
            cells += [track.rolled.get(k, 0) for k in kinds]
            yield cells

    table = Table("tracks", columns, rows(), about(t("赛道", "Tracks"), _tree_query()))
    return download(table, extension)


@blueprint.get("/tracks/<name>")
def track(name: str) -> Response | str:
    """Who is in a track and by what evidence; who carries it; what is missing."""
    stem, _, extension = name.rpartition(".")
    if stem and extension in {e for e, _, _ in ids.FORMATS}:
        return ids.document(f"track-{stem}", extension)
    if (elsewhere := ids.other_format(f"track-{name}")) is not None:
        return elsewhere
    found = tree()
    here = found.get(iri_of(name))
    kind = _kind()
    number = page_number()
    below = found.below(here.iri)
    window = (MEMBERS, (number - 1) * MEMBERS)
    people = tracks_.members(reader(), below, kind, language(), window)
    shown = _membership(people, set(below))
    relations = [
        r
        for r in reader().relations(here.iri)
        if not (r.predicate == _IN_TRACK and r.direction == "in" and not r.is_target)
        and r.predicate != vocab.ONTOLOGY + "subTrackOf"
    ]
    groups = reader().groups(here.iri, relations, 12)
    total = here.rolled.get(kind, 0) if kind else here.members
    return render_template(
        "track.html",
        track=here,
        thing=reader().thing(here.iri),
        tree=found,
        kind=kind,
        kinds=[k for k in KINDS if here.rolled.get(k)],
        names=KIND_NAMES,
        gaps=[GAPS[k] for k in GAPS if not here.rolled.get(k)],
        terms=reader().terms,
        page=page(groups, reader().figures_of(here.iri)),
        number=number,
        pages=-(-total // MEMBERS),
        total=total,
        sparql=sparql_link(members_query(below, kind)),
        **shown,
    )


_IN_TRACK = vocab.ONTOLOGY + "inTrack"


def _kind() -> str:
    kind = request.args.get("kind", "")
    if kind and kind not in KINDS:
        raise QueryError(
            f"kind must be one of {', '.join(KINDS)}.",
            zh=f"kind 只能是 {'、'.join(KINDS)} 之一。",
        )
    return kind


def _membership(people: list[str], tracks: set[str]) -> dict[str, Any]:
    """Everything a row of a member needs, for a page of members at once."""
    read = reader()
    facts = [f for f in read.memberships(people) if str(f.object) in tracks]
    places = read.linked(people, "lv:locatedIn")
    types = read.types(people)
    used = {place for listed in places.values() for place in listed}
    by_member: dict[str, list[Fact]] = {iri: [] for iri in people}
    for fact in facts:
        by_member[fact.subject].append(fact)
    members_page = factlist.claims(facts, ())
    members_page.names = type(members_page.names)({*people, *tracks, *used})
    return {
        "people": people,
        "facts_of": by_member,
        "places": places,
        "types": types,
        "kind_of": {iri: tracks_.kind_of(read, types[iri]) for iri in people},
        "members": members_page,
    }


def members_query(tracks: list[str], kind: str) -> str:
    """The SPARQL of the list of members with their evidence."""
    listed = " ".join(f"id:{iri.removeprefix(vocab.ID)}" for iri in tracks)
    classes = " ".join(
        vocab.shorten(c) for c in tracks_.classes_of(reader(), kind) if kind
    )
    of_kind = f"\n  VALUES ?class {{ {classes} }} ?member a ?class ." if kind else ""
    return (
        vocab.prologue("lv", "id", "rdf", "skos", "prov", "oa")
        + f"""SELECT ?member ?name ?track ?period ?quote ?source ?locator
WHERE {{
  VALUES ?track {{ {listed} }}
  ?statement rdf:object ?track ; rdf:predicate lv:inTrack ; lv:status lv:actual ;
    rdf:subject ?member ; prov:wasDerivedFrom ?evidence .
  ?evidence oa:hasSource ?source .
  OPTIONAL {{ ?statement lv:periodText ?period }}
  OPTIONAL {{ ?evidence oa:hasSelector/oa:exact ?quote }}
  OPTIONAL {{ ?evidence lv:locator ?locator }}
  OPTIONAL {{
    ?member skos:prefLabel ?name FILTER(LANG(?name) = "{language()}")
  }}{of_kind}
}} ORDER BY ?name"""
    )


@blueprint.get("/tracks/<name>/members.<any(csv, xlsx):extension>")
def members_file(name: str, extension: str) -> Response:
    """All members of a track and its sub-tracks, with the evidence."""
    found = tree()
    here = found.get(iri_of(name))
    kind = _kind()
    below = found.below(here.iri)
    table = Table(
        f"track-{here.id}-members",
        _MEMBER_COLUMNS,
        _member_rows(found, below, _members(below, kind)),
        about(here.name.text(language()), members_query(below, kind)),
    )
    return download(table, extension)


_MEMBER_COLUMNS = [
    "member", "name_zh", "name_en", "kind", "track", "track_name", "status", "period",
    "places", *EVIDENCE_COLUMNS, "statement",
]  # fmt: skip


def _members(below: list[str], kind: str) -> Iterator[list[str]]:
    return _windows(
        lambda window: tracks_.members(reader(), below, kind, language(), window)
    )


def _windows(ask: Callable[[tuple[int, int]], list[str]]) -> Iterator[list[str]]:
    """A long list in pieces, by limit and offset, to its end."""
    size, start = 400, 0
    while people := ask((size, start)):
        yield people
        start += size


def _member_rows(
    found: Tree, below: list[str], members: Iterator[list[str]]
) -> Iterator[list[Cell]]:
    for people in members:
        shown = _membership(people, set(below))
        called = shown["members"].names
        for iri in people:
            where = "|".join(called.text(p) for p in shown["places"].get(iri, ()))
            for fact in shown["facts_of"][iri]:
                track = str(fact.object)
                head: list[Cell] = [iri, called[iri].zh, called[iri].en]
                head += [
                    shown["kind_of"][iri],
                    track,
                    found[track].name.text(language()),
                ]
                head += [fact.status, fact.when, where]
                for place in shown["members"].behind(fact) or [None]:
                    yield [*head, *evidence_cells(place), fact.iri]


@blueprint.get("/tracks/compare")
def compare() -> str:
    """Two tracks side by side."""
    found = tree()
    one = _chosen(found, "a")
    other = _chosen(found, "b")
    answer: dict[str, Any] = {"tree": found, "one": one, "other": other}
    if one is not None and other is not None:
        answer |= _compared(found, one, other)
    return render_template(
        "compare.html", kinds=[*KINDS, FOCUS], names_of=KIND_NAMES, **answer
    )


@blueprint.get("/tracks/compare.<any(csv, xlsx):extension>")
def compare_file(extension: str) -> Response:
    """Every member of either track: in which it is, and by what evidence."""
    found = tree()
    one, other = _chosen(found, "a"), _chosen(found, "b")
    if one is None or other is None:
        raise QueryError(
            "Two tracks are compared: a and b.", zh="比较需要两个赛道：a 和 b。"
        )
    first, second = found.below(one.iri), found.below(other.iri)
    below = list(dict.fromkeys([*first, *second]))
    table = Table(
        f"compare-{one.id}-{other.id}",
        ["in", *_MEMBER_COLUMNS],
        _compared_rows(found, one, other),
        about(t("比较赛道", "Tracks compared"), members_query(below, "")),
    )
    return download(table, extension)


def _compared_rows(found: Tree, one: Track, other: Track) -> Iterator[list[Cell]]:
    first, second = found.below(one.iri), found.below(other.iri)
    sides = ((one, set(first)), (other, set(second)))
    below = list(dict.fromkeys([*first, *second]))
    members = _windows(
        lambda window: tracks_.either(reader(), first, second, language(), window)
    )
    rows = _member_rows(found, below, members)
    for _, same in groupby(rows, key=lambda row: row[0]):
        told = list(same)
        mine = {row[4] for row in told}
        where = "|".join(track.id for track, tracks in sides if mine & tracks)
        yield from ([where, *row] for row in told)


def _chosen(found: Tree, argument: str) -> Track | None:
    name = request.args.get(argument, "")
    return found.get(iri_of(name)) if name else None


def _compared(found: Tree, one: Track, other: Track) -> dict[str, Any]:
    read = reader()
    first, second = found.below(one.iri), found.below(other.iri)
    limit = 60
    both = tracks_.shared(read, first, second, both=True, limit=limit)
    only_one = tracks_.shared(read, first, second, both=False, limit=limit)
    only_other = tracks_.shared(read, second, first, both=False, limit=limit)
    called = Names({*both[1], *only_one[1], *only_other[1]})
    return {
        "both": both,
        "only_one": only_one,
        "only_other": only_other,
        "names": called,
        "sparql": sparql_link(members_query([*first, *second], "")),
    }
