"""Dates as people may write them in a table: a year, a month or a day."""

from __future__ import annotations

import datetime
import re

from kg.model.terms import XSD, Literal

_FORM = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?)?")
_SLASHED = re.compile(r"(\d{4})[./-](\d{1,2})(?:[./-](\d{1,2}))?")


def parse_date(text: str) -> Literal:
    """``2022``, ``2022-04`` or ``2022-04-01`` as gYear, gYearMonth or date.

    Raises:
        ValueError: for anything else; its text is the form that would do, or
            "" when none can be told.
    """
    found = _FORM.fullmatch(text)
    if not found:
        raise ValueError(suggest_date(text))
    year, month, day = found.groups()
    try:
        datetime.date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise ValueError("") from None
    kind = "date" if day else "gYearMonth" if month else "gYear"
    return Literal(text, XSD + kind)


def suggest_date(text: str) -> str:
    """The accepted form of a date written another common way, or ""."""
    for form in (_CHINESE, _SLASHED):
        if found := form.fullmatch(text.strip()):
            parts = [part for part in found.groups() if part]
            return "-".join([parts[0], *(part.zfill(2) for part in parts[1:])])
    return ""


def first_day(date: Literal) -> str:
    """The first day a date covers, to compare dates of different precision."""
    return (date.value + "-01-01")[:10]


def last_day(date: Literal) -> str:
    """A day no earlier than the last one a date covers."""
    return date.value + "-12-31"[len(date.value) - 4 :]
