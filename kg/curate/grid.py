"""A grid of cells becomes a table: its header, whole rows, rows that are broken.

Everything that can be wrong is told with file or sheet, row and column, and never
guessed away: a header that stands twice, half a row, a value below no header.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.curate.mapping import Table
from kg.curate.problem import Problem, Problems
from kg.curate.table import Row
from kg.errors import DataError


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """How much a file may hold.

    Attributes:
        max_bytes: of the file as it lies on disk.
        max_unpacked_bytes: of an XLSX when unpacked.
        max_ratio: unpacked to packed, for parts over a megabyte.
        max_rows: of one table.
        max_columns: of one table.
    """

    max_bytes: int = 128 * 1024 * 1024
    max_unpacked_bytes: int = 512 * 1024 * 1024
    max_ratio: int = 200
    max_rows: int = 500_000
    max_columns: int = 500


DEFAULT_LIMITS = SheetLimits()


def refused(name: str, message: str, zh: str, hint: str, hint_zh: str) -> DataError:
    """An error about a file as a whole."""
    return DataError(
        f"{name}: {message}",
        zh=f"{name}：{zh}",
        hint=hint,
        hint_zh=hint_zh,
        context={"file": name},
    )


def table_of(
    numbered: Iterable[tuple[int, list[str]]],
    name: str,
    problems: Problems,
    limits: SheetLimits,
    *,
    ragged: bool = False,
) -> Table:
    """Rows below the first row that is not empty; a ragged row ends early."""
    header: list[str] = []
    rows: list[Row] = []
    broken: list[Row] = []
    for number, raw in numbered:
        cells = [cell.strip() for cell in raw]
        if not any(cells):
            continue
        if not header:
            header = _header(cells, number, name, problems, limits)
            continue
        if len(rows) >= limits.max_rows:
            raise too_many_rows(name, number, limits)
        if ragged:
            cells += [""] * (len(header) - len(cells))
        whole = _is_whole(cells, header, number, name, problems)
        pairs = zip(header, cells, strict=False)
        row = Row(name, number, {h: c for h, c in pairs if h})
        (rows if whole else broken).append(row)
    return Table(name, tuple(h for h in header if h), rows, broken)


def _header(
    cells: list[str], number: int, name: str, problems: Problems, limits: SheetLimits
) -> list[str]:
    while cells and not cells[-1]:
        cells = cells[:-1]
    if len(cells) > limits.max_columns:
        raise refused(
            name,
            f"there are more than {limits.max_columns} columns.",
            f"超过 {limits.max_columns} 列。",
            "Keep only the columns that are needed.",
            "请只保留需要的列。",
        )
    for column in sorted({c for c in cells if c and cells.count(c) > 1}):
        problems.add(
            Problem(
                name,
                number,
                column,
                "the column stands twice.",
                "该列重复出现。",
                "Rename or remove one of them.",
                "请改名或删除其中一列。",
            )
        )
    return cells


def _is_whole(
    cells: list[str], header: list[str], number: int, name: str, problems: Problems
) -> bool:
    """Whether a row has the cells of the header: no fewer, and none beyond."""
    beyond = [
        i for i, c in enumerate(cells) if c and (i >= len(header) or not header[i])
    ]
    if beyond:
        problems.add(
            Problem(
                name,
                number,
                _letter(beyond[0]),
                "the cell has a value, but the column has no header.",
                "单元格有值，但该列没有表头。",
                "Name the column in the header row, or put cells that contain commas"
                " in quotation marks.",
                "请在表头中命名该列，或为含逗号的单元格加引号。",
            )
        )
        return False
    if len(cells) < len(header):
        problems.add(
            Problem(
                name,
                number,
                "",
                f"the row has {len(cells)} cells, the header {len(header)}.",
                f"本行有 {len(cells)} 个单元格，表头有 {len(header)} 个。",
                "Complete the row, or remove it.",
                "请补全或删除该行。",
            )
        )
        return False
    return True


def _letter(index: int) -> str:
    """The name a spreadsheet gives a column; ``index`` counts from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def too_many_rows(name: str, number: int, limits: SheetLimits) -> DataError:
    """The error for the first row too many."""
    return refused(
        name,
        f"row {number}: there are more than {limits.max_rows} rows.",
        f"第 {number} 行：超过 {limits.max_rows} 行。",
        "Split the table into several files.",
        "请将表格拆分为多个文件。",
    )
