"""When a shelf is made, what serves meanwhile, and what becomes of damage."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from village import small_village

from kg import vocab
from kg.config import load_settings
from kg.errors import DataError, PreparingError
from kg.model import Iri, Literal, Triple
from kg.preparing import here, prepare
from kg.search import Names, Wish
from kg.shelf import Keeper, Shelf
from kg.shelf.lists import class_key
from kg.store.embedded import EmbeddedStore
from kg.store.isolated import IsolatedStore
from kg.store.snapshot import Snapshot
from kg.web import create_app
from kg.wiring import Parts

COMPANY = class_key(vocab.ONTOLOGY + "Company")
MORE = vocab.GRAPH + "more"


@pytest.fixture(name="store")
def _store() -> EmbeddedStore:
    return small_village().into(EmbeddedStore())


def add_company(store: EmbeddedStore | IsolatedStore) -> None:
    """Publish one company more."""
    thing = Iri(vocab.ID + "newcomer")
    named = Literal("新来者", vocab.expand("rdf:langString"), "zh")
    store.replace_graphs(
        {
            MORE: [
                (thing, Iri(vocab.expand("rdf:type")), Iri(vocab.ONTOLOGY + "Company")),
                (thing, Iri(vocab.expand("skos:prefLabel")), named),
            ]
        }
    )


def keeper_for(
    store: EmbeddedStore, folder: Path, make: Callable[[], None] | None = None
) -> Keeper:
    """A keeper to which every graph is large."""
    return Keeper(store, folder / "shelf", make or here(store, folder), small=0)


def test_small_graph_needs_no_shelf(store: EmbeddedStore, tmp_path: Path) -> None:
    keeper = Keeper(store, tmp_path / "shelf", pytest.fail)
    assert keeper.at_hand() is None


def test_first_reader_of_a_large_graph_is_told_to_come_again(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    go = threading.Event()
    make = here(store, tmp_path)
    keeper = keeper_for(store, tmp_path, lambda: go.wait(60) and make())
    with pytest.raises(PreparingError) as told:
        keeper.at_hand()
    assert told.value.context["retry_after_s"] > 0
    go.set()
    keeper.wait()
    shelf = keeper.at_hand()
    assert shelf is not None
    assert shelf.generation == store.generation


def test_old_shelf_serves_until_the_new_one_is_ready(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    keeper = keeper_for(store, tmp_path)
    keeper.start()
    keeper.wait()
    old = keeper.at_hand()
    assert old is not None
    before = old.length(COMPANY)
    go = threading.Event()
    make = here(store, tmp_path)
    keeper = keeper_for(store, tmp_path, lambda: go.wait(60) and make())
    assert keeper.at_hand() is not None
    add_company(store)
    meanwhile = keeper.at_hand()
    assert meanwhile is not None
    assert meanwhile.generation == old.generation != store.generation
    go.set()
    keeper.wait()
    new = keeper.at_hand()
    assert new is not None
    assert new.generation == store.generation
    assert new.length(COMPANY) == before + 1
    # A thread that still reads the old one is not disturbed.
    assert meanwhile.length(COMPANY) == before


def test_shelf_of_a_generation_is_found_again_at_a_start(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    prepare(store, tmp_path, lambda step: None)
    keeper = keeper_for(store, tmp_path, pytest.fail)
    assert keeper.at_hand() is not None


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" * 300])
def test_damaged_shelf_is_made_anew(
    store: EmbeddedStore, tmp_path: Path, damage: bytes
) -> None:
    prepare(store, tmp_path, lambda step: None)
    keeper = keeper_for(store, tmp_path)
    path = keeper.path(store.generation)
    path.write_bytes(damage)
    with pytest.raises(DataError):
        Shelf(path)
    with pytest.raises(PreparingError):
        keeper.at_hand()
    keeper.wait()
    shelf = keeper.at_hand()
    assert shelf is not None
    assert shelf.length(COMPANY) > 0


def test_maker_that_fails_is_not_asked_again_at_once(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    asked: list[int] = []

    def fail() -> None:
        asked.append(1)
        raise DataError("no")

    keeper = keeper_for(store, tmp_path, fail)
    for _ in range(3):
        with pytest.raises(PreparingError):
            keeper.at_hand()
        keeper.wait()
    assert len(asked) == 1


def test_names_of_a_large_graph_come_from_its_shelf(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    keeper = keeper_for(store, tmp_path)
    names = Names(store, tmp_path / "names", keeper)
    with pytest.raises(PreparingError):
        names.search(Wish("百济"))
    keeper.wait()
    assert next(m.zh for m in names.search(Wish("百济"))) == "百济神州"
    plain = Names(store, tmp_path / "plain")
    for text in ("百济", "bjsz", "beigene", "cgt", "神州", ""):
        assert names.search(Wish(text)) == plain.search(Wish(text)), text


def test_two_do_not_prepare_at_once(store: EmbeddedStore, tmp_path: Path) -> None:
    inside: list[bool] = []

    def tell(step: str) -> None:
        if not inside:
            inside.append(prepare(store, tmp_path, lambda step: None))

    assert prepare(store, tmp_path, tell)
    assert inside == [False]


def test_snapshot_gives_the_same_shelf_as_the_service(tmp_path: Path) -> None:
    store = IsolatedStore(tmp_path / "store")
    try:
        add_company(store)
        snapshot = Snapshot(tmp_path / "store")
        assert snapshot.generation == store.generation
        for name, source in (("one", store), ("two", snapshot)):
            prepare(source, tmp_path / name, lambda step: None)
        shelves = [
            Shelf(next((tmp_path / n / "shelf").glob("shelf-*.sqlite")))
            for n in ("one", "two")
        ]
        things = [s.rows("SELECT * FROM thing ORDER BY id") for s in shelves]
        assert things[0] == things[1]
        assert vocab.ID + "newcomer" in {row[1] for row in things[0]}
        snapshot.close()
    finally:
        store.close()


def test_page_says_when_to_come_again(store: EmbeddedStore, tmp_path: Path) -> None:
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    parts = Parts(settings, store)
    vars(parts).update(keeper=keeper_for(store, tmp_path, lambda: None))
    client = create_app(parts).test_client()
    page = client.get("/tracks", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert int(page.headers["Retry-After"]) > 0
    assert "首次统计" in page.text
    assert client.get("/api/graph/overview").status_code == 503
    body = client.get("/api/search?q=b").json
    assert body is not None
    assert body["code"] == "preparing"
    assert client.get("/entities/beigene").status_code == 200


def test_answer_that_fails_leaves_the_others(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    prepare(store, tmp_path, lambda step: None)
    shelf = Shelf(next((tmp_path / "shelf").glob("shelf-*.sqlite")))
    with pytest.raises(DataError):
        shelf.add("answer one", _fail)
    assert shelf.value("answer one") is None
    shelf.add("answer two", lambda: {"rows": ["百济"]})
    assert shelf.value("answer two") == {"rows": ["百济"]}
    shelf.add("answer two", pytest.fail)  # it is there


def _fail() -> None:
    raise DataError("no")


def test_a_change_is_told_before_its_shelf_is_made(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    first = keeper_for(store, tmp_path)
    first.start()
    first.wait()
    go = threading.Event()
    keeper = keeper_for(store, tmp_path, lambda: go.wait(60) and None)
    parts = Parts(load_settings({"store": "memory:"}, environment={}), store)
    vars(parts).update(keeper=keeper, cache=tmp_path)
    client = create_app(parts).test_client(use_cookies=False)
    assert client.get("/entities/beigene").status_code == 200
    assert keeper.ready() is not None
    subject, name = Iri(vocab.ID + "beigene"), Literal("改了的名字", language="zh")
    statement = Iri(vocab.ID + "st-told-at-once")
    ends = (
        subject,
        Iri(vocab.ONTOLOGY + "cooperatesWith"),
        Iri(vocab.ID + "nobody-yet"),
    )
    names = ("rdf:subject", "rdf:predicate", "rdf:object")
    told: list[Triple] = [
        (statement, Iri(vocab.expand(n)), e) for n, e in zip(names, ends, strict=True)
    ]
    told += [
        (statement, Iri(vocab.expand("lv:status")), Iri(vocab.expand("lv:actual"))),
        (subject, Iri(vocab.expand("skos:altLabel")), name),
    ]
    store.replace_graphs({MORE: told})
    assert keeper.ready() is None
    try:
        assert "改了的名字" in client.get("/entities/beigene").text
        facts = client.get("/entities/beigene/facts?relation=cooperatesWith").text
        assert 'href="/entities/nobody-yet"' in facts
        answer = client.get("/api/graph/expand?id=beigene").json
        assert answer is not None
        assert all(edge["s"] and edge["t"] for edge in answer["edges"])
    finally:
        go.set()
        keeper.wait()


def test_file_is_read_ahead_only_where_memory_is_free(
    store: EmbeddedStore, tmp_path: Path
) -> None:
    keeper = keeper_for(store, tmp_path)
    keeper.start()
    keeper.wait()
    shelf = keeper.at_hand()
    assert shelf is not None
    size = keeper.path(store.generation).stat().st_size
    assert shelf.preload(available=10 * size) == size
    assert shelf.preload(available=2 * size) == 0
