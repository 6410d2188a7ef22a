"""Imports that were refused, kept so that a curator can correct their rows.

A held import is the tables as they were read, with their mapping and what is wrong.
Nothing of it is in the store. Rows are corrected or left out one by one; when nothing
is wrong any more it is proposed and published like any other.
"""

from __future__ import annotations

import datetime
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from kg.curate.batch import Batch, load_batch, save_batch
from kg.curate.problem import Problem, Problems
from kg.errors import DataError, NotFoundError

_ID = re.compile(r"[0-9a-f]{12}")
_MOST = 1_000
_DRAFT_LIVES = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Held:
    """A refused import.

    Attributes:
        id: of the held import.
        when: UTC, ISO 8601.
        problems: what was wrong when it was last looked at.
        count: of all problems; the first ``_MOST`` are kept.
    """

    id: str
    dataset: str
    when: str
    who: str
    files: tuple[str, ...]
    problems: tuple[Problem, ...]
    count: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row with something wrong, as it was.

    Attributes:
        cells: by column; empty if the problem is not one row's.
    """

    table: str
    number: int
    cells: Mapping[str, str]
    problems: tuple[Problem, ...]


class HeldImports:
    """The held imports of a service.

    Args:
        folder: where they lie, made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def hold(self, batch: Batch, dataset: str, problems: Problems, who: str) -> Held:
        """Keep a refused import, or a draft when nothing is wrong yet."""
        self._forget_drafts()
        return self._write(uuid.uuid4().hex[:12], batch, dataset, problems, who)

    def _forget_drafts(self) -> None:
        """Drop what nobody went on with for a day."""
        now = datetime.datetime.now(datetime.UTC)
        for one in self.all():
            age = now - datetime.datetime.fromisoformat(one.when)
            if not one.count and age > _DRAFT_LIVES:
                self.discard(one)

    def waiting(self) -> list[Held]:
        """Those with refused rows, newest first."""
        return [one for one in self.all() if one.count]

    def renew(self, held: Held, batch: Batch, problems: Problems, who: str) -> Held:
        """Keep it as it is after a correction."""
        return self._write(held.id, batch, held.dataset, problems, who)

    def all(self) -> list[Held]:
        """Newest first."""
        found = [self._read(path) for path in self._folder.glob("*.json")]
        return sorted(found, key=lambda one: one.when, reverse=True)

    def get(self, id_: str) -> Held:
        """One of them.

        Raises:
            NotFoundError: if there is none with this id.
        """
        path = self._folder / f"{id_}.json"
        if not _ID.fullmatch(id_) or not path.exists():
            raise NotFoundError(
                f"There is no held import {id_[:20]!r}.",
                zh=f"没有暂存的导入 {id_[:20]!r}。",
                hint="It may have been published or discarded; see /review.",
                hint_zh="可能已发布或丢弃；见 /review。",
            )
        return self._read(path)

    def batch(self, held: Held) -> Batch:
        """Its tables; raises ``DataError`` if they are damaged."""
        return load_batch(self._folder / f"{held.id}.batch.json.gz")

    def discard(self, held: Held) -> None:
        """Forget it."""
        for suffix in (".json", ".batch.json.gz"):
            (self._folder / f"{held.id}{suffix}").unlink(missing_ok=True)

    def rows(self, held: Held, limit: int = 50) -> list[RefusedRow]:
        """The refused rows in order of the tables, each with what is wrong."""
        batch = self.batch(held)
        by_row: dict[tuple[str, int], list[Problem]] = {}
        for problem in held.problems:
            by_row.setdefault((problem.table, problem.row), []).append(problem)
        found = []
        for (table, number), problems in list(by_row.items())[:limit]:
            row = batch.row(table, number)
            cells = {} if row is None else _all_cells(batch, table, row.cells)
            found.append(RefusedRow(table, number, cells, tuple(problems)))
        return found

    def _write(
        self, id_: str, batch: Batch, dataset: str, problems: Problems, who: str
    ) -> Held:
        self._folder.mkdir(parents=True, exist_ok=True)
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        held = Held(
            id_, dataset, now, who, batch.files,
            tuple(problems.found[:_MOST]), len(problems),
        )  # fmt: skip
        save_batch(batch, self._folder / f"{id_}.batch.json.gz")
        text = json.dumps(asdict(held), ensure_ascii=False)
        (self._folder / f"{id_}.json").write_text(text, encoding="utf-8")
        return held

    @staticmethod
    def _read(path: Path) -> Held:
        try:
            said = json.loads(path.read_text(encoding="utf-8"))
            problems = tuple(Problem(**one) for one in said["problems"])
            files = tuple(said["files"])
            return Held(**{**said, "problems": problems, "files": files})
        except (OSError, ValueError, KeyError, TypeError) as exc:
            raise DataError(
                f"The held import {path.stem} is damaged.",
                zh=f"暂存的导入 {path.stem} 已损坏。",
            ) from exc


def _all_cells(batch: Batch, table: str, cells: Mapping[str, str]) -> dict[str, str]:
    """Every column of the table, also those a broken row does not reach."""
    columns = next((t.columns for t in batch.tables if t.name == table), ())
    return {column: cells.get(column, "") for column in columns}
