"""A remote answer counts only when it is whole, in time and of its type."""

from __future__ import annotations

import threading
import time

import pytest

from kg.errors import (
    BusyError,
    KGError,
    QueryError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
    StoreProtocolError,
    StoreUnreachableError,
)
from kg.model import Iri, Literal
from kg.model.terms import XSD
from kg.store.remote import RemoteOptions, RemoteStore
from tests.store.faulty import Faulty, Reply, faulty

ONE = (
    b'{"head":{"vars":["x"],"link":[]},"results":{"distinct":false,"bindings":[{"x":'
    b'{"type":"typed-literal","datatype":"http://www.w3.org/2001/XMLSchema#integer",'
    b'"value":"1"}}]}}'
)
QUERY = "SELECT ?x WHERE { ?x ?y ?z }"


def store(server: Faulty, **more: object) -> RemoteStore:
    given = {"backoff_s": 0.01, "read_retries": 2, **more}
    return RemoteStore(RemoteOptions((server.base + "/sparql",), **given))  # type: ignore[arg-type]


def refused(reply: Reply, kind: type[KGError], query: str = QUERY) -> KGError:
    with faulty(lambda _: reply) as server:
        found = store(server, read_retries=0)
        ask = found.construct if "CONSTRUCT" in query else found.select
        with pytest.raises(kind) as caught:
            ask(query)
    return caught.value


def test_whole_answer_is_taken() -> None:
    with faulty(lambda _: Reply(body=ONE)) as server:
        found = store(server).select(QUERY)
    assert found.rows == [(Literal("1", XSD + "integer"),)]


def test_query_goes_as_a_form_with_an_explicit_dataset() -> None:
    with faulty(lambda _: Reply(body=ONE)) as server:
        store(server, parameters=(("timeout", "{timeout_ms}"),)).select(
            QUERY, timeout_s=4
        )
    (asked,) = server.seen
    assert asked["query"] == [QUERY]
    assert asked["default-graph-uri"] == ["urn:life-valley:default"]
    assert len(asked["named-graph-uri"]) == 1
    assert 3000 < int(asked["timeout"][0]) <= 4000
    assert server.headers[0]["Accept"] == "application/sparql-results+json"
    assert server.headers[0]["Content-Type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(body=ONE[:-3]), StoreProtocolError),
        (Reply(body=ONE, cut=5), StoreUnreachableError),
        (Reply(body=ONE, media_type="text/html"), StoreProtocolError),
        (Reply(body=b"[]"), StoreProtocolError),
        (Reply(body=b'{"head":{}}'), StoreProtocolError),
        (Reply(status=206, body=ONE), StoreProtocolError),
        (Reply(body=ONE, headers={"X-SQL-State": "S1TAT"}), QueryTimeoutError),
        (Reply(body=ONE, headers={"X-SQL-Message": "?"}), StoreProtocolError),
        (Reply(body=ONE, headers={"X-SPARQL-MaxRows": "1"}), QueryTooLargeError),
        (
            Reply(body=ONE[:-9] + b"[The SPARQL operation has been cancelled"),
            QueryTimeoutError,
        ),
        (Reply(status=400, body=b"syntax"), QuerySyntaxError),
        (Reply(status=400, body=b"Too many arguments"), QueryTooLargeError),
        (Reply(status=401), StoreProtocolError),
        (Reply(status=403), StoreProtocolError),
        (Reply(status=414), QueryTooLargeError),
        (Reply(status=500, body=b"secret"), QueryError),
        (Reply(status=503), StoreUnreachableError),
        (Reply(status=504), QueryTimeoutError),
        (Reply(status=302, headers={"Location": "/x"}), QueryError),
    ],
)
def test_answer_that_is_not_whole_is_refused(reply: Reply, kind: type[KGError]) -> None:
    error = refused(reply, kind)
    assert type(error) is kind
    assert error.zh != error.message
    assert "secret" not in error.message + error.hint


def test_row_limit_above_the_rows_is_no_cut() -> None:
    reply = Reply(body=ONE, headers={"X-SPARQL-MaxRows": "10000"})
    with faulty(lambda _: reply) as server:
        assert len(store(server).select(QUERY)) == 1


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p> ", StoreProtocolError),
        (b"<urn:s> <urn:p> <urn:o> .\n<urn:s> <urn:p>\n", StoreProtocolError),
        (
            b"<urn:s> <urn:p> <urn:o> .\nThe SPARQL operation has been cancelled",
            QueryTimeoutError,
        ),
    ],
)
def test_graph_that_ends_early_is_refused(body: bytes, kind: type[KGError]) -> None:
    reply = Reply(body=body, media_type="application/n-triples")
    assert type(refused(reply, kind, "CONSTRUCT WHERE { ?s ?p ?o }")) is kind


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'{"head":{},"boolean":true}', True),
        (b'{"head":{},"boolean":false}', False),
        (ONE, True),
        (ONE.replace(b'"value":"1"', b'"value":"0"'), False),
        (b'{"head":{"vars":["a"]},"results":{"bindings":[]}}', False),
    ],
)
def test_truth_is_read_in_each_way_servers_write_it(
    body: bytes, expected: bool
) -> None:
    with faulty(lambda _: Reply(body=body)) as server:
        assert store(server).ask("ASK {}") is expected


def test_answer_longer_than_the_limit_is_refused() -> None:
    with faulty(lambda _: Reply(body=ONE + b" " * 5000)) as server:
        found = store(server, max_answer_bytes=1000)
        with pytest.raises(QueryTooLargeError):
            found.select(QUERY)


def test_silent_server_is_left_at_the_deadline() -> None:
    with faulty(lambda _: Reply(body=ONE, wait_s=2)) as server:
        began = time.monotonic()
        with pytest.raises(QueryTimeoutError):
            store(server).select(QUERY, timeout_s=0.4)
        assert time.monotonic() - began < 1.0
        assert len(server.seen) == 1


def test_trickling_server_is_left_at_the_deadline() -> None:
    """Each byte comes in time; the answer would take forty seconds."""
    with faulty(lambda _: Reply(body=ONE, drip_s=0.2)) as server:
        began = time.monotonic()
        with pytest.raises(QueryTimeoutError):
            store(server).select(QUERY, timeout_s=0.7)
        assert time.monotonic() - began < 1.5


def test_read_is_repeated_after_a_break() -> None:
    def reply(number: int) -> Reply:
        return [Reply(body=ONE, cut=9), Reply(status=503), Reply(body=ONE)][number]

    with faulty(reply) as server:
        assert len(store(server).select(QUERY)) == 1
        assert len(server.seen) == 3


def test_query_that_fails_is_not_repeated() -> None:
    with faulty(lambda _: Reply(status=500)) as server:
        with pytest.raises(QueryError):
            store(server).select(QUERY)
        assert len(server.seen) == 1


def test_write_is_never_repeated() -> None:
    with faulty(lambda _: Reply(status=503)) as server:
        found = store(server, update_url=server.base + "/update")
        with pytest.raises(StoreUnreachableError):
            found.writer.update(["DROP SILENT GRAPH <urn:x>"])
        assert len(server.seen) == 1


def test_upload_that_was_taken_and_not_kept_is_refused() -> None:
    nothing = ONE.replace(b'"value":"1"', b'"value":"0"')
    with faulty(lambda _: Reply(body=nothing)) as server:
        found = store(
            server,
            update_url=server.base + "/update",
            graph_store_url=server.base + "/graphs",
        )
        triple = (Iri("urn:s"), Iri("urn:p"), Literal("o"))
        with pytest.raises(StoreProtocolError, match="took 1 triples and holds 0"):
            found.replace_graphs({"urn:g": [triple]})
    # With a length: chunked, Virtuoso says 201 and stores nothing.
    assert any(int(h.get("Content-Length", 0)) > 0 for h in server.headers)
    updates = [u["update"][0] for u in server.seen if "update" in u]
    assert not any("urn:g" in text for text in updates)  # nothing was published


def test_retry_after_beyond_the_deadline_ends_at_the_deadline() -> None:
    reply = Reply(status=503, headers={"Retry-After": "30"})
    with faulty(lambda _: reply) as server:
        began = time.monotonic()
        with pytest.raises(StoreUnreachableError):
            store(server).select(QUERY, timeout_s=0.5)
        assert time.monotonic() - began < 1.0


def test_breaker_leaves_a_dead_server_alone() -> None:
    found = RemoteStore(RemoteOptions(("http://127.0.0.1:9/q",), read_retries=0))
    for _ in range(3):
        with pytest.raises(StoreUnreachableError, match="cannot be reached"):
            found.select(QUERY)
    with pytest.raises(StoreUnreachableError, match="left alone"):
        found.select(QUERY)
    assert found.replicas.primary.breaker.state == "open"


def test_full_pool_is_busy_not_dead() -> None:
    with faulty(lambda _: Reply(body=ONE, wait_s=1.5)) as server:
        found = store(server, pool_size=1, refresh_s=60.0)
        _ = found.generation
        first = threading.Thread(target=found.select, args=(QUERY,))
        first.start()
        time.sleep(0.3)
        with pytest.raises(BusyError):
            found.select(QUERY, timeout_s=0.3)
        first.join()
        assert found.replicas.primary.breaker.state == "closed"


def test_closed_port_is_told_clearly() -> None:
    found = RemoteStore(
        RemoteOptions(("http://user:hidden@127.0.0.1:9/q",), read_retries=0)
    )
    with pytest.raises(StoreUnreachableError) as caught:
        found.select(QUERY)
    assert "127.0.0.1:9" in caught.value.message
    assert "hidden" not in caught.value.message
