"""Addresses: from an IRI of the graph to a page of this service and back."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from flask import Flask, request, url_for

from kg import vocab

# The main doors, in the order a reader meets them: path, Chinese, English.
NAVIGATION: tuple[tuple[str, str, str], ...] = (
    ("/explore", "网络", "Network"),
    ("/tracks", "赛道", "Tracks"),
    ("/questions", "问答", "Questions"),
    ("/indicators", "指标", "Figures"),
    ("/partners", "伙伴", "Partners"),
    ("/sources", "来源", "Sources"),
    ("/sparql", "SPARQL", "SPARQL"),
)

WEB_ROOT = Path(__file__).resolve().parent


def local_path(iri: str) -> str | None:
    """The path that shows an IRI of ours, or ``None`` for one of others."""
    if iri.startswith(vocab.ID):
        return "/entities/" + quote(iri[len(vocab.ID) :], safe="")
    if iri.startswith(vocab.ONTOLOGY):
        return "/ontology#" + quote(iri[len(vocab.ONTOLOGY) :], safe="")
    return None


def other_language_address(language: str) -> str:
    """The address of this page in another language."""
    arguments = {**request.args.to_dict(flat=False), "lang": language}
    endpoint = request.endpoint
    if endpoint is None:
        return f"/?lang={language}"
    return url_for(endpoint, **{**(request.view_args or {}), **arguments})


def install(app: Flask) -> None:
    """Give templates ``local_path``, ``shorten`` and ``language_address``."""
    app.context_processor(
        lambda: {
            "navigation": NAVIGATION,
            "local_path": local_path,
            "shorten": vocab.shorten,
            "language_address": other_language_address,
        }
    )
