"""``/update``: SPARQL 1.1 Update for writers with a token.

Source: SPARQL 1.1 Protocol, section 2.2.
"""

from __future__ import annotations

import re
from typing import Final

from flask import Blueprint, Response, current_app, request

from kg.errors import PreconditionError, RequestError
from kg.query.protocol import read_operation
from kg.query.service import query_too_long
from kg.query.updates import inspect_update, with_using
from kg.store.base import UserUpdate, Written
from kg.store.embedded import other_generation
from kg.web.sparql import address_pairs, body_bytes, endpoint_address
from kg.wiring import Parts

blueprint = Blueprint("update", __name__)
_TAG: Final = re.compile(r'(?:W/)?"([^"]*)"|\*')


def parts() -> Parts:
    """The parts of this application."""
    found: Parts = current_app.extensions["kg"]
    return found


@blueprint.post("/update")
@blueprint.post("/update/")
def update() -> Response:
    """Carry out an update."""
    authorization = request.headers.get("Authorization", "")
    parts().access.require(authorization, "update")
    operation = read_operation(
        "update",
        "POST",
        request.headers.get("Content-Type", ""),
        address_pairs(),
        body_bytes(),
    )
    if operation.text is None:
        raise RequestError(
            "There is no update.",
            zh="缺少更新内容。",
            hint="Send it as the parameter 'update'.",
            hint_zh="请用参数 'update' 提交。",
            link="https://www.w3.org/TR/sparql11-protocol/#update-operation",
        )
    limit = parts().settings["max_upload_mb"] * 1024 * 1024
    if len(operation.text) > limit:
        raise query_too_long(limit)
    base_iri = endpoint_address("/update")
    text = with_using(operation.text, operation.default_graphs, operation.named_graphs)
    depth = parts().settings["max_depth"]
    touched = inspect_update(text, depth, base_iri=base_iri)
    done = parts().store.update(
        UserUpdate(text, base_iri, touched, parts().write_limits),
        expected=expected_generation(),
        check=parts().policy.check,
    )
    return written(done, 204)


def expected_generation() -> str:
    """The generation that If-Match names; empty for any.

    Source: RFC 9110, section 13.1.1. Every validator we give begins with the
    generation it is of.

    Raises:
        PreconditionError: if it names none that is current.
    """
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return ""
    current = parts().store.generation
    tags = [m[1] for m in _TAG.finditer(header) if m[1]]
    if any(tag.startswith(current) for tag in tags):
        return current
    raise other_generation(tags[0] if tags else header, current)


def written(done: Written, status: int, location: str = "") -> Response:
    """The answer to a write that counts."""
    response = Response(status=status)
    response.headers["KG-Generation"] = done.generation
    response.set_etag(done.generation)
    response.headers["Cache-Control"] = "no-store"
    warnings = parts().policy.take_warnings()
    if warnings:
        response.headers["KG-Warnings"] = str(warnings)
    if location:
        response.headers["Location"] = location
        response.autocorrect_location_header = False
    return response


def refuse_if_there(is_there: bool) -> None:
    """Honour ``If-None-Match: *``: write only what is not there yet."""
    if is_there and request.headers.get("If-None-Match", "").strip() == "*":
        raise PreconditionError(
            "The graph is there already.",
            zh="该图已存在。",
            hint="Leave out If-None-Match to replace it.",
            hint_zh="去掉 If-None-Match 即可覆盖。",
        )
