"""``/``: where a visitor starts; and our own style sheets."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_from_directory

from kg import vocab
from kg.query.read import sources as sources_
from kg.query.read.overview import overview
from kg.web import links
from kg.web.reading import reader

blueprint = Blueprint("home", __name__)

_CLAIMS = (
    vocab.prologue("lv", "rdf", "prov", "oa")
    + """SELECT ?subject ?relation ?object ?period ?quote WHERE {
  ?statement lv:status STATUS ; rdf:subject ?subject ; rdf:predicate ?relation ;
    rdf:object ?object ; prov:wasDerivedFrom ?evidence .
  OPTIONAL { ?statement lv:periodText ?period }
  OPTIONAL { ?evidence oa:hasSelector/oa:exact ?quote }
} ORDER BY ?subject LIMIT 1000"""
)
PLANNED = _CLAIMS.replace("STATUS", "lv:target")
ACTUAL = _CLAIMS.replace("STATUS", "lv:actual")


@blueprint.get("/")
def home() -> str:
    """What this is, where to go, what the graph holds, what came last."""
    newest = sources_.all_sources(reader())[:5]
    known = reader().sources(iri for iri, _, _ in newest)
    return render_template(
        "home.html",
        overview=overview(reader()),
        newest=[(known[iri], n) for iri, _, n in newest],
        planned_query=PLANNED,
        actual_query=ACTUAL,
        generation=reader().store.generation,
    )


@blueprint.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """A file of our own: style sheet, icon, small script."""
    return send_from_directory(links.WEB_ROOT / "assets", name, max_age=3600)
