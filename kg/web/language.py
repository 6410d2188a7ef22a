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

    def words() -> dict[str, object]:
        is_zh = g.get("language", "zh") == "zh"
        return {
            "t": _first if is_zh else _second,  # as ``t``, without asking each time
            "language": "zh" if is_zh else "en",
            "other_language": "en" if is_zh else "zh",
        }

    app.context_processor(words)


def _first(zh: str, en: str) -> str:
    return zh


def _second(zh: str, en: str) -> str:
    return en
