"""What people call our columns, in Chinese and English, and which one they mean."""

from __future__ import annotations

from rapidfuzz import fuzz, process

CERTAIN = 88.0

# Our column, and what people call it; a line that is indented goes on.
_WORDS = """
name_zh: 名称, 企业名称, 公司名称, 机构名称, 单位名称, 中文名, 中文名称,
  name, company, organisation,
  organization, company name
name_en: 英文名, 英文名称, 外文名称, english name, name (english), name_en
aliases_zh: 简称, 别名, 曾用名, alias, aliases, short name, former name
type: 类型, 机构类型, 企业类型, type, category, kind
definition_zh: 简介, 企业简介, 描述, description, about
inTrack: 赛道, 领域, 行业, 细分领域, 所属赛道, 技术领域, track, sector, field, industry
locatedIn: 园区, 所在园区, 所属园区, park, zone, campus
incubatedBy: 孵化器, 所在孵化器, 入驻孵化器, incubator, incubated by
address: 地址, 注册地址, 所在地, 住所, address, location, registered address
founded: 成立时间, 成立日期, 成立年份, 注册时间, founded, year founded, established,
  founding year
source_title: 来源标题, 来源名称, 标题, 网页标题, source title, page title
website: 官网, 网站, website, homepage, web site
creditCode: 统一社会信用代码, 信用代码, uscc, credit code
leiCode: lei, lei code
rorId: ror, ror id
stockCode: 证券代码, 股票代码, stock code, ticker
url: 来源, 来源链接, 来源网址, 来源地址, source link, 链接, 出处,
  source, source url, url,
  reference
locator: 位置, 页码, 段落, locator, page
confidence: 可信度, 置信度, confidence
"""


def _headers(text: str) -> dict[str, tuple[str, ...]]:
    lines = text.strip().replace("\n  ", " ").splitlines()
    pairs = (line.split(": ", 1) for line in lines)
    return {ours: tuple(words.split(", ")) for ours, words in pairs}


HEADERS = _headers(_WORDS)


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
