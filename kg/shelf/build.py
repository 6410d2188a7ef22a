"""Writes a shelf: one SQLite file, whole or not at all."""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from kg.shelf.claims import read_observed, write_claims
from kg.shelf.detail import read_details, write_details
from kg.shelf.frame import Classes, read_frame
from kg.shelf.links import write_links
from kg.shelf.lists import TREE, put_in_order
from kg.shelf.narrowing import write_narrowing
from kg.shelf.rankings import write_rankings
from kg.shelf.shelf import LAYOUT
from kg.shelf.stream import Counted, Patient, rows
from kg.store import Store

_PAGES_KIB = 131_072
Fillers = Mapping[str, Callable[[], Any]]
Progress = Callable[[str], None]


def write_shelf(
    path: Path,
    store: Store,
    fillers: Fillers | None = None,
    progress: Progress = lambda step: None,
) -> int:
    """Write the shelf of a store at ``path``; a reader sees the old file or this.

    Memory stays flat: rows go to a draft on disk and are sorted and joined there.

    Args:
        path: of the file.
        store: what is read; its generation is the shelf's.
        fillers: further values, each made of JSON's types, by key.
        progress: told each step as it begins.

    Returns:
        The number of things.

    Raises:
        KGError: as the store does. What was there before stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    generation = store.generation
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    os.close(handle)
    raw = Path(draft + ".raw")
    try:
        with closing(sqlite3.connect(draft)) as base:
            base.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
                f"PRAGMA cache_size=-{_PAGES_KIB}; PRAGMA temp_store=FILE;"
            )
            base.execute("ATTACH ? AS raw", (str(raw),))
            base.executescript(
                "PRAGMA raw.journal_mode=OFF; PRAGMA raw.synchronous=OFF;"
                "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);"
                "CREATE TABLE raw.tree (track TEXT, parent TEXT);"
            )
            base.execute("BEGIN")
            _fill(base, store, fillers or {}, progress)
            base.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [("layout", str(LAYOUT)), ("generation", generation)],
            )
            base.commit()
            count: int = base.execute("SELECT count(*) FROM thing").fetchone()[0]
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
        raw.unlink(missing_ok=True)
    return count


def _fill(
    base: sqlite3.Connection, store: Store, fillers: Fillers, progress: Progress
) -> None:
    classes = Classes(Patient(store))
    progress("reading the graph")
    read = Counted(store, lambda count: progress(f"reading the graph: {count:,} rows"))
    read_frame(base, read, classes)
    read_details(base, read)
    read_observed(base, read)
    base.executemany(
        "INSERT INTO raw.tree VALUES (?, ?)",
        ((str(t), str(p)) for t, p in rows(store, TREE)),
    )
    progress("putting things in order")
    put_in_order(base, classes)
    progress("putting links in order")
    write_links(base)
    write_details(base)
    write_narrowing(base)
    write_claims(base)
    write_rankings(base)
    for key, make in fillers.items():
        progress(f"counting: {key}")
        base.execute(
            "INSERT OR REPLACE INTO value VALUES (?, ?)",
            (key, json.dumps(make(), ensure_ascii=False)),
        )
