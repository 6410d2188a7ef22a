"""The OpenAPI description of ``/reconcile``, both versions.

Source: Reconciliation Service API 0.2 and 1.0-draft (see ``kg.web.reconcile``).
"""

from __future__ import annotations

from typing import Any, Final

from kg.web import reconcile_read as read
from kg.web.openapi import ERROR, LANGUAGE, parameter

_TEXT: Final = {"type": "string"}
_NAME: Final = {"type": "string", "minLength": 1, "maxLength": read.MOST_CHARS}
_ANY: Final = {"schema": {"$ref": "#/components/schemas/Any"}}
_REFUSED: Final = {"4XX": ERROR, "502": ERROR, "503": ERROR, "504": ERROR}
_COUNT: Final = {"type": "integer", "minimum": 0, "maximum": 999_999}
_KIND: Final = {
    "name": "kind",
    "in": "path",
    "required": True,
    "description": "What is looked for",
    "schema": {"type": "string", "enum": ["entity", "property", "type"]},
}
_CONDITION: Final = {
    "type": "object",
    "required": ["matchType", "propertyValue"],
    "properties": {
        "matchType": {"type": "string", "enum": ["name", "id", "property"]},
        "propertyId": {**_NAME, "description": "For the type property"},
        "propertyValue": {"anyOf": [_NAME, {"type": "array", "items": _NAME}]},
        "required": {"type": "boolean"},
        "matchQuantifier": {"type": "string", "enum": ["any", "all", "none"]},
    },
}
_QUERY: Final = {
    "type": "object",
    "required": ["conditions"],
    "properties": {
        "type": {**_NAME, "description": "Class, by its local name"},
        "limit": {"type": "integer", "minimum": 1},
        "conditions": {
            "type": "array",
            "items": _CONDITION,
            "minItems": 1,
            "maxItems": read.MOST_CONDITIONS,
        },
    },
}
_BATCH: Final = {
    "type": "object",
    "required": ["queries"],
    "properties": {
        "queries": {"type": "array", "items": _QUERY, "maxItems": read.MOST_QUERIES}
    },
}
_EXTENSION: Final = {
    "type": "object",
    "required": ["ids", "properties"],
    "properties": {
        "ids": {"type": "array", "items": _NAME, "maxItems": read.MOST_IDS},
        "properties": {
            "type": "array",
            "maxItems": read.MOST_PROPERTIES,
            "items": {
                "type": "object",
                "required": ["id"],
                "properties": {
                    "id": _NAME,
                    "settings": {"type": "object", "properties": {"limit": _COUNT}},
                },
            },
        },
    },
}
_FORM: Final = {
    "type": "object",
    "properties": {
        "queries": {
            **_TEXT,
            "description": "JSON: key to {query, type, limit, properties}",
        },
        "extend": {**_TEXT, "description": "JSON: {ids, properties}"},
    },
}


def _told(summary: str, *parameters: dict[str, Any], html: bool = False) -> Any:
    kind, schema = ("text/html", {"schema": _TEXT}) if html else _JSON
    return {
        "summary": summary,
        "parameters": [*parameters, LANGUAGE],
        "responses": {
            "200": {"description": "The answer", "content": {kind: schema}},
            **_REFUSED,
        },
    }


def _taken(summary: str, media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    body = {"required": True, "content": {media_type: {"schema": schema}}}
    return {"post": {**_told(summary), "requestBody": body}}


_JSON: Final = ("application/json", _ANY)
_ID: Final = parameter("id", "Of a thing, a class or a property", required=True)
_PREFIX: Final = parameter("prefix", "What its name begins with", required=True)
_LIMIT: Final = parameter("limit", "At most so many", _COUNT)
_SUGGEST: Final = {
    "get": _told(
        "Things, properties or classes whose name begins so",
        _KIND,
        _PREFIX,
        _LIMIT,
        parameter("offset", "Leave out so many (0.2)", _COUNT),
        parameter("cursor", "Leave out so many (1.0 draft)", _COUNT),
    )
}
_PROPOSE: Final = {
    "get": _told(
        "Properties that things of a class have, the most used first",
        parameter("type", "Class, by its local name", required=True),
        _LIMIT,
    )
}
_PREVIEW: Final = {"get": _told("A thing on a small page", _ID, html=True)}
_MATCH: Final = _taken("Match a batch (1.0 draft)", "application/json", _BATCH)
_MANIFEST_1: Final = {"get": _told("The manifest of the 1.0 draft")}
OPENAPI: Final[dict[str, Any]] = {
    "/reconcile": {
        "get": _told(
            "The manifest of version 0.2, or the answer to a batch",
            parameter("queries", "As in the form of POST", _TEXT),
            parameter("extend", "As in the form of POST", _TEXT),
        ),
        **_taken(
            "Match a batch, or fetch values of properties (0.2)",
            "application/x-www-form-urlencoded",
            _FORM,
        ),
    },
    "/reconcile/match": _MATCH,
    "/reconcile/suggest/{kind}": _SUGGEST,
    "/reconcile/flyout/{kind}": {
        "get": _told("A thing described for a list of suggestions (0.2)", _KIND, _ID)
    },
    "/reconcile/extend/propose": _PROPOSE,
    "/reconcile/preview": _PREVIEW,
    "/reconcile/v1": _MANIFEST_1,
    "/reconcile/v1/match": _MATCH,
    "/reconcile/v1/extend": _taken(
        "Fetch values of properties (1.0 draft)", "application/json", _EXTENSION
    ),
    "/reconcile/v1/suggest/{kind}": _SUGGEST,
    "/reconcile/v1/extend/propose": _PROPOSE,
    "/reconcile/v1/preview": _PREVIEW,
    "/reconcile/help": {"get": _told("How to use it, for people", html=True)},
}
