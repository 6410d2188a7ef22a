"""What is wrong with a table, all of it at once, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from kg.errors import DataError

SHOWN = 200
KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    Attributes:
        table: file, or file and sheet.
        row: 1 is the header; 0 for the table as a whole.
        column: name of the column, "" for the row as a whole.
        foreign: the column of the file that a mapping made it of, "" if none did.
    """

    table: str
    row: int
    column: str
    message: str
    zh: str
    hint: str = ""
    hint_zh: str = ""
    foreign: str = ""

    def text(self, language: str) -> str:
        """One line: place, what is wrong, what to do."""
        chinese = language == "zh"
        place = [self.table]
        if self.row:
            place.append(f"第 {self.row} 行" if chinese else f"row {self.row}")
        if self.column:
            made = f" ({self.foreign})" if self.foreign else ""
            made = made.replace(" (", "（").replace(")", "）") if chinese else made
            place.append(
                f"{self.column}{made} 列" if chinese else f"column {self.column}{made}"
            )
        hint = self.hint_zh if chinese else self.hint
        gap = "" if chinese else " "
        return (
            ("，" if chinese else ", ").join(place)
            + ("：" if chinese else ": ")
            + (self.zh if chinese else self.message)
            + (gap + hint if hint else "")
        )


class Problems:
    """Collects problems, so that a curator sees them all in one run."""

    def __init__(self) -> None:
        self.found: list[Problem] = []
        self._seen: set[tuple[str, int, str, str]] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, problem: Problem) -> None:
        """Note one more, once; from ``KEPT`` on they are only counted."""
        key = (problem.table, problem.row, problem.column, problem.message)
        if key in self._seen:
            return
        self._count += 1
        if len(self.found) < KEPT:
            self._seen.add(key)
            self.found.append(problem)

    def rows(self) -> int:
        """In how many rows something is wrong."""
        return len({(p.table, p.row) for p in self.found})

    def spoilt(self, folder: str) -> bool:
        """Whether a table of a folder is missing or unreadable as a whole."""
        return any(
            p.row <= 1 and p.table.startswith(f"{folder}/") and "dataset" not in p.table
            for p in self.found
        )

    def stop_if_any(self) -> None:
        """Refuse everything when anything is wrong.

        Raises:
            DataError: with every problem in ``context["problems"]``, at most
                ``SHOWN`` of them, each with table, row, column and both texts.
        """
        if not self.found:
            return
        count = self._count
        lines = [p.text("en") for p in self.found[:SHOWN]]
        lines_zh = [p.text("zh") for p in self.found[:SHOWN]]
        if count > SHOWN:
            lines.append(f"… and {count - SHOWN} more")
            lines_zh.append(f"……另有 {count - SHOWN} 处")
        raise DataError(
            f"{count} problem(s); nothing was written.\n  " + "\n  ".join(lines),
            zh=f"发现 {count} 处问题，未写入任何内容。\n  " + "\n  ".join(lines_zh),
            context={
                "count": count,
                "problems": [
                    {
                        "table": p.table,
                        "row": p.row,
                        "column": p.column,
                        "messages": {"en": p.text("en"), "zh": p.text("zh")},
                    }
                    for p in self.found[:SHOWN]
                ],
            },
        )
