"""``/api/graph/construct``: the network that a visitor's query describes.

The query goes the way of every visitor's query: guard, limits, worker process. A
CONSTRUCT draws the links it makes; a SELECT draws the things in its rows and every
link between them, so that a question of the catalogue can be walked on from.
"""

from __future__ import annotations

import json
import re
from typing import Any

from flask import Blueprint, Response, request

from kg import vocab
from kg.errors import QueryTooLargeError, RequestError
from kg.model import Iri, Triple
from kg.model.network import Network
from kg.query.protocol import Operation
from kg.web.openapi import operation, parameter
from kg.web.wire import argument, kept, network_json, parts

blueprint = Blueprint("graph_query", __name__, url_prefix="/api/graph")
MOST_THINGS = 2000
ACCEPT = "application/n-triples, application/sparql-results+json;q=0.9"
# Links only: what is a literal or a blank node is no thing of the network.
_LINK = re.compile(r"^<([^>]*)> <([^>]*)> <([^>]*)> \.$", re.MULTILINE)

OPENAPI = {
    "/api/graph/construct": {
        "get": operation(
            "The network of a CONSTRUCT, or of the things in a SELECT's rows",
            [parameter("query", "SPARQL 1.1; POST takes JSON", required=True)],
            "Network",
        )
    }
}


@blueprint.route("/construct", methods=["GET", "POST"])
def construct() -> Response:
    """The network that a query describes, with positions."""
    text = argument("query")

    def make() -> dict[str, Any]:
        return network_json(_network(text), "force")

    return kept(make)


def _network(text: str) -> Network:
    """Ask the query and read its answer.

    Raises:
        KGError: as ``QueryService``; also if it has more than ``MOST_THINGS``.
    """
    service, graphs = parts().queries, parts().graphs
    query, offer, may_keep = service.plan(
        Operation(text), ACCEPT, client=request.remote_addr or ""
    )
    answered = service.answer(query, offer, may_keep=may_keep)
    pieces = answered.kept.body if answered.kept else b"".join(answered.stream or ())
    if query.form in {"CONSTRUCT", "DESCRIBE"}:
        triples = _links(pieces.decode())
        _bounded({str(end) for s, _, o in triples for end in (s, o)})
        return graphs.from_triples(triples)
    if query.form != "SELECT":
        raise RequestError(
            "An ASK describes no network.",
            zh="ASK 查询不能画成网络。",
            hint="Use CONSTRUCT or SELECT.",
            hint_zh="请用 CONSTRUCT 或 SELECT。",
        )
    iris = _things(json.loads(pieces))
    _bounded(iris)
    return graphs.network(sorted(iris))


def _links(text: str) -> list[Triple]:
    return [(Iri(s), Iri(p), Iri(o)) for s, p, o in _LINK.findall(text)]


def _things(answer: dict[str, Any]) -> set[str]:
    return {
        cell["value"]
        for row in answer["results"]["bindings"]
        for cell in row.values()
        if cell["type"] == "uri" and cell["value"].startswith(vocab.ID)
    }


def _bounded(iris: set[str]) -> None:
    if len(iris) > MOST_THINGS:
        raise QueryTooLargeError(
            f"The answer has {len(iris)} things; a network shows {MOST_THINGS}.",
            zh=f"结果含 {len(iris)} 个事物，网络最多显示 {MOST_THINGS} 个。",
            hint="Narrow the query.",
            hint_zh="请缩小查询范围。",
        )
