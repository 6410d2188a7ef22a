"""The front door answers programs as the application would, header by header."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlencode

import pytest

from kg.config import load_settings
from kg.errors import QueryTimeoutError
from kg.model import Iri, Literal
from kg.query.service import QueryService
from kg.web import create_app
from kg.web.bridge import Bridge
from kg.web.direct import Direct
from kg.web.exchange import Exchange
from kg.web.spool import SpoolBudget
from kg.wiring import Parts, build_parts

ROWS = "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?s"
EGO = "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o }"
FORM = "application/x-www-form-urlencoded"
SPARQL = "application/sparql-query"


class Doors:
    """The same service with and without the direct way."""

    def __init__(self, parts: Parts) -> None:
        app = create_app(parts)
        app.testing = False
        origins = parts.settings["cors_origins"]
        self.direct = Direct(parts.queries, parts.settings["base_url"], origins)
        self.bridges = [
            Bridge(app, direct, SpoolBudget(1 << 30)) for direct in (self.direct, None)
        ]

    def both(self, *request: Any) -> list[tuple[int, list[tuple[bytes, bytes]], bytes]]:
        return [self._run(bridge, *request) for bridge in self.bridges]

    def _run(
        self,
        bridge: Bridge,
        method: str,
        query: dict[str, str],
        headers: dict[str, str],
        body: bytes,
    ) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
        exchange = make_exchange(method, query, headers)
        loop = asyncio.new_event_loop()
        with ThreadPoolExecutor(1) as executor:
            done = bridge.run(
                exchange, dict(exchange.scope["headers"]), body, executor, loop
            )
        loop.close()
        assert isinstance(done, bytes)
        headers_told = [
            (n, b", ".join(sorted(v.split(b", "))) if n == b"vary" else v)
            for n, v in exchange.headers
        ]
        return exchange.status, sorted(headers_told), done


def make_exchange(
    method: str, query: dict[str, str], headers: dict[str, str]
) -> Exchange:
    named = [(n.lower().encode(), v.encode()) for n, v in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": "/sparql",
        "query_string": urlencode(query).encode(),
        "headers": [(b"host", b"kg.example:81"), *named],
        "scheme": "http",
        "server": ("127.0.0.1", 81),
    }
    return Exchange(scope, "192.0.2.1")


@pytest.fixture(scope="module", params=["", "*", "https://a.example"])
def doors(request: pytest.FixtureRequest) -> Doors:
    given = {"store": "memory:", "shipped": "no", "max_rows": "50"}
    given["cors_origins"] = request.param
    parts = build_parts(load_settings(given, environment={}))
    p = Iri("urn:p")
    facts = [(Iri(f"urn:s{i}"), p, Literal(f"名 {i}")) for i in range(60)]
    parts.store.replace_graphs({"urn:g": facts})
    return Doors(parts)


REQUESTS: dict[str, tuple[str, dict[str, str], dict[str, str], bytes]] = {
    "get": ("GET", {"query": ROWS}, {}, b""),
    "json": ("GET", {"query": "ASK {}"}, {"Accept": "application/json"}, b""),
    "csv with a mark": ("GET", {"query": "ASK {}", "format": "json"}, {}, b""),
    "bom": ("GET", {"query": ROWS, "format": "csv", "bom": "1"}, {}, b""),
    "graph": ("GET", {"query": EGO}, {"Accept": "text/turtle"}, b""),
    "head": ("HEAD", {"query": ROWS}, {}, b""),
    "packed": ("GET", {"query": ROWS}, {"Accept-Encoding": "gzip, zstd;q=0.5"}, b""),
    "form": ("POST", {}, {"Content-Type": FORM}, urlencode({"query": ROWS}).encode()),
    "body": ("POST", {}, {"Content-Type": SPARQL}, ROWS.encode()),
    "dataset": ("GET", {"query": ROWS, "default-graph-uri": "urn:g"}, {}, b""),
    "volatile": ("GET", {"query": "SELECT (1 AS ?n) { BIND(NOW() AS ?t) }"}, {}, b""),
    "our page": ("GET", {"query": ROWS}, {"Origin": "https://a.example"}, b""),
    "other page": ("GET", {"query": ROWS}, {"Origin": "https://b.example"}, b""),
}
REFUSED: dict[str, tuple[str, dict[str, str], dict[str, str], bytes]] = {
    "syntax": ("GET", {"query": "SELECT"}, {}, b""),
    "syntax in Chinese": ("GET", {"query": "SEL"}, {"Accept-Language": "zh"}, b""),
    "service": ("GET", {"query": "ASK { SERVICE <http://h/> {} }"}, {}, b""),
    "two queries": ("POST", {"query": ROWS}, {"Content-Type": SPARQL}, b"ASK {}"),
    "type": ("POST", {}, {"Content-Type": "text/plain"}, b"ASK {}"),
    "not acceptable": ("GET", {"query": ROWS}, {"Accept": "image/png"}, b""),
    "update": ("GET", {"update": "CLEAR ALL"}, {}, b""),
}
LEFT = {
    "page": ("GET", {"query": ROWS}, {"Accept": "text/html,*/*"}),
    "description": ("GET", {}, {}),
    "cookie": ("GET", {"query": ROWS, "lang": "en"}, {}),
    "other method": ("OPTIONS", {"query": ROWS}, {}),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_direct_answer_equals_that_of_the_application(doors: Doors, name: str) -> None:
    direct, application = doors.both(*REQUESTS[name])
    assert direct == application
    assert direct[0] == 200
    method, query, headers, body = REQUESTS[name]
    exchange = make_exchange(method, query, headers)
    sent = dict(exchange.scope["headers"])
    assert doors.direct.answer(exchange, sent, body) is not None


@pytest.mark.parametrize("name", REFUSED)
def test_direct_error_is_told_by_the_application(doors: Doors, name: str) -> None:
    direct, application = doors.both(*REFUSED[name])
    assert direct[0] == application[0] >= 400
    assert no_id(direct[2]) == no_id(application[2])
    assert direct[1] == application[1]


def no_id(body: bytes) -> bytes:
    before, _, after = body.partition(b'"request_id":"')
    return before + after[16:]


@pytest.mark.parametrize("coding", ["", "gzip", "zstd"])
def test_client_that_has_the_answer_is_told_so_in_any_coding(
    doors: Doors, coding: str
) -> None:
    headers = {"Accept-Encoding": coding}
    first = doors.both("GET", {"query": ROWS}, headers, b"")[0]
    etag = dict(first[1])[b"etag"].decode()
    headers |= {"If-None-Match": etag}
    direct, application = doors.both("GET", {"query": ROWS}, headers, b"")
    assert direct == application
    assert direct[0] == 304
    assert direct[2] == b""
    assert dict(direct[1])[b"etag"].decode() == etag


@pytest.mark.parametrize("name", LEFT)
def test_what_is_out_of_the_ordinary_is_left_to_the_application(
    doors: Doors, name: str
) -> None:
    exchange = make_exchange(*LEFT[name])
    assert doors.direct.answer(exchange, dict(exchange.scope["headers"]), b"") is None


def test_query_that_fails_is_not_asked_twice(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def answer(*_: object, **__: object) -> None:
        asked.append(1)
        raise QueryTimeoutError("Too slow.", zh="太慢。")

    monkeypatch.setattr(QueryService, "answer", answer)
    exchange = make_exchange("GET", {"query": ROWS}, {})
    with pytest.raises(QueryTimeoutError):
        doors.direct.answer(exchange, dict(exchange.scope["headers"]), b"")
    asked.clear()
    told = doors._run(doors.bridges[0], "GET", {"query": ROWS}, {}, b"")
    assert told[0] == 504
    assert len(asked) == 1
