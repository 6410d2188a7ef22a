"""What an HTTP request asks of the query and update endpoints.

Source: SPARQL 1.1 Protocol, sections 2.1 and 2.2. No HTTP library here: a
request comes in as plain values, so that one reading serves every door.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from kg.errors import MediaTypeError, RequestError
from kg.store.terms import is_iri

Pairs = Sequence[tuple[str, str]]
FORM: Final = "application/x-www-form-urlencoded"
_PROTOCOL: Final = "https://www.w3.org/TR/sparql11-protocol/"
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]*")
_MAX_FIELDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Operation:
    """What a request asks.

    Attributes:
        text: the query or the update; ``None`` when none was sent.
        default_graphs: ``default-graph-uri`` or ``using-graph-uri``.
        named_graphs: ``named-graph-uri`` or ``using-named-graph-uri``.
        timeout_s: the time the client allows, or ``None``.
        wished: value of ``format``, or empty.
        bom: whether a CSV begins with a byte order mark.
    """

    text: str | None
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    timeout_s: float | None = None
    wished: str = ""
    bom: bool = False


def read_operation(
    kind: str, method: str, content_type: str, address: Pairs, body: bytes
) -> Operation:
    """Read a request.

    Args:
        kind: ``query`` or ``update``.
        method: GET, HEAD or POST.
        content_type: of the body, as sent.
        address: parameters of the address, decoded.
        body: as sent.

    Raises:
        RequestError: if a parameter is missing, doubled or malformed.
        MediaTypeError: if the body is of another type than the protocol has.
    """
    pairs = list(address)
    direct: str | None = None
    if method == "POST":
        media_type = _media_type(content_type)
        if media_type == FORM:
            pairs += _fields(body)
        elif media_type == f"application/sparql-{kind}":
            direct = _text(body, kind)
        else:
            raise _unknown_type(kind, media_type)
    texts = [value for name, value in pairs if name == kind]
    if direct is not None:
        texts.append(direct)
    other = "update" if kind == "query" else "query"
    if any(name == other for name, _ in pairs):
        raise RequestError(
            f"This endpoint takes the parameter {kind!r}, not {other!r}.",
            zh=f"此地址接受参数 {kind!r}，而不是 {other!r}。",
            hint=f"Send it to /{'update' if other == 'update' else 'sparql'}.",
            link=_PROTOCOL,
        )
    if len(texts) > 1:
        raise doubled(kind)
    prefix = "" if kind == "query" else "using-"
    graphs = (
        ("default-graph-uri" if kind == "query" else "using-graph-uri"),
        (f"{prefix}named-graph-uri"),
    )
    return Operation(
        text=texts[0] if texts else None,
        default_graphs=tuple(_iris(pairs, graphs[0])),
        named_graphs=tuple(_iris(pairs, graphs[1])),
        timeout_s=_timeout(single(pairs, "timeout")),
        wished=single(pairs, "format") or "",
        bom=(single(pairs, "bom") or "0").lower() in {"1", "true", "yes"},
    )


def doubled(name: str) -> RequestError:
    """The error for a parameter that may be given once and was given again."""
    return RequestError(
        f"The parameter {name!r} was given more than once.",
        zh=f"参数 {name!r} 出现了多次。",
        hint="Give it once.",
        hint_zh="请只提供一次。",
        link=_PROTOCOL,
    )


def single(pairs: Pairs, name: str) -> str | None:
    """The value of a parameter that may be given once."""
    values = [value for found, value in pairs if found == name]
    if len(values) > 1:
        raise doubled(name)
    return values[0] if values else None


def require_iri(value: str, name: str) -> str:
    """An absolute IRI, as a parameter.

    Raises:
        RequestError: if it is none.
    """
    if not _IRI.fullmatch(value) or not is_iri(value):
        raise RequestError(
            f"The parameter {name!r} needs an absolute IRI, not {value[:80]!r}.",
            zh=f"参数 {name!r} 须为绝对 IRI，而不是 {value[:80]!r}。",
            hint="For example http://example.org/graph.",
            hint_zh="例如 http://example.org/graph。",
        )
    return value


def _iris(pairs: Pairs, name: str) -> list[str]:
    found = (require_iri(value, name) for n, value in pairs if n == name)
    return list(dict.fromkeys(found))


def _media_type(content_type: str) -> str:
    media_type, *parameters = (p.strip() for p in content_type.lower().split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            raise MediaTypeError(
                f"The charset {value} is not taken: only UTF-8 is.",
                zh=f"不支持字符集 {value}，仅支持 UTF-8。",
                hint="Encode the text as UTF-8.",
                hint_zh="请使用 UTF-8 编码。",
                link=_PROTOCOL,
            )
    return media_type


def _unknown_type(kind: str, media_type: str) -> MediaTypeError:
    shown = media_type or "none"
    return MediaTypeError(
        f"A {kind} cannot be sent with Content-Type {shown}.",
        zh=f"不能以 Content-Type {shown} 提交。",
        hint=f"Use application/sparql-{kind}, or {FORM} with {kind}=….",
        hint_zh=f"请使用 application/sparql-{kind}，或 {FORM} 并提供 {kind}=…。",
        link=_PROTOCOL,
    )


def _text(body: bytes, kind: str) -> str:
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as exc:
        raise RequestError(
            f"The {kind} is not UTF-8 (byte {exc.start}).",
            zh=f"内容不是 UTF-8 编码（第 {exc.start} 字节）。",
            hint="Encode the text as UTF-8.",
            hint_zh="请使用 UTF-8 编码。",
        ) from exc


def _fields(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=_MAX_FIELDS,
        )
    except UnicodeError as exc:
        raise RequestError(
            "The form is not UTF-8, or not percent-encoded.",
            zh="表单不是 UTF-8 或未经百分号编码。",
            hint="Percent-encode the UTF-8 bytes of each value.",
            hint_zh="请对 UTF-8 字节做百分号编码。",
        ) from exc
    except ValueError as exc:
        raise RequestError(
            f"The form has more than {_MAX_FIELDS} fields.",
            zh=f"表单字段超过 {_MAX_FIELDS} 个。",
        ) from exc


def _timeout(value: str | None) -> float | None:
    if value is None or not value.strip():
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = math.nan
    if not seconds > 0 or math.isinf(seconds):
        raise RequestError(
            f"The parameter 'timeout' needs a number of seconds, not {value[:40]!r}.",
            zh=f"参数 'timeout' 须为秒数，而不是 {value[:40]!r}。",
            hint="For example timeout=5.",
            hint_zh="例如 timeout=5。",
        )
    return seconds
