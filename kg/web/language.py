"""Chinese and English as equals: the reader's language and ``t(zh, en)``.

Both texts of a message stand side by side where it is used, so that neither
can be forgotten.
"""

from __future__ import annotations

from flask import Flask, current_app, g, request

LANGUAGES = ("zh", "en")


def choose() -> str:
    """The reader's language: address, cookie, Accept-Language, setting, Chinese."""
    for wish in (request.args.get("lang"), request.cookies.get("lang")):
        if wish in LANGUAGES:
            return wish
    best = request.accept_languages.best_match(["zh", "zh-CN", "zh-Hans", "en"])
    if best:
        return best[:2]
    return current_app.extensions["kg"].settings["language"] or "zh"


def t(zh: str, en: str) -> str:
    """The text in the reader's language."""
    return zh if g.get("language", "zh") == "zh" else en


def install(app: Flask) -> None:
    """Choose the language before each request; give templates ``t``."""

    @app.before_request
    def _choose() -> None:
        g.language = choose()

    app.context_processor(
        lambda: {
            "t": t,
            "language": g.get("language", "zh"),
            "other_language": "en" if g.get("language", "zh") == "zh" else "zh",
        }
    )
