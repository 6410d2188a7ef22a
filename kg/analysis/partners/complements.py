"""Who needs whom along the value chain: a table that curators edit.

``data/complements.csv``: asker, candidate (each the local name of a class or of
a stage), weight 0 to 1, and the reason in Chinese and English. It is a rule of
thumb, not a fact: it raises a score, and is shown as a rule.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from kg.errors import DataError

COLUMNS = ("asker", "candidate", "weight", "why_zh", "why_en")


@dataclass(frozen=True, slots=True)
class Complement:
    """One rule: what an asker of a role finds in a candidate of another."""

    asker: str
    candidate: str
    weight: float
    why_zh: str
    why_en: str


def read_complements(path: Path) -> list[Complement]:
    """The rules of the table.

    Raises:
        DataError: if the table or a column is missing, or a weight is not a
            number from 0 to 1; the message names the row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            missing = set(COLUMNS) - set(reader.fieldnames or ())
            if missing:
                raise DataError(
                    f"{path.name} has no column {min(missing)!r}.",
                    zh=f"{path.name} 缺少列 {min(missing)!r}。",
                    hint=f"Columns needed: {', '.join(COLUMNS)}.",
                    hint_zh=f"需要的列：{'、'.join(COLUMNS)}。",
                )
            return [_rule(path, line, row) for line, row in enumerate(reader, start=2)]
    except OSError as exc:
        raise DataError(
            f"The table {path} cannot be read: {exc}", zh=f"无法读取表格 {path}：{exc}"
        ) from exc


def _rule(path: Path, line: int, row: dict[str, str]) -> Complement:
    try:
        weight = float(row["weight"])
    except ValueError:
        weight = -1.0
    if not 0 <= weight <= 1:
        raise DataError(
            f"{path.name}, row {line}: weight {row['weight']!r} is not 0 to 1.",
            zh=f"{path.name} 第 {line} 行：weight {row['weight']!r} 不在 0 到 1 之间。",
            context={"row": line, "column": "weight"},
        )
    return Complement(
        row["asker"], row["candidate"], weight, row["why_zh"], row["why_en"]
    )
