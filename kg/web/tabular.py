"""Tables as files: CSV for programs and Excel, XLSX for people.

A cell that a spreadsheet would take for a formula is text: in XLSX it is written
with the type of a string, in CSV with an apostrophe before it (OWASP, "CSV
Injection"). Numbers stay numbers.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import islice
from urllib.parse import quote

from flask import Response, stream_with_context
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from kg.errors import QueryTooLargeError

Cell = str | int | float | Decimal | None

XLSX_ROWS = 50_000
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CELL_CHARS = 32_767


@dataclass(frozen=True)
class Table:
    """A list on its way to a file.

    Attributes:
        name: of the file, without extension.
        columns: names in the first row.
        rows: cells, as many a row as there are columns.
        about: lines (what, value) for the second sheet of an XLSX: title, query,
            generation, licence.
    """

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    about: Sequence[tuple[str, str]] = field(default_factory=tuple)


def is_formula(text: str) -> bool:
    """Whether a spreadsheet could run this text."""
    return text.startswith(_FORMULA)


def csv_lines(table: Table) -> Iterator[str]:
    """The table as CSV (RFC 4180), with a byte order mark for Excel.

    Rows go out as they come in, so that a long list takes no memory.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow([_csv_cell(cell) for cell in row])
        if buffer.tell() > 16_384:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue()


def _csv_cell(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return "'" + cell if is_formula(cell) else cell
    return f"{cell:f}" if isinstance(cell, Decimal) else str(cell)


def xlsx_bytes(table: Table) -> bytes:
    """The table as an Excel workbook: the rows, and a sheet about them.

    Raises:
        QueryTooLargeError: if there are more than ``XLSX_ROWS`` rows.
    """
    rows = list(islice(table.rows, XLSX_ROWS + 1))
    if len(rows) > XLSX_ROWS:
        raise QueryTooLargeError(
            f"An XLSX file takes at most {XLSX_ROWS:,} rows here.",
            zh=f"XLSX 文件最多 {XLSX_ROWS:,} 行。",
            hint="Take the CSV: it has no limit.",
            hint_zh="请改用 CSV，不限行数。",
            context={"limit": XLSX_ROWS},
        )
    book = Workbook(write_only=True)
    sheet = book.create_sheet("data")
    sheet.freeze_panes = "A2"
    for place, name in enumerate(table.columns):
        wide = name.endswith(("quote", "title", "name", "引文", "名称", "标题"))
        _width(sheet, place, 40 if wide else 18)
    sheet.append([_head(sheet, name) for name in table.columns])
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell) for cell in row])
    _about(book.create_sheet("about"), table)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _about(sheet: WriteOnlyWorksheet, table: Table) -> None:
    _width(sheet, 0, 18)
    _width(sheet, 1, 110)
    for what, value in table.about:
        cell = _xlsx_cell(sheet, value)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.append([_head(sheet, what), cell])


def _head(sheet: WriteOnlyWorksheet, text: str) -> SheetCell:
    cell = _xlsx_cell(sheet, text)
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="EEF2F6")
    return cell


def _xlsx_cell(sheet: WriteOnlyWorksheet, value: Cell) -> SheetCell:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)[:_CELL_CHARS]
    number = float(value) if isinstance(value, Decimal) else value
    cell: SheetCell = WriteOnlyCell(sheet, value=number)
    if isinstance(value, str):
        cell.data_type = "s"
    return cell


def _width(sheet: WriteOnlyWorksheet, place: int, characters: int) -> None:
    dimensions = sheet.column_dimensions  # type: ignore[attr-defined]
    dimensions[get_column_letter(place + 1)].width = characters


def download(table: Table, extension: str) -> Response:
    """The table as ``csv`` or ``xlsx``, to be saved under its name."""
    if extension == "xlsx":
        response = Response(xlsx_bytes(table), mimetype=XLSX_TYPE)
    else:
        lines = stream_with_context(csv_lines(table))
        response = Response(lines, content_type="text/csv; charset=utf-8")
    name = f"{table.name}.{extension}"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
