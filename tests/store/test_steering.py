"""Which order is chosen, from the data; and how that is told."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.errors import QuerySyntaxError
from kg.query.guard import inspect_query
from kg.query.protocol import Operation
from kg.query.service import QueryOptions, QueryService
from kg.store.base import GraphWrite
from kg.store.engine import run_query
from kg.store.isolated import IsolatedStore
from kg.store.samples import Samples
from kg.store.steering import Ordered, Steering, written

PROLOGUE = "PREFIX : <http://ex.org/> "
FIRMS = 3000
RARE = ":t7"
IN_TRACK = f"SELECT ?f ?l {{ ?t :in* {RARE} . ?f :track ?t ; a :Firm ; :l ?l }}"
IN_PATH = f"SELECT ?f {{ ?f a :Firm ; :track/:in* {RARE} }}"


def triples() -> str:
    """Three thousand firms, all but a few of them in one of fifty tracks."""
    lines = [f":t{i} :in :t{i // 8} ." for i in range(1, 50)]
    for i in range(FIRMS):
        track = i % 50 if i < 100 else 1
        lines.append(f':f{i} a :Firm ; :track :t{track} ; :l "firm {i}"@en .')
    return f"@prefix : <http://ex.org/> . {' '.join(lines)}"


@pytest.fixture(scope="module")
def engine() -> ox.Store:
    store = ox.Store()
    store.load(triples(), ox.RdfFormat.TURTLE)
    return store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedStore]:
    folder = Path(tmp_path_factory.mktemp("steering"))
    store = IsolatedStore(folder / "store")
    part = ("text/turtle", triples().encode())
    store.write_graph(GraphWrite("http://ex.org/g", "replace", (part,)))
    yield store
    store.close()


def told(engine: ox.Store, query: str) -> str:
    text = PROLOGUE + query
    joins = inspect_query(text).joins
    assert joins.groups
    return Steering(engine).ordered(text, joins).told


def test_what_is_rare_is_joined_first(engine: ox.Store) -> None:
    assert told(engine, IN_TRACK).split()[:2] == ["1", "2"]


def test_a_sequence_is_walked_from_its_end(engine: ox.Store) -> None:
    assert told(engine, IN_PATH).split()[:2] == ["3", "2"]


def test_an_order_that_is_good_stays(engine: ox.Store) -> None:
    assert told(engine, "SELECT ?l { ?f :track :t9 . ?f a :Firm ; :l ?l }") == ""


def test_what_may_stop_early_is_not_hashed(engine: ox.Store) -> None:
    group = "{ ?f a :Firm . ?f :track ?t . ?t :in ?u }"
    assert "#" not in told(engine, f"ASK {group}")
    assert "#" not in told(engine, f"SELECT ?f {group} LIMIT 5")


def test_an_error_of_a_sample_leaves_the_text_alone(
    engine: ox.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> int:
        raise SyntaxError("error at 1:1")

    monkeypatch.setattr(Samples, "count", fails)
    assert told(engine, IN_TRACK) == ""


def test_samples_stop_counting(engine: ox.Store) -> None:
    samples = Samples(engine)
    assert samples.count(PROLOGUE, "?f a :Firm", "?f", 1000) == 1000
    assert samples.count(PROLOGUE, "?f a :Firm", "?f", 10_000) == FIRMS
    assert samples.count(PROLOGUE, "?f a :Firm", "?f", 20) == 20
    assert samples.fan(PROLOGUE, ":l", 1000, is_forward=True) == 1
    assert samples.fan(PROLOGUE, ":track", 10_000, is_forward=False) == FIRMS / 50


def test_long_texts_are_not_held(engine: ox.Store) -> None:
    """Whoever varies a comment has each worker hold something of each text."""
    steering = Steering(engine)
    comment = "x" * 7000
    texts = [f"#{i:04} {comment}\n{PROLOGUE}{IN_TRACK}" for i in range(300)]
    joins = inspect_query(texts[0]).joins
    tracemalloc.start()
    for text in texts:
        assert steering.ordered(text, joins).told
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 150 * len(comment)


@pytest.mark.parametrize("query", [IN_TRACK, IN_PATH])
def test_the_service_tells_its_order_and_can_leave_it(
    store: IsolatedStore, query: str
) -> None:
    answers = []
    for is_on in (True, False):
        service = QueryService(store, QueryOptions(orders_joins=is_on))
        asked, offer, _ = service.plan(Operation(PROLOGUE + query), "text/csv")
        done = service.answer(asked, offer, may_keep=True)
        assert bool(done.join_order) == is_on
        assert done.kept is not None
        answers.append(sorted(done.kept.body.split()))
        again = service.answer(asked, offer, may_keep=True)
        assert again.join_order == done.join_order
    assert answers[0] == answers[1]
    assert len(answers[0]) > 2


def test_what_only_the_changed_text_fails_with_is_not_told(
    store: IsolatedStore, engine: ox.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine knows that there are no rows and does not look at the function."""
    query = "SELECT ?f { VALUES ?t { } ?f :track ?t FILTER :unknown(?f) }"
    asked, _, _ = QueryService(store).plan(Operation(PROLOGUE + query), "text/csv")
    (group,) = asked.joins.groups
    last, first = group.parts
    hashed = Ordered((((first, False), (last, True)),), "2 1#")
    with pytest.raises(RuntimeError, match="unknown"):
        engine.query(written(asked.text, asked.joins, hashed.chains))
    steering = Steering(engine)
    monkeypatch.setattr(steering, "ordered", lambda *_: hashed)
    pieces: list[bytes] = []
    ran = run_query(engine, asked, pieces.append, steering)
    assert b"".join(pieces).split() == [b"f"]
    assert not ran.join_order


def test_a_dataset_of_its_own_is_left_alone(store: IsolatedStore) -> None:
    service = QueryService(store)
    operation = Operation(PROLOGUE + IN_TRACK, default_graphs=("http://ex.org/g",))
    asked, offer, _ = service.plan(operation, "text/csv")
    assert not service.answer(asked, offer, may_keep=False).join_order


def test_positions_of_errors_are_those_of_the_text(store: IsolatedStore) -> None:
    text = PROLOGUE + IN_TRACK.replace("SELECT ?f", "SELECT (1 AS ?f)")
    errors = []
    for is_on in (True, False):
        service = QueryService(store, QueryOptions(orders_joins=is_on))
        asked, offer, _ = service.plan(Operation(text), "text/csv")
        assert bool(asked.joins.groups) == is_on
        with pytest.raises(QuerySyntaxError) as error:
            service.answer(asked, offer, may_keep=False)
        errors.append((error.value.message, error.value.context))
    assert errors[0] == errors[1]
