"""Reads foreign tables: CSV, TSV and XLSX, as people really send them.

Everything that can be wrong with such a file is told with file or sheet, row
and column, and never guessed away: merged cells, formulas, a header that stands
twice, half a row, a file that unpacks to more than it may.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

from kg.curate.grid import DEFAULT_LIMITS, SheetLimits, refused, table_of
from kg.curate.mapping import Table
from kg.curate.problem import Problem, Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.workbook import read_workbook

__all__ = ["DEFAULT_LIMITS", "FORMATS", "SheetLimits", "decoded", "read_tables"]
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
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
        raise refused(
            path.name,
            f"the file has {size} bytes, more than the {limits.max_bytes} allowed.",
            f"文件有 {size} 字节，超过上限 {limits.max_bytes} 字节。",
            "Split it into several files.",
            "请拆分为多个文件。",
        )
    if suffix == ".xlsx":
        return read_workbook(path, problems, limits, progress)
    if suffix in FORMATS:
        return [_delimited(path, problems, limits, progress)]
    raise refused(
        path.name,
        f"{suffix or 'a file without suffix'} is no table format known here.",
        f"无法识别的表格格式 {suffix}。",
        "Save it as .xlsx, .csv (UTF-8) or .tsv.",
        "请另存为 .xlsx、.csv（UTF-8）或 .tsv。",
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
    raise refused(
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
        raise refused(
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
    return table_of(told, path.name, problems, limits)


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
