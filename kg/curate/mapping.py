"""A declarative mapping from foreign columns to the tables of this project.

A mapping is a TOML file (``docs/import.md``). It takes its words from CSVW where
CSVW has them (templates, ``separator``), and adds what evidence needs: cases,
conditions, look-ups in a neighbouring table and several rows from one. It is
data, never code: no expression in it can do more than pick and join cells.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.curate.table import FORMS, Row
from kg.errors import ConfigError

Cells = Mapping[str, str]


FILL_IN = "FILL-IN"  # where a guess cannot know; no mapping is used with it
SEPARATORS = ("|", "、", ";", "；", "\n")  # what people put between items of a list


def parted(text: str, separators: Sequence[str]) -> list[str]:
    """The items of a list that is written with any of these between them."""
    between = "|".join(map(re.escape, separators))
    return [item for part in re.split(between, text) if (item := part.strip())]


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
    known_keys(said, {"dataset", "rows", "lookup", "extra"}, shown)
    dataset = {key: str(value) for key, value in said.get("dataset", {}).items()}
    known_keys(dataset, set(FORMS["dataset"].columns), f"{shown} [dataset]")
    rules = []
    for number, rows in enumerate(said.get("rows", ()), 1):
        place = f"{shown} [[rows]] {number}"
        known_keys(rows, {"from", "to", "where", "each", "set"}, place)
        form = rows.get("to", "")
        if form not in FORMS or form == "dataset":
            raise unusable(f"{place}: 'to' is {form!r}")
        known_keys(rows.get("set", {}), set(FORMS[form].columns), f"{place} set")
        rules.append(
            Rule(
                rows.get("from", ""),
                form,
                tuple(listed(rows.get("where", ()))),
                rows.get("each", {}),
                rows.get("set", {}),
            )
        )
    lookups = said.get("lookup", {})
    for key, lookup in lookups.items():
        known_keys(lookup, {"from", "key", "where"}, f"{shown} [lookup.{key}]")
    extra = said.get("extra", {})
    for form, rows in extra.items():
        if form not in FORMS:
            raise unusable(f"{shown} [extra]: {form!r}")
        for row in rows:
            known_keys(row, set(FORMS[form].columns), f"{shown} [[extra.{form}]]")
            if FILL_IN in row.get("url", ""):
                raise unusable(
                    f"{shown} [[extra.{form}]]: give the page the table was taken"
                    " from as url.",
                    f"{shown} [[extra.{form}]]：请在 url 中填写表格出处的网址。",
                )
    return ColumnMapping(dataset, tuple(rules), lookups, extra)


def known_keys(said: Mapping[str, Any], allowed: set[str], place: str) -> None:
    """Refuse a word that has no meaning here; raises ``ConfigError``."""
    for key in said:
        if key not in allowed:
            raise unusable(
                f"{place}: {key!r} is not known; use " + ", ".join(sorted(allowed))
            )


def unusable(text: str, zh: str = "") -> ConfigError:
    """The error about a mapping, with the way out."""
    return ConfigError(
        f"The mapping cannot be used. {text}",
        zh=f"映射文件有误。{zh or text}",
        hint="docs/import.md has the form of a mapping.",
        hint_zh="映射文件的格式见 docs/import.md。",
    )


def listed(value: Any) -> Sequence[Any]:
    """One value or several, as several."""
    return value if isinstance(value, list | tuple) else (value,)
