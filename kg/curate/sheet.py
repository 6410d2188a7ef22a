"""Reads foreign tables: CSV, TSV and XLSX, as people really send them.

Everything that can be wrong with such a file is told with file or sheet, row
and column, and never guessed away: merged cells, formulas, a header that stands
twice, half a row, a file that unpacks to more than it may.
"""

from __future__ import annotations

import codecs
import csv
import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.curate.mapping import Table
from kg.curate.problem import Problem, Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.table import Row
from kg.errors import DataError

_MERGED = re.compile(rb'<mergeCell[^>]* ref="([A-Z]+)(\d+)[^"]*"')
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHUNK_BYTES = 1 << 20


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
FORMATS = (".csv", ".tsv", ".txt", ".xlsx")


def read_tables(
    path: Path,
    problems: Problems,
    limits: SheetLimits = DEFAULT_LIMITS,
    progress: Progress = silent,
) -> list[Table]:
    """Read every table of a file: one of a CSV, one for each sheet of an XLSX.

    Args:
        path: the file; its suffix tells the format.
        problems: takes what is wrong with rows and cells.
        limits: how much it may hold.
        progress: told the rows read.

    Raises:
        DataError: if the file as a whole cannot be read.
    """
    suffix = path.suffix.lower()
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise _refused(
            path.name,
            f"the file has {size} bytes, more than the {limits.max_bytes} allowed.",
            f"文件有 {size} 字节，超过上限 {limits.max_bytes} 字节。",
            "Split it into several files.",
            "请拆分为多个文件。",
        )
    if suffix == ".xlsx":
        return _workbook(path, problems, limits, progress)
    if suffix in FORMATS:
        return [_delimited(path, problems, limits, progress)]
    raise _refused(
        path.name,
        f"{suffix or 'a file without suffix'} is no table format known here.",
        f"无法识别的表格格式 {suffix}。",
        "Save it as .xlsx, .csv (UTF-8) or .tsv.",
        "请另存为 .xlsx、.csv（UTF-8）或 .tsv。",
    )


def _refused(name: str, message: str, zh: str, hint: str, hint_zh: str) -> DataError:
    return DataError(
        f"{name}: {message}",
        zh=f"{name}：{zh}",
        hint=hint,
        hint_zh=hint_zh,
        context={"file": name},
    )


# -- CSV and TSV --------------------------------------------------------------


def decoded(content: bytes, name: str) -> str:
    """Text of a file in UTF-8, UTF-16 (with its mark) or GB18030.

    Raises:
        DataError: if it is none of them, with the line of the first bad byte.
    """
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return content.decode(encoding)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as failed:
        line = content[: failed.start].count(b"\n") + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        text = ""
    if text and not re.search(r"[\x00-\x08\ue000-\uf8ff\ufffd]", text):
        return text
    raise _refused(
        name,
        f"line {line} is neither UTF-8 nor GB18030.",
        f"第 {line} 行既不是 UTF-8 也不是 GB18030 编码。",
        "Save the file as “CSV UTF-8”.",
        "请另存为“CSV UTF-8”。",
    )


def _delimited(
    path: Path, problems: Problems, limits: SheetLimits, progress: Progress
) -> Table:
    text = decoded(path.read_bytes(), path.name)
    if "\0" in text:
        raise _refused(
            path.name,
            "this is no text file.",
            "这不是文本文件。",
            "Save the table as CSV or XLSX.",
            "请将表格另存为 CSV 或 XLSX。",
        )
    first = text.split("\n", 1)[0]
    tabs = path.suffix.lower() != ".csv" and "\t" in first
    mark = "\t" if tabs else max(",;\t", key=first.count)
    # csv counts characters of one field; the table form has its own limit.
    csv.field_size_limit(limits.max_bytes)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    lines = _parsed(rows, path.name, problems)
    told = watched(lines, progress, "read", text.count("\n"))
    return _table(told, path.name, problems, limits)


def _parsed(
    rows: Iterator[list[str]], name: str, problems: Problems
) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, row in enumerate(rows, 1):
            yield number, row
    except csv.Error as exc:
        problems.add(
            Problem(
                name,
                number + 1,
                "",
                f"the CSV breaks off here: {exc}.",
                f"CSV 在此处中断：{exc}。",
                "Look for a quotation mark that is not closed.",
                "请检查是否有未闭合的引号。",
            )
        )


# -- XLSX ---------------------------------------------------------------------


def _workbook(
    path: Path, problems: Problems, limits: SheetLimits, progress: Progress
) -> list[Table]:
    import openpyxl  # slow to import, seldom needed
    from openpyxl.utils.exceptions import InvalidFileException

    _check_archive(path, limits)
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    except (InvalidFileException, KeyError, ValueError, OSError) as exc:
        raise _not_a_workbook(path.name) from exc
    try:
        tables = []
        for sheet in book.worksheets:
            name = f"{path.name}#{sheet.title}"
            rows = _cells(sheet.iter_rows(), name, problems)
            told = watched(rows, progress, "read", sheet.max_row or 0)
            table = _table(told, name, problems, limits, ragged=True)
            if table.columns:
                tables.append(table)
        _tell_merged(path, book, problems)
        return tables
    finally:
        book.close()


def _not_a_workbook(name: str) -> DataError:
    return _refused(
        name,
        "this is no XLSX workbook, or it is protected by a password.",
        "这不是 XLSX 工作簿，或设有密码。",
        "Save it as .xlsx without a password.",
        "请另存为不带密码的 .xlsx。",
    )


def _check_archive(path: Path, limits: SheetLimits) -> None:
    """Look at the sizes an archive promises, and at what one part yields."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            for part in parts:
                _check_part(archive, part, path.name, limits)
    except (zipfile.BadZipFile, OSError, RuntimeError) as exc:
        raise _not_a_workbook(path.name) from exc
    if sum(part.file_size for part in parts) > limits.max_unpacked_bytes:
        raise _bomb(path.name, limits)


def _check_part(
    archive: zipfile.ZipFile, part: zipfile.ZipInfo, name: str, limits: SheetLimits
) -> None:
    packed = max(part.compress_size, 1)
    if part.file_size > _CHUNK_BYTES and part.file_size / packed > limits.max_ratio:
        raise _bomb(name, limits)
    if part.filename.endswith((".xml", ".rels")):
        with archive.open(part) as content:
            if b"<!DOCTYPE" in content.read(4096):
                raise _not_a_workbook(name)


def _bomb(name: str, limits: SheetLimits) -> DataError:
    return _refused(
        name,
        f"it unpacks to more than {limits.max_unpacked_bytes} bytes, or to more than"
        f" {limits.max_ratio} times its size.",
        f"解压后超过 {limits.max_unpacked_bytes} 字节，或超过原大小的"
        f" {limits.max_ratio} 倍。",
        "Save the table as CSV.",
        "请将表格另存为 CSV。",
    )


def _cells(
    rows: Iterable[tuple[Any, ...]], name: str, problems: Problems
) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, 1):
        yield number, [_text(cell, number, name, problems) for cell in row]


def _text(cell: Any, number: int, name: str, problems: Problems) -> str:
    value = cell.value
    if value is None:
        return ""
    if cell.data_type in _NO_VALUES:
        told = _NO_VALUES[cell.data_type]
        problems.add(Problem(name, number, cell.column_letter, *told))
        return ""
    if isinstance(value, datetime.datetime) and value.time() == datetime.time():
        value = value.date()
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# What openpyxl calls a cell of which the value cannot be taken as it stands.
_NO_VALUES = {
    "f": (
        "the cell holds a formula, not a value.",
        "单元格是公式，不是值。",
        "Copy the column and paste it as values.",
        "请复制该列并“粘贴为值”。",
    ),
    "e": (
        "the cell holds an error such as #N/A.",
        "单元格是错误值（如 #N/A）。",
        "Correct it in the spreadsheet.",
        "请在表格中改正。",
    ),
}


def _tell_merged(path: Path, book: Any, problems: Problems) -> None:
    """Merged cells: openpyxl does not tell them when it reads row by row."""
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        for number, title in enumerate(book.sheetnames, 1):
            part = f"xl/worksheets/sheet{number}.xml"
            if part not in names:
                continue
            with archive.open(part) as content:
                end = b""
                while chunk := content.read(_CHUNK_BYTES):
                    for column, row in _MERGED.findall(end + chunk):
                        problems.add(
                            Problem(
                                f"{path.name}#{title}",
                                int(row),
                                column.decode(),
                                "cells are merged here.",
                                "此处有合并单元格。",
                                "Unmerge them and fill in each row.",
                                "请取消合并并逐行填写。",
                            )
                        )
                    end = chunk[-200:]


# -- both ---------------------------------------------------------------------


def _table(
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
            raise _refused(
                name,
                f"row {number}: there are more than {limits.max_rows} rows.",
                f"第 {number} 行：超过 {limits.max_rows} 行。",
                "Split the table into several files.",
                "请将表格拆分为多个文件。",
            )
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
        raise _refused(
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
