"""The application factory and what holds for every answer."""

from __future__ import annotations

import importlib

from flask import Blueprint, Flask, Response, g, request

import kg
from kg.web import cors, encoding, errors, language, links, reading, site
from kg.web.headers import HARDENING
from kg.wiring import Parts

BLUEPRINTS: tuple[str, ...] = (
    "home",
    "built",
    "search",
    "explore",
    "graph",
    "graph_about",
    "graph_query",
    "introductions",
    "openapi",
    "ids",
    "factlist",
    "listing",
    "entities",
    "ontology",
    "downloads",
    "tracks",
    "matrix",
    "sources",
    "indicators",
    "operation",
    "sparql",
    "update",
    "data",
    "questions",
    "rankings",
    "partners",
    "insights",
    "editor",
    "reconcile",
    "review",
    "held",
    "datasets",
    "imports",
)


def blueprints() -> list[Blueprint]:
    """Every blueprint, its module imported: the slow part of a start."""
    modules = (importlib.import_module(f"kg.web.{name}") for name in BLUEPRINTS)
    return [module.blueprint for module in modules]


def create_app(parts: Parts) -> Flask:
    """Build the application around the parts.

    The parts are at ``current_app.extensions["kg"]`` for every blueprint.
    """
    app = Flask(
        "kg.web",
        root_path=str(links.WEB_ROOT),
        static_folder="static",
        static_url_path="/static",
        template_folder="templates",
    )
    app.extensions["kg"] = parts
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    for blueprint in blueprints():
        app.register_blueprint(blueprint)
    errors.install(app)
    language.install(app)
    links.install(app)
    encoding.install(app)
    cors.install(app)
    reading.install(app)
    site.install(app)
    app.after_request(_harden)
    app.context_processor(lambda: {"version": kg.__version__})
    return app


def _harden(response: Response) -> Response:
    headers = response.headers
    for name, value in HARDENING:
        headers.setdefault(name, value)
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        response.content_language.add(getattr(g, "language", "en"))
    if request.args.get("lang") in language.LANGUAGES:
        response.set_cookie(
            "lang", request.args["lang"], max_age=31_536_000, samesite="Lax"
        )
    return response
