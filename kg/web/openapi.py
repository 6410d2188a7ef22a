"""``/api/openapi.json``: what a program may ask, in OpenAPI 3.1.

A blueprint's module may have ``OPENAPI``: path to path item. All of them are put
together here, so that a path and its description live in one file.
"""

from __future__ import annotations

import importlib
from typing import Any

from flask import Blueprint, Response, current_app, jsonify

import kg
from kg.analysis.graphs import EGO_LIMIT
from kg.analysis.neighbours import PAGE_LIMIT
from kg.analysis.paths import LONGEST
from kg.model.groups import GROUPS
from kg.web.site import site

blueprint = Blueprint("openapi", __name__)


def parameter(
    name: str, description: str, schema: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """A parameter of the address; a text unless a schema says otherwise."""
    return {
        "name": name,
        "in": "query",
        "description": description,
        "schema": schema or {"type": "string"},
        **more,
    }


ERROR: dict[str, Any] = {
    "description": "The one error body",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


def operation(
    summary: str, parameters: list[dict[str, Any]], schema: str, *, kind: str = ""
) -> dict[str, Any]:
    """A read-only operation that answers 200, 304 or the one error body."""
    media = kind or "application/json"
    content = {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {
        "summary": summary,
        "parameters": [*parameters, LANGUAGE],
        "responses": {
            "200": {"description": "Done", "content": content},
            "304": {"description": "Not changed since the ETag sent"},
            "4XX": ERROR,
            "502": ERROR,
            "503": ERROR,
            "504": ERROR,
        },
    }


def also(get: dict[str, Any], kind: str, schema: str) -> dict[str, Any]:
    """The same operation, whose answer may have another media type too."""
    reference = {"schema": {"$ref": f"#/components/schemas/{schema}"}}
    get["responses"]["200"]["content"][kind] = reference
    return get


def posted(get: dict[str, Any]) -> dict[str, Any]:
    """The same operation with its parameters in a JSON body."""
    told = [p for p in get["parameters"] if p["name"] != "lang"]
    body = {
        "type": "object",
        "properties": {p["name"]: p["schema"] for p in told},
        "required": [p["name"] for p in told if p.get("required")],
    }
    return {
        **get,
        "parameters": [LANGUAGE],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": body}},
        },
    }


def whole(least: int, most: int, default: int) -> dict[str, Any]:
    """Schema of a whole number."""
    return {"type": "integer", "minimum": least, "maximum": most, "default": default}


def word(*allowed: str, default: str = "") -> dict[str, Any]:
    """Schema of one of these words."""
    return {"type": "string", "enum": list(allowed), "default": default}


LANGUAGE = parameter("lang", "Language of texts", word("zh", "en", default="zh"))
_ID = "Short id (`lepu`), `lv:` name or IRI"
_LAYOUT = parameter(
    "layout",
    "Positions to send along",
    word("force", "radial", "tracks", "places", "none"),
)
_GROUP = word("", *(group.key for group in GROUPS))


def _text(properties: dict[str, str]) -> dict[str, Any]:
    return {n: {"type": "string", "description": d} for n, d in properties.items()}


SCHEMAS: dict[str, Any] = {
    "Error": {
        "type": "object",
        "required": ["ok", "status", "code", "error", "messages", "request_id"],
        "properties": {
            "ok": {"type": "boolean", "const": False},
            "status": {"type": "integer"},
            **_text({"code": "Stable slug", "error": "In the reader's language"}),
            **_text({"hint": "What to do", "link": "The rule", "request_id": "Id"}),
            "messages": {"type": "object", "properties": _text({"zh": "", "en": ""})},
            "context": {"type": "object"},
        },
    },
    "Node": {
        "type": "object",
        "properties": {
            **_text({"id": _ID, "zh": "Chinese name", "en": "English name"}),
            **_text({"type": "Class", "group": "Key of the legend"}),
            "degree": {"type": "integer", "description": "Statements about it"},
            "rank": {"type": "number", "description": "PageRank, sums to 1"},
            "between": {"type": "number", "description": "Betweenness, 0 to 1"},
            "community": {"type": "integer", "description": "0 is the largest"},
        },
    },
    "Edge": {
        "type": "object",
        "properties": {
            **_text({"id": "Statement; empty if inferred", "s": "From", "t": "To"}),
            **_text({"p": "Relation", "start": "Year, month or day", "end": "Same"}),
            "status": word("actual", "target", "inferred"),
            "datasets": {"type": "array", "items": {"type": "string"}},
            "sources": {"type": "array", "items": {"type": "string"}},
        },
    },
    "Network": {
        "type": "object",
        "properties": {
            "generation": {"type": "string", "description": "State of the data"},
            "nodes": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
            "edges": {"type": "array", "items": {"$ref": "#/components/schemas/Edge"}},
            "terms": {"type": "object", "description": "Names of classes, relations"},
            "positions": {
                "type": "object",
                "description": "id to [x right, y up], about 1 between neighbours",
            },
        },
    },
    "Any": {"type": "object"},
    "List": {"type": "array", "items": {"type": "object"}},
    "Arrays": {"type": "string", "format": "binary"},
}

OPENAPI: dict[str, Any] = {
    "/api/search": {
        "get": operation(
            "Things by name, alias, English, pinyin or initials; slips forgiven",
            [
                parameter("q", "What was typed; empty for the most linked"),
                parameter("type", "Class or key of a group"),
                parameter("track", _ID),
                parameter("limit", "Results", whole(1, 100, 10)),
            ],
            "Any",
        )
    },
    "/api/graph/expand": {
        "get": operation(
            "Neighbours with counts of every kind, most linked first, paged",
            [
                parameter("id", _ID, required=True),
                parameter("relation", "lv: name of a relation"),
                parameter("direction", "Seen from the thing", word("", "in", "out")),
                parameter("group", "Group of the neighbours", _GROUP),
                parameter("status", "Reached or planned", word("", "actual", "target")),
                parameter("shown", "Ids on the screen, with commas"),
                parameter("new", "1: items not shown yet", word("0", "1", default="0")),
                parameter("after", "`after` of the page before"),
                parameter("limit", "Neighbours", whole(0, PAGE_LIMIT, 20)),
            ],
            "Network",
        )
    },
    "/api/graph/ego": {
        "get": operation(
            "What lies within one to three steps",
            [
                parameter("id", _ID, required=True),
                parameter("depth", "Steps", whole(1, 3, 1)),
                parameter("limit", "Things at most", whole(1, EGO_LIMIT, 120)),
                _LAYOUT,
            ],
            "Network",
        )
    },
    "/api/graph/path": {
        "get": operation(
            "All shortest paths; `paths` lists statement ids hop by hop",
            [
                parameter("from", _ID, required=True),
                parameter("to", _ID, required=True),
                parameter("longest", "Links at most", whole(1, LONGEST, LONGEST)),
                parameter("targets", "1: plans count as links", word("0", "1")),
            ],
            "Network",
        )
    },
    "/api/graph/common": {
        "get": operation(
            "The neighbours that two things share",
            [parameter("a", _ID, required=True), parameter("b", _ID, required=True)],
            "Network",
        )
    },
    "/api/graph/scene": {
        "get": operation(
            "These things and every link between them; POST takes JSON",
            [parameter("ids", "Ids with commas"), _LAYOUT],
            "Network",
        )
    },
    "/api/graph/layout": {
        "get": operation(
            "Positions only; POST takes JSON",
            [
                parameter("ids", "Ids with commas"),
                _LAYOUT,
                parameter("centre", "Middle of the radial layout"),
            ],
            "Network",
        )
    },
    "/api/graph/overview": {
        "get": also(
            operation(
                "The most linked things; of a large graph only counts and communities",
                [
                    parameter("limit", "Things at most", whole(1, 2500, 150)),
                    parameter("format", "binary: typed arrays", word("json", "binary")),
                ],
                "Network",
            ),
            "application/octet-stream",
            "Arrays",
        )
    },
    "/api/graph/communities": {
        "get": operation(
            "Communities, the largest first, with their most linked members",
            [parameter("limit", "Communities", whole(1, 200, 20))],
            "Any",
        )
    },
    "/api/graph/about": {
        "get": operation(
            "A thing's names, facts and figures, each with its evidence",
            [parameter("id", _ID, required=True)],
            "Any",
        )
    },
    "/api/graph/evidence": {
        "get": operation(
            "Statements with their evidence",
            [parameter("st", "Ids of statements, with commas", required=True)],
            "Any",
        )
    },
}


POSTED = ("/api/graph/scene", "/api/graph/layout", "/api/graph/construct")


def description() -> dict[str, Any]:
    """The description of every path that a blueprint describes."""
    paths: dict[str, Any] = {}
    for name in sorted(current_app.blueprints):
        module = importlib.import_module(current_app.blueprints[name].import_name)
        paths.update(getattr(module, "OPENAPI", {}))
    for path in POSTED:
        paths[path] = {**paths[path], "post": posted(paths[path]["get"])}
    for name in ("protocols", "reconcile_api"):
        paths.update(importlib.import_module(f"kg.web.{name}").OPENAPI)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": site().name[1] or site().title[1],
            "version": kg.__version__,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    """The description as JSON."""
    response = jsonify(description())
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
