"""The error body, without the application: for what is refused before it."""

from __future__ import annotations

import json
from typing import Any, Final

_TOLD: Final = {
    "busy": ("The service is busy.", "服务繁忙。"),
    "content-encoding": (
        "A compressed body is not taken.",
        "不接受压缩的请求体。",
    ),
    "body-too-large": ("The body is too long.", "请求体过大。"),
    "body-timeout": ("The body did not arrive in time.", "请求体未能及时到达。"),
}


def error_body(  # noqa: PLR0913 (the fields of the body)
    status: int,
    code: str,
    *,
    texts: tuple[str, str],
    request_id: str,
    language: str = "en",
    hints: tuple[str, str] = ("", ""),
    link: str = "",
    context: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The one error body: see ``docs/errors.md``.

    Args:
        status: of HTTP.
        code: stable slug.
        texts: English, Chinese.
        request_id: the one in the log.
        language: of ``error`` and ``hint``.
        hints: English, Chinese.
        link: the rule that was broken.
        context: small facts safe to show.
    """
    at = 1 if language == "zh" else 0
    return {
        "ok": False,
        "status": status,
        "code": code,
        "error": texts[at],
        "messages": {"zh": texts[1], "en": texts[0]},
        "hint": hints[at],
        "link": link,
        "request_id": request_id,
        "context": context or {},
    }


def problem(status: int, code: str, request_id: str) -> bytes:
    """The body for what the front door refuses."""
    body = error_body(status, code, texts=_TOLD[code], request_id=request_id)
    return json.dumps(body, ensure_ascii=False).encode()
