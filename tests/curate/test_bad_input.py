"""Each kind of bad file that people send: told at its place, and nothing is written.

The files are real: openpyxl and zipfile write them as a spreadsheet would.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from kg.curate.desk import Desk
from kg.curate.grid import DEFAULT_LIMITS
from kg.curate.mapping import parse_mapping
from kg.curate.problem import Problems
from kg.curate.publication import ensure_shipped
from kg.curate.sheet import read_tables
from kg.curate.validation import Validator
from kg.curate.workbook import look_through
from kg.errors import DataError
from kg.store.embedded import EmbeddedStore
from kg.wiring import shipped

MAPPING = """
[dataset]
id = "firms"
title_zh = "企业名单"
title_en = "List of firms"
licence = "CC0-1.0"
curator = "x"
[[rows]]
from = "%s"
to = "sources"
[rows.set]
id = "list"
kind = "cited"
title_zh = "名单"
title_en = "List"
url = "https://example.org/list"
[[rows]]
from = "%s"
to = "entities"
[rows.set]
id = "{编号}"
type = "Company"
name_zh = "{名称}"
source = "list"
locator = "row {row}"
confidence = "medium"
[[rows]]
from = "%s"
to = "statements"
where = { value = "{成立}", not = "" }
[rows.set]
subject = "{编号}"
predicate = "founded"
object = "{成立}"
source = "list"
locator = "row {row}"
confidence = "medium"
"""
HEADER = ["编号", "名称", "成立"]


@pytest.fixture(scope="module")
def store() -> EmbeddedStore:
    store = EmbeddedStore()
    ensure_shipped(store, shipped("data"), shipped("ontology"))
    return store


@pytest.fixture
def desk(store: EmbeddedStore, tmp_path: Path) -> Desk:
    return Desk(store, tmp_path / "datasets", Validator(shipped("ontology")))


def told(desk: Desk, path: Path, sheet: str = "企业") -> list[tuple[str, str]]:
    """Every problem in English and Chinese; the store must stay as it was."""
    name = f"{path.name}#{sheet}" if path.suffix == ".xlsx" else path.name
    store, files = desk._store, sorted(path.parent.rglob("*"))
    generation, graphs = store.generation, store.graphs()
    proposal = desk.propose([path], parse_mapping(MAPPING % ((name,) * 3)), path.parent)
    with pytest.raises(DataError):
        desk.accept(proposal, who="x")
    assert (store.generation, store.graphs()) == (generation, graphs)
    assert sorted(path.parent.rglob("*")) == files
    return [(p.text("en"), p.text("zh")) for p in proposal.problems.found]


def refused(desk: Desk, path: Path) -> DataError:
    """The error about a file as a whole; the store must stay as it was."""
    generation = desk._store.generation
    with pytest.raises(DataError) as caught:
        told(desk, path)
    assert desk._store.generation == generation
    assert caught.value.hint
    assert caught.value.hint_zh
    return caught.value


def book(path: Path, change: Callable[[object], object], *rows: list[object]) -> Path:
    workbook = openpyxl.Workbook()
    page = workbook.active
    page.title = "企业"
    for row in (HEADER, *rows):
        page.append(row)
    change(page)
    workbook.save(path)
    return path


GOOD = ["jia", "甲公司", "2019"]


@pytest.mark.parametrize(
    ("change", "rows", "en", "zh"),
    [
        (
            lambda page: page.merge_cells("B2:B3"),
            [GOOD, ["yi", None, "2020"]],
            "firms.xlsx#企业, row 2, column B: cells are merged",
            "firms.xlsx#企业，第 2 行，B 列：此处有合并单元格",
        ),
        (
            lambda page: None,
            [GOOD, ["yi", "乙公司", "=2000+20"]],
            "firms.xlsx#企业, row 3, column C: the cell holds a formula",
            "firms.xlsx#企业，第 3 行，C 列：单元格是公式",
        ),
        (
            lambda page: page.cell(1, 3, "名称"),
            [GOOD],
            "firms.xlsx#企业, row 1, column 名称: the column stands twice",
            "firms.xlsx#企业，第 1 行，名称 列：该列重复出现",
        ),
        (
            lambda page: None,
            [GOOD, ["beigene", "另一家完全无关的公司", "2020"]],
            "firms.xlsx#企业, row 3, column id (编号): 'beigene' is already 百济神州",
            "firms.xlsx#企业，第 3 行，id（编号） 列：'beigene' 在其他数据集中已是",
        ),
        (
            lambda page: None,
            [GOOD, ["nibs", "北京生命科学研究所", "2020"]],
            "firms.xlsx#企业, row 3, column id (编号): 'nibs' is already",
            "firms.xlsx#企业，第 3 行，id（编号） 列：'nibs' 在其他数据集中已是",
        ),
        (
            lambda page: None,
            [GOOD, ["yi", "乙公司", "2023年4月"]],
            "firms.xlsx#企业, row 3, column object (成立): '2023年4月' is not a date"
            " of the form 2022, 2022-04 or 2022-04-01. Write 2023-04.",
            "firms.xlsx#企业，第 3 行，object（成立） 列：'2023年4月' 不是",
        ),
        (
            lambda page: None,
            [GOOD, ["yi"]],
            "firms.xlsx#企业, row 3, column name_zh (名称): a name is needed",
            "firms.xlsx#企业，第 3 行，name_zh（名称） 列：需要名称",
        ),
        (
            lambda page: page.cell(2, 5, "x"),
            [GOOD],
            "firms.xlsx#企业, row 2, column E: the cell has a value, but",
            "firms.xlsx#企业，第 2 行，E 列：单元格有值",
        ),
    ],
    ids=[
        "merged", "formula", "double-header", "other-thing", "other-kind",
        "chinese-date", "half-row", "no-header",
    ],
)  # fmt: skip
def test_bad_cell_is_told_at_its_place_in_both_languages(
    desk: Desk,
    tmp_path: Path,
    change: Callable[[object], object],
    rows: list[list[object]],
    en: str,
    zh: str,
) -> None:
    found = told(desk, book(tmp_path / "firms.xlsx", change, *rows))
    assert len(found) == 1, found
    assert found[0][0].startswith(en)
    assert found[0][1].startswith(zh)


def test_good_sheet_has_no_problem(desk: Desk, tmp_path: Path) -> None:
    path = book(tmp_path / "firms.xlsx", lambda page: None, GOOD)
    mapping = parse_mapping(MAPPING % (("firms.xlsx#企业",) * 3))
    assert not desk.propose([path], mapping, tmp_path).problems


def test_half_row_of_a_csv_is_told_at_its_row(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("编号,名称,成立\njia,甲公司,2019\nyi,乙公司\n", encoding="utf-8")
    [(en, zh)] = told(desk, path)
    assert en.startswith("firms.csv, row 3: the row has 2 cells, the header 3.")
    assert zh.startswith("firms.csv，第 3 行：本行有 2 个单元格，表头有 3 个。")


def test_wrong_encoding_is_told_at_its_line(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    good = "编号,名称,成立\njia,甲公司,2019\n".encode()
    path.write_bytes(good + "yi,乙公司,2020\n".encode("big5") + b"\x81\xff\n")
    error = refused(desk, path)
    assert "line 3 is neither UTF-8 nor GB18030" in error.message
    assert "第 3 行既不是 UTF-8 也不是 GB18030" in error.zh


def test_zip_bomb_is_told_in_both_languages(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "firms.xlsx"
    book(path, lambda page: None, GOOD)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * 60_000_000)
    error = refused(desk, path)
    assert "it unpacks to more than" in error.message
    assert "解压后超过" in error.zh


def million(path: Path, rows: int) -> Path:
    """A workbook of many rows, written as a spreadsheet stores them."""
    book(path, lambda page: None, GOOD)
    text = io.StringIO()
    text.write(
        '<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns='
        '"http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    )
    header = "".join(f'<c t="inlineStr"><is><t>{h}</t></is></c>' for h in HEADER)
    text.write(f'<row r="1">{header}</row>')
    for n in range(2, rows + 2):
        text.write(
            f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>f-{n * 7919}</t></is></c>'
            f'<c r="B{n}"><v>{n * 104729 % 1000003}</v></c></row>'
        )
    text.write("</sheetData></worksheet>")
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts["xl/worksheets/sheet1.xml"] = text.getvalue().encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_million_rows_of_a_workbook_are_refused_before_they_are_parsed(
    desk: Desk, tmp_path: Path
) -> None:
    error = refused(desk, million(tmp_path / "firms.xlsx", 1_000_000))
    assert error.message.startswith("firms.xlsx#企业: row 500002: there are more than")
    assert error.zh.startswith("firms.xlsx#企业：第 500002 行：超过 500000 行")


def test_rows_that_are_only_styled_are_not_counted(desk: Desk, tmp_path: Path) -> None:
    path = book(tmp_path / "firms.xlsx", lambda page: None, GOOD)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    styled = b"".join(b'<row r="%d"><c s="1"/></row>' % n for n in range(9, 600_009))
    sheet = parts["xl/worksheets/sheet1.xml"]
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(
        b"</sheetData>", styled + b"</sheetData>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    assert look_through(path, DEFAULT_LIMITS) == []


@pytest.mark.parametrize(
    "part",
    ["[Content_Types].xml", "xl/workbook.xml", "xl/worksheets/sheet1.xml",
     "xl/styles.xml", "xl/_rels/workbook.xml.rels"],
)  # fmt: skip
@pytest.mark.filterwarnings("ignore:Workbook contains no stylesheet")
@pytest.mark.parametrize("damage", [None, b"", b"<a", b"<a/>", b"half"])
def test_damaged_workbook_is_refused_or_read_and_never_a_trace(
    tmp_path: Path, part: str, damage: bytes | None
) -> None:
    path = book(tmp_path / "firms.xlsx", lambda page: None, GOOD)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert part in parts
    if damage is None:
        del parts[part]
    else:
        whole = parts[part]
        parts[part] = whole[: len(whole) // 2] if damage == b"half" else damage
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    told, read = "", 0
    try:
        read = sum(len(table.rows) for table in read_tables(path, Problems()))
    except DataError as error:
        told = error.zh
    assert told.startswith("firms.xlsx：这不是 XLSX 工作簿") or (not told and read <= 1)


def test_file_of_200_megabytes_is_refused_before_it_is_read(
    desk: Desk, tmp_path: Path
) -> None:
    path = tmp_path / "huge.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,2\n")
        file.truncate(200 * 1024 * 1024)
    generation = desk._store.generation
    with pytest.raises(DataError) as caught:
        desk.propose([path], None, tmp_path)
    with pytest.raises(DataError):
        read_tables(path, Problems())  # by the limits that hold when none are said
    assert "209715200" in caught.value.message
    assert "209715200" in caught.value.zh
    assert desk._store.generation == generation


def test_million_rows_are_refused_at_the_first_row_too_many(tmp_path: Path) -> None:
    path = tmp_path / "long.csv"
    path.write_bytes(b"a,b\n" + b"1,2\n" * 1_000_000)
    with pytest.raises(DataError) as caught:
        read_tables(path, Problems())
    assert "row 500002" in caught.value.message
    assert "第 500002 行" in caught.value.zh
