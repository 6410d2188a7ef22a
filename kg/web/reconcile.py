"""``/reconcile``: the Reconciliation Service API, 0.2 and the draft of 1.0.

OpenRefine and others match the names of their spreadsheets against ours:
manifest, queries, suggest, preview and data extension.
"""

from __future__ import annotations

import json
import threading
from typing import Any

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    jsonify,
    render_template,
    request,
)

from kg import vocab
from kg.curate.reconciling import MAX_QUERIES, Reconciler
from kg.errors import DataError
from kg.search import Wish
from kg.web import links
from kg.wiring import Parts

blueprint = Blueprint("reconcile", __name__)
_LOCK = threading.Lock()
_LABELS = """
SELECT ?term ?kind ?zh ?en WHERE {
  VALUES ?kind { owl:Class lv:DomainProperty }
  ?term a ?kind ; rdfs:label ?zh , ?en .
  FILTER(STRSTARTS(STR(?term), STR(lv:)))
  FILTER(LANG(?zh) = "zh" && LANG(?en) = "en")
}
"""


class _Service:
    """The reconciler of one generation, and the terms it may name."""

    def __init__(self, parts: Parts) -> None:
        self.generation = parts.store.generation
        self.classes: list[str] = []
        self.properties: list[str] = []
        labels: dict[str, str] = {}
        for row in parts.store.select(vocab.prologue("owl", "lv", "rdfs") + _LABELS):
            local = str(row["term"]).removeprefix(vocab.ONTOLOGY)
            labels[local] = f"{row['zh']} {row['en']}"
            is_class = str(row["kind"]).endswith("Class")
            (self.classes if is_class else self.properties).append(local)

        def names(text: str, kind: str, limit: int) -> list[str]:
            wish = Wish(text[:100], vocab.ONTOLOGY + kind if kind else "", "", limit)
            return [m.iri.removeprefix(vocab.ID) for m in parts.names.search(wish)]

        self.reconciler = Reconciler(parts.store, labels, names)


def _service() -> _Service:
    parts: Parts = current_app.extensions["kg"]
    with _LOCK:
        kept: _Service | None = current_app.extensions.get("kg.reconcile")
        if kept is None or kept.generation != parts.store.generation:
            kept = _Service(parts)
            current_app.extensions["kg.reconcile"] = kept
        return kept


def _parsed(text: str, name: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as exc:
        raise DataError(
            f"{name} is no JSON: {exc}", zh=f"{name} 不是有效的 JSON：{exc}"
        ) from exc


@blueprint.route("/reconcile", methods=["GET", "POST"])
@blueprint.route("/reconcile/", methods=["GET", "POST"])
def reconcile() -> Response:
    """The manifest; or, asked something, the answer (version 0.2)."""
    if asked := request.values.get("queries"):
        queries = _parsed(asked, "queries")
        if not isinstance(queries, dict) or len(queries) > MAX_QUERIES:
            raise DataError(
                f"'queries' is an object of at most {MAX_QUERIES} queries.",
                zh=f"queries 应为至多 {MAX_QUERIES} 个查询的对象。",
            )
        reconciler = _service().reconciler
        return _answer(
            {k: {"result": _candidates(reconciler, q)} for k, q in queries.items()}
        )
    if asked := request.values.get("extend"):
        wanted = _parsed(asked, "extend")
        if not isinstance(wanted, dict):
            raise DataError("'extend' is an object.", zh="extend 应为对象。")
        return _answer(_service().reconciler.extend(wanted))
    return _answer(_manifest())


def _candidates(reconciler: Reconciler, query: Any) -> list[dict[str, Any]]:
    if not isinstance(query, dict):
        raise DataError("A query is an object.", zh="每个查询应为对象。")
    return reconciler.candidates(query)


def _answer(body: Any) -> Response:
    """JSON, or JSONP for old clients (API 0.1 and 0.2)."""
    response = jsonify(body)
    callback = request.args.get("callback", "")
    if callback.replace(".", "").replace("_", "").isalnum():
        script = f"{callback}({response.get_data(as_text=True)});"
        response = Response(script, mimetype="text/javascript")
    return response


def _manifest() -> dict[str, Any]:
    root = current_app.extensions["kg"].settings["base_url"] or request.host_url
    root = root.rstrip("/")
    here = f"{root}/reconcile"

    def suggest(what: str) -> dict[str, str]:
        return {"service_url": root, "service_path": f"/reconcile/suggest/{what}"}

    return {
        "versions": ["0.1", "0.2"],
        "name": "Life Valley 生命谷",
        "identifierSpace": vocab.ID,
        "schemaSpace": vocab.ONTOLOGY,
        "documentation": f"{root}/ontology",
        "defaultTypes": [{"id": "Organization", "name": "机构 Organisation"}],
        "view": {"url": f"{root}/entities/{{{{id}}}}"},
        "batchSize": MAX_QUERIES,
        "preview": {
            "url": f"{here}/preview?id={{{{id}}}}",
            "width": 400,
            "height": 150,
        },
        "suggest": {w: suggest(w) for w in ("entity", "type", "property")},
        "extend": {
            "propose_properties": {
                "service_url": root,
                "service_path": "/reconcile/properties",
            },
            "property_settings": [],
        },
    }


@blueprint.post("/reconcile/match")
def match() -> Response:
    """Queries in the form of the draft of 1.0."""
    body = request.get_json(force=True, silent=True)
    queries = body.get("queries") if isinstance(body, dict) else None
    if not isinstance(queries, list) or len(queries) > MAX_QUERIES:
        raise DataError(
            f"'queries' is a list of at most {MAX_QUERIES} queries.",
            zh=f"queries 应为至多 {MAX_QUERIES} 个查询的列表。",
        )
    reconciler = _service().reconciler
    return jsonify(
        {
            "results": [
                {"candidates": _candidates(reconciler, _as_02(q))} for q in queries
            ]
        }
    )


def _as_02(query: Any) -> Any:
    """A query of 1.0 as one of 0.2: conditions are a name and properties."""
    if not isinstance(query, dict):
        return query
    conditions = [c for c in query.get("conditions", ()) if isinstance(c, dict)]
    names = [c for c in conditions if c.get("matchType") == "name"]
    return {
        "query": names[0].get("propertyValue") if names else query.get("query"),
        "type": query.get("type"),
        "limit": query.get("limit", 5),
        "properties": [
            {"pid": c.get("propertyId"), "v": c.get("propertyValue")}
            for c in conditions
            if c.get("matchType") == "property"
        ],
    }


@blueprint.get("/reconcile/suggest/entity")
def suggest_entity() -> Response:
    """Entities whose names fit what has been typed."""
    parts: Parts = current_app.extensions["kg"]
    reconciler = _service().reconciler
    wish = Wish(request.args.get("prefix", "")[:100], "", "", 20)
    ids = [m.iri.removeprefix(vocab.ID) for m in parts.names.search(wish)]
    told = [reconciler.told(local) for local in ids if reconciler.has(local)]
    return _answer({"result": [{**one, "notable": one["type"]} for one in told]})


@blueprint.get("/reconcile/suggest/<any(type,property):what>")
def suggest_term(what: str) -> Response:
    """Classes or properties whose names fit."""
    service = _service()
    terms = service.classes if what == "type" else service.properties
    prefix = request.args.get("prefix", "")[:100]
    return _answer({"result": service.reconciler.suggest_terms(prefix, terms)})


@blueprint.get("/reconcile/properties")
def properties() -> Response:
    """Properties that entities of a type can be extended by."""
    service = _service()
    found = service.reconciler.suggest_terms("", service.properties, limit=200)
    return _answer({"type": request.args.get("type", ""), "properties": found})


@blueprint.get("/reconcile/preview")
def preview() -> str:
    """A small page on one entity."""
    local = request.args.get("id", "")
    reconciler = _service().reconciler
    if not reconciler.has(local):
        abort(404)
    return render_template(
        "reconcile_preview.html",
        told=reconciler.told(local),
        path=links.local_path(vocab.ID + local),
    )
