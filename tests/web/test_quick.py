"""The event loop answers as a thread would, or leaves the query to one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import loops
import pytest

from kg.config import load_settings
from kg.errors import KGError, QuerySyntaxError
from kg.model import Iri, Literal
from kg.query.federation import Federation
from kg.query.service import QueryService
from kg.store.isolated import IsolatedStore
from kg.web.direct import Coded, Direct
from kg.web.exchange import Exchange
from kg.web.quick import MAX_PLANS, MAX_TEXT_BYTES, Quick
from kg.wiring import Parts, build_parts

ROWS = "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?s"
FORM = "application/x-www-form-urlencoded"
CSV = {"Accept": "text/csv"}


class Door:
    """Both ways to an answer, on the same parts."""

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        origins = parts.settings["cors_origins"]
        self.direct = Direct(parts.queries, "", origins)
        assert isinstance(parts.store, IsolatedStore)
        self.quick = Quick(self.direct, parts.store.quick)

    def ask(self, exchange: Exchange, body: bytes = b"") -> Any:
        """What the loop has: an answer, what gives it in a thread, or nothing."""
        headers = dict(exchange.scope["headers"])
        return loops.run(self.quick.answer(exchange, headers, body))

    def told(self, exchange: Exchange, body: bytes = b"") -> Coded | None:
        return self.direct.answer(exchange, dict(exchange.scope["headers"]), body)


def exchange(
    method: str = "GET",
    query: dict[str, str] | None = None,
    headers: dict[str, str] | None = None,
) -> Exchange:
    named = [(n.lower().encode(), v.encode()) for n, v in (headers or {}).items()]
    scope = {
        "type": "http",
        "method": method,
        "path": "/sparql",
        "query_string": urlencode(query or {}).encode(),
        "headers": [(b"host", b"kg.example:81"), *named],
        "scheme": "http",
        "server": ("127.0.0.1", 81),
    }
    return Exchange(scope, "192.0.2.1")


@pytest.fixture(scope="module", params=["0", "64"])
def door(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("door")
    given = {"store": f"file:{folder / 'store'}", "shipped": "no"}
    given |= {"cache_mb": request.param, "cors_origins": "https://a.example"}
    parts = build_parts(load_settings(given, environment={}))
    facts = [(Iri(f"urn:s{i}"), Iri("urn:p"), Literal(f"名 {i}")) for i in range(900)]
    parts.store.replace_graphs({"urn:g": facts})
    assert isinstance(parts.store, IsolatedStore)
    parts.store.warm()
    yield Door(parts)
    parts.store.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """What ends on the loop ends there on a busy machine too."""
    monkeypatch.setattr("kg.web.quick.PATIENCE_S", 60.0)


REQUESTS: dict[str, tuple[str, dict[str, str], dict[str, str], bytes]] = {
    "get": ("GET", {"query": ROWS}, {}, b""),
    "csv with a mark": ("GET", {"query": ROWS, "bom": "1"}, CSV, b""),
    "head": ("HEAD", {"query": ROWS}, {}, b""),
    "form": ("POST", {}, {"Content-Type": FORM}, urlencode({"query": ROWS}).encode()),
    "dataset": ("GET", {"query": ROWS, "default-graph-uri": "urn:g"}, {}, b""),
    "volatile": ("GET", {"query": "ASK { FILTER(NOW() > NOW()) }"}, {}, b""),
    "our page": ("GET", {"query": "ASK {}"}, {"Origin": "https://a.example"}, b""),
    "packed": ("GET", {"query": "ASK {}"}, {"Accept-Encoding": "gzip"}, b""),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_answer_of_the_loop_equals_that_of_a_thread(door: Door, name: str) -> None:
    method, query, headers, body = REQUESTS[name]
    for _ in range(2):  # planned now, and planned before
        quick = door.ask(exchange(method, query, headers), body)
        assert isinstance(quick, Coded)
        slow = door.told(exchange(method, query, headers), body)
        assert slow is not None
        assert (quick.status, quick.headers, quick.body) == (
            slow.status,
            slow.headers,
            slow.body,
        )
        assert quick.status == 200


def test_client_that_has_the_answer_is_told_so(door: Door) -> None:
    first = door.ask(exchange(query={"query": ROWS}))
    tag = dict(first.headers)[b"etag"].decode()
    same = door.ask(exchange(query={"query": ROWS}, headers={"If-None-Match": tag}))
    assert (same.status, same.body) == (304, b"")


def test_plan_of_one_client_or_host_is_not_that_of_another(door: Door) -> None:
    query = {"query": "SELECT ?s { ?s <p> ?o } LIMIT 1"}  # relative to the host
    one, other = exchange(query=query), exchange(query=query)
    other.scope["headers"] = [(b"host", b"other.example")]
    tags = [dict(door.ask(e).headers)[b"etag"] for e in (one, other)]
    assert tags[0] != tags[1]


def test_plans_are_bounded(door: Door) -> None:
    quick = Quick(door.direct, lambda *_: None)
    for number in range(MAX_PLANS + 20):
        seen = exchange(query={"query": f"ASK {{}} # {number}"})
        quick._plan(seen, dict(seen.scope["headers"]), b"")
    assert len(quick._plans) == MAX_PLANS


def is_left(found: object) -> bool:
    """Whether nothing was begun on the loop."""
    return found is None


LEFT: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "long": ({"query": ROWS + " #" + "x" * MAX_TEXT_BYTES}, {}),
    "page": ({"query": ROWS}, {"Accept": "text/html"}),
    "description": ({}, {}),
}


@pytest.mark.parametrize("name", LEFT)
def test_what_is_not_short_and_plain_is_left_to_a_thread(door: Door, name: str) -> None:
    query, headers = LEFT[name]
    assert is_left(door.ask(exchange(query=query, headers=headers)))


def test_error_is_raised_in_the_thread_that_tells_it(door: Door) -> None:
    for text in ("SELECT", "SELECT * { ?s }"):  # the guard's, and the engine's
        begun = door.ask(exchange(query={"query": text}))
        assert callable(begun)
        with pytest.raises(QuerySyntaxError):
            begun()


def in_thread(begun: Callable[[], Coded | None]) -> Coded | None:
    """What it gives in a thread, as the bridge asks it."""
    found: list[Coded | None] = []
    thread = threading.Thread(target=lambda: found.append(begun()))
    thread.start()
    thread.join()
    return found[0]


def test_long_answer_is_packed_in_a_thread(door: Door) -> None:
    packed = {"Accept-Encoding": "gzip"}
    query = {"query": ROWS + " # packed"}
    begun = door.ask(exchange(query=query, headers=packed))
    assert callable(begun)
    made = in_thread(begun)
    assert made is not None
    assert dict(made.headers)[b"content-encoding"] == b"gzip"


def test_slow_query_is_handed_over_and_answered(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kg.web.quick.PATIENCE_S", 0.001)
    values = " ".join(f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(6))
    text = f"SELECT (COUNT(*) AS ?n) {{ {values} }}"
    begun = door.ask(exchange(query={"query": text}))
    assert callable(begun)
    made = in_thread(begun)
    assert made is not None
    assert b'"531441"' in made.body


def test_names_of_hosts_are_never_resolved_on_the_loop(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolved: list[str] = []

    def resolve(self: Federation, host: str, *_: int) -> str:
        resolved.append(host)
        raise KGError("unknown")

    monkeypatch.setattr(Federation, "_resolved", resolve)
    federation = Federation({"far.example": ""}, lambda *_: "http://127.0.0.1:1/")
    queries = QueryService(door.parts.store, federation=federation)
    direct = Direct(queries, "", ())
    quick = Quick(direct, lambda *_: None)
    text = "SELECT * { SERVICE <http://far.example/> { ?s ?p ?o } }"
    seen = exchange(query={"query": text})
    headers = dict(seen.scope["headers"])
    assert is_left(loops.run(quick.answer(seen, headers, b"")))
    assert resolved == []
    with pytest.raises(KGError):
        direct.answer(seen, headers, b"")
    assert resolved == ["far.example"]
