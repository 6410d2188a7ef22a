"""Applies a mapping: rows of foreign tables become rows of our forms."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from kg.curate.assertion import language_of
from kg.curate.mapping import (
    SEPARATORS,
    ColumnMapping,
    Rule,
    Table,
    known_keys,
    listed,
    parted,
    unusable,
)
from kg.curate.naming import slug
from kg.curate.period import suggest_date
from kg.curate.progress import Progress, silent, watched
from kg.curate.table import FORMS, Row

Cells = Mapping[str, str]


def _of_script(text: str, *, chinese: bool) -> str:
    """The items of a list that have Chinese characters, or those that have none."""
    items = (item for part in text.split("|") if (item := part.strip()))
    return "|".join(i for i in items if (language_of(i) == "zh") is chinese)


def _dated(text: str) -> str:
    """A date in the form of our tables; what is none stays, to be refused there."""
    return suggest_date(text) or text


def _day(text: str) -> str:
    """The first whole day in a text, or nothing."""
    found = re.search(r"\d{4}-\d{2}-\d{2}|\d{4}年\d{1,2}月\d{1,2}[日号]", text)
    return (suggest_date(found[0]) or found[0]) if found else ""


_CELL_KEYS = {"value", "lookup", "column", "filter", "values", "default"}
_FIELD = re.compile(r"\{([^{}|]+)(?:\|([a-z]+))?\}")
_FILTERS: dict[str, Callable[[str], str]] = {
    "slug": slug,
    "lower": str.lower,
    "upper": str.upper,
    "date": _dated,
    "day": _day,
    "list": lambda text: "|".join(parted(text, SEPARATORS)),
    "address": lambda text: quote(text, safe="/:?#[]@!$&'()*+,;=%~"),
    "sentence": lambda text: text.replace("|", "; "),
    "chinese": lambda text: _of_script(text, chinese=True),
    "latin": lambda text: _of_script(text, chinese=False),
    "year": lambda text: (re.findall(r"\d{4}", text) or [""])[0],
}


class Mapper:
    """Applies a mapping to foreign tables.

    Args:
        mapping: from ``read_mapping``.
        tables: by the name the mapping uses.

    Raises:
        ConfigError: if the mapping needs a table that is not there.
    """

    def __init__(self, mapping: ColumnMapping, tables: Mapping[str, Table]) -> None:
        missing = [name for name in mapping.tables() if name not in tables]
        if missing:
            raise unusable(
                f"It reads {', '.join(missing)}; given: {', '.join(sorted(tables))}."
            )
        self._mapping = mapping
        self._tables = tables
        self._indexes = {
            name: self._index(lookup) for name, lookup in mapping.lookups.items()
        }

    def _index(self, lookup: Mapping[str, Any]) -> dict[tuple[str, ...], Cells]:
        index: dict[tuple[str, ...], Cells] = {}
        for row in self._tables[lookup["from"]].rows:
            if all(self._holds(c, row.cells) for c in listed(lookup.get("where", ()))):
                key = tuple(row[column] for column in listed(lookup["key"]))
                index.setdefault(key, row.cells)
        return index

    def rows(self, progress: Progress = silent) -> dict[str, list[Row]]:
        """Rows by form, each at the place of the foreign row it comes from.

        Args:
            progress: told the rows that were gone through, rule by rule.

        Raises:
            ConfigError: if a rule names a column that its table does not have.
        """
        made: dict[str, list[Row]] = {form: [] for form in FORMS}
        made["dataset"] = [Row("mapping [dataset]", 1, self._mapping.dataset)]
        for rule in self._mapping.rules:
            made[rule.form].extend(self._apply(rule, progress))
        for form, added in self._mapping.extra.items():
            made[form].extend(
                Row(f"mapping [[extra.{form}]]", number, cells)
                for number, cells in enumerate(added, 1)
            )
        return {form: _without_repeats(rows) for form, rows in made.items()}

    def _apply(self, rule: Rule, progress: Progress) -> Iterator[Row]:
        table = self._tables[rule.source]
        named = {
            ours: foreign
            for ours, said in rule.cells.items()
            if (foreign := _foreign(said, table.columns))
        }
        for row in watched(table.rows, progress, "map", len(table.rows)):
            numbered = {"row": str(row.number), **row.cells}
            for cells in self._expanded(rule, numbered):
                if all(self._holds(condition, cells) for condition in rule.where):
                    values = {
                        column: self._value(said, cells)
                        for column, said in rule.cells.items()
                    }
                    yield Row(row.table, row.number, values, named)

    @staticmethod
    def _expanded(rule: Rule, cells: Cells) -> Iterator[Cells]:
        """One row for each item of the list that ``each`` names."""
        if not rule.each:
            yield cells
            return
        separators = listed(rule.each.get("separator", "|"))
        items = parted(_cell(rule.each["column"], cells), separators)
        for item in items:
            others = [other for other in items if other != item]
            yield {
                **cells,
                rule.each["as"]: item,
                "others": ", ".join(others),
                "count": str(len(items)),
            }

    def _value(self, said: Any, cells: Cells) -> str:
        """What a cell is to hold: a template, a table of choices, or cases."""
        if isinstance(said, str):
            return _filled(said, cells)
        if isinstance(said, list):
            for case in said:
                if self._holds(case.get("where"), cells):
                    return self._value(
                        {k: v for k, v in case.items() if k != "where"}, cells
                    )
            return ""
        known_keys(said, _CELL_KEYS, "a cell")
        text = self._text(said, cells)
        if "filter" in said:
            text = _filter(said["filter"])(text)
        if "values" in said:
            return str(said["values"].get(text, self._fallback(said, cells)))
        return text or self._fallback(said, cells)

    def _text(self, said: Mapping[str, Any], cells: Cells) -> str:
        key = said.get("value", "")
        if "lookup" not in said:
            return _filled(key, cells)
        wanted = tuple(_filled(part, cells) for part in listed(key))
        found = self._indexes[said["lookup"]].get(wanted, {})
        return found.get(said["column"], "")

    def _fallback(self, said: Mapping[str, Any], cells: Cells) -> str:
        return self._value(said.get("default", ""), cells)

    def _holds(self, condition: Any, cells: Cells) -> bool:
        """Whether a condition holds for these cells; no condition does."""
        if not condition:
            return True
        if isinstance(condition, list):
            return all(self._holds(part, cells) for part in condition)
        allowed = {"value", "lookup", "column", "is", "not", "matches", "any"}
        known_keys(condition, allowed, "a condition")
        if "any" in condition:
            return any(self._holds(part, cells) for part in condition["any"])
        text = self._text(condition, cells)
        return (
            ("is" not in condition or text in listed(condition["is"]))
            and ("not" not in condition or text not in listed(condition["not"]))
            and (
                "matches" not in condition
                or re.search(condition["matches"], text) is not None
            )
        )


def _foreign(said: Any, columns: Sequence[str]) -> str:
    """The foreign columns that a cell is made of, for messages."""
    used = [found[1] for found in _FIELD.finditer(json.dumps(said, ensure_ascii=False))]
    return ", ".join(dict.fromkeys(c for c in used if c in columns))


def _without_repeats(rows: Sequence[Row]) -> list[Row]:
    """Rows that say exactly what an earlier one says are left out."""
    columns: dict[tuple[str, ...], tuple[str, ...]] = {}
    kept: dict[tuple[tuple[str, ...], tuple[str, ...]], Row] = {}
    for row in rows:
        given = tuple(row.cells)
        ordered = columns.setdefault(given, tuple(sorted(given)))
        kept.setdefault((ordered, tuple(row.cells[c] for c in ordered)), row)
    return list(kept.values())


def _filled(template: str, cells: Cells) -> str:
    """A template with its fields filled: ``{column}`` or ``{column|filter}``."""

    def fill(found: re.Match[str]) -> str:
        text = _cell(found[1], cells)
        if not found[2]:
            return text
        return _filter(found[2])(text)

    return _FIELD.sub(fill, template)


def _filter(name: str) -> Callable[[str], str]:
    if name not in _FILTERS:
        raise unusable(f"no filter {name!r}; use " + ", ".join(sorted(_FILTERS)))
    return _FILTERS[name]


def _cell(column: str, cells: Cells) -> str:
    if column not in cells:
        raise unusable(f"no column {column!r}; there are " + ", ".join(cells))
    return cells[column]
