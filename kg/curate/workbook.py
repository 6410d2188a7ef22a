"""Reads XLSX workbooks, as people really send them.

A part is looked at before it is parsed: how far it unpacks, how many of its rows hold
anything, where cells are merged. openpyxl, which parses it, tells none of these.
"""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from kg.curate.grid import SheetLimits, refused, table_of, too_many_rows
from kg.curate.mapping import Table
from kg.curate.problem import Problem, Problems
from kg.curate.progress import Progress, watched
from kg.errors import DataError

_MERGED = re.compile(rb'<mergeCell[^>]* ref="([A-Z]+)(\d+)[^"]*"')
# A row begins, or one of its cells has a value, a text or a formula.
_ROW_OR_VALUE = re.compile(rb"<(?:row\b([^>]*)>|(?:v|is|f)\b)")
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_CHUNK_BYTES = 1 << 20
# No cell of a spreadsheet is longer: Excel ends at 32,767 characters.
_LONGEST_BYTES = 4 << 20
# What zipfile, zlib, the XML parser and openpyxl raise for a damaged file.
_DAMAGED = (
    KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError,
    EOFError, OSError, NotImplementedError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip


def read_workbook(
    path: Path, problems: Problems, limits: SheetLimits, progress: Progress
) -> list[Table]:
    """A table for each sheet that has a header; raises as ``read_tables`` does."""
    _check_archive(path, limits)
    try:
        return _tables(path, problems, limits, progress)
    except _DAMAGED as exc:
        raise _not_a_workbook(path.name) from exc


def _tables(
    path: Path, problems: Problems, limits: SheetLimits, progress: Progress
) -> list[Table]:
    import openpyxl  # slow to import, seldom needed

    merged = look_through(path, limits)
    book = openpyxl.load_workbook(path, read_only=True, data_only=False)
    try:
        tables = []
        for sheet in book.worksheets:
            name = f"{path.name}#{sheet.title}"
            rows = _cells(sheet.iter_rows(), name, problems)
            told = watched(rows, progress, "read", sheet.max_row or 0)
            table = table_of(told, name, problems, limits, ragged=True)
            if table.columns:
                tables.append(table)
        for problem in merged:
            problems.add(problem)
        return tables
    finally:
        book.close()


def _not_a_workbook(name: str) -> DataError:
    return refused(
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
    return refused(
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


def look_through(path: Path, limits: SheetLimits) -> list[Problem]:
    """Refuse too many rows before anything is parsed; tell merged cells.

    Raises:
        DataError: for too many rows, with the number of the first.
    """
    from openpyxl.reader.excel import ExcelReader

    reader = ExcelReader(path, read_only=True)
    try:
        reader.read_manifest()
        reader.read_workbook()
        merged: list[Problem] = []
        for sheet, part in reader.parser.find_sheets():
            # Sheets may be in another order than their parts.
            if part.target in reader.valid_files:
                name = f"{path.name}#{sheet.name}"
                with reader.archive.open(part.target) as content:
                    merged += _look_through_part(content, name, limits)
        return merged
    finally:
        reader.archive.close()


def _look_through_part(
    content: IO[bytes], name: str, limits: SheetLimits
) -> Iterator[Problem]:
    filled, number, is_filled = 0, 0, True
    rest = b""
    while chunk := content.read(_CHUNK_BYTES):
        text, _, rest = (rest + chunk).rpartition(b">")
        text += b">"
        if len(rest) > _LONGEST_BYTES:
            raise _not_a_workbook(name)
        for column, row in _MERGED.findall(text):
            yield Problem(
                name,
                int(row),
                column.decode(),
                "cells are merged here.",
                "此处有合并单元格。",
                "Unmerge them and fill in each row.",
                "请取消合并并逐行填写。",
            )
        for found in _ROW_OR_VALUE.finditer(text):
            if found[1] is not None:
                said = _ROW_NUMBER.search(found[1])
                number = int(said[1]) if said else number + 1
                is_filled = False
            elif not is_filled:
                is_filled = True
                filled += 1
                if filled > limits.max_rows + 1:  # one of them is the header
                    raise too_many_rows(name, number, limits)
