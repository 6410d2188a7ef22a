"""The outermost door: what it keeps, and what it tells of it."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlencode

import loops

from kg.config import load_settings
from kg.model import Iri, Literal
from kg.web.door import build_front
from kg.web.front import Front
from kg.wiring import build_parts

Told = tuple[int, list[tuple[bytes, bytes]], bytes]


def asked(front: Front, *, query: str, **headers: str) -> Told:
    """One GET at the door: status, headers, body."""
    named = [(n.replace("_", "-").encode(), v.encode()) for n, v in headers.items()]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/sparql",
        "query_string": urlencode({"query": query}).encode(),
        "headers": [(b"host", b"kg.example"), *named],
        "client": ("192.0.2.1", 1),
        "scheme": "http",
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(60)
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def run() -> None:
        await front(scope, receive, send)

    loops.run(run())
    body = b"".join(m.get("body", b"") for m in sent[1:])
    return sent[0]["status"], list(sent[0]["headers"]), body


def without_id(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return sorted(h for h in headers if h[0] != b"kg-request-id")


def test_kept_answer_is_the_same_but_for_its_request_id() -> None:
    given = {"store": "memory:", "shipped": "no", "base_url": "http://kg.example"}
    parts = build_parts(load_settings(given, environment={}))
    fact = (Iri("urn:s"), Iri("urn:p"), Literal("一"))
    parts.store.replace_graphs({"urn:g": [fact]})
    front = build_front(parts)
    try:
        query = "SELECT * { ?s ?p ?o }"
        told = [asked(front, query=query) for _ in range(3)]
        assert front._kept.hits == 2
        assert {status for status, _, _ in told} == {200}
        assert len({body for _, _, body in told}) == 1
        assert without_id(told[0][1]) == without_id(told[2][1])
        ids = [[v for n, v in h if n == b"kg-request-id"] for _, h, _ in told]
        assert [len(found) for found in ids] == [1, 1, 1]
        assert len({found[0] for found in ids}) == 3
        tag = dict(told[0][1])[b"etag"].decode()
        status, headers, body = asked(front, query=query, if_none_match=f"W/{tag}")
        assert (status, body) == (304, b"")
        assert not [n for n, _ in headers if n.startswith(b"content-")]
    finally:
        front._stop()
