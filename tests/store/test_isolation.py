"""Workers: what they cannot do, and what it costs when they die."""

from __future__ import annotations

import contextlib
import http.server
import json
import os
import resource
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import (
    BusyError,
    KGError,
    QueryTimeoutError,
    QueryTooLargeError,
    StoreError,
    TooManyRequestsError,
)
from kg.query.guard import inspect_query
from kg.store.base import Answer, Limits, UserQuery, UserUpdate
from kg.store.isolated import IsolatedOptions, IsolatedStore
from kg.store.pool import PoolOptions

SLOW = "SELECT (COUNT(*) AS ?n) { " + " ".join(
    f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(14)
)
SLOW += " }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedStore]:
    options = IsolatedOptions(
        visitors=PoolOptions(
            workers=2,
            max_waiting=2,
            max_per_client=3,
            queue_timeout_s=2,
            busy_timeout_s=1.0,
        )
    )
    opened = IsolatedStore(tmp_path_factory.mktemp("isolation") / "store", options)
    opened.warm()
    yield opened
    opened.close()


def asked(text: str, *, client: str = "a", **limits: float) -> UserQuery:
    seen = inspect_query(text)
    bounds = Limits(**limits)  # type: ignore[arg-type]
    written, probe = seen.with_row_limit(bounds.max_rows)
    return UserQuery(
        written,
        seen.form,
        "application/sparql-results+json",
        text,
        seen.variables,
        seen.star_at,
        probe,
        client=client,
        limits=bounds,
    )


class Listener:
    """A server on the loopback that notes who calls."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        listener = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.calls.append(self.path)
                self.send_error(500)

            do_GET = do_POST  # noqa: N815 (the name the base class calls)

            def log_message(self, *_: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def listener() -> Iterator[Listener]:
    running = Listener()
    yield running
    running.server.shutdown()
    running.server.server_close()


def test_worker_cannot_call_out_even_without_the_guard(
    store: IsolatedStore, listener: Listener
) -> None:
    """The query goes straight to the worker: no guard has looked at it."""
    text = f"SELECT * {{ SERVICE <{listener.address}> {{ ?s ?p ?o }} }}"
    with pytest.raises(StoreError):
        list(store.answer(UserQuery(text, "SELECT", "text/csv", client="a")))
    assert store.health()["network_closed"] is True
    assert listener.calls == []


def test_writing_worker_cannot_load_even_without_the_guard(
    store: IsolatedStore, listener: Listener
) -> None:
    with pytest.raises(KGError):
        store.update(UserUpdate(f"LOAD <{listener.address}>"))
    assert listener.calls == []


def test_listener_would_have_heard_a_worker_with_network(
    store: IsolatedStore, listener: Listener
) -> None:
    """The two tests above can fail: a worker that keeps its network does call."""
    text = f"SELECT * {{ SERVICE SILENT <{listener.address}> {{ ?s ?p ?o }} }}"
    query = UserQuery(text, "SELECT", "text/csv", client="a", federated=True)
    list(store.answer(query))
    assert listener.calls == ["/"]


def test_query_over_its_time_is_stopped(store: IsolatedStore) -> None:
    started = time.monotonic()
    with pytest.raises(QueryTimeoutError):
        store.answer(asked(SLOW, timeout_s=0.5))
    assert time.monotonic() - started < 2


def test_query_over_its_memory_is_stopped(store: IsolatedStore) -> None:
    text = "SELECT (STRLEN(?v34) AS ?n) { BIND('ab' AS ?v0) "
    text += (
        " ".join(f"BIND(CONCAT(?v{i},?v{i}) AS ?v{i + 1})" for i in range(34)) + " }"
    )
    with pytest.raises(QueryTooLargeError, match="memory"):
        store.answer(asked(text, max_memory_bytes=128 * 1024 * 1024))


def test_query_too_deep_for_the_engine_costs_itself_only(store: IsolatedStore) -> None:
    text = "SELECT * " + "{" * 40000 + "}" * 40000
    query = UserQuery(
        text, "SELECT", "text/csv", client="a", limits=Limits(timeout_s=20)
    )
    with pytest.raises(KGError):
        store.answer(query)
    assert b"true" in b"".join(store.answer(asked("ASK {}")))


def test_answer_over_its_bytes_is_stopped(store: IsolatedStore) -> None:
    text = "SELECT * { VALUES ?x { 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' } }"
    with pytest.raises(QueryTooLargeError, match="bytes"):
        store.answer(asked(text, max_bytes=50))


def test_worker_is_replaced_before_the_next_query_needs_it(
    store: IsolatedStore,
) -> None:
    for _ in range(3):
        with pytest.raises(QueryTimeoutError):
            store.answer(asked(SLOW, timeout_s=0.2))
        started = time.monotonic()
        list(store.answer(asked("ASK {}")))
        assert time.monotonic() - started < 0.5


def test_query_of_a_client_that_left_is_stopped(store: IsolatedStore) -> None:
    left = threading.Event()
    threading.Timer(0.3, left.set).start()
    started = time.monotonic()
    with pytest.raises(KGError) as told:
        store.answer(asked(SLOW, timeout_s=20), is_gone=left.is_set)
    assert told.value.code == "client-gone"
    assert time.monotonic() - started < 3


def hold(store: IsolatedStore, client: str, found: list[object]) -> threading.Thread:
    def ask() -> None:
        try:
            found.append(store.answer(asked(SLOW, client=client, timeout_s=3)))
        except KGError as error:
            found.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def settle(store: IsolatedStore, count: int) -> None:
    """Wait until so many queries run or wait."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        numbers = store.stats()["visitors"]
        if numbers["running"] + numbers["waiting"] >= count:
            return
        time.sleep(0.005)
    raise TimeoutError


def test_honest_client_gets_its_turn_while_another_holds_all(
    store: IsolatedStore,
) -> None:
    found: list[object] = []
    threads = [hold(store, "greedy", found) for _ in range(3)]
    settle(store, 3)
    started = time.monotonic()
    list(store.answer(asked("ASK {}", client="honest")))
    assert time.monotonic() - started < 3
    for thread in threads:
        thread.join()
    assert any("others were waiting" in str(e) for e in found)


def test_client_with_nothing_running_need_not_wait_for_one_that_fills_all(
    store: IsolatedStore,
) -> None:
    found: list[object] = []
    threads = [hold(store, "greedy", found) for _ in range(2)]
    settle(store, 2)
    before = store.stats()["visitors"]
    assert before["running"] == 2
    list(store.answer(asked("ASK {}", client="honest")))
    after = store.stats()["visitors"]
    assert after["preempted"] == before["preempted"]
    assert after["running"] == 2, "nobody was stopped for it"
    for thread in threads:
        thread.join()


def test_client_with_too_many_queries_is_told_to_wait(store: IsolatedStore) -> None:
    found: list[object] = []
    threads = [hold(store, "greedy", found) for _ in range(3)]
    settle(store, 3)
    with pytest.raises(TooManyRequestsError):
        store.answer(asked("ASK {}", client="greedy"))
    for thread in threads:
        thread.join()


def test_queue_that_is_full_refuses(store: IsolatedStore) -> None:
    found: list[object] = []
    threads = [hold(store, f"client{i}", found) for i in range(5)]
    settle(store, 5)
    with pytest.raises(BusyError) as told:
        store.answer(asked("ASK {}", client="late"))
    assert told.value.context["retry_after_s"] > 0
    for thread in threads:
        thread.join()


def test_answer_that_nobody_reads_gives_its_worker_back(store: IsolatedStore) -> None:
    for _ in range(4):
        store.answer(asked("SELECT * { VALUES ?x { 1 2 3 } }"))
    deadline = time.monotonic() + 5
    while store.stats()["visitors"]["running"] and time.monotonic() < deadline:
        time.sleep(0.01)
    assert store.stats()["visitors"]["running"] == 0


def test_row_limit_is_told_and_kept(store: IsolatedStore) -> None:
    text = "SELECT * { VALUES ?x { " + " ".join(map(str, range(50))) + " } }"
    answer: Answer = store.answer(asked(text, max_rows=7))
    assert answer.row_limit_reached
    assert len(json.loads(b"".join(answer))["results"]["bindings"]) == 7
    whole = store.answer(asked(text, max_rows=50))
    assert not whole.row_limit_reached


def test_reader_of_an_old_generation_finishes_it(store: IsolatedStore) -> None:
    answer = store.answer(asked("SELECT * { VALUES ?x { 1 2 3 } } LIMIT 3"))
    store.update(UserUpdate("INSERT DATA { <u:new> <u:p> 1 }"))
    assert answer.generation != store.generation
    assert len(json.loads(b"".join(answer))["results"]["bindings"]) == 3


def test_other_process_on_the_same_store_sees_a_write(
    tmp_path: Path,
) -> None:
    writer, reader = (IsolatedStore(tmp_path / "store") for _ in range(2))
    writer.update(UserUpdate("INSERT DATA { <u:a> <u:b> <u:c> }"))
    assert reader.generation == writer.generation
    assert reader.ask("ASK { <u:a> ?p ?o }")
    writer.close()
    reader.close()


def resident_mb(pid: int) -> float:
    """Memory that a process holds, MiB."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize() / 2**20


def test_worker_gives_memory_back_after_a_large_query(store: IsolatedStore) -> None:
    values = " ".join(f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(6))
    text = f"SELECT (COUNT(*) AS ?n) {{ SELECT DISTINCT * {{ {values} }} }}"
    pool = store._pool("visitors")
    pids = {w.pid for w in pool.workers()}
    peak = 0.0
    answer = threading.Thread(target=lambda: list(store.answer(asked(text))))
    answer.start()
    while answer.is_alive():
        with contextlib.suppress(OSError):
            peak = max(peak, *map(resident_mb, pids))
        time.sleep(0.005)
    assert peak > 100  # it was a large one
    deadline = time.monotonic() + 20
    while max(map(resident_mb, pids)) > 80:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert {w.pid for w in pool.workers()} == pids


def test_worker_that_cannot_give_memory_back_is_replaced(store: IsolatedStore) -> None:
    pool = store._pool("visitors")
    worker = pool.take("a")
    worker.is_worn = True  # as it says of itself (``kg.store.worker``)
    pool.give_back(worker, "a")
    assert not worker.is_alive
    deadline = time.monotonic() + 20
    while pool.stats()["idle"] < pool.options.workers + pool.options.spares:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    assert worker.pid not in {w.pid for w in pool.workers()}


def test_long_query_gives_way_beside_another_only(store: IsolatedStore) -> None:
    def priority_while_it_runs() -> int:
        asking = threading.Thread(target=run)
        asking.start()
        found = usual = os.getpriority(os.PRIO_PROCESS, 0)
        while asking.is_alive():
            for worker in store._pool("visitors").workers():
                if worker.client == "slow" and worker.started:
                    with contextlib.suppress(OSError):
                        found = max(found, os.getpriority(os.PRIO_PROCESS, worker.pid))
            time.sleep(0.02)
        return found - usual

    def run() -> None:
        with pytest.raises(QueryTimeoutError):
            store.answer(asked(SLOW, client="slow", timeout_s=0.8))

    assert priority_while_it_runs() == 0
    other = store._pool("visitors").take("other")
    try:
        assert priority_while_it_runs() > 0
    finally:
        store._pool("visitors").give_back(other, "other")


def test_query_that_nobody_waits_for_is_counted(store: IsolatedStore) -> None:
    counts = store._pool("visitors").counts
    before = counts["cancelled"]
    with pytest.raises(KGError):
        store.answer(asked(SLOW), is_gone=lambda: True)
    answer = store.answer(asked("SELECT * { ?s ?p ?o }"))
    list(answer)
    answer.close()  # it was over
    with pytest.raises(QueryTimeoutError):
        store.answer(asked(SLOW, timeout_s=0.3))
    assert counts["cancelled"] == before + 1
