"""The OpenAPI description of the standard protocols and of operation.

Source: SPARQL 1.1 Protocol, section 2; Graph Store HTTP Protocol, section 5.
"""

from __future__ import annotations

from typing import Any, Final

from kg.query.media import GRAPHS, HTML, TABLES
from kg.web.openapi import ERROR, parameter

_TEXT: Final = {"type": "string"}
_IRIS: Final = {"type": "array", "items": {"type": "string", "format": "iri"}}
_NO_BODY: Final = {"description": "Done; durable"}
_REFUSED: Final = {"4XX": ERROR, "502": ERROR, "503": ERROR, "504": ERROR}
_WRITER: Final[list[dict[str, list[str]]]] = [{"bearer": []}]


def _as(types: set[str]) -> dict[str, Any]:
    return {kind: {"schema": _TEXT} for kind in sorted(types)}


_ANSWERS: Final = _as({o.accepted for o in (*TABLES, *GRAPHS)} - {"application/json"})
_DOCUMENTS: Final = _as({o.accepted for o in GRAPHS if o.written != HTML})
_DATASET: Final = [
    parameter("default-graph-uri", "Graphs of the default graph", _IRIS),
    parameter("named-graph-uri", "Named graphs", _IRIS),
    parameter("timeout", "Seconds; less than the limit", _TEXT),
    parameter("format", "Instead of Accept: json, xml, csv, tsv, turtle …", _TEXT),
]
_USING: Final = [
    parameter("using-graph-uri", "As USING", _IRIS),
    parameter("using-named-graph-uri", "As USING NAMED", _IRIS),
]
_GRAPH: Final = [
    parameter("graph", "IRI of a graph", {"type": "string", "format": "iri"}),
    parameter("default", "What was written without naming a graph", _TEXT),
]
_NAME: Final = {
    "name": "name",
    "in": "path",
    "required": True,
    "description": "Rest of the graph's IRI; may have slashes",
    "schema": {"type": "string", "minLength": 1},
}
_MATCH: Final = {
    "name": "If-Match",
    "in": "header",
    "description": "ETag of the state that is to be changed; else 412",
    "schema": _TEXT,
}


def _form(name: str) -> dict[str, Any]:
    fields = {"type": "object", "required": [name], "properties": {name: _TEXT}}
    content = {
        "application/x-www-form-urlencoded": {"schema": fields},
        f"application/sparql-{name}": {"schema": _TEXT},
    }
    return {"required": True, "content": content}


def _read(summary: str, named: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": [*named, parameter("format", "Instead of Accept", _TEXT)],
        "responses": {
            "200": {"description": "The graph", "content": _DOCUMENTS},
            "304": {"description": "Not changed since the ETag sent"},
            **_REFUSED,
        },
    }


def _write(summary: str, *, takes: bool, more: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": summary,
        "security": _WRITER,
        "parameters": [*more, _MATCH],
        "responses": {
            "200": _NO_BODY,
            "201": {"description": "A new graph; its address is in Location"},
            "204": _NO_BODY,
            **_REFUSED,
        },
    }
    if takes:
        found["requestBody"] = {"required": True, "content": _DOCUMENTS}
    return found


def _told(summary: str, kind: str, *, may_fail: bool = False) -> dict[str, Any]:
    told: dict[str, Any] = {"content": {kind: {"schema": {}}}}
    answers: dict[str, Any] = {"200": {"description": "Now", **told}}
    if may_fail:
        answers["503"] = {"description": "Not ready; why is in it", **told}
    return {"get": {"summary": summary, "responses": answers}}


_QUERIED: Final = {
    "200": {"description": "The answer, in the type asked for", "content": _ANSWERS},
    "304": {"description": "Not changed since the ETag sent"},
    **_REFUSED,
}
OPENAPI: Final[dict[str, Any]] = {
    "/sparql": {
        "get": {
            "summary": "Answer a query; without one describe the service",
            "parameters": [parameter("query", "SPARQL 1.1 Query", _TEXT), *_DATASET],
            "responses": _QUERIED,
        },
        "post": {
            "summary": "Answer a query",
            "parameters": _DATASET,
            "requestBody": _form("query"),
            "responses": _QUERIED,
        },
    },
    "/update": {
        "post": {
            "summary": "Carry out SPARQL 1.1 Update, whole or not at all",
            "security": _WRITER,
            "parameters": [*_USING, _MATCH],
            "requestBody": _form("update"),
            "responses": {"204": _NO_BODY, **_REFUSED},
        }
    },
    "/data": {
        "get": _read("One graph as a document", _GRAPH),
        "put": _write("Replace a graph", takes=True, more=_GRAPH),
        "post": _write("Add to a graph, or make a new one", takes=True, more=_GRAPH),
        "delete": _write("Remove a graph", takes=False, more=_GRAPH),
    },
    "/data/{name}": {
        "get": _read("The graph whose IRI is this address", [_NAME]),
        "put": _write("Replace it", takes=True, more=[_NAME]),
        "post": _write("Add to it", takes=True, more=[_NAME]),
        "delete": _write("Remove it", takes=False, more=[_NAME]),
    },
    "/healthz": _told("Whether the process answers", "application/json"),
    "/readyz": _told(
        "Whether queries can be answered", "application/json", may_fail=True
    ),
    "/metrics": _told("Numbers for Prometheus", "text/plain"),
    "/-/settings": _told("Every setting in force", "application/json"),
    "/api/openapi.json": _told("This description", "application/json"),
}
