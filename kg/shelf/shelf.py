"""Reads a shelf; nothing here costs more than what is asked for."""

from __future__ import annotations

import json
from array import array
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from kg.shelf.file import ReadOnlyFile
from kg.shelf.packed import unpack

LAYOUT = 4
_MARKS = 500
ORDERS = ("zh", "en")


class Shelf(ReadOnlyFile):
    """A shelf on disk, read-only; safe to share between threads.

    Args:
        path: the file that ``write_shelf`` made.

    Raises:
        DataError: if it is not such a file, or of another layout.
    """

    def __init__(self, path: Path) -> None:
        self._arrays: dict[str, array[int]] = {}
        super().__init__(path, LAYOUT, "shelf")

    def value(self, key: str) -> Any:
        """What a filler gave; ``None`` if there was none of this name."""
        found = self.rows("SELECT json FROM value WHERE key = ?", (key,))
        if found:
            return json.loads(found[0][0])
        try:
            return json.loads(self._beside(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def add(self, key: str, make: Callable[[], Any]) -> None:
        """Keep a value that takes long beside the shelf, unless it is there."""
        path = self._beside(key)
        if path.exists():
            return
        made = json.dumps(make(), ensure_ascii=False)
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(".part")
        draft.write_text(made, encoding="utf-8")
        draft.replace(path)

    def _beside(self, key: str) -> Path:
        return answers_of(self._path) / f"{key.replace(' ', '-')}.json"

    def number(self, key: str) -> int:
        """A count; 0 where nothing was counted."""
        found = self.rows("SELECT n FROM number WHERE key = ?", (key,))
        return int(found[0][0]) if found else 0

    def places(self) -> list[str]:
        """Places with the most organisations in a track, the most first."""
        found = self.rows(
            "SELECT substr(key, 7) FROM number WHERE key LIKE 'place %'"
            " ORDER BY n DESC, key"
        )
        return [iri for (iri,) in found]

    def length(self, key: str) -> int:
        """The number of things on a list; 0 if there is no such list."""
        found = self.rows("SELECT length FROM list WHERE key = ?", (key,))
        return int(found[0][0]) if found else 0

    def lengths(self, keys: Iterable[str]) -> dict[str, int]:
        """The lengths of several lists; what is missing is empty."""
        found: dict[str, int] = {}
        for batch in batches(list(keys)):
            marks = ",".join("?" * len(batch))
            query = f"SELECT key, length FROM list WHERE key IN ({marks})"  # noqa: S608
            found |= dict(self.rows(query, batch))
        return found

    def page(self, key: str, order: str, limit: int, offset: int) -> list[str]:
        """A page of a list: IRIs by their names in one of ``ORDERS``."""
        return self.iris(self._window(key, order, limit, offset))

    def _window(self, key: str, order: str, limit: int, offset: int) -> array[int]:
        if order not in ORDERS:
            raise ValueError(order)
        query = f"SELECT {order}, length FROM list WHERE key = ?"  # noqa: S608
        for first, length in self.rows(query, (key,)):
            return unpack(self, first, length, limit, offset)
        return array("I")

    def listed(self, key: str, limit: int, offset: int) -> array[int]:
        """Some of the numbers of a list, as they were written."""
        return self._window(key, "zh", limit, offset)

    def members(self, key: str) -> array[int]:
        """The whole list, ascending: things in the order of Chinese names."""
        return self._window(key, "zh", 1 << 28, 0)

    def array(self, key: str) -> array[int]:
        """A number of each thing: ``place en``, ``place iri`` or ``founded`` (or 0)."""
        if key not in self._arrays:
            query = "SELECT first, length FROM numbers WHERE key = ?"
            ((first, length),) = self.rows(query, (key,))
            self._arrays[key] = unpack(self, first, length, length)
        return self._arrays[key]

    def iris(self, numbers: Sequence[int]) -> list[str]:
        """The IRIs of things, in the order of ``numbers``."""
        found = {row[0]: row[1] for row in self._things("id, iri", "id", numbers)}
        return [found[n] for n in numbers]

    def told(self, numbers: Sequence[int]) -> list[tuple[str, str, str, str]]:
        """IRI, Chinese and English name and year of things, in their order."""
        rows = self._things("id, iri, zh, en, founded", "id", numbers)
        found = {n: (i, zh or "", en or "", year or "") for n, i, zh, en, year in rows}
        return [found[n] for n in numbers]

    def numbers_of(self, iris: Sequence[str]) -> dict[str, int]:
        """The numbers of those of the IRIs that are things."""
        return dict(self._things("iri, id", "iri", iris))

    def degrees(self, iris: Sequence[str]) -> dict[str, int]:
        """Number of statements about those of the IRIs that are things."""
        return dict(self._things("iri, degree", "iri", iris))

    def _things(
        self, what: str, by: str, wanted: Sequence[object]
    ) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = []
        for batch in batches(list(dict.fromkeys(wanted))):
            marks = ",".join("?" * len(batch))
            query = f"SELECT {what} FROM thing WHERE {by} IN ({marks})"  # noqa: S608
            found += self.rows(query, batch)
        return found


def answers_of(path: Path) -> Path:
    """The folder of what is added to the shelf at ``path``."""
    return path.with_name(path.stem.replace("shelf-", "answers-", 1))


def batches(items: list[Any]) -> list[list[Any]]:
    """The items in lists that SQLite takes at once."""
    return [items[i : i + _MARKS] for i in range(0, len(items), _MARKS)]
