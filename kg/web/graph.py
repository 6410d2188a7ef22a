"""``/api/graph/…``: the network in pieces, for the explorer and for programs.

Every answer is JSON with short ids (``lepu`` is ``…/id/lepu``) and names in both
languages, comes from SPARQL and ``kg.analysis`` alone, and carries an ETag of the
store's generation. ``/api/openapi.json`` describes it.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g

from kg.analysis.columns import columns, things_on
from kg.analysis.graphs import EGO_LIMIT
from kg.analysis.large import Picture
from kg.analysis.neighbours import PAGE_LIMIT
from kg.analysis.overview import drawing, packed
from kg.analysis.paths import LONGEST
from kg.errors import DataError
from kg.model.groups import GROUP
from kg.model.network import Network
from kg.shelf.links import Choice
from kg.web.wire import (
    argument,
    edge_json,
    kept,
    long,
    measured,
    named,
    names_of,
    network_json,
    node_json,
    number,
    one_of,
    parts,
    short,
)
from kg.wiring import CORE

blueprint = Blueprint("graph", __name__, url_prefix="/api/graph")
LAYOUTS = ("force", "radial", "tracks", "places")
SHOWN_LIMIT = 1000
SCENE_LIMIT = 2000
WHOLE_LIMIT = 2500


def _id(name: str) -> str:
    """The IRI of a required argument.

    Raises:
        DataError: if it is missing.
    """
    given = argument(name)
    if not given:
        raise DataError(f"{name} is missing.", zh=f"缺少参数 {name}。")
    return long(given)


def _layout(default: str = "force") -> str:
    return one_of("layout", (*LAYOUTS, "none"), default).replace("none", "")


@blueprint.get("/expand")
def expand() -> Response:
    """Neighbours of a thing with counts of every kind, paged."""
    iri = _id("id")
    choice = Choice(
        long(argument("relation")),
        one_of("direction", ("", "in", "out"), ""),
        one_of("group", ("", *GROUP), ""),
        one_of("status", ("", "actual", "target"), ""),
    )
    shown = names_of("shown", SHOWN_LIMIT)
    limit = number("limit", 20, 0, PAGE_LIMIT)
    only_new = one_of("new", ("0", "1"), "0") == "1"

    def make() -> dict[str, Any]:
        graphs = parts().graphs
        page = graphs.expand(
            iri,
            choice,
            shown=shown,
            after=argument("after"),
            limit=limit,
            only_new=only_new,
        )
        return {
            **network_json(page.network),
            "id": short(iri),
            "relations": [
                {
                    "relation": short(r.predicate),
                    "names": named(r.predicate, graphs.terms),
                    "direction": r.direction,
                    "group": r.group,
                    "status": r.status,
                    "total": r.total,
                }
                for r in page.relations
            ],
            "total": page.total,
            "items": [short(n.iri) for n in page.items],
            "after": page.after,
        }

    return kept(make)


@blueprint.get("/ego")
def ego() -> Response:
    """What lies within one to three steps of a thing."""
    iri = _id("id")
    depth = number("depth", 1, 1, 3)
    limit = number("limit", 120, 1, EGO_LIMIT)
    layout = _layout("radial")

    def make() -> dict[str, Any]:
        network, is_cut = parts().graphs.ego(iri, depth, limit=limit)
        return network_json(network, layout, iri) | {"id": short(iri), "cut": is_cut}

    return kept(make)


@blueprint.get("/path")
def path() -> Response:
    """All shortest paths between two things, each hop with its statements."""
    start, end = _id("from"), _id("to")
    longest = number("longest", LONGEST, 1, LONGEST)
    with_targets = one_of("targets", ("0", "1"), "0") == "1"

    def make() -> dict[str, Any]:
        found, is_cut, nodes = parts().graphs.paths(
            start, end, longest=longest, with_targets=with_targets
        )
        edges = {e.key: e for p in found for hop in p for e in hop}
        body = network_json(Network(nodes, list(edges.values())))
        places = columns([things_on(start, p) for p in found] or [[start, end]])
        return body | {
            "positions": {short(i): list(p) for i, p in places.items()},
            "from": short(start),
            "to": short(end),
            "paths": [[[edge_json(e)["id"] for e in hop] for hop in p] for p in found],
            "length": len(found[0]) if found else -1,
            "cut": is_cut,
        }

    return kept(make)


@blueprint.get("/common")
def common() -> Response:
    """The neighbours that two things share."""
    one, two = _id("a"), _id("b")
    return kept(lambda: network_json(parts().graphs.common(one, two), "force"))


@blueprint.route("/scene", methods=["GET", "POST"])
def scene() -> Response:
    """These things, every link between them, and where they stand."""
    iris = names_of("ids", SCENE_LIMIT)
    layout = _layout()

    def make() -> dict[str, Any]:
        network = parts().graphs.network(iris)
        missing = [short(i) for i in iris if i not in network.nodes]
        return network_json(network, layout) | {"missing": missing}

    return kept(make)


@blueprint.route("/layout", methods=["GET", "POST"])
def layout() -> Response:
    """Positions of these things, about 1 apart, x to the right and y up."""
    iris = names_of("ids", SCENE_LIMIT)
    kind = one_of("layout", LAYOUTS, "force")
    centre = long(argument("centre"))

    def make() -> dict[str, Any]:
        graphs = parts().graphs
        network = graphs.network(iris, with_inferred=False)
        places = graphs.positions(network, kind, centre)
        return {"positions": {short(i): list(p) for i, p in places.items()}}

    return kept(make)


@blueprint.get("/overview")
def overview() -> Response:
    """The graph's most linked things, or all of them as typed arrays.

    ``format=binary`` gives the arrays (``kg.analysis.overview.packed``). Of a graph
    with more than ``WHOLE_LIMIT`` things the network is left empty: its picture is
    the arrays.
    """
    limit = number("limit", CORE, 1, WHOLE_LIMIT)
    if one_of("format", ("json", "binary"), "json") == "json":
        return kept(lambda: overview_json(limit))
    return kept(_arrays)


def _arrays() -> bytes:
    graphs = parts().graphs
    if graphs.is_large:
        return graphs.picture().arrays(g.language)
    return packed(drawing(graphs.overview()), g.language, graphs.generation)


def overview_json(limit: int = CORE) -> dict[str, Any]:
    """What ``/overview`` answers; the explorer's page carries it as well."""
    graphs = parts().graphs
    if graphs.is_large:
        return _large(graphs.picture())
    found = graphs.overview()
    counts = {
        "nodes_total": len(found.nodes),
        "edges_total": len(found.network.edges),
        "communities": [
            {"zh": c.zh, "en": c.en, "size": c.size} for c in found.communities
        ],
        "modularity": round(found.modularity, 4),
    }
    if len(found.nodes) > WHOLE_LIMIT:
        return counts | _EMPTY | {"large": True, "generation": graphs.generation}
    drawn, places = graphs.core(limit)
    told = {short(i): list(p) for i, p in places.items()}
    return network_json(drawn) | counts | {"large": False, "positions": told}


_EMPTY: dict[str, Any] = {"nodes": [], "edges": [], "terms": {}, "positions": {}}


def _large(picture: Picture) -> dict[str, Any]:
    """The overview of a large graph, as it was computed for its generation."""
    names = ("nodes_total", "nodes_drawn", "edges_total", "modularity")
    counts = {name: picture.facts[name] for name in names if name in picture.facts}
    communities = [
        {name: one[name] for name in ("zh", "en", "size")}
        for one in picture.facts["communities"]
    ]
    about = {"communities": communities, "generation": picture.generation}
    return counts | _EMPTY | about | {"large": True}


@blueprint.get("/communities")
def communities() -> Response:
    """The communities of the graph, the largest first, with their members' ranks."""
    limit = number("limit", 20, 1, 200)

    def make() -> dict[str, Any]:
        graphs = parts().graphs
        if graphs.is_large:
            return _large_communities(graphs.picture(), limit)
        found = measured()
        if found is None:
            return {"communities": [], "large": True}
        nodes = found.nodes
        told = []
        for place, one in enumerate(found.communities[:limit]):
            members = [
                n for n, m in zip(nodes, found.member, strict=True) if m == place
            ]
            best = sorted(members, key=lambda n: (-n.degree, n.iri))[:10]
            told.append(
                {
                    "zh": one.zh,
                    "en": one.en,
                    "size": one.size,
                    "members": [node_json(n, found) for n in best],
                }
            )
        return {"communities": told, "modularity": found.modularity, "large": False}

    return kept(make)


def _large_communities(picture: Picture, limit: int) -> dict[str, Any]:
    told = [
        one | {"members": [m | {"id": short(m["iri"])} for m in one["members"]]}
        for one in picture.facts["communities"][:limit]
    ]
    return {
        "communities": told,
        "modularity": picture.facts["modularity"],
        "large": True,
    }
