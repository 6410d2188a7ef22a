"""CSV and XLSX as a spreadsheet reads them."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import openpyxl
import pytest

from kg.errors import QueryTooLargeError
from kg.web import tabular
from kg.web.tabular import Table, csv_lines, xlsx_bytes

DANGEROUS = [
    "=1+1", "+86", "-a", "@SUM(A1)", '=HYPERLINK("http://x")', "\tx", "\rx", "\nx",
    "＝1+1", "＠x",
]  # fmt: skip


def sheet(table: Table) -> list[tuple[object, ...]]:
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table)))
    return list(book["data"].iter_rows(values_only=True))


@pytest.mark.parametrize("text", DANGEROUS)
def test_cell_like_a_formula_is_text(text: str) -> None:
    table = Table("t", ["a"], [[text]], [("x", text)])
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(table)))
    for cell in (book["data"]["A2"], book["about"]["B1"]):
        assert cell.data_type == "s"
        assert str(cell.value).strip() == text.strip()
    written = "".join(csv_lines(table))
    assert next(csv.reader(io.StringIO(written[1:].split("\r\n", 1)[1]))) == [
        "'" + text
    ]


def test_numbers_stay_numbers_and_chinese_stays_chinese() -> None:
    row = ["亿元，“三个翻一番”", Decimal("739.0"), -3, 1.5, None]
    found = sheet(Table("t", ["名", "a", "b", "c", "d"], [row]))
    assert found == [("名", "a", "b", "c", "d"), (row[0], 739, -3, 1.5, None)]
    text = "".join(csv_lines(Table("t", ["名"], [row])))
    assert text.startswith("\ufeff")
    assert text.splitlines()[1] == "亿元，“三个翻一番”,739.0,-3,1.5,"


def test_control_characters_do_not_break_a_workbook() -> None:
    assert sheet(Table("t", ["a"], [["x\x00\x0by"]]))[1] == ("xy",)


def test_workbook_refuses_more_rows_than_it_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tabular, "XLSX_ROWS", 2)
    with pytest.raises(QueryTooLargeError):
        xlsx_bytes(Table("t", ["a"], [[1], [2], [3]]))
