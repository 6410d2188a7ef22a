"""Long rows of numbers are read in pieces, whatever is wanted of them."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from kg.shelf.packed import PIECE, TABLE, pack, unpack


class _File:
    def __init__(self) -> None:
        self.base = sqlite3.connect(":memory:")
        self.base.executescript(TABLE)
        self.read = 0

    def rows(self, query: str, values: Iterable[object] = ()) -> list[tuple[Any, ...]]:
        found = list(self.base.execute(query, tuple(values)))
        self.read += len(found)
        return found


@pytest.fixture(name="file")
def _file() -> Iterator[_File]:
    file = _File()
    yield file
    file.base.close()


@pytest.mark.parametrize("length", [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 7])
def test_any_window_comes_back(file: _File, length: int) -> None:
    pack(file.base, array("I", range(5)))  # somebody else's, before and behind
    numbers = array("I", (7 * n + 1 for n in range(length)))
    first = pack(file.base, numbers)
    pack(file.base, array("I", [9, 9]))
    assert unpack(file, first, length, length) == numbers
    edges = sorted({0, 1, PIECE - 1, PIECE, PIECE + 1, length - 1, length, length + 9})
    for offset in (n for n in edges if n >= 0):
        for limit in (0, 1, 2, PIECE, length + 10):
            wanted = numbers[offset : offset + limit]
            assert unpack(file, first, length, limit, offset) == wanted


def test_a_page_reads_only_what_it_shows(file: _File) -> None:
    length = 40 * PIECE
    first = pack(file.base, array("I", range(length)))
    file.read = 0
    assert list(unpack(file, first, length, 3, length - 3))[-1] == length - 1
    assert file.read == 1
    unpack(file, first, length, 30, 7 * PIECE - 10)
    assert file.read == 3


def test_a_piece_fits_into_a_page_of_the_file(file: _File) -> None:
    pack(file.base, array("I", [2**32 - 1] * (20 * PIECE)))
    (pages,) = file.base.execute("PRAGMA page_count").fetchone()
    (size,) = file.base.execute("PRAGMA page_size").fetchone()
    assert size == 4096
    assert pages < 20 + 5
