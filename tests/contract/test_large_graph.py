"""What a large graph needs is computed alike from every store."""

from __future__ import annotations

from pathlib import Path

from village import small_village

from kg.errors import QueryTooLargeError
from kg.preparing import prepare
from kg.shelf import Shelf
from kg.shelf.stream import rows
from kg.store import ServiceStore as Store
from kg.store import Solutions
from kg.store.embedded import EmbeddedStore

TABLES = ("thing", "kind", "name", "in_track", "list", "number", "statement", "near")


def shelf_of(store: Store, folder: Path) -> Shelf:
    """The shelf of a store, made now."""
    assert prepare(store, folder, lambda step: None)
    return Shelf(next((folder / "shelf").glob("shelf-*.sqlite")))


def test_shelf_is_the_same_from_every_store(store: Store, tmp_path: Path) -> None:
    small_village().into(store)
    plain = small_village().into(EmbeddedStore())
    one = shelf_of(store, tmp_path / "one")
    other = shelf_of(plain, tmp_path / "other")
    for table in TABLES:
        query = f"SELECT * FROM {table}"
        assert sorted(one.rows(query)) == sorted(other.rows(query)), table
    assert one.generation == store.generation


class Short(EmbeddedStore):
    """A store that refuses long answers, as some servers do."""

    most = 4

    def select(self, query: str, *, timeout_s: float = 30.0) -> Solutions:
        """Answer what is short."""
        found = super().select(query, timeout_s=timeout_s)
        if len(found) > self.most:
            raise QueryTooLargeError("too many rows")
        return found


def test_long_answer_is_asked_for_in_parts() -> None:
    short, whole = Short(), EmbeddedStore()
    for store in (short, whole):
        small_village().into(store)
    query = "SELECT ?s ?name WHERE { ?s skos:prefLabel ?name {part} }"
    found = sorted(map(str, rows(short, query)))
    assert found == sorted(map(str, rows(whole, query)))
    assert len(found) > Short.most
