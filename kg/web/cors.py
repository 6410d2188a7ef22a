"""Cross-origin reading, as the operator's setting allows.

Source: the Fetch standard, section 3.3 (CORS protocol). No credentials: an
answer is the same for everyone.
"""

from __future__ import annotations

from typing import Final

from flask import Flask, Response, current_app, request

_EXPOSED: Final = "ETag, KG-Generation, KG-Request-Id, KG-Row-Limit-Reached, Link"
_ALLOWED: Final = "Accept, Authorization, Content-Type, If-Match, If-None-Match"


def _share(response: Response) -> Response:
    origin = request.headers.get("Origin")
    allowed = current_app.extensions["kg"].settings["cors_origins"]
    if not allowed or ("*" not in allowed and origin not in allowed):
        return response
    headers = response.headers
    if "*" in allowed:
        headers["Access-Control-Allow-Origin"] = "*"
    elif origin:
        headers["Access-Control-Allow-Origin"] = origin
        response.vary.add("Origin")
    headers["Access-Control-Expose-Headers"] = _EXPOSED
    if request.method == "OPTIONS":
        headers["Access-Control-Allow-Methods"] = headers.get("Allow", "GET, HEAD")
        headers["Access-Control-Allow-Headers"] = _ALLOWED
        headers["Access-Control-Max-Age"] = "86400"
    return response


def install(app: Flask) -> None:
    """Add the headers to every answer."""
    app.after_request(_share)
