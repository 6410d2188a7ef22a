"""What single cells of our tables hold: dates, numbers, words of a list, ids.

Each reads one cell or tells what would do, in both languages.
"""

from __future__ import annotations

import difflib
import re
from decimal import Decimal, InvalidOperation

from kg.curate.naming import romanised
from kg.curate.period import first_day, last_day, parse_date
from kg.curate.table import Refuse, Row
from kg.model.facts import STATUSES, Entity, Period
from kg.model.terms import Literal

KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ENGLISH_BASES = ("official", "translated", "romanised")
_ALWAYS = Period()


def date_cell(text: str, column: str, refuse: Refuse) -> Literal | None:
    """A date, or ``None`` once it is refused."""
    try:
        return parse_date(text)
    except ValueError as exc:
        better = str(exc)
        refuse(
            column,
            f"{text!r} is not a date of the form 2022, 2022-04 or 2022-04-01.",
            f"{text!r} 不是 2022、2022-04 或 2022-04-01 形式的日期。",
            hint=f"Write {better}." if better else "",
            hint_zh=f"请写作 {better}。" if better else "",
        )
        return None


def number_cell(text: str, column: str, refuse: Refuse) -> Decimal | None:
    """A finite number, or ``None`` once it is refused."""
    try:
        number = Decimal(text)
        if number.is_finite():
            return number
    except InvalidOperation:
        pass
    refuse(
        column,
        f"{text!r} is not a number.",
        f"{text!r} 不是数字。",
        hint="Digits only: words such as 余 belong to comparator and unit.",
        hint_zh="只写数字：“余”等字请放入 comparator 与 unit_zh。",
    )
    return None


def period_cell(row: Row, refuse: Refuse) -> Period:
    """The period of a row; one that ends before it starts is refused."""
    start = date_cell(row["start"], "start", refuse) if row["start"] else None
    end = date_cell(row["end"], "end", refuse) if row["end"] else None
    if start and end and first_day(start) > last_day(end):
        refuse(
            "end",
            f"the period ends ({end.value}) before it starts ({start.value}).",
            f"时段的结束（{end.value}）早于开始（{start.value}）。",
        )
    if not (start or end or row["period_text"]):
        return _ALWAYS
    return Period(start, end, row["period_text"])


def status_cell(row: Row, refuse: Refuse) -> str:
    """``actual`` or ``target``; an empty cell is actual."""
    status = row["status"] or "actual"
    if status not in STATUSES:
        one_of(
            refuse,
            "status",
            status,
            STATUSES,
            "What is planned, promised or signed is target, what is so is actual.",
            "计划、承诺、签约的填 target，已实现的填 actual。",
        )
    return status


def id_cell(row: Row, column: str, refuse: Refuse) -> None:
    """Refuse what cannot be an id."""
    if not KEBAB.fullmatch(row[column]):
        refuse(
            column,
            f"{row[column]!r} cannot be an id.",
            f"{row[column]!r} 不能作为 id。",
            hint="Lower-case letters, digits and single hyphens.",
            hint_zh="只用小写字母、数字和单个连字符。",
        )


def one_of(
    refuse: Refuse,
    column: str,
    value: str,
    allowed: tuple[str, ...],
    advice: str = "",
    advice_zh: str = "",
) -> None:
    """Refuse a value that is none of those allowed; tell the nearest, or advice."""
    shown = ", ".join(allowed)
    near = difflib.get_close_matches(value.lower(), allowed, n=1)
    refuse(
        column,
        f"{value!r} is none of {shown}.",
        f"{value!r} 不在可用值之中：{shown}。",
        hint=f"Did you mean {near[0]!r}?" if near else advice,
        hint_zh=f"是否应为 {near[0]!r}？" if near else advice_zh,
    )


def complete_names(entity: Entity, basis: str, refuse: Refuse) -> None:
    """Both names; a missing one is made from the other, and marked so."""
    if entity.name_en and basis not in ENGLISH_BASES:
        one_of(
            refuse,
            "name_en_basis",
            basis,
            ENGLISH_BASES,
            "An English name says where it is from: translated if you made it.",
            "英文名需注明来历：自己翻译的填 translated。",
        )
    entity.english_basis = basis if entity.name_en else "romanised"
    entity.chinese_basis = "" if entity.name_zh else "untranslated"
    entity.name_en = entity.name_en or romanised(entity.name_zh)
    entity.name_zh = entity.name_zh or entity.name_en
