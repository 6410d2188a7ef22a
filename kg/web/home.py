"""``/``: where a visitor starts; and our own style sheet."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, send_from_directory

from kg.web import links

blueprint = Blueprint("home", __name__)


@blueprint.get("/")
def home() -> str:
    """The start page."""
    return render_template("home.html")


@blueprint.get("/assets/<path:name>")
def asset(name: str) -> Response:
    """A file of our own: style sheet, icon, small script."""
    return send_from_directory(links.WEB_ROOT / "assets", name, max_age=3600)
