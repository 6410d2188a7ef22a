"""Writes the name index: one SQLite file, whole or not at all.

Entities are stored by falling weight, so that rows in the order of their numbers
are rows in the order of importance and a reader's query may stop early.
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kg.search import keys

LAYOUT = 2
SHORT_LATIN, SHORT_CHINESE = 4, 2
KEPT_PER_PREFIX = 40

_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT);
CREATE TABLE entity (id INTEGER PRIMARY KEY, iri TEXT NOT NULL, type TEXT NOT NULL,
  grp TEXT NOT NULL, zh TEXT NOT NULL, en TEXT NOT NULL, tracks TEXT NOT NULL,
  weight INTEGER NOT NULL);
CREATE TABLE name (id INTEGER PRIMARY KEY, entity INTEGER NOT NULL,
  key TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE short (prefix TEXT NOT NULL, name INTEGER NOT NULL,
  PRIMARY KEY (prefix, name)) WITHOUT ROWID;
CREATE TABLE track (entity INTEGER NOT NULL, track TEXT NOT NULL,
  PRIMARY KEY (track, entity)) WITHOUT ROWID;
CREATE VIRTUAL TABLE grams USING fts5(
  t, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE gram_counts USING fts5vocab('grams', 'row');
"""
_INDEXES = """
CREATE INDEX name_key ON name (key, entity);
CREATE INDEX entity_iri ON entity (iri);
INSERT INTO grams(grams) VALUES ('optimize');
CREATE TABLE gram (term TEXT PRIMARY KEY, names INTEGER) WITHOUT ROWID;
INSERT INTO gram SELECT term, doc FROM gram_counts;
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A thing that has a name.

    Attributes:
        type: IRI of its main class.
        group: key of its group (``kg.model.groups``).
        zh: name in Chinese, ``""`` if it has none.
        en: name in English, ``""`` if it has none.
        aliases: other names, any language.
        tracks: IRI, Chinese and English name of each of its tracks.
        weight: number of statements about it; the more, the earlier it is told.
    """

    iri: str
    type: str
    group: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    tracks: tuple[tuple[str, str, str], ...] = ()
    weight: int = 0


def typed_forms(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """What may be typed for an entry: key, kind and the name it comes from.

    Kinds: ``zh``, ``en``, ``alias``, ``pinyin``, ``initials``.
    """
    named = [("zh", entry.zh), ("en", entry.en)]
    named += [("alias", alias) for alias in entry.aliases]
    seen: set[str] = set()
    for kind, text in named:
        key = keys.fold(text)
        if key and key not in seen:
            seen.add(key)
            yield key, kind, text
        if keys.is_chinese(key):
            for full, short in keys.pinyin(key):
                for sound, as_kind in ((full, "pinyin"), (short, "initials")):
                    if len(sound) > 1 and sound not in seen:
                        seen.add(sound)
                        yield sound, as_kind, text
        elif (letters := keys.initials(text)) and letters not in seen:
            seen.add(letters)
            yield letters, "initials", text


def write_index(path: Path, entries: Iterable[Entry], generation: str) -> int:
    """Write the index at ``path``; a reader sees the old file or the new one.

    Args:
        path: of the file.
        entries: by falling weight; read once, none is kept.
        generation: of the data they come from.

    Returns:
        The number of entities.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, suffix=".part")
    os.close(handle)
    try:
        with closing(sqlite3.connect(draft)) as base:
            base.executescript(
                "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLES
            )
            count = _fill(base, entries)
            base.executescript(_INDEXES)
            base.executemany(
                "INSERT INTO meta VALUES (?, ?)",
                [("layout", str(LAYOUT)), ("generation", generation)],
            )
            base.commit()
        Path(draft).replace(path)
    finally:
        Path(draft).unlink(missing_ok=True)
    return count


def _fill(base: sqlite3.Connection, entries: Iterable[Entry]) -> int:
    kept: Counter[str] = Counter()
    name_id = entity_id = 0
    for entity_id, entry in enumerate(entries, start=1):
        base.execute(
            "INSERT INTO entity VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                entity_id,
                entry.iri,
                entry.type,
                entry.group,
                entry.zh,
                entry.en,
                json.dumps(entry.tracks, ensure_ascii=False),
                entry.weight,
            ),
        )
        base.executemany(
            "INSERT OR IGNORE INTO track VALUES (?, ?)",
            [(entity_id, iri) for iri, _, _ in entry.tracks],
        )
        for key, kind, text in typed_forms(entry):
            name_id += 1
            base.execute(
                "INSERT INTO name VALUES (?, ?, ?, ?, ?)",
                (name_id, entity_id, key, kind, text),
            )
            if kind != "initials" and (grams := keys.grams(key)):
                base.execute(
                    "INSERT INTO grams(rowid, t) VALUES (?, ?)",
                    (name_id, " ".join(g for piece in grams for g in piece)),
                )
            for prefix in _prefixes(key):
                if kept[prefix] < KEPT_PER_PREFIX:
                    kept[prefix] += 1
                    base.execute("INSERT INTO short VALUES (?, ?)", (prefix, name_id))
    return entity_id


def _prefixes(key: str) -> list[str]:
    longest = SHORT_CHINESE if keys.is_chinese(key[:SHORT_CHINESE]) else SHORT_LATIN
    return [key[:size] for size in range(1, min(longest, len(key)) + 1)]
