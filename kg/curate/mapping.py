"""A declarative mapping from foreign columns to the tables of this project.

A mapping is a TOML file (``docs/import.md``). It takes its words from CSVW where
CSVW has them (templates, ``separator``), and adds what evidence needs: cases,
conditions, look-ups in a neighbouring table and several rows from one. It is
data, never code: no expression in it can do more than pick and join cells.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kg.curate.assertion import language_of
from kg.curate.naming import slug
from kg.curate.period import suggest_date
from kg.curate.progress import Progress, silent, watched
from kg.curate.table import FORMS, Row
from kg.errors import ConfigError

Cells = Mapping[str, str]


FILL_IN = "FILL-IN"  # where a guess cannot know; no mapping is used with it
SEPARATORS = ("|", "、", ";", "；", "\n")  # what people put between items of a list


def parted(text: str, separators: Sequence[str]) -> list[str]:
    """The items of a list that is written with any of these between them."""
    between = "|".join(map(re.escape, separators))
    return [item for part in re.split(between, text) if (item := part.strip())]


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


@dataclass(frozen=True)
class Table:
    """A foreign table, read: its rows by place, their cells by column.

    Attributes:
        broken: rows that could not be taken as they stand, as far as they go.
    """

    name: str
    columns: tuple[str, ...]
    rows: Sequence[Row]
    broken: Sequence[Row] = ()


@dataclass(frozen=True)
class Rule:
    """How the rows of one foreign table become rows of one form."""

    source: str
    form: str
    where: tuple[Any, ...]
    each: Mapping[str, Any]
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class ColumnMapping:
    """A mapping, read and checked.

    Attributes:
        dataset: cells of the one row of ``dataset``.
        rules: in the order of the file.
        lookups: name to file, key columns and conditions.
        extra: rows written in the mapping itself, by form.
    """

    dataset: Mapping[str, str]
    rules: tuple[Rule, ...]
    lookups: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    extra: Mapping[str, Sequence[Mapping[str, str]]] = field(default_factory=dict)

    def tables(self) -> list[str]:
        """Names of the foreign tables it reads."""
        names = [rule.source for rule in self.rules]
        names += [str(lookup["from"]) for lookup in self.lookups.values()]
        return list(dict.fromkeys(names))

    def said(self) -> dict[str, Any]:
        """What a mapping file would say, for ``mapping_of``."""
        rules = [
            {
                "from": rule.source,
                "to": rule.form,
                "where": list(rule.where),
                "each": dict(rule.each),
                "set": dict(rule.cells),
            }
            for rule in self.rules
        ]
        return {
            "dataset": dict(self.dataset),
            "rows": rules,
            "lookup": dict(self.lookups),
            "extra": {form: list(rows) for form, rows in self.extra.items()},
        }


def read_mapping(path: Path) -> ColumnMapping:
    """Read a mapping file.

    Raises:
        ConfigError: if it is no TOML or a key in it is not known.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise _unreadable(path.name, exc) from exc
    return parse_mapping(text, path.name)


def parse_mapping(text: str, shown: str = "mapping.toml") -> ColumnMapping:
    """Read the text of a mapping; raises as ``read_mapping`` does."""
    try:
        return mapping_of(tomllib.loads(text), shown)
    except tomllib.TOMLDecodeError as exc:
        raise _unreadable(shown, exc) from exc


def _unreadable(shown: str, why: Exception) -> ConfigError:
    return ConfigError(
        f"The mapping {shown} cannot be read: {why}",
        zh=f"无法读取映射文件 {shown}：{why}",
    )


def mapping_of(said: Mapping[str, Any], shown: str) -> ColumnMapping:
    """Check what a mapping file says.

    Raises:
        ConfigError: naming the key that is not known or missing.
    """
    _known(said, {"dataset", "rows", "lookup", "extra"}, shown)
    dataset = {key: str(value) for key, value in said.get("dataset", {}).items()}
    _known(dataset, set(FORMS["dataset"].columns), f"{shown} [dataset]")
    rules = []
    for number, rows in enumerate(said.get("rows", ()), 1):
        place = f"{shown} [[rows]] {number}"
        _known(rows, {"from", "to", "where", "each", "set"}, place)
        form = rows.get("to", "")
        if form not in FORMS or form == "dataset":
            raise _wrong(f"{place}: 'to' is {form!r}")
        _known(rows.get("set", {}), set(FORMS[form].columns), f"{place} set")
        rules.append(
            Rule(
                rows.get("from", ""),
                form,
                tuple(_listed(rows.get("where", ()))),
                rows.get("each", {}),
                rows.get("set", {}),
            )
        )
    lookups = said.get("lookup", {})
    for key, lookup in lookups.items():
        _known(lookup, {"from", "key", "where"}, f"{shown} [lookup.{key}]")
    extra = said.get("extra", {})
    for form, rows in extra.items():
        if form not in FORMS:
            raise _wrong(f"{shown} [extra]: {form!r}")
        for row in rows:
            _known(row, set(FORMS[form].columns), f"{shown} [[extra.{form}]]")
            if FILL_IN in row.get("url", ""):
                raise _wrong(
                    f"{shown} [[extra.{form}]]: give the page the table was taken"
                    " from as url.",
                    f"{shown} [[extra.{form}]]：请在 url 中填写表格出处的网址。",
                )
    return ColumnMapping(dataset, tuple(rules), lookups, extra)


def _known(said: Mapping[str, Any], allowed: set[str], place: str) -> None:
    for key in said:
        if key not in allowed:
            raise _wrong(
                f"{place}: {key!r} is not known; use " + ", ".join(sorted(allowed))
            )


def _wrong(text: str, zh: str = "") -> ConfigError:
    return ConfigError(
        f"The mapping cannot be used. {text}",
        zh=f"映射文件有误。{zh or text}",
        hint="docs/import.md has the form of a mapping.",
        hint_zh="映射文件的格式见 docs/import.md。",
    )


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else (value,)


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
            raise _wrong(
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
            if all(self._holds(c, row.cells) for c in _listed(lookup.get("where", ()))):
                key = tuple(row[column] for column in _listed(lookup["key"]))
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
        separators = _listed(rule.each.get("separator", "|"))
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
        _known(said, _CELL_KEYS, "a cell")
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
        wanted = tuple(_filled(part, cells) for part in _listed(key))
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
        _known(condition, allowed, "a condition")
        if "any" in condition:
            return any(self._holds(part, cells) for part in condition["any"])
        text = self._text(condition, cells)
        return (
            ("is" not in condition or text in _listed(condition["is"]))
            and ("not" not in condition or text not in _listed(condition["not"]))
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
        raise _wrong(f"no filter {name!r}; use " + ", ".join(sorted(_FILTERS)))
    return _FILTERS[name]


def _cell(column: str, cells: Cells) -> str:
    if column not in cells:
        raise _wrong(f"no column {column!r}; there are " + ", ".join(cells))
    return cells[column]
