"""One error body for programs, one page for people, no stack trace for anyone."""

from __future__ import annotations

import logging
import uuid

from flask import Flask, Response, g, jsonify, make_response, render_template, request
from werkzeug.exceptions import HTTPException

from kg import errors
from kg.errors import KGError
from kg.web.problem import error_body

LOG = logging.getLogger(__name__)

STATUS: tuple[tuple[type[KGError], int], ...] = (
    (errors.QueryTimeoutError, 504),
    (errors.BusyError, 503),
    (errors.PreparingError, 503),
    (errors.TooManyRequestsError, 429),
    (errors.QueryTooLargeError, 413),
    (errors.QueryRefusedError, 403),
    (errors.MediaTypeError, 415),
    (errors.NotAcceptableError, 406),
    (errors.QueryError, 400),
    (errors.PreconditionError, 412),
    (errors.StoreReadOnlyError, 403),
    (errors.StoreUnreachableError, 503),
    (errors.StoreError, 502),
    (errors.ValidationError, 422),
    (errors.DataError, 400),
    (errors.NotFoundError, 404),
    (errors.ScopeError, 403),
    (errors.AccessError, 401),
    (errors.ConfigError, 500),
    (KGError, 500),
)


def status_of(error: KGError) -> int:
    """The HTTP status of an error: that of its nearest class in the table."""
    return next(status for kind, status in STATUS if isinstance(error, kind))


def wants_page() -> bool:
    """Whether the client would rather read HTML than JSON."""
    best = request.accept_mimetypes.best_match(
        ["application/json", "text/html"], default="application/json"
    )
    return best == "text/html" and not request.path.startswith("/api/")


def error_response(error: KGError, status: int | None = None) -> Response:
    """The answer that tells an error, as JSON or as a page."""
    status = status or status_of(error)
    language = g.get("language", "en")
    body = error_body(
        status,
        error.code,
        texts=(error.message, error.zh),
        request_id=request_id(),
        language=language,
        hints=(error.hint, error.hint_zh),
        link=error.link,
        context=error.context,
    )
    if wants_page():
        response = make_response(render_template("error.html", body=body), status)
    else:
        response = make_response(jsonify(body), status)
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="kg"'
    if "retry_after_s" in error.context:
        response.headers["Retry-After"] = str(error.context["retry_after_s"])
    return response


def request_id() -> str:
    """The id of this request, the same in the log and in an error body."""
    if "request_id" not in g:
        given = request.environ.get("kg.request_id")
        g.request_id = given or uuid.uuid4().hex[:16]
    return str(g.request_id)


def install(app: Flask) -> None:
    """Handle our errors, HTTP errors and everything else."""

    @app.errorhandler(KGError)
    def _ours(error: KGError) -> Response:
        return error_response(error)

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Response:
        code = error.code or 500
        told = KGError(
            error.description or error.name, zh=_HTTP_ZH.get(code, error.name)
        )
        told.code = error.name.lower().replace(" ", "-")
        response = error_response(told, code)
        for name, value in error.get_headers():
            if name not in {"Content-Type", "Content-Length"}:
                response.headers[name] = value
        return response

    @app.errorhandler(Exception)
    def _bug(error: Exception) -> Response:
        LOG.error("request %s failed", request_id(), exc_info=error)
        told = KGError(
            "Something went wrong on our side.",
            zh="服务内部出错。",
            hint="Tell the operator the request id.",
            hint_zh="请把请求编号告诉运维人员。",
        )
        told.code = "internal"
        return error_response(told, 500)


_HTTP_ZH = {
    400: "请求有误。",
    404: "没有这个地址。",
    405: "此地址不支持该方法。",
    406: "无法提供所要求的格式。",
    411: "缺少 Content-Length。",
    413: "请求体过大。",
    414: "地址过长。",
    415: "不支持该媒体类型。",
}
