"""Long rows of numbers, four bytes each, in pieces of a page of the file.

A value of SQLite is read as a whole, a chain of pages from its beginning, however
little of it is wanted: the members of a large class are megabytes. Of pieces only
those are read that have something of what is shown.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from typing import Any, Protocol

PIECE = 1000  # what fits into a page of 4,096 bytes with its row's head
_WORD = 4
TABLE = "CREATE TABLE piece (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);"


class _File(Protocol):
    def rows(self, query: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a query in SQL."""


def pack(base: sqlite3.Connection, numbers: array[int]) -> int:
    """Write numbers (``array("I")``) behind those that are there.

    Returns:
        The first of their pieces, by which they are read.
    """
    (last,) = base.execute("SELECT coalesce(max(id), 0) FROM piece").fetchone()

    def pieces() -> Iterator[tuple[int, bytes]]:
        for place, start in enumerate(range(0, len(numbers), PIECE), last + 1):
            yield place, numbers[start : start + PIECE].tobytes()

    base.executemany("INSERT INTO piece VALUES (?, ?)", pieces())
    return int(last) + 1


def unpack(
    file: _File, first: int, length: int, limit: int, offset: int = 0
) -> array[int]:
    """Some of the numbers that ``pack`` wrote.

    Args:
        file: where they are.
        first: what ``pack`` returned.
        length: how many they are.
        limit: how many are wanted.
        offset: how many are left out before.
    """
    numbers: array[int] = array("I")
    last = min(offset + limit, length) - 1
    if last < offset:
        return numbers
    found = file.rows(
        "SELECT bytes FROM piece WHERE id BETWEEN ? AND ? ORDER BY id",
        (first + offset // PIECE, first + last // PIECE),
    )
    start = offset % PIECE * _WORD
    packed = memoryview(b"".join(piece for (piece,) in found))
    numbers.frombytes(packed[start : start + (last - offset + 1) * _WORD])
    return numbers
