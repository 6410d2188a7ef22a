"""Reads the tables that people edit: which columns they have, row by row.

The form is binding and documented in ``docs/tables.md``: UTF-8, comma, a header
row, an empty cell for what is not said, ``|`` between the items of a list.
"""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.curate.problem import Problem, Problems
from kg.model.facts import Origin

MAX_CELL_CHARS = 100_000


@dataclass(frozen=True, slots=True)
class Form:
    """The form of one kind of table.

    Attributes:
        columns: every column it may have, in order.
        required: those whose cells may not be empty.
    """

    name: str
    columns: tuple[str, ...]
    required: tuple[str, ...]


def _form(name: str, columns: str) -> Form:
    marked = columns.split()
    return Form(
        name,
        tuple(column.rstrip("*") for column in marked),
        tuple(column[:-1] for column in marked if column.endswith("*")),
    )


_EVIDENCE = "source* quote occurrence position locator confidence note"

EVIDENCE_COLUMNS = frozenset(_EVIDENCE.replace("*", "").split())

# A star marks a column whose cells may not be empty.
FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        _form(
            "dataset",
            "id* title_zh* title_en* description_zh description_en licence* rights"
            " date version curator*",
        ),
        _form(
            "sources",
            "id* kind* title_zh* title_en* publisher date url path sha256 retrieved"
            " language source_class note",
        ),
        _form(
            "entities",
            "id* type* name_zh name_en name_en_basis aliases_zh aliases_en"
            f" definition_zh definition_en {_EVIDENCE}",
        ),
        _form(
            "statements",
            "subject* predicate* object* status start end period_text as_of "
            + _EVIDENCE,
        ),
        _form(
            "observations",
            "entity* indicator* value* value_max comparator unit_zh unit factor"
            f" status start end period_text target_set {_EVIDENCE}",
        ),
    )
}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place and its cells, stripped, "" for a column left out.

    Attributes:
        named: the foreign column that a cell comes from, where a mapping made it.
    """

    table: str
    number: int
    cells: Mapping[str, str]
    named: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def items(self, column: str) -> tuple[str, ...]:
        """The items of a cell that holds a list."""
        return tuple(p for part in self[column].split("|") if (p := part.strip()))

    def described(self) -> tuple[str, ...]:
        """The cells that are not evidence, to tell whether two rows say the same."""
        return tuple(
            f"{column}={cell}"
            for column, cell in sorted(self.cells.items())
            if cell and column not in EVIDENCE_COLUMNS
        )

    @property
    def origin(self) -> Origin:
        """The place, to be kept with what the row states."""
        return Origin(self.table, self.number)


Refuse = Callable[..., None]


def refuser(problems: Problems, row: Row) -> Refuse:
    """A function that notes problems of one row.

    It takes column, message, Chinese message and, optionally, ``hint`` and
    ``hint_zh``.
    """

    def refuse(
        column: str, message: str, zh: str, *, hint: str = "", hint_zh: str = ""
    ) -> None:
        problems.add(
            Problem(
                row.table,
                row.number,
                column,
                message,
                zh,
                hint,
                hint_zh or hint,
                row.named.get(column, ""),
            )
        )

    return refuse


def read_table(path: Path, form: Form, problems: Problems, name: str) -> Iterator[Row]:
    """Read a table of this form.

    Args:
        path: a UTF-8 CSV file; a byte order mark is allowed.
        form: what columns it has.
        problems: takes what is wrong; such rows are left out.
        name: what to call the table in messages.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object[: exc.start].count(b"\n") + 1
        problems.add(
            Problem(
                name,
                1,
                "",
                f"this is not UTF-8 (from line {line} on).",
                f"不是 UTF-8 编码（从第 {line} 行起）。",
                "Save the file as “CSV UTF-8”, or bring it in with kg import.",
                "请另存为“CSV UTF-8”，或用 kg import 导入。",
            )
        )
        return
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    yield from rows_of_form(rows, form, problems, name)


def rows_of_form(
    rows: Iterator[list[str]], form: Form, problems: Problems, name: str
) -> Iterator[Row]:
    """Turn lists of cells, the header first, into rows of a form."""
    rows = _parsed(rows, problems, name)
    header = [cell.strip() for cell in next(rows, [])]
    if len(header) == 1 and (mark := next((m for m in ";\t" if m in header[0]), "")):
        problems.add(
            Problem(
                name,
                1,
                "",
                f"the columns are separated by {mark!r}, not by commas.",
                f"各列以 {mark!r} 分隔，应为逗号。",
                "Save the file as “CSV UTF-8 (comma delimited)”.",
                "请另存为“CSV UTF-8（逗号分隔）”。",
            )
        )
        return
    if not _header_is_good(header, form, problems, name):
        return
    all_rows = list(rows)
    widths = {len(cells) for cells in all_rows if any(c.strip() for c in cells)}
    if len(all_rows) > 1 and len(widths) == 1 and len(header) not in widths:
        width = next(iter(widths))
        problems.add(
            Problem(
                name,
                1,
                "",
                f"the header has {len(header)} columns, every row {width}.",
                f"表头有 {len(header)} 列，而每一行都有 {width} 列。",
                "A column was lost or added: correct the header row.",
                "列有缺失或多余：请改正表头。",
            )
        )
        return
    for number, cells in enumerate(all_rows, 2):
        if not any(cell.strip() for cell in cells):
            continue
        row = Row(
            name,
            number,
            {c: cell.strip() for c, cell in zip(header, cells, strict=False)},
        )
        if _row_is_whole(row, cells, header, form, problems):
            yield row


def _parsed(
    rows: Iterator[list[str]], problems: Problems, name: str
) -> Iterator[list[str]]:
    count = 0
    try:
        for row in rows:
            count += 1
            yield row
    except csv.Error as exc:
        problems.add(
            Problem(
                name,
                count + 1,
                "",
                f"the CSV breaks off here: {exc}.",
                f"CSV 在此处中断：{exc}。",
                "Look for a quotation mark that is not closed.",
                "请检查是否有未闭合的引号。",
            )
        )


def _header_is_good(
    header: list[str], form: Form, problems: Problems, name: str
) -> bool:
    before = len(problems)

    def refuse(column: str, message: str, zh: str, hint: str, hint_zh: str) -> None:
        problems.add(Problem(name, 1, column, message, zh, hint, hint_zh))

    for column in sorted({c for c in header if header.count(c) > 1}):
        refuse(
            column,
            "the column stands twice.",
            "该列重复出现。",
            "Remove or rename one of the two.",
            "请删除或改名其中一列。",
        )
    for column in header:
        if column not in form.columns:
            near = difflib.get_close_matches(column, form.columns, n=1)
            allowed = ", ".join(form.columns)
            refuse(
                column,
                "there is no such column.",
                "没有这一列。",
                f"Did you mean {near[0]!r}?" if near else f"Columns: {allowed}.",
                f"是否应为 {near[0]!r}？" if near else f"可用的列：{allowed}。",
            )
    for column in form.required:
        if column not in header:
            refuse(
                column,
                "the column is missing.",
                "缺少该列。",
                "Add it to the header row.",
                "请在表头中加上。",
            )
    return len(problems) == before


def _row_is_whole(
    row: Row, cells: list[str], header: list[str], form: Form, problems: Problems
) -> bool:
    refuse = refuser(problems, row)
    before = len(problems)
    if len(cells) != len(header):
        refuse(
            "",
            f"the row has {len(cells)} cells, the header {len(header)}.",
            f"本行有 {len(cells)} 个单元格，表头有 {len(header)} 个。",
            hint="Put cells that contain commas in quotation marks.",
            hint_zh="含逗号的单元格请加引号。",
        )
        return False
    for column in form.required:
        if not row[column]:
            refuse(
                column,
                "the cell is empty.",
                "单元格为空。",
                hint="Fill it in, or remove the row.",
                hint_zh="请填写，或删除该行。",
            )
    for column, cell in row.cells.items():
        if len(cell) > MAX_CELL_CHARS:
            refuse(
                column,
                f"the cell has more than {MAX_CELL_CHARS} characters.",
                f"单元格超过 {MAX_CELL_CHARS} 个字符。",
            )
    return len(problems) == before
