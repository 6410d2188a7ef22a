"""Words of the sources that a reader of English needs said in English.

Figures and facts keep a unit and a period in the source's own words. A page in
English says the common ones in English and leaves the rest as they stand, marked
as Chinese; it never leaves one out.
"""

from __future__ import annotations

import re

UNITS: dict[str, str] = {
    "亿元": "hundred million CNY",
    "十亿元": "billion CNY",
    "百万元": "million CNY",
    "万元": "ten thousand CNY",
    "元": "CNY",
    "平方公里": "km²",
    "万平方米": "ten thousand m²",
    "平方米": "m²",
    "公顷": "hectares",
    "亩": "mu",
    "年": "years",
    "％": "%",
}

# Counting words: Chinese counts with one, English with none.
_COUNTING = frozenset(
    {"家", "个", "名", "项", "张", "场", "所", "件", "人", "种", "款", "条", "大方面"}
)

_PERIODS: dict[str, str] = {
    "目前": "at present", "下一步": "next", "面向未来": "looking ahead",
    "今年": "this year", "今年年初": "early this year", "近年来": "in recent years",
    "近三年": "the last three years", "未来三年": "the next three years",
    "未来三年，每年": "each of the next three years", "先后": "one after another",
    "规划": "planned", "累计": "in total", "到“十四五”末": "by the end of 2025",
}  # fmt: skip

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(\d{4})年度?"), r"\1"),
    (re.compile(r"(\d{4})[—–-]+(\d{4}) ?年"), r"\1–\2"),
    (re.compile(r"(\d{4})年以来"), r"since \1"),
    (re.compile(r"截至(\d{4})年"), r"up to \1"),
    (re.compile(r"未来(\d+)[—–-]+(\d+)年"), r"in the next \1–\2 years"),
)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August",
    "September", "October", "November", "December",
)  # fmt: skip
_MONTH = re.compile(r"今年 ?(1[0-2]|[1-9])月")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


def unit_in(text: str, language: str) -> str:
    """A unit for a reader: a counting word is nothing in English."""
    if language == "zh" or not text:
        return text
    return "" if text in _COUNTING else UNITS.get(text, text)


def period_in(text: str, language: str) -> str:
    """A period for a reader; what is not known stays in the source's words."""
    if language == "zh" or text in _PERIODS:
        return text if language == "zh" else _PERIODS[text]
    if month := _MONTH.fullmatch(text):
        return f"{_MONTHS[int(month[1]) - 1]} this year"
    for pattern, words in _PATTERNS:
        if pattern.fullmatch(text):
            return pattern.sub(words, text)
    return text


def tongue(text: str) -> str:
    """The language tag of a text: ``zh-Hans`` if it has Chinese characters."""
    return "zh-Hans" if _CHINESE.search(text) else "en"
