"""Guesses a mapping from the headers of a foreign table, for a person to check.

What it writes is an ordinary mapping file: every guess stands there in words
and can be corrected before anything is read with it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping

from rapidfuzz import fuzz, process

from kg.curate.mapping import Table
from kg.curate.naming import slug

CERTAIN = 88.0

# Our column, and what people call it.
HEADERS: dict[str, tuple[str, ...]] = {
    "name_zh": (
        "名称",
        "企业名称",
        "公司名称",
        "机构名称",
        "单位名称",
        "中文名",
        "中文名称",
        "name",
        "company",
        "organisation",
        "organization",
        "company name",
    ),
    "name_en": (
        "英文名",
        "英文名称",
        "外文名称",
        "english name",
        "name (english)",
        "name_en",
    ),
    "aliases_zh": (
        "简称",
        "别名",
        "曾用名",
        "alias",
        "aliases",
        "short name",
        "former name",
    ),
    "type": ("类型", "机构类型", "企业类型", "type", "category", "kind"),
    "definition_zh": ("简介", "企业简介", "描述", "description", "about"),
    "inTrack": (
        "赛道",
        "领域",
        "行业",
        "细分领域",
        "所属赛道",
        "技术领域",
        "track",
        "sector",
        "field",
        "industry",
    ),
    "locatedIn": ("园区", "所在园区", "所属园区", "park", "zone", "campus"),
    "address": (
        "地址",
        "注册地址",
        "所在地",
        "住所",
        "address",
        "location",
        "registered address",
    ),
    "founded": (
        "成立时间",
        "成立日期",
        "成立年份",
        "注册时间",
        "founded",
        "year founded",
        "established",
        "founding year",
    ),
    "website": ("官网", "网站", "website", "homepage", "web site"),
    "creditCode": ("统一社会信用代码", "信用代码", "uscc", "credit code"),
    "leiCode": ("lei", "lei code"),
    "rorId": ("ror", "ror id"),
    "stockCode": ("证券代码", "股票代码", "stock code", "ticker"),
    "url": (
        "来源",
        "来源链接",
        "链接",
        "出处",
        "source",
        "source url",
        "url",
        "reference",
    ),
    "locator": ("位置", "页码", "段落", "locator", "page"),
    "confidence": ("可信度", "置信度", "confidence"),
}
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
_LINKS = ("inTrack", "locatedIn")
_TEXTS = (
    "founded", "website", "address", "creditCode", "leiCode", "rorId", "stockCode",
)  # fmt: skip

Find = Callable[[str], str]


def guess_headers(columns: tuple[str, ...]) -> dict[str, str]:
    """Our column to the foreign one that most likely means it."""
    said = {word: ours for ours, words in HEADERS.items() for word in words}
    scored = []
    for column in columns:
        wanted = column.strip().lower()
        found = process.extractOne(wanted, said.keys(), scorer=fuzz.ratio)
        if found[1] >= CERTAIN:
            scored.append((-found[1], column, said[found[0]]))
    taken: dict[str, str] = {}
    for _, column, ours in sorted(scored):
        if ours not in taken:
            taken[ours] = column
    return taken


def guess_mapping(table: Table, find: Find) -> str:
    """The text of a mapping for a table.

    Args:
        table: read; the values of its columns are looked at.
        find: the id of the track or area that a name means, "" for none.
    """
    ours = guess_headers(table.columns)
    lines = [*_dataset(table, ours), *_entity_rule(table, ours)]
    for column in _LINKS:
        if column in ours:
            lines += _link_rule(table, ours, column, find)
    for column in _TEXTS:
        if column in ours:
            lines += _statement(table, ours, column, f"{{{ours[column]}}}")
    return "\n".join(lines) + "\n"


def _dataset(table: Table, ours: Mapping[str, str]) -> Iterator[str]:
    unknown = [c for c in table.columns if c not in ours.values()]
    yield f"# A guess for {table.name}: read it, correct it, then import with it."
    yield "# 这是对列含义的猜测：请检查、改正后再用于导入。"
    if unknown:
        yield f"# Not used 未使用: {', '.join(unknown)}"
    yield "[dataset]"
    stem = slug(table.name.rpartition("#")[0] or table.name.rpartition(".")[0])
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
    if "url" in ours:
        yield from _rule(table, "sources")
        yield f'id = "{{{ours["url"]}|slug}}"'
        yield 'kind = "cited"'
        for key in ("title_zh", "title_en", "url"):
            yield f'{key} = "{{{ours["url"]}}}"'
    else:
        yield "\n# The page or register the table was taken from 表格的出处"
        yield "[[extra.sources]]"
        yield 'id = "the-table"'
        yield 'kind = "cited"'
        yield f"title_zh = {_quoted(table.name)}"
        yield f"title_en = {_quoted(table.name)}"
        yield 'url = "https://example.org/FILL-IN"'
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
    for key in ("aliases_zh", "definition_zh"):
        if key in ours:
            yield f'{key} = "{{{ours[key]}}}"'
    yield from _evidence(ours)


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


def _link_rule(
    table: Table, ours: Mapping[str, str], column: str, find: Find
) -> Iterator[str]:
    """A column of names: each name and what it was taken for stand in the file."""
    foreign = ours[column]
    names = sorted({row[foreign] for row in table.rows if row[foreign]})
    pairs = ", ".join(f"{_quoted(n)} = {_quoted(find(n))}" for n in names)
    body = f'{{ value = "{{{foreign}}}", values = {{ {pairs} }} }}'
    unknown = [n for n in names if not find(n)]
    if unknown:
        yield f"\n# No id found for 未找到: {', '.join(unknown)}"
    known = [n for n in names if find(n)]
    yield from _statement(table, ours, column, body, only=known)


def _statement(
    table: Table,
    ours: Mapping[str, str],
    column: str,
    body: str,
    only: list[str] | None = None,
) -> Iterator[str]:
    name = ours.get("name_zh") or ours.get("name_en") or table.columns[0]
    foreign = ours[column]
    where = f'{{ value = "{{{foreign}}}", not = "" }}'
    if only is not None:
        listed = ", ".join(_quoted(one) for one in only)
        where = f'{{ value = "{{{foreign}}}", is = [{listed}] }}'
    yield from _rule(table, "statements", where)
    yield f'subject = "{{{name}|slug}}"'
    yield f'predicate = "{column}"'
    yield f"object = {body if body.startswith('{ ') else _quoted(body)}"
    yield from _evidence(ours)


def _rule(table: Table, form: str, where: str = "") -> Iterator[str]:
    yield "\n[[rows]]"
    yield f"from = {_quoted(table.name)}"
    yield f"to = {_quoted(form)}"
    if where:
        yield f"where = {where}"
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
