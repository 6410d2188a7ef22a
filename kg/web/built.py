"""The built front end: which files a page needs, and how they are served.

Vite writes ``static/manifest.json``; its names carry a hash of the content, so
they may be kept for ever. A missing build is told in words, never as a blank
page: every page that has an island works without it.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, request, send_from_directory
from markupsafe import Markup, escape

from kg.web import links

blueprint = Blueprint("built", __name__)
STATIC = links.WEB_ROOT / "static"
HOW_TO_BUILD = "python frontend/build.py"
_ENTRIES = {"explorer": "src/explorer/main.tsx", "sparql": "src/sparql/main.ts"}
_NEEDED = frozenset({"stage"})  # loaded after the first picture, on every visit


@lru_cache(maxsize=4)
def _manifest(path: Path, changed_ns: int) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def entry_files(
    entry: str, static: Path = STATIC
) -> tuple[str, list[str], list[str]] | None:
    """The script and the style sheets of an entry, as names under ``/static/``.

    Returns:
        The script, the style sheets, and the scripts it loads on its own with what
        those import; ``None`` when the front end is not built.
    """
    path = static / "manifest.json"
    if not path.is_file():
        return None
    manifest = _manifest(path, path.stat().st_mtime_ns)
    found = manifest.get(_ENTRIES[entry])
    if found is None:
        return None
    sheets = list(found.get("css", ()))
    for name in found.get("imports", ()):
        sheets += manifest[name].get("css", ())
    return found["file"], sheets, _soon(manifest, found)


def _soon(manifest: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Files of the first script that an entry loads while it runs, and its imports.

    Only those that every visit needs; the others wait until they are asked for.
    """
    names = [*found.get("imports", ())]
    for name in found.get("dynamicImports", ()):
        if manifest[name].get("name") in _NEEDED:
            names += [name, *manifest[name].get("imports", ())]
    files = [manifest[name]["file"] for name in names]
    return [f for f in dict.fromkeys(files) if f != found["file"]]


def entry_tags(entry: str) -> Markup:
    """The tags that load an entry; empty when it is not built."""
    files = entry_files(entry)
    if files is None:
        return Markup("")
    script, sheets, soon = files
    lines = [f'<link rel="stylesheet" href="/static/{escape(s)}">' for s in sheets]
    lines.append(f'<script type="module" src="/static/{escape(script)}"></script>')
    lines += [f'<link rel="modulepreload" href="/static/{escape(s)}">' for s in soon]
    return Markup("\n".join(lines))  # noqa: S704 - every part is escaped above


@blueprint.get("/static/assets/<name>")
def asset(name: str) -> Response:
    """A built file, as the gzip copy made with it where the client takes it."""
    folder = STATIC / "assets"
    packed = (folder / f"{name}.gz").is_file()
    if packed and request.accept_encodings.quality("gzip") > 0:
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        response = send_from_directory(
            folder, f"{name}.gz", mimetype=kind, conditional=True
        )
        response.content_encoding = "gzip"
    else:
        response = send_from_directory(folder, name, conditional=True)
    if packed:
        response.vary.add("Accept-Encoding")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@blueprint.app_context_processor
def _names() -> dict[str, Any]:
    return {
        "entry_tags": entry_tags,
        "is_built": lambda entry: entry_files(entry) is not None,
        "how_to_build": HOW_TO_BUILD,
    }
