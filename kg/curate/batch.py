"""Tables as they were read, kept with their mapping: to be corrected, or read again.

A batch is what an import started from, before columns were mapped. It is kept with
each state of a dataset, so that a link can be undone and made again without the
file, and for rows that were refused, so that a curator can correct them
(``kg.curate.held``).
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kg.curate.mapping import ColumnMapping, Table, mapping_of
from kg.curate.problem import Problem, Problems
from kg.curate.progress import Progress, silent
from kg.curate.sheet import DEFAULT_LIMITS, SheetLimits, read_tables
from kg.curate.table import Row
from kg.errors import DataError


@dataclass(frozen=True)
class Batch:
    """The tables of an import.

    Attributes:
        tables: in the order of the files.
        mapping: of their columns, ``None`` for our own tables.
        files: names of the files they came from.
        wrong: what was wrong when they were read, as far as no correction mends it.
    """

    tables: Sequence[Table]
    mapping: ColumnMapping | None = None
    files: tuple[str, ...] = ()
    wrong: tuple[Problem, ...] = ()

    def row(self, table: str, number: int) -> Row | None:
        """One row, also a broken one."""
        for one in self.tables:
            if one.name == table:
                for row in (*one.rows, *one.broken):
                    if row.number == number:
                        return row
        return None

    def corrected(
        self, changes: Mapping[tuple[str, int], Mapping[str, str] | None]
    ) -> Batch:
        """The batch with rows changed, or left out where the change is ``None``.

        A broken row that is changed becomes a whole one.

        Args:
            changes: table and number of a row to its cells.
        """
        return replace(
            self,
            tables=[_corrected(t, changes) for t in self.tables],
            wrong=tuple(p for p in self.wrong if (p.table, p.row) not in changes),
        )


def _corrected(
    table: Table, changes: Mapping[tuple[str, int], Mapping[str, str] | None]
) -> Table:
    def key(row: Row) -> tuple[str, int]:
        return table.name, row.number

    touched = [r for r in (*table.rows, *table.broken) if key(r) in changes]
    kept = [r for r in table.rows if key(r) not in changes]
    broken = [r for r in table.broken if key(r) not in changes]
    for row in touched:
        cells = changes[key(row)]
        if cells is not None:
            known = {c: cells.get(c, row[c]).strip() for c in table.columns}
            kept.append(Row(table.name, row.number, known))
    return replace(table, rows=sorted(kept, key=lambda r: r.number), broken=broken)


def read_batch(
    files: Iterable[Path],
    problems: Problems,
    limits: SheetLimits = DEFAULT_LIMITS,
    mapping: ColumnMapping | None = None,
    progress: Progress = silent,
) -> Batch:
    """Read every table of some files.

    Args:
        files: CSV, TSV or XLSX.
        problems: takes what is wrong with rows and cells.
        limits: how much a file may hold.
        mapping: is kept with the tables.
        progress: told the rows read.

    Raises:
        DataError: if a file as a whole cannot be read.
    """
    files = list(files)
    tables = [
        t for path in files for t in read_tables(path, problems, limits, progress)
    ]
    names = tuple(path.name for path in files)
    return Batch(tables, mapping, names, tuple(problems.found))


def save_batch(batch: Batch, path: Path) -> None:
    """Write a batch as compressed JSON."""
    said = {
        "mapping": batch.mapping.said() if batch.mapping else None,
        "files": list(batch.files),
        "wrong": [asdict(problem) for problem in batch.wrong],
        "tables": [
            {
                "name": table.name,
                "columns": list(table.columns),
                "rows": [_packed(row, table.columns) for row in table.rows],
                "broken": [_packed(row, table.columns) for row in table.broken],
            }
            for table in batch.tables
        ],
    }
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    # mtime: the same batch is the same bytes.
    path.write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))


def _packed(row: Row, columns: Sequence[str]) -> list[object]:
    return [row.number, *(row[column] for column in columns)]


def load_batch(path: Path) -> Batch:
    """Read what ``save_batch`` wrote.

    Raises:
        DataError: if it is damaged.
    """
    try:
        said = json.loads(gzip.decompress(path.read_bytes()))
        tables = [
            Table(
                one["name"],
                tuple(one["columns"]),
                _unpacked(one, "rows"),
                _unpacked(one, "broken"),
            )
            for one in said["tables"]
        ]
        mapping = said["mapping"] and mapping_of(said["mapping"], path.name)
        wrong = tuple(Problem(**one) for one in said["wrong"])
        return Batch(tables, mapping, tuple(said["files"]), wrong)
    except (OSError, EOFError, ValueError, KeyError, TypeError) as exc:
        raise DataError(
            f"The kept tables {path.name} are damaged.",
            zh=f"保存的表格 {path.name} 已损坏。",
            hint="Import the file again.",
            hint_zh="请重新导入文件。",
        ) from exc


def _unpacked(said: Mapping[str, Any], key: str) -> list[Row]:
    name, columns = str(said["name"]), said["columns"]
    return [
        Row(name, int(cells[0]), dict(zip(columns, cells[1:], strict=True)))
        for cells in said[key]
    ]
