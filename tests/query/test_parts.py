"""The kept beginning of an answer is that of the catalogue's query, however found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kg.config import load_settings
from kg.errors import QueryTooLargeError
from kg.query.catalogue import LANGUAGES, Question
from kg.query.read import most_linked, parts
from kg.query.read.kept_answers import MOST, fillers
from kg.query.read.most_linked import MostLinked, counts_neighbours
from kg.query.read.parts import at_first, in_parts
from kg.shelf import Shelf, write_shelf
from kg.shelf.stream import Patient
from kg.store import Solutions
from kg.store.snapshot import Snapshot
from kg.wiring import build_parts, questions

WHOLE = ("hubs", "shortest_path_between_two_bodies")


@pytest.fixture(scope="module", name="store")
def _store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snapshot]:
    folder = tmp_path_factory.mktemp("parts")
    settings = load_settings({"store": f"file:{folder / 'store'}"}, environment={})
    build_parts(settings).store.close()
    store = Snapshot(folder / "store")
    yield store
    store.close()


@pytest.fixture(scope="module", name="shelf")
def _shelf(store: Snapshot, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    path = tmp_path_factory.mktemp("shelf") / "shelf.sqlite"
    write_shelf(path, store)
    return Shelf(path)


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "AT_ONCE", 3)
    monkeypatch.setattr(parts, "WAITING", 2)
    monkeypatch.setattr(most_linked, "FIRST", 21)


class _Streaming:
    """A store that tells how often it was asked."""

    def __init__(self, store: Snapshot) -> None:
        self.asked = 0
        self.select, self._rows = store.select, store.rows

    def rows(self, query: str) -> Iterator[parts.Row]:
        self.asked += 1
        return self._rows(query)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "question",
    [q for q in questions() if q.name not in WHOLE],
    ids=lambda q: str(q.name),
)
def test_parts_give_the_rows_of_the_whole(
    question: Question, language: str, store: Snapshot
) -> None:
    text = question.bind({}, language)
    whole = store.select(text)
    for most in (4, MOST):
        streaming = _Streaming(store)
        found, total = in_parts(streaming, text, most)
        assert total == len(whole)
        assert found.variables == whole.variables
        assert list(found.rows) == list(whole.rows)[:most]
        assert streaming.asked > len(whole) // 12


@pytest.mark.parametrize("language", LANGUAGES)
def test_hubs_are_those_of_the_whole(
    language: str, store: Snapshot, shelf: Shelf
) -> None:
    (hubs,) = (q for q in questions() if counts_neighbours(q.query))
    text = hubs.bind({}, language)
    found = MostLinked(store, shelf).answer(text)
    whole = store.select(text)
    assert found.variables == whole.variables
    assert list(found.rows) == list(whole.rows)
    assert len(whole) == 20


def noting(
    store: Snapshot, monkeypatch: pytest.MonkeyPatch
) -> tuple[Patient, list[str]]:
    """The store, and the queries that it has been asked for solutions."""
    asked: list[str] = []

    def select(query: str, *, timeout_s: float = 0) -> Solutions:
        asked.append(query)
        return store.select(query)

    counted = Patient(store)
    monkeypatch.setattr(counted, "select", select)
    return counted, asked


def test_neighbours_are_counted_once_for_both_languages(
    store: Snapshot, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, asked = noting(store, monkeypatch)
    (hubs,) = (q for q in questions() if counts_neighbours(q.query))
    linked = MostLinked(counted, shelf)
    linked.answer(hubs.bind({}, "zh"))
    assert "GROUP BY" in asked[0]
    asked.clear()
    linked.answer(hubs.bind({}, "en"))
    assert ["GROUP BY" in query for query in asked] == [False]


def test_others_are_counted_while_they_may_be_first(
    store: Snapshot, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, asked = noting(store, monkeypatch)
    monkeypatch.setattr(most_linked, "FIRST", 5)
    (hubs,) = (q for q in questions() if counts_neighbours(q.query))
    text = hubs.bind({}, "en")
    found = MostLinked(counted, shelf).answer(text)
    assert list(found.rows) == list(store.select(text).rows)
    assert len(asked) > 2


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("incubated_firms", "?statement prov:wasDerivedFrom", "?statement ?p"),
        ("incubated_firms", "ORDER BY ?incubator", "ORDER BY ?statement"),
        ("shortest_path_between_two_bodies", "", ""),
    ],
)
def test_what_cannot_be_split_has_to_be_narrowed(
    name: str, old: str, new: str, store: Snapshot
) -> None:
    (question,) = (q for q in questions() if q.name == name)
    text = question.bind({}, "en").replace(old, new)
    with pytest.raises(QueryTooLargeError, match="narrowed") as told:
        in_parts(store, text, 2)
    assert "缩小" in told.value.zh


def test_too_many_statements_have_to_be_narrowed(
    store: Snapshot, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "CHOSEN", 10)
    (question,) = (q for q in questions() if q.name == "dated_relations")
    with pytest.raises(QueryTooLargeError):
        in_parts(store, question.bind({}, "en"), 2)
    monkeypatch.setattr(parts, "CHOSEN", 10_000)
    monkeypatch.setattr(parts, "BUDGET_S", 0.0)
    with pytest.raises(QueryTooLargeError):
        in_parts(store, question.bind({}, "en"), 2)
    monkeypatch.setattr(most_linked, "FIRST", 2)
    monkeypatch.setattr(most_linked, "MOST", 2)
    (hubs,) = (q for q in questions() if counts_neighbours(q.query))
    with pytest.raises(QueryTooLargeError):
        MostLinked(store, shelf).answer(hubs.bind({}, "en"))


@pytest.mark.parametrize("name", ["dated_relations", "firsts_in_zone", "hubs"])
def test_store_that_sorts_hands_over_the_first_rows(name: str, store: Snapshot) -> None:
    (question,) = (q for q in questions() if q.name == name)
    text = question.bind({}, "zh")
    whole = store.select(text)
    found, total = at_first(store, text, 4)
    assert (list(found.rows), total) == (list(whole.rows)[:4], len(whole))
    unordered = text[: text.rindex("\nORDER BY ")]
    assert at_first(store, unordered, 4)[1] == len(whole)


def test_every_answer_that_is_kept_tells_how_far_it_is(
    store: Snapshot, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_TOLD", 50)
    steps: list[str] = []
    for _, name, make in fillers(store, questions(), shelf, steps.append):
        if not name.startswith("shortest_path"):
            assert make()["variables"], name
    assert "achieved_and_planned (zh), 51 statements" in steps
