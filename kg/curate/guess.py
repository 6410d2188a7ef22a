"""Guesses a mapping from the headers of a foreign table, for a person to check.

What it writes is an ordinary mapping file: every guess stands there in words
and can be corrected before anything is read with it. A track, park or incubator
that is not known yet is proposed as an entity, and marked as a proposal.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from kg.curate.headers import guess_headers
from kg.curate.mapping import FILL_IN, SEPARATORS, Table, parted
from kg.curate.naming import slug

_TYPES = {
    "企业": "Company",
    "公司": "Company",
    "company": "Company",
    "实验室": "Lab",
    "研究所": "Lab",
    "laboratory": "Lab",
    "孵化器": "Incubator",
    "incubator": "Incubator",
    "加速器": "Accelerator",
    "医院": "Hospital",
    "hospital": "Hospital",
    "高校": "University",
    "大学": "University",
    "university": "University",
    "投资机构": "Investor",
    "investor": "Investor",
    "平台": "Platform",
    "platform": "Platform",
    "园区": "Park",
    "park": "Park",
}
# Columns that name other things: property, class of what is not known yet.
_LINKS = {"inTrack": "Track", "locatedIn": "Park", "incubatedBy": "Incubator"}
_DISTRICT = re.compile(r".*[省市区县州镇]$")
_NO_DISTRICT = re.compile(r".*(园区|片区|开发区|示范区|产业区)$")
_TEXTS = (
    "founded", "website", "address", "creditCode", "leiCode", "rorId", "stockCode",
)  # fmt: skip

Find = Callable[[str], str]


def guess_mapping(table: Table, find: Find) -> str:
    """The text of a mapping for a table.

    Args:
        table: read; the values of its columns are looked at.
        find: the id of the track, place or incubator that a name means, "" for
            none.
    """
    ours = guess_headers(table.columns)
    lines = [*_dataset(table, ours), *_entity_rule(table, ours)]
    for column in _LINKS:
        if column in ours:
            lines += _link_rules(table, ours, column, find)
    for column in _TEXTS:
        if column in ours:
            kept = "|date" if column == "founded" else ""
            lines += _statement(table, ours, column, f"{{{ours[column]}{kept}}}")
    return "\n".join(lines) + "\n"


def _dataset(table: Table, ours: Mapping[str, str]) -> Iterator[str]:
    unknown = [c for c in table.columns if c not in ours.values()]
    yield f"# A guess for {table.name}: read it, correct it, then import with it."
    yield "# 这是对列含义的猜测：请检查、改正后再用于导入。"
    if unknown:
        yield f"# Not used 未使用: {', '.join(unknown)}"
    yield "[dataset]"
    stem = slug(Path(table.name.rpartition("#")[0] or table.name).stem)
    yield f"id = {_quoted(stem or 'my-dataset')}"
    for key, text in (
        ("title_zh", "请填写标题"),
        ("title_en", "Give it a title"),
        ("licence", "CC-BY-4.0"),
        ("curator", "Who answers for it"),
    ):
        yield f"{key} = {_quoted(text)}"


def _entity_rule(table: Table, ours: Mapping[str, str]) -> Iterator[str]:
    name = ours.get("name_zh") or ours.get("name_en") or table.columns[0]
    yield from _sources(table, ours)
    yield from _rule(table, "entities")
    yield f'id = "{{{name}|slug}}"'
    yield from _type(table, ours)
    yield f'name_zh = "{{{ours.get("name_zh", name)}}}"'
    if "name_en" in ours:
        column = ours["name_en"]
        yield f'name_en = "{{{column}}}"'
        yield (
            f'name_en_basis = [ {{ where = {{ value = "{{{column}}}", is = "" }},'
            ' value = "" }, { value = "official" } ]'
        )
    if "aliases_zh" in ours:
        column = ours["aliases_zh"]
        yield f'aliases_zh = "{{{column}|list}}"'
    if "definition_zh" in ours:
        yield f'definition_zh = "{{{ours["definition_zh"]}}}"'
    yield from _evidence(ours)


def _sources(table: Table, ours: Mapping[str, str]) -> Iterator[str]:
    """Each page that a row names is a source; else the table's own page is one."""
    if "url" not in ours:
        yield "\n# The page or register the table was taken from 表格的出处"
        yield "[[extra.sources]]"
        yield 'id = "the-table"'
        yield 'kind = "cited"'
        yield f"title_zh = {_quoted(table.name)}"
        yield f"title_en = {_quoted(table.name)}"
        yield f'url = "https://example.org/{FILL_IN}"'
        return
    url = ours["url"]
    yield from _rule(table, "sources", f'{{ value = "{{{url}}}", not = "" }}')
    yield f'id = "{{{url}|slug}}"'
    yield 'kind = "cited"'
    title = _title(table, ours)
    yield f"title_zh = {title}"
    yield f"title_en = {title}"
    yield f'url = "{{{url}|address}}"'


def _title(table: Table, ours: Mapping[str, str]) -> str:
    """A page's title; the first one where rows call one page differently."""
    url = ours["url"]
    if "source_title" not in ours:
        return f'"{{{url}}}"'
    column = ours["source_title"]
    titles: dict[str, list[str]] = {}
    for row in table.rows:
        titles.setdefault(row[url], []).append(row[column] or row[url])
    odd = {u: t[0] for u, t in titles.items() if u and len(set(t)) > 1}
    pairs = ", ".join(f"{_quoted(u)} = {_quoted(t)}" for u, t in odd.items())
    if odd:
        return (
            f'{{ value = "{{{url}}}", values = {{ {pairs} }},'
            f' default = {{ value = "{{{column}}}", default = "{{{url}}}" }} }}'
        )
    if any(not row[column] for row in table.rows):
        return f'{{ value = "{{{column}}}", default = "{{{url}}}" }}'
    return f'"{{{column}}}"'


def _type(table: Table, ours: Mapping[str, str]) -> Iterator[str]:
    if "type" not in ours:
        yield 'type = "Company"'
        return
    column = ours["type"]
    values = sorted({row[column] for row in table.rows if row[column]})
    pairs = ", ".join(
        f"{_quoted(v)} = {_quoted(_TYPES.get(v.lower(), 'Company'))}" for v in values
    )
    yield (
        f'type = {{ value = "{{{column}}}", values = {{ {pairs} }},'
        ' default = "Company" }'
    )


def _link_rules(
    table: Table, ours: Mapping[str, str], column: str, find: Find
) -> Iterator[str]:
    """A column of names: each name and what it was taken for stand in the file."""
    foreign = ours[column]
    names = sorted({n for row in table.rows for n in parted(row[foreign], SEPARATORS)})
    if not names:
        return
    used = [s for s in SEPARATORS if any(s in row[foreign] for row in table.rows)]
    separators = ", ".join(map(_quoted, used or SEPARATORS[:1]))
    each = f'{{ column = {_quoted(foreign)}, as = "item", separator = [{separators}] }}'
    ids = _ids(names, _LINKS[column], find)
    unknown = [n for n in names if not find(n)]
    if unknown:
        yield from _proposed(table, ours, column, each, {n: ids[n] for n in unknown})
    pairs = ", ".join(f"{_quoted(n)} = {_quoted(ids[n])}" for n in names)
    body = f'{{ value = "{{item}}", values = {{ {pairs} }} }}'
    yield from _statement(table, ours, column, body, each=each)


def _ids(names: list[str], kind: str, find: Find) -> dict[str, str]:
    """The id of each name: the known one, or a new one that no other name has."""
    ids = {name: find(name) for name in names}
    for name in names:
        if not ids[name]:
            made = ("track-" if kind == "Track" else "") + (slug(name) or "unnamed")
            number, wanted = 1, made
            while wanted in ids.values():
                number += 1
                wanted = f"{made}-{number}"
            ids[name] = wanted
    return ids


def _proposed(
    table: Table,
    ours: Mapping[str, str],
    column: str,
    each: str,
    ids: Mapping[str, str],
) -> Iterator[str]:
    """Entities for names that nothing known has, for a person to confirm."""
    foreign = ours[column]
    yield f"\n# PROPOSED 待确认: nothing known is called {', '.join(ids)}."
    yield "# They become entities. If one of them is a known thing, put its id here and"
    yield "# below, and take it out of `is`; delete the line `note` when confirmed."
    yield "# 这些名称将成为新实体。若其实是已有事物，请在此处和下方改为其 id，"
    yield "# 并从 is 中删去；确认后删去 note 一行。"
    listed = ", ".join(map(_quoted, ids))
    where = f'{{ value = "{{item}}", is = [{listed}] }}'
    yield from _rule(table, "entities", where, each)
    pairs = ", ".join(f"{_quoted(n)} = {_quoted(i)}" for n, i in ids.items())
    yield f'id = {{ value = "{{item}}", values = {{ {pairs} }} }}'
    yield f"type = {_kinds(ids, _LINKS[column])}"
    yield 'name_zh = "{item|chinese}"'
    yield 'name_en = "{item|latin}"'
    yield (
        'name_en_basis = [ { where = { value = "{item|latin}", is = "" },'
        ' value = "" }, { value = "official" } ]'
    )
    yield from _evidence(ours)
    note = f"Proposed from the column {foreign}; not confirmed. 由该列提出，待确认。"
    yield f"note = {_quoted(note)}"


def _kinds(ids: Mapping[str, str], usual: str) -> str:
    """The class of what is proposed; a district is no park."""
    districts = [
        n
        for n in ids
        if usual == "Park" and _DISTRICT.fullmatch(n) and not _NO_DISTRICT.fullmatch(n)
    ]
    if not districts:
        return _quoted(usual)
    pairs = ", ".join(f'{_quoted(n)} = "AdministrativeArea"' for n in districts)
    return f'{{ value = "{{item}}", values = {{ {pairs} }}, default = "{usual}" }}'


def _statement(
    table: Table,
    ours: Mapping[str, str],
    column: str,
    body: str,
    each: str = "",
) -> Iterator[str]:
    name = ours.get("name_zh") or ours.get("name_en") or table.columns[0]
    where = "" if each else f'{{ value = "{{{ours[column]}}}", not = "" }}'
    yield from _rule(table, "statements", where, each)
    yield f'subject = "{{{name}|slug}}"'
    yield f'predicate = "{column}"'
    yield f"object = {body if body.startswith('{ ') else _quoted(body)}"
    yield from _evidence(ours)


def _rule(table: Table, form: str, where: str = "", each: str = "") -> Iterator[str]:
    yield "\n[[rows]]"
    yield f"from = {_quoted(table.name)}"
    yield f"to = {_quoted(form)}"
    if where:
        yield f"where = {where}"
    if each:
        yield f"each = {each}"
    yield "[rows.set]"


def _evidence(ours: Mapping[str, str]) -> Iterator[str]:
    url = ours.get("url")
    yield f'source = "{{{url}|slug}}"' if url else 'source = "the-table"'
    locator = ours.get("locator")
    yield f'locator = "{{{locator}}}"' if locator else 'locator = "row {row}"'
    confidence = ours.get("confidence")
    yield f'confidence = "{{{confidence}}}"' if confidence else 'confidence = "medium"'


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
