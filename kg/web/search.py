"""``/search`` and ``/api/search``: names in Chinese, English and pinyin.

The page works without JavaScript; the box in the header leads here. Other rooms
of the web ask ``Parts.names`` themselves or use ``results``.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    render_template,
    request,
)

from kg import vocab
from kg.errors import DataError, KGError
from kg.model.groups import GROUP, GROUPS
from kg.search import Match, Wish
from kg.web import links
from kg.web.reading import reader
from kg.wiring import Parts

blueprint = Blueprint("search", __name__)
PAGE_LIMIT = 50
API_LIMIT = 100


def results(
    text: str, *, type_: str = "", track: str = "", limit: int = 10, language: str = ""
) -> list[dict[str, Any]]:
    """What fits, as JSON objects in the reader's language."""
    parts: Parts = current_app.extensions["kg"]
    language = language or g.get("language", "zh")
    wish = Wish(text, iri_of_type(type_), iri_of(track), limit)
    return [told(match, language) for match in parts.names.search(wish)]


def told(match: Match, language: str) -> dict[str, Any]:
    """A match as JSON: keys ``iri id path label other type group tracks matched``."""
    label, other = _in(language, match.zh, match.en)
    return {
        "iri": match.iri,
        "id": match.iri.removeprefix(vocab.ID),
        "path": links.local_path(match.iri),
        "label": label or match.iri.removeprefix(vocab.ID),
        "other": other if other != label else "",
        "type": match.type.removeprefix(vocab.ONTOLOGY),
        "group": {
            "key": match.group,
            "label": _in(language, GROUP[match.group].zh, GROUP[match.group].en)[0],
        },
        "tracks": [
            {"iri": iri, "label": _in(language, zh, en)[0] or iri}
            for iri, zh, en in match.tracks
        ],
        "statements": match.weight,
        "matched": {
            "text": match.matched,
            "kind": match.kind,
            "forgiven": match.forgiven,
        },
    }


def _in(language: str, zh: str, en: str) -> tuple[str, str]:
    return (zh or en, en) if language == "zh" else (en or zh, zh)


def iri_of(name: str) -> str:
    """An IRI from an IRI or a local id; ``""`` stays."""
    return name if not name or "://" in name else vocab.ID + name


def iri_of_type(name: str) -> str:
    """The IRI of a class, or the key of a group, from what an address holds."""
    if not name or name in GROUP or "://" in name:
        return name
    return vocab.ONTOLOGY + name.removeprefix("lv:")


def _limit(default: int) -> int:
    text = request.args.get("limit", str(default))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= API_LIMIT:
        raise DataError(
            f"limit must be a whole number from 1 to {API_LIMIT}.",
            zh=f"limit 应为 1 到 {API_LIMIT} 的整数。",
            context={"limit": text[:20]},
        )
    return int(text)


@blueprint.get("/api/search")
def api() -> Response:
    """Results as JSON; see ``/api/openapi.json``."""
    text = request.args.get("q", "")
    limit = _limit(10)
    found = results(
        text,
        type_=request.args.get("type", ""),
        track=request.args.get("track", ""),
        limit=limit,
    )
    response = jsonify({"query": text, "results": found})
    response.headers["Cache-Control"] = "private, max-age=60"
    return response


@blueprint.get("/search")
def page() -> str:
    """Results as a page."""
    text = request.args.get("q", "").strip()
    type_ = request.args.get("type", "")
    found = results(
        text,
        type_=type_,
        track=request.args.get("track", ""),
        limit=PAGE_LIMIT,
    )
    return render_template(
        "search.html",
        text=text,
        found=found,
        groups=GROUPS,
        chosen=type_,
        classes=reader().terms.classes,
    )


def near_names(path: str) -> list[dict[str, Any]]:
    """What an address that leads nowhere may have meant: at most six things."""
    text = lost_name(path)
    if not text:
        return []
    try:
        return results(text, limit=6)
    except KGError:
        return []


def lost_name(path: str) -> str:
    """The last part of a path in words: ``/entities/bei-gene`` is ``bei gene``."""
    last = unquote(path.rstrip("/").rpartition("/")[2])
    return re.sub(r"[-_+.]+", " ", last.removeprefix("track-")).strip()[:80]


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {"near_names": near_names, "lost_name": lost_name}
