"""What happened to each dataset: ``<folder>/<id>/history.jsonl`` and its states.

A state is ``<number>.ttl``, the triples that a change brought, and, for tables,
``<number>.batch.json.gz``, what they were made of.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kg.curate.changes import Changes

WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a dataset's history.

    Attributes:
        number: counts from 1.
        action: ``import``, ``withdraw``, ``restore``, ``part`` or ``join``.
        when: UTC, ISO 8601.
        checksum: SHA-256 of the state it left, "" when withdrawn.
        store: whose dataset it is, "" in histories of before stores were told.
    """

    number: int
    action: str
    when: str
    who: str
    checksum: str
    came: int
    went: int
    changed: int
    stayed: int
    files: tuple[str, ...] = ()
    why: str = ""
    store: str = ""


class History:
    """The histories of a folder.

    Args:
        folder: made when something is written.
        store: name of the store; several may keep their histories in one folder.
    """

    def __init__(self, folder: Path, store: str = "") -> None:
        self._folder = folder
        self._store = store

    def of(self, dataset: str) -> list[Entry]:
        """What happened to a dataset, oldest first."""
        path = self._folder / dataset / "history.jsonl"
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
        return [_entry(json.loads(line)) for line in lines]

    def withdrawn(self) -> list[str]:
        """Ids of the datasets that this store last had withdrawn.

        A folder may hold histories of another store, or of one that was lost; those
        are nothing that was withdrawn here.
        """
        kept = sorted(p.parent.name for p in self._folder.glob("*/history.jsonl"))
        return [name for name in kept if self._last_action(name) == WITHDRAW]

    def _last_action(self, dataset: str) -> str:
        own = [e for e in self.of(dataset) if e.store in {"", self._store}]
        return own[-1].action if own else ""

    def place(self, dataset: str, number: int, suffix: str) -> Path:
        """Where a file of a state lies; the folder is made."""
        folder = self._folder / dataset
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{number}{suffix}"

    def state(self, dataset: str, number: int) -> Path | None:
        """The triples of a state, if it is kept."""
        path = self._folder / dataset / f"{number}.ttl"
        return path if path.exists() else None

    def latest_batch(self, dataset: str) -> Path | None:
        """The tables that the newest state with tables came from."""
        for entry in reversed(self.of(dataset)):
            path = self._folder / dataset / f"{entry.number}.batch.json.gz"
            if entry.action != WITHDRAW and path.exists():
                return path
        return None

    def entry(  # noqa: PLR0913 - the words of one line
        self,
        dataset: str,
        action: str,
        changes: Changes,
        *,
        who: str,
        why: str,
        checksum: str,
        files: tuple[str, ...],
    ) -> Entry:
        """The next line of a history, not yet written."""
        return Entry(
            len(self.of(dataset)) + 1,
            action,
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            who,
            checksum,
            len(changes.came),
            len(changes.went),
            len(changes.changed),
            changes.stayed,
            files,
            why,
            self._store,
        )

    def add(self, dataset: str, entry: Entry) -> None:
        """Write a line."""
        path = self._folder / dataset / "history.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as history:
            history.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")


def _entry(said: Mapping[str, Any]) -> Entry:
    return Entry(**{**said, "files": tuple(said["files"])})
