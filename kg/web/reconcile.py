"""``/reconcile``: the Reconciliation Service API, for OpenRefine and others.

Version 0.2 at ``/reconcile``, the 1.0 draft at ``/reconcile/v1``: their manifests
contradict each other, so each has a root of its own. Every answer may be read by
pages of any origin (CORS); JSONP is refused.

Sources: Reconciliation Service API 0.2 and 1.0-draft, W3C Entity Reconciliation
Community Group (reconciliation-api.github.io/specs).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    current_app,
    jsonify,
    render_template,
    request,
    url_for,
)

import kg
from kg import vocab
from kg.errors import MediaTypeError, NotFoundError, RequestError
from kg.query.read.values import names_of
from kg.web import reconcile_data as data
from kg.web import reconcile_read as read
from kg.web.language import t
from kg.web.matching import Candidate, Matcher, id_of, iri_of, json_number
from kg.web.reading import Names, language, reader
from kg.web.site import site

blueprint = Blueprint("reconcile", __name__)

ROOT: Final = "/reconcile"
PREVIEW_SIZE: Final = {"width": 400, "height": 220}
PREVIEW_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *;"
    " base-uri 'none'; form-action 'none'"
)
FEATURES: Final[dict[str, tuple[str, str]]] = {
    "id": ("标识符相同", "same id"),
    "identifier": ("外部标识符相同", "same external identifier"),
    "name": ("名称相似度", "resemblance of names"),
    "name_exact": ("名称相同", "same name"),
    "short_form": ("去掉组织形式等后相同", "same without legal form, place or trade"),
    "pinyin": ("拼音相同", "same in pinyin"),
    "type": ("类型相符", "type fits"),
    "statements": ("陈述数", "number of statements"),
}


def _matcher() -> Matcher:
    return Matcher(reader(), current_app.extensions["kg"].names)


@blueprint.before_request
def _limit_body() -> None:
    request.max_content_length = read.MOST_BYTES
    request.max_form_memory_size = read.MOST_BYTES


@blueprint.after_app_request
def _open_to_all(response: Response) -> Response:
    """CORS for this path only, errors too: no cookie, no token is ever read."""
    if request.path == ROOT or request.path.startswith(ROOT + "/"):
        response.headers["Access-Control-Allow-Origin"] = "*"
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = "GET, POST, OPTIONS"
            response.headers["Access-Control-Allow-Headers"] = (
                "Content-Type, Accept, Accept-Language"
            )
            response.headers["Access-Control-Max-Age"] = "86400"
    return response


def _answer(body: object) -> Response:
    response = jsonify(body)
    response.headers["Cache-Control"] = "no-cache"
    response.vary.add("Accept-Language")
    response.content_language.add("zh" if language() == "zh" else "en")
    return response


# -- manifests -------------------------------------------------------------------


def _base() -> str:
    given = current_app.extensions["kg"].settings["base_url"]
    return str(given or request.host_url).rstrip("/")


def _common() -> dict[str, Any]:
    return {
        "name": t(*site().title),
        "defaultTypes": data.default_types(),
        "documentation": f"{_base()}{url_for('reconcile.root')}/help",
        "serviceVersion": kg.__version__,
        "batchSize": read.MOST_QUERIES,
    }


def manifest_02() -> dict[str, Any]:
    """The manifest of version 0.2."""
    root = _base() + ROOT

    def suggest(kind: str) -> dict[str, str]:
        return {
            "service_url": root,
            "service_path": f"/suggest/{kind}",
            "flyout_service_url": root,
            "flyout_service_path": f"/flyout/{kind}?id=${{id}}",
        }

    return {
        "versions": ["0.2"],
        **_common(),
        "identifierSpace": vocab.ID,
        "schemaSpace": vocab.ONTOLOGY,
        "view": {"url": f"{_base()}/id/{{{{id}}}}"},
        "preview": {"url": f"{root}/preview?id={{{{id}}}}", **PREVIEW_SIZE},
        "suggest": {kind: suggest(kind) for kind in ("entity", "property", "type")},
        "extend": {
            "propose_properties": {
                "service_url": root,
                "service_path": "/extend/propose",
            },
            "property_settings": [
                {
                    "name": "limit",
                    "label": t("最多取值数", "Most values"),
                    "type": "number",
                    "default": 0,
                    "help_text": data.limit_help(),
                }
            ],
        },
    }


def manifest_1() -> dict[str, Any]:
    """The manifest of the 1.0 draft."""
    return {
        "versions": ["1.0-draft"],
        **_common(),
        "lang": "zh" if language() == "zh" else "en",
        "standardizedScore": True,
        "view": {"url": f"{_base()}/id/{{id}}"},
        "preview": PREVIEW_SIZE,
        "suggest": {"entity": True, "property": True, "type": True},
        "extend": {
            "proposeProperties": True,
            "propertySettings": [
                {
                    "id": "limit",
                    "name": t("最多取值数", "Most values"),
                    "type": "number",
                    "default": 0,
                    "helpText": data.limit_help(),
                }
            ],
        },
    }


# -- version 0.2 -------------------------------------------------------------------


@blueprint.route("/reconcile", methods=["GET", "POST"])
def root() -> Response:
    """Manifest, queries or data extension, told by the parameters.

    Raises:
        RequestError: for JSONP, or JSON that is not such a query.
    """
    given = request.form if request.method == "POST" else request.args
    if "callback" in request.values:
        raise RequestError(
            "JSONP is not offered; use CORS.",
            zh="不提供 JSONP，请使用 CORS。",
            hint="Leave out the parameter callback.",
            hint_zh="请去掉参数 callback。",
        )
    if "queries" in given:
        batch = read.batch_02(given["queries"])
        found = _matcher().answer(list(batch.values()))
        return _answer(
            {
                key: {"result": [_candidate(c) for c in candidates]}
                for key, candidates in zip(batch, found, strict=True)
            }
        )
    if "extend" in given:
        wanted = read.extension(read.parsed(given["extend"]))
        return _answer(data.extension_02(wanted))
    if request.method == "POST":
        raise RequestError(
            "A form with the field queries or extend is needed.",
            zh="需要含 queries 或 extend 字段的表单。",
            hint="The 1.0 draft is at /reconcile/v1.",
            hint_zh="1.0 草案在 /reconcile/v1。",
        )
    return _answer(manifest_02())


def _candidate(found: Candidate, *, named_features: bool = False) -> dict[str, Any]:
    features = []
    for name, value in found.features.items():
        feature: dict[str, Any] = {"id": name, "value": json_number(value)}
        if named_features:
            feature["name"] = _feature_name(name)
        features.append(feature)
    return {
        "id": id_of(found.iri),
        "name": found.called.text(language()),
        "description": data.description(found),
        "type": data.type_objects(found.types),
        "score": json_number(found.score),
        "match": found.certain,
        "features": features,
    }


def _feature_name(name: str) -> str:
    if name in FEATURES:
        return t(*FEATURES[name])
    local = name.removeprefix("property:")
    return reader().terms.name(vocab.ONTOLOGY + local).text(language())


# -- the 1.0 draft -----------------------------------------------------------------


@blueprint.get("/reconcile/v1")
@blueprint.get("/reconcile/v1/")
def root_1() -> Response:
    """The manifest."""
    return _answer(manifest_1())


@blueprint.post("/reconcile/match")
@blueprint.post("/reconcile/v1/match")
def match() -> Response:
    """A batch of queries."""
    batch = read.batch_1(_json_body())
    found = _matcher().answer(batch)
    return _answer(
        {
            "results": [
                {"candidates": [_candidate(c, named_features=True) for c in one]}
                for one in found
            ]
        }
    )


@blueprint.post("/reconcile/v1/extend")
def extend_1() -> Response:
    """Values of properties, as rows."""
    return _answer(data.extension_1(read.extension(_json_body())))


def _json_body() -> object:
    if request.mimetype != "application/json":
        raise MediaTypeError(
            f"A body of type application/json is needed, not {request.mimetype!r}.",
            zh=f"请求体应为 application/json，而不是 {request.mimetype!r}。",
        )
    return read.parsed(request.get_data(cache=False).decode("utf-8", "replace"))


# -- suggest, propose, preview: both versions -----------------------------------------


@blueprint.get("/reconcile/suggest/<kind>")
@blueprint.get("/reconcile/v1/suggest/<kind>")
def suggest(kind: str) -> Response:
    """Entities, properties or types that begin so.

    Raises:
        NotFoundError: if it is none of the three.
    """
    makers: dict[str, Callable[[str], list[dict[str, Any]]]] = {
        "entity": data.entities_like,
        "property": data.properties_like,
        "type": data.types_like,
    }
    if kind not in makers:
        raise NotFoundError(
            f"There is no suggestion of {kind!r}.", zh=f"没有 {kind!r} 的建议服务。"
        )
    skipped = read.number("offset") or read.number("cursor")
    limit = read.number("limit") or 10
    found = makers[kind](request.args.get("prefix", "")[: read.MOST_CHARS])
    return _answer({"result": found[skipped : skipped + min(limit, 100)]})


@blueprint.get("/reconcile/flyout/<kind>")
def flyout(kind: str) -> Response:
    """A small description in HTML, for the suggest widget of older clients."""
    name = request.args.get("id", "")
    html = render_template("parts/reconcile_flyout.html", **_shown(name))
    return _answer({"id": name, "html": html})


@blueprint.get("/reconcile/extend/propose")
@blueprint.get("/reconcile/v1/extend/propose")
def propose() -> Response:
    """Properties that things of a type have, the most used first."""
    type_ = request.args.get("type", "")
    limit = read.number("limit")
    found = data.properties_of_type(type_)
    body: dict[str, Any] = {"type": type_, "properties": found[: limit or None]}
    if limit:
        body["limit"] = limit
    return _answer(body)


@blueprint.get("/reconcile/preview")
@blueprint.get("/reconcile/v1/preview")
def preview() -> Response:
    """A thing on a small page that may stand in a frame of any site."""
    response = Response(
        render_template("reconcile_preview.html", **_shown(request.args.get("id", "")))
    )
    response.headers["Content-Security-Policy"] = PREVIEW_POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _shown(name: str) -> dict[str, Any]:
    """What preview and flyout show of an entity, a property or a type.

    Raises:
        NotFoundError: if nothing has this id.
    """
    iri = iri_of(name)
    term = reader().terms.name(vocab.ONTOLOGY + name.removeprefix("lv:"))
    if iri not in names_of(reader().store, [iri]):
        if term.zh or term.en:
            return {"names": [term.zh, term.en], "types": [], "text": "", "iri": ""}
        raise NotFoundError(
            f"Nothing has the identifier {name!r}.",
            zh=f"没有标识符为 {name!r} 的内容。",
        )
    thing = reader().thing(iri)
    types = reader().terms.most_specific(set(thing.types))
    terms = Names(types)
    aliases = [str(alias) for alias in thing.aliases][:6]
    return {
        "names": [n for n in (thing.name.zh, thing.name.en) if n],
        "types": [terms.text(type_) for type_ in types],
        "aliases": aliases,
        "text": thing.one("skos:definition", language()),
        "iri": iri,
        "address": f"{_base()}/id/{id_of(iri)}",
    }


@blueprint.get("/reconcile/help")
def help_page() -> str:
    """What the service is and how to add it to OpenRefine."""
    return render_template(
        "reconcile_help.html",
        address=_base() + ROOT,
        most=read.MOST_QUERIES,
        features=FEATURES,
    )
