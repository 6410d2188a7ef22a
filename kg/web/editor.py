"""What the SPARQL editor asks: terms for completion, examples, labels of results."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, request

from kg import vocab
from kg.errors import DataError
from kg.query.read import Name
from kg.query.read.text import is_iri
from kg.web.openapi import operation
from kg.web.questions import TOPICS, catalogue
from kg.web.reading import Names, language, page_of, reader

blueprint = Blueprint("editor", __name__)

MOST_LABELS = 300


@blueprint.get("/api/sparql-terms")
def terms() -> Response:
    """Prefixes, classes, properties and the catalogue, for the editor.

    Tied to the store's generation, so that a client asks for it once.
    """
    read = reader()
    etag = f"{read.store.generation}-{language()}"
    if etag in request.if_none_match:
        return Response(status=304)
    response = jsonify(
        {
            "prefixes": vocab.PREFIXES,
            "classes": _named(read.terms.classes.values()),
            "properties": _named(read.terms.properties.values()),
            "examples": [
                {
                    "name": q.name,
                    "topic": TOPICS.get(q.topic, (q.topic, q.topic))[
                        0 if language() == "zh" else 1
                    ],
                    "label": q.label[language()],
                    "query": q.bind({}, language()),
                }
                for q in catalogue()
                if not q.absent
            ],
        }
    )
    response.set_etag(etag)
    response.headers["Cache-Control"] = "private, no-cache"
    response.vary.update(("Accept-Language", "Cookie"))
    return response


def _named(names: Any) -> list[dict[str, str]]:
    listed: list[Name] = sorted(names, key=lambda name: name.iri)
    return [{"iri": n.iri, "zh": n.zh, "en": n.en} for n in listed]


@blueprint.post("/api/labels")
def labels() -> Response:
    """Names and pages of the IRIs of a result, in the reader's language.

    Raises:
        DataError: if the body is not ``{"iris": [...]}`` with at most
            ``MOST_LABELS`` texts.
    """
    body = request.get_json(silent=True)
    iris = body.get("iris") if isinstance(body, dict) else None
    if (
        not isinstance(iris, list)
        or len(iris) > MOST_LABELS
        or not all(isinstance(iri, str) for iri in iris)
    ):
        raise DataError(
            f'Send {{"iris": [...]}} with at most {MOST_LABELS} IRIs.',
            zh=f'请发送 {{"iris": [...]}}，至多 {MOST_LABELS} 个 IRI。',
        )
    wanted = [iri for iri in iris if is_iri(iri)]
    called = Names(wanted)
    found = {}
    for iri in wanted:
        name = called[iri]
        if name.zh or name.en:
            found[iri] = {"label": name.text(language()), "path": page_of(iri)}
    return jsonify({"labels": found})


_LABEL_BODY = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "properties": {
                    "iris": {
                        "type": "array",
                        "maxItems": MOST_LABELS,
                        "items": {"type": "string"},
                    }
                },
                "required": ["iris"],
            }
        }
    },
}


OPENAPI: dict[str, Any] = {
    "/api/sparql-terms": {
        "get": operation("Prefixes, classes, properties and example queries", [], "Any")
    },
    "/api/labels": {
        "post": {
            **operation("Names and pages of IRIs", [], "Any"),
            "requestBody": _LABEL_BODY,
        }
    },
}
