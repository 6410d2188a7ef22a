"""Dated projects with participants, read from a folder of three tables.

``projects.csv`` (project_id, acronym, programme, topic, start_date, end_date),
``participations.csv`` (project_id, organisation_id), ``organisations.csv``
(organisation_id, name, country): the shape of the CORDIS yardstick.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg.errors import DataError

SMALLEST, LARGEST = 2, 60
# What each table must have; programme, topic, name and country may be missing.
COLUMNS = {
    "projects.csv": ("project_id", "start_date"),
    "participations.csv": ("project_id", "organisation_id"),
    "organisations.csv": ("organisation_id",),
}


@dataclass(frozen=True, slots=True)
class Project:
    """One project: when it starts, what it belongs to, who takes part."""

    identifier: str
    programme: str
    topic: str
    start: dt.date
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Organisation:
    """One organisation: its name and the code of its country."""

    identifier: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class Records:
    """Projects in the order of their start, and the organisations by identifier."""

    projects: tuple[Project, ...]
    organisations: Mapping[str, Organisation]


def read_folder(folder: Path) -> Records:
    """Read the three tables; keep projects of 2 to 60 participants.

    Raises:
        DataError: if a table or a column is missing, or a date cannot be read.
    """
    members: dict[str, set[str]] = defaultdict(set)
    for _, row in _rows(folder / "participations.csv"):
        members[row["project_id"]].add(row["organisation_id"])
    organisations = {
        row["organisation_id"]: Organisation(
            row["organisation_id"], row.get("name") or "", row.get("country") or ""
        )
        for _, row in _rows(folder / "organisations.csv")
    }
    projects = [
        Project(
            row["project_id"],
            row.get("programme") or "",
            row.get("topic") or "",
            _date(folder / "projects.csv", line, row["start_date"]),
            tuple(sorted(members[row["project_id"]])),
        )
        for line, row in _rows(folder / "projects.csv")
        if SMALLEST <= len(members[row["project_id"]]) <= LARGEST
    ]
    projects.sort(key=lambda p: (p.start, p.identifier))
    return Records(tuple(projects), organisations)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    if not path.is_file():
        raise DataError(
            f"There is no table {path}.",
            zh=f"没有表格 {path}。",
            hint=f"A folder with {', '.join(COLUMNS)} is needed.",
            hint_zh=f"需要一个包含 {'、'.join(COLUMNS)} 的文件夹。",
        )
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = [c for c in COLUMNS[path.name] if c not in (reader.fieldnames or ())]
        if missing:
            raise DataError(
                f"{path} has no column {missing[0]!r}.",
                zh=f"{path} 缺少列 {missing[0]!r}。",
                hint=f"Columns needed: {', '.join(COLUMNS[path.name])}.",
                hint_zh=f"需要的列：{'、'.join(COLUMNS[path.name])}。",
            )
        yield from enumerate(reader, start=2)


def _date(path: Path, line: int, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except (TypeError, ValueError) as exc:
        raise DataError(
            f"{path}, line {line}: start_date {text!r} is no ISO date.",
            zh=f"{path} 第 {line} 行：start_date {text!r} 不是 ISO 日期。",
            hint="Write dates as 2015-09-01.",
            hint_zh="日期应写作 2015-09-01。",
        ) from exc
