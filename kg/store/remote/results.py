"""What counts as a complete answer, and the terms in it.

A status of 200 proves nothing: Virtuoso's anytime queries give partial results
with it, ``oxigraph serve`` a body that stops in the middle. An answer counts
when status, type, headers and the end of the body all say that it is whole.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox

from kg.errors import (
    KGError,
    QueryError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
    StoreProtocolError,
    StoreUnreachableError,
)
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.model.terms import RDF_LANG_STRING, XSD, XSD_STRING
from kg.store.base import Solutions
from kg.store.remote.transport import Answer

JSON = "application/sparql-results+json"
NTRIPLES = "application/n-triples"
_BOOLEAN = XSD + "boolean"
_TRUTH = {"1": "true", "0": "false"}
_PARTIAL_TIMEOUT = "S1TAT"
_CANCELLED = b"operation has been cancelled"
_log = logging.getLogger(__name__)


def check_status(answer: Answer) -> None:
    """Let a complete success pass.

    500 may mean "forbidden", "too expensive" or a division by zero, so only
    the class of the status is told; the body goes to the log.

    Raises:
        KGError: of the kind that fits the status (see ``status_error``), or
            for the marks of a partial answer.
    """
    if answer.status != 200:
        raise status_error(answer)
    state = answer.headers.get("X-SQL-State")
    if state or answer.headers.get("X-SQL-Message"):
        _log.warning("partial answer: %s", answer.headers.get("X-SQL-Message", ""))
        if state == _PARTIAL_TIMEOUT:
            raise _out_of_time()
        raise broken("it says itself that its answer is partial")


def status_error(answer: Answer) -> KGError:
    """The error for a status that is no success; it shows none of the body."""
    status = answer.status
    shown = answer.body[:2000].decode("utf-8", "replace")
    _log.warning("the store answered %d: %s", status, shown)
    if status == 400 and "too many arguments" in shown.lower():
        status = 413  # Virtuoso, for a VALUES of some 5,000 terms
    if 200 <= status < 300:
        return broken(f"a query was answered with status {status}")
    wait = answer.headers.get("Retry-After", "")
    return _ERRORS.get(status, _failed)(status, wait)


def _not_understood(status: int, wait: str) -> KGError:
    return QuerySyntaxError(
        "The store does not understand the query.",
        zh="存储无法理解该查询。",
        hint="The store's own words are in the log of the service.",
        hint_zh="存储的原始回复见服务日志。",
    )


def _no_credentials(status: int, wait: str) -> KGError:
    return StoreProtocolError(
        f"The store refuses the credentials (status {status}).",
        zh=f"存储拒绝了凭据（状态码 {status}）。",
        hint="Check KG_REMOTE_AUTH and the settings it needs.",
        hint_zh="请检查 KG_REMOTE_AUTH 及其所需的设置。",
        context={"status": status},
    )


def _too_long(status: int, wait: str) -> KGError:
    return QueryTooLargeError(
        "The query is too long for the store.", zh="查询过长，存储无法接受。"
    )


def _overloaded(status: int, wait: str) -> KGError:
    return StoreUnreachableError(
        f"The store cannot serve at the moment (status {status}).",
        zh=f"存储暂时无法服务（状态码 {status}）。",
        context={"status": status, "retry_after_s": _seconds(wait)},
    )


def _failed(status: int, wait: str) -> KGError:
    return QueryError(
        f"The store failed at this query (status {status}).",
        zh=f"存储执行该查询失败（状态码 {status}）。",
        hint="It may be too expensive, forbidden, or divide by zero; see the log.",
        hint_zh="可能代价过高、权限不足或除以零，详见服务日志。",
        context={"status": status},
    )


def _late(status: int, wait: str) -> KGError:
    return _out_of_time()


_ERRORS: dict[int, Callable[[int, str], KGError]] = {
    400: _not_understood,
    401: _no_credentials,
    403: _no_credentials,
    408: _late,
    413: _too_long,
    414: _too_long,
    429: _overloaded,
    502: _overloaded,
    503: _overloaded,
    504: _late,
}


def _seconds(text: str) -> float:
    return float(text) if text.isdigit() else 0.0


def _out_of_time() -> QueryTimeoutError:
    return QueryTimeoutError(
        "The store ran out of time and gave only a part of the answer.",
        zh="存储超时，只返回了部分答案。",
        hint="Ask for less, or raise the time limit.",
        hint_zh="请缩小查询范围，或提高时间上限。",
    )


def broken(what: str) -> StoreProtocolError:
    """A remote store broke its contract."""
    return StoreProtocolError(
        f"The store's answer is not complete: {what}.",
        zh=f"存储的答案不完整：{what}。",
        hint="Nothing of it was used. See docs/scale.md, 'What a store must keep'.",
        hint_zh="该答案未被采用。参见 docs/scale.md。",
    )


def _demand_type(answer: Answer, *accepted: str) -> None:
    if answer.media_type not in accepted:
        raise broken(f"its type is {answer.media_type or 'not given'}")


def row_limit(answer: Answer) -> int | None:
    """Virtuoso's ``ResultSetMaxRows``, told in a header when it was in force."""
    text = answer.headers.get("X-SPARQL-MaxRows", "")
    return int(text) if text.isdigit() else None


def cut_at(rows: int) -> QueryTooLargeError:
    """The error for an answer that the store's own limit cut, or may have cut."""
    return QueryTooLargeError(
        f"The store cuts answers at {rows} rows.",
        zh=f"存储把答案截断为 {rows} 行。",
        hint="Ask for less, or raise the store's own limit (ResultSetMaxRows).",
        hint_zh="请缩小查询范围，或提高存储自身的上限（ResultSetMaxRows）。",
        context={"max_rows": rows},
    )


def _document(answer: Answer) -> dict[str, Any]:
    _demand_type(answer, JSON, "application/json")
    try:
        document = json.loads(answer.body)
    except ValueError as exc:
        if _CANCELLED in answer.body[-1000:]:
            raise _out_of_time() from exc
        raise broken("its JSON ends early") from exc
    if not isinstance(document, dict):
        raise broken("its JSON is no object")
    return document


def solutions(answer: Answer, genid: str) -> Solutions:
    """The rows of a SELECT (SPARQL 1.1 Query Results JSON Format).

    Args:
        answer: what came back.
        genid: prefix of the IRIs that stand for blank nodes.

    Raises:
        StoreProtocolError: if the answer is not whole.
        QueryTooLargeError: if the store cut it.
        QueryTimeoutError: if the store ran out of time.
    """
    check_status(answer)
    document = _document(answer)
    try:
        names = tuple(str(v) for v in document["head"]["vars"])
        found = document["results"]["bindings"]
        rows = [
            tuple(None if (b := row.get(n)) is None else _term(b, genid) for n in names)
            for row in found
        ]
    except (KeyError, TypeError, AttributeError) as exc:
        raise broken("a part of its JSON is missing") from exc
    limit = row_limit(answer)
    if limit is not None and len(rows) >= limit:
        raise cut_at(limit)
    return Solutions(names, rows)


def _term(binding: dict[str, str], genid: str) -> Term:
    kind, value = binding["type"], binding["value"]
    if kind == "uri":
        return Blank(value[len(genid) :]) if value.startswith(genid) else Iri(value)
    if kind == "bnode":
        return Blank(value.removeprefix("nodeID://"))
    if kind not in {"literal", "typed-literal"}:
        raise broken(f"a term of the kind {kind!r}")
    language = binding.get("xml:lang", "")
    if language:
        return Literal(value, RDF_LANG_STRING, language)
    datatype = binding.get("datatype", XSD_STRING)
    if datatype == _BOOLEAN:  # Virtuoso writes a stored true as 1
        value = _TRUTH.get(value, value)
    return Literal(value, datatype)


def boolean(answer: Answer) -> bool:
    """The answer to an ASK; Virtuoso gives one row with an integer instead."""
    check_status(answer)
    document = _document(answer)
    if isinstance(document.get("boolean"), bool):
        return bool(document["boolean"])
    try:
        (name,) = document["head"]["vars"]
        rows = document["results"]["bindings"]
        if not rows:
            return False
        return {"1": True, "true": True, "0": False, "false": False}[
            rows[0][name]["value"]
        ]
    except (KeyError, TypeError, ValueError, IndexError) as exc:
        raise broken("no truth value in the answer to an ASK") from exc


def triples(answer: Answer, genid: str) -> list[Triple]:
    """The triples of a CONSTRUCT, each once; raises as ``solutions`` does.

    Whether the server cut it in silence is for ``RowLimit`` to find out.
    """
    check_status(answer)
    _demand_type(answer, NTRIPLES, "text/plain")
    limit = row_limit(answer)
    if limit is not None:
        raise cut_at(limit)
    return list(dict.fromkeys(read_ntriples(answer.body, genid)))


def read_ntriples(body: bytes, genid: str) -> list[Triple]:
    """Parse N-Triples to the last byte.

    Raises:
        StoreProtocolError: if the text ends early.
        QueryTimeoutError: if the engine wrote that it gave up.
    """
    if body and not body.rstrip(b" \t").endswith((b"\n", b"\r")):
        if _CANCELLED in body[-1000:]:
            raise _out_of_time()
        raise broken("its last line does not end")
    try:
        return [
            (_subject(q.subject, genid), Iri(q.predicate.value), _object(q, genid))
            for q in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
        ]
    except SyntaxError as exc:
        if _CANCELLED in body[-1000:]:
            raise _out_of_time() from exc
        raise broken("its N-Triples do not parse") from exc


def _subject(term: object, genid: str) -> Iri | Blank:
    found = _plain(term, genid)
    if isinstance(found, Literal):
        raise broken("a literal as subject")
    return found


def _object(quad: ox.Quad, genid: str) -> Term:
    return _plain(quad.object, genid)


def _plain(term: object, genid: str) -> Term:
    if isinstance(term, ox.NamedNode):
        value = term.value
        return Blank(value[len(genid) :]) if value.startswith(genid) else Iri(value)
    if isinstance(term, ox.BlankNode):
        return Blank(term.value)
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.datatype.value, term.language or "")
    raise broken("a term RDF 1.1 does not have")
