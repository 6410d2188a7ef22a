"""``/explore``: the network to walk through, and its picture for whoever cannot.

The explorer is a script (``frontend/src/explorer``); without script, without WebGL
or before the front end is built there is the same network as an SVG and as one
HTML file drawn by pyvis.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, request, url_for
from flask import render_template as render

from kg import vocab
from kg.draw import Picture, picture_html, picture_svg
from kg.errors import DataError, PreparingError
from kg.model.groups import GROUPS
from kg.model.network import Network
from kg.web import language
from kg.web.graph import overview_json
from kg.web.headers import CONTENT_SECURITY_POLICY
from kg.web.search import iri_of
from kg.web.site import site
from kg.web.wire import MEASURED_LIMIT
from kg.wiring import Parts

blueprint = Blueprint("explore", __name__)
MOST_DRAWN = 400
# An address with one of these begins elsewhere than with the whole network.
_ELSEWHERE = frozenset({"n", "path", "query", "all"})
LAYOUTS = ("force", "radial", "tracks", "places")
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)

# The whole network of the first picture: every stated link between two things.
LINKS = (
    vocab.prologue("rdf")
    + """CONSTRUCT { ?s ?p ?o } WHERE {
  ?st rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o . FILTER(isIRI(?o)) }"""
)


def _parts() -> Parts:
    parts: Parts = current_app.extensions["kg"]
    return parts


def drawn_network() -> Network:
    """What an address of a picture asks for.

    ``n``: local ids or IRIs, with commas; their links among each other, or with
    ``depth`` what lies around the first. Without ``n``: everything, or of a large
    graph the most linked things.
    """
    graphs = _parts().graphs
    names = [n for n in request.args.get("n", "").split(",") if n][:MOST_DRAWN]
    iris = [iri_of(name) for name in names]
    depth = request.args.get("depth", "")
    if iris and depth in {"1", "2", "3"}:
        return graphs.ego(iris[0], int(depth), limit=MOST_DRAWN)[0]
    if iris:
        return graphs.network(iris)
    found = graphs.most_linked(MOST_DRAWN)
    ends = {i for e in found.edges for i in (e.source, e.target)}
    kept = {i: n for i, n in found.nodes.items() if i in ends}
    return Network(kept, found.edges)


def _picture() -> Picture:
    kind = request.args.get("layout", "force")
    if kind not in LAYOUTS:
        raise DataError(
            f"layout must be one of {', '.join(LAYOUTS)}.",
            zh=f"layout 应为 {'、'.join(LAYOUTS)} 之一。",
        )
    parts, network = _parts(), drawn_network()
    return Picture(
        network,
        parts.graphs.positions(network, kind),
        parts.graphs.terms,
        g.language,
        " · ".join((language.t(*site().title), language.t("网络", "network"))),
        url_for("explore.page", _external=True, **request.args.to_dict()),
    )


def script_policy(html: str) -> str:
    """The service's policy, with the page's own inline scripts let in by hash."""
    sums = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'"
        for s in _INLINE.findall(html)
    )
    return CONTENT_SECURITY_POLICY.replace("script-src 'self'", f"script-src {sums}")


@blueprint.get("/explore")
def page() -> Response:
    """The explorer; ``embed=1`` for a frame on another site."""
    embedded = request.args.get("embed") == "1"
    response = make_response(
        render(
            "explore.html",
            groups=GROUPS,
            embedded=embedded,
            state=_state(),
            first=None if _ELSEWHERE & set(request.args) else _first(),
        )
    )
    if embedded:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace(
            "frame-ancestors 'self'", "frame-ancestors *"
        )
    return response


def _first() -> dict[str, Any] | None:
    """The first picture's network, if it is there or takes no time to compute."""
    graphs = _parts().graphs
    if not graphs.is_large and graphs.overview_at_hand(MEASURED_LIMIT) is None:
        return None
    try:
        return overview_json()
    except PreparingError:
        return None  # the script asks again, and says that it is being prepared


def _state() -> dict[str, Any]:
    """What the script is told at its start."""
    return {
        "language": g.language,
        "generation": _parts().graphs.generation,
        "base": vocab.BASE,
        "title": language.t(*site().title),
        "examples": list(site().examples),
        "groups": [
            {"key": x.key, "zh": x.zh, "en": x.en, "shape": x.shape} for x in GROUPS
        ],
    }


@blueprint.get("/explore/picture.html")
def picture() -> Response:
    """The network as one HTML file to keep or share; ``download=1`` saves it."""
    html = picture_html(_picture())
    response = make_response(html)
    response.headers["Content-Security-Policy"] = script_policy(html)
    if request.args.get("download") == "1":
        response.headers["Content-Disposition"] = 'attachment; filename="network.html"'
    return _kept(response)


@blueprint.get("/explore/picture.svg")
def picture_as_svg() -> Response:
    """The network as SVG."""
    response = make_response(picture_svg(_picture()))
    response.mimetype = "image/svg+xml"
    return _kept(response)


def _kept(response: Response) -> Response:
    response.add_etag()
    response.headers["Cache-Control"] = "no-cache"
    response.make_conditional(request)
    return response
