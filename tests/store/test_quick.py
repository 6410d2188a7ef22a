"""Queries asked from an event loop: what ends there, and what goes on in a thread."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import loops
import pytest

from kg.errors import (
    BusyError,
    QuerySyntaxError,
    QueryTimeoutError,
    QueryTooLargeError,
    TooManyRequestsError,
)
from kg.model import Iri, Literal
from kg.query.guard import inspect_query
from kg.store.base import Limits, UserQuery
from kg.store.isolated import IsolatedOptions, IsolatedStore
from kg.store.pool import Pool, PoolOptions
from kg.store.quick import QuickAnswer
from kg.store.running import RunningAnswer

SLOW = "SELECT (COUNT(*) AS ?n) { " + " ".join(
    f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(14)
)
SLOW += " }"
ROWS = "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?s"
LONG = "SELECT ?s ?o ?t { ?s <urn:p> ?o . ?t <urn:p> ?u }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedStore]:
    options = IsolatedOptions(
        visitors=PoolOptions(
            workers=2, spares=0, max_waiting=2, max_per_client=3, queue_timeout_s=20
        )
    )
    opened = IsolatedStore(tmp_path_factory.mktemp("quick") / "store", options)
    facts = [(Iri(f"urn:s{i}"), Iri("urn:p"), Literal(f"名 {i}")) for i in range(300)]
    opened.replace_graphs({"urn:g": facts})
    opened.warm()
    yield opened
    opened.close()


def asked(text: str, *, client: str = "a", timeout_s: float = 20.0) -> UserQuery:
    form = inspect_query(text).form
    kind = "application/sparql-results+json"
    return UserQuery(
        text, form, kind, client=client, limits=Limits(timeout_s=timeout_s)
    )


def begun(store: IsolatedStore, query: UserQuery) -> QuickAnswer:
    running = store.quick(query, asyncio.get_running_loop())
    assert running is not None
    return running


def pool(store: IsolatedStore) -> Pool:
    return store._pool("visitors")


def is_settled(store: IsolatedStore) -> bool:
    told = pool(store).stats()
    return told["running"] == told["waiting"] == 0


@pytest.mark.parametrize("text", ["ASK {}", ROWS, "ASK { FILTER(NOW() > NOW()) }"])
def test_short_answer_ends_on_the_loop_and_is_the_same(
    store: IsolatedStore, text: str
) -> None:
    async def ask() -> bytes:
        running = begun(store, asked(text))
        assert await asyncio.wait_for(running.over, 20)
        return b"".join(running.answer)

    assert loops.run(ask()) == b"".join(store.answer(asked(text)))
    assert is_settled(store)


def test_error_of_the_engine_is_raised_on_the_loop(store: IsolatedStore) -> None:
    async def ask() -> None:
        query = UserQuery("SELECT * { ?s }", "SELECT", "text/csv", client="a")
        await begun(store, query).over

    with pytest.raises(QuerySyntaxError):
        loops.run(ask())
    assert is_settled(store)


def test_slow_query_goes_on_in_a_thread_with_its_deadline(store: IsolatedStore) -> None:
    async def ask() -> None:
        running = begun(store, asked(SLOW, timeout_s=0.6))
        asyncio.get_running_loop().call_later(0.05, running.leave_to_thread)
        assert not await running.over
        await asyncio.to_thread(running.go_on)

    timeouts = pool(store).counts["timeouts"]
    with pytest.raises(QueryTimeoutError):
        loops.run(ask())
    assert pool(store).counts["timeouts"] == timeouts + 1
    assert is_settled(store)


def test_long_answer_goes_on_in_a_thread_whole(store: IsolatedStore) -> None:
    async def ask() -> bytes:
        running = begun(store, asked(LONG))
        assert not await asyncio.wait_for(running.over, 20)
        answer = await asyncio.to_thread(running.go_on)
        return await asyncio.to_thread(b"".join, answer)

    answer = loops.run(ask())
    assert len(answer) > 1024 * 1024
    assert answer == b"".join(store.answer(asked(LONG)))
    assert is_settled(store)


def test_turns_come_on_the_loop_when_workers_are_given_back(
    store: IsolatedStore,
) -> None:
    async def ask() -> list[bool]:
        waiting = [begun(store, asked(ROWS, client=f"c{i}")) for i in range(4)]
        assert pool(store).stats()["waiting"] == 2
        return await asyncio.gather(*(w.over for w in waiting))

    assert loops.run(ask()) == [True] * 4
    assert is_settled(store)


def test_turn_given_by_a_thread_comes_on_the_loop(store: IsolatedStore) -> None:
    held = [pool(store).take("other") for _ in range(2)]

    async def ask() -> bool:
        running = begun(store, asked(ROWS))
        await asyncio.sleep(0.05)
        assert not running.over.done()
        giving = threading.Thread(
            target=lambda: [pool(store).give_back(w, "other") for w in held]
        )
        giving.start()
        is_over = await asyncio.wait_for(running.over, 20)
        giving.join()
        return is_over

    assert loops.run(ask())
    assert is_settled(store)


def test_turn_that_comes_in_a_thread_is_taken_there(store: IsolatedStore) -> None:
    held = [pool(store).take("other") for _ in range(2)]

    async def ask() -> bytes:
        running = begun(store, asked("ASK {}"))
        running.leave_to_thread()
        assert not await running.over
        going = asyncio.create_task(asyncio.to_thread(running.go_on))
        await asyncio.sleep(0.05)
        for worker in held:
            pool(store).give_back(worker, "other")
        return b"".join(await going)

    assert b"true" in loops.run(ask())
    assert is_settled(store)


@pytest.mark.parametrize("is_waiting", [True, False])
def test_query_that_is_left_frees_its_place(
    store: IsolatedStore, *, is_waiting: bool
) -> None:
    held = [pool(store).take("other") for _ in range(2 if is_waiting else 0)]

    async def ask() -> None:
        running = begun(store, asked(SLOW))
        await asyncio.sleep(0.05)
        running.leave_to_thread()
        await asyncio.to_thread(running.close)

    cancelled = pool(store).counts["cancelled"]
    loops.run(ask())
    assert pool(store).counts["cancelled"] == cancelled + (not is_waiting)
    for worker in held:
        pool(store).give_back(worker, "other")
    assert is_settled(store)
    assert b"true" in b"".join(store.answer(asked("ASK {}")))


def test_worker_killed_under_way_costs_its_query_only(store: IsolatedStore) -> None:
    async def ask() -> None:
        running = begun(store, asked(SLOW))
        await asyncio.sleep(0.05)
        busy = [w for w in pool(store).workers() if w.started]
        os.kill(busy[0].pid, signal.SIGKILL)
        assert not await asyncio.wait_for(running.over, 20)
        await asyncio.to_thread(running.go_on)

    crashes = pool(store).counts["crashes"]
    with pytest.raises(QueryTooLargeError):  # as if for want of memory
        loops.run(ask())
    assert pool(store).counts["crashes"] == crashes + 1
    assert b"true" in b"".join(store.answer(asked("ASK {}")))
    assert is_settled(store)


def test_query_that_nobody_awaits_any_more_is_let_go(store: IsolatedStore) -> None:
    async def ask() -> None:
        running = begun(store, asked(SLOW))
        task = asyncio.ensure_future(running.over)
        await asyncio.sleep(0.02)
        task.cancel()
        running.leave_to_thread()
        await asyncio.to_thread(running.close)
        await asyncio.sleep(0.05)  # nothing is read from what was closed

    loops.run(ask(), debug=True)
    assert is_settled(store)


def test_full_queue_and_greedy_client_are_refused(store: IsolatedStore) -> None:
    async def ask() -> None:
        running = [begun(store, asked(SLOW, client="a")) for _ in range(3)]
        with pytest.raises(TooManyRequestsError):
            begun(store, asked("ASK {}", client="a"))
        running.append(begun(store, asked("ASK {}", client="b")))
        with pytest.raises(BusyError):
            begun(store, asked("ASK {}", client="c"))
        for one in running:
            one.leave_to_thread()
        for one in running:
            await asyncio.to_thread(one.close)

    loops.run(ask())
    assert is_settled(store)


def test_generation_published_here_is_seen_at_once(tmp_path: Path) -> None:
    """The look at the pointer is kept for a moment, but not over a write."""
    opened = IsolatedStore(tmp_path / "store")
    try:
        for number in range(3):
            assert opened.generation  # looked at just now
            fact = (Iri("urn:s"), Iri("urn:p"), Literal(str(number)))
            made = opened.replace_graphs({"urn:g": [fact]})
            assert opened.generation == made
    finally:
        opened.close()


def test_generation_published_by_another_process_is_seen(tmp_path: Path) -> None:
    one, other = IsolatedStore(tmp_path / "s"), IsolatedStore(tmp_path / "s")
    try:
        fact = (Iri("urn:s"), Iri("urn:p"), Literal("x"))
        made = one.replace_graphs({"urn:g": [fact]})
        time.sleep(0.002)
        assert other.generation == made
    finally:
        one.close()
        other.close()


def test_error_does_not_hold_what_had_come_before_it(store: IsolatedStore) -> None:
    """An error is kept with its traceback until it is told, and longer."""
    text, probe = inspect_query(LONG).with_row_limit(80_000)
    limits = Limits(max_rows=80_000, max_bytes=1024 * 1024)
    kind = "application/sparql-results+json"
    query = UserQuery(text, "SELECT", kind, probe=probe, limits=limits)
    with pytest.raises(QueryTooLargeError) as caught:
        store.answer(query)
    seen = [
        value
        for frame in caught.traceback
        for value in frame.frame.f_locals.values()
        if isinstance(value, RunningAnswer)
    ]
    assert seen
    assert {answer.held_bytes for answer in seen} == {0}


_GROWN = """
import time
from kg.store import heap
heap._LOOK_EVERY_S = 0.02
keeper = heap.HeapKeeper()
before = heap.resident_bytes()
pieces = [b"x" * 100_000 for _ in range(1500)]
kept = pieces[::300]  # so that none of it is at the end of the heap
assert heap.resident_bytes() > before + 100 * 2**20
pieces.clear()
keeper.start()
deadline = time.monotonic() + 60
while heap.resident_bytes() > before + 40 * 2**20:
    assert time.monotonic() < deadline
    time.sleep(0.02)
assert len(kept) == 5
"""


def test_heap_that_has_grown_is_given_back() -> None:
    """In a process of its own: other tests leave holes in the heap of this one."""
    done = subprocess.run([sys.executable, "-c", _GROWN], check=False)
    assert done.returncode == 0
