"""Cross-origin reading, as the operator's setting allows.

Source: the Fetch standard, section 3.3 (CORS protocol). No credentials: an
answer is the same for everyone.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from flask import Flask, Response, current_app, request

_EXPOSED: Final = (
    "ETag, KG-Generation, KG-Join-Order, KG-Request-Id, KG-Row-Limit-Reached, Link"
)
_ALLOWED: Final = "Accept, Authorization, Content-Type, If-Match, If-None-Match"


def shared(origin: str | None, allowed: Collection[str]) -> list[tuple[str, str]]:
    """Headers that let a page of this origin read the answer.

    Args:
        origin: of the page that asks; ``None`` if it does not say.
        allowed: origins of the setting; ``*`` for every one.
    """
    if "*" in allowed:
        name = "*"
    elif origin and origin in allowed:
        name = origin
    else:
        return []
    return [
        ("Access-Control-Allow-Origin", name),
        ("Access-Control-Expose-Headers", _EXPOSED),
    ]


def _share(response: Response) -> Response:
    allowed = current_app.extensions["kg"].settings["cors_origins"]
    if allowed and "*" not in allowed:
        response.vary.add("Origin")  # also where this one may not read
    found = shared(request.headers.get("Origin"), allowed)
    headers = response.headers
    headers.extend(found)
    if found and request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD")
        headers["Access-Control-Allow-Headers"] = _ALLOWED
        headers["Access-Control-Max-Age"] = "86400"
    return response


def install(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(_share)
