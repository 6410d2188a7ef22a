"""``/api/graph/introductions``: whom a body could meet through its partners."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from kg.errors import DataError
from kg.web.openapi import operation, parameter
from kg.web.wire import argument, kept, long, node_json, number, parts, short

blueprint = Blueprint("introductions", __name__, url_prefix="/api/graph")
MOST = 200

OPENAPI = {
    "/api/graph/introductions": {
        "get": operation(
            "Bodies two steps of cooperation away that share a track and an investor",
            [
                parameter("id", "id of a body", required=True),
                parameter("limit", "Bodies at most, to 200"),
            ],
            "Any",
        )
    }
}


@blueprint.get("/introductions")
def introductions() -> Response:
    """Those with the most partners in between first, each with these."""
    given = argument("id")
    if not given:
        raise DataError("id is missing.", zh="缺少参数 id。")
    iri, limit = long(given), number("limit", 50, 1, MOST)

    def make() -> dict[str, Any]:
        graphs = parts().graphs
        graphs.node(iri)  # says so when there is no such thing
        found = graphs.introductions(iri)
        shown = found[:limit]
        wanted = {one.iri for one in shown} | {b for one in shown for b in one.through}
        nodes = graphs.describe(sorted(wanted))
        return {
            "id": short(iri),
            "total": len(found),
            "items": [
                {"id": short(one.iri), "through": [short(b) for b in one.through]}
                for one in shown
            ],
            "nodes": [node_json(node, None) for node in nodes.values()],
            "generation": graphs.generation,
        }

    return kept(make)
