"""Tables as an Excel workbook, one sheet each; a text stays a text.

A cell that begins with ``=``, ``+``, ``-`` or ``@`` is written with the type of
a string, so that no spreadsheet runs it (OWASP, "CSV Injection"). The limits of
a sheet are refused, not cut: what is exported is whole.
"""

from __future__ import annotations

import datetime
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from kg.curate.export_tables import Rows
from kg.curate.table import FORMS, Row
from kg.errors import DataError
from kg.model import Literal, Term
from kg.model.terms import XSD

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MOST_ROWS = 1_048_576
MOST_CHARS = 32_767
_EPOCH = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 - a workbook has no zone
_ZIP_DATE = (2000, 1, 1, 0, 0, 0)
_NUMBERS = {XSD + kind for kind in ("integer", "decimal", "double", "float")}
Value = str | float | None


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, the first row, the rows below."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Value]]


def dataset_sheets(rows: Rows) -> list[Sheet]:
    """The tables of one dataset; ``kg import`` reads such a workbook."""
    return [
        Sheet(form, FORMS[form].columns, _cells(form, rows[form]))
        for form in FORMS
        if rows[form]
    ]


def graph_sheets(datasets: Mapping[str, Rows]) -> list[Sheet]:
    """The tables of several datasets: one sheet a form, the dataset in front."""
    return [
        Sheet(
            form,
            ("dataset_id", *FORMS[form].columns),
            [
                (dataset, *cells)
                for dataset, rows in datasets.items()
                for cells in _cells(form, rows[form])
            ],
        )
        for form in FORMS
    ]


def answer_sheet(
    variables: Sequence[str], rows: Iterable[Sequence[Term | None]]
) -> Sheet:
    """The answer of a SELECT; numbers as numbers."""
    return Sheet("answer", variables, ([_value(t) for t in row] for row in rows))


def _cells(form: str, rows: Iterable[Row]) -> list[tuple[str, ...]]:
    return [tuple(row[c] for c in FORMS[form].columns) for row in rows]


def _value(term: Term | None) -> Value:
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        try:
            number = float(term.value)
        except ValueError:
            return term.value
        # A double holds 15 digits; a longer number stays what it is as text.
        short = len(term.value.strip("+-").replace(".", "")) <= 15
        return number if short and abs(number) != float("inf") else term.value
    return None if term is None else str(term)


def workbook(sheets: Iterable[Sheet]) -> bytes:
    """The file; the same sheets give the same bytes.

    Raises:
        DataError: if a sheet is too long, or a cell too long or not writable.
    """
    book = Workbook(write_only=True)
    book.properties.created = book.properties.modified = _EPOCH
    for sheet in [*sheets] or [Sheet("empty", (), ())]:
        _write(book.create_sheet(sheet.name), sheet)
    buffer = io.BytesIO()
    book.save(buffer)
    return _undated(buffer.getvalue())


def _write(target: WriteOnlyWorksheet, sheet: Sheet) -> None:
    rows = list(_good_rows(sheet))  # before the first is written: no half a sheet
    target.freeze_panes = "A2"
    head = [_cell(target, name) for name in sheet.columns]
    for cell in head:
        cell.font = Font(bold=True)
    target.append(head)
    for row in rows:
        target.append([_cell(target, value) for value in row])


def _good_rows(sheet: Sheet) -> Iterator[Sequence[Value]]:
    for number, row in enumerate(sheet.rows, 2):
        if number > MOST_ROWS:
            raise DataError(
                f"The sheet {sheet.name!r} would have more than {MOST_ROWS:,} rows.",
                zh=f"工作表 {sheet.name!r} 将超过 {MOST_ROWS:,} 行。",
                hint="Take CSV: it has no limit.",
                hint_zh="请改用 CSV，不限行数。",
            )
        for value in row:
            if isinstance(value, str) and not _fits(value):
                raise DataError(
                    f"Sheet {sheet.name!r}, row {number}: XLSX cannot hold the text "
                    f"{value[:40]!r} (too long, or a control character).",
                    zh=f"工作表 {sheet.name!r} 第 {number} 行："
                    f"XLSX 无法保存文本 {value[:40]!r}。",
                    hint="Take CSV.",
                    hint_zh="请改用 CSV。",
                )
        yield row


def _fits(text: str) -> bool:
    return len(text) <= MOST_CHARS and not ILLEGAL_CHARACTERS_RE.search(text)


def _cell(target: WriteOnlyWorksheet, value: Value) -> Cell:
    cell: Cell = WriteOnlyCell(target, value=None if value == "" else value)
    if isinstance(value, str) and value:
        cell.data_type = "s"
    return cell


def _undated(content: bytes) -> bytes:
    """The archive with every date the same: openpyxl writes the time of day."""
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                data = _without_time(data)
            entry = zipfile.ZipInfo(name, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, data)
    return buffer.getvalue()


def _without_time(core: bytes) -> bytes:
    stamp = _EPOCH.isoformat().encode() + b"Z"
    return re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", stamp, core)
