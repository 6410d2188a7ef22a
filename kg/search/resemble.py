"""How much two names resemble each other, and what may be left off a name.

A firm's registered name adds a place, a trade and a legal form to the name it
is known by: 北京百济神州生物科技有限公司 is 百济神州.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rapidfuzz import fuzz

from kg.search.keys import fold

_LEGAL = re.compile(
    r"(?:[（(][^（）()]{1,12}[）)])?"
    r"(?:股份有限公司|有限责任公司|集团有限公司|集团股份公司|有限公司|股份公司|集团|公司"
    r"|[\s,.]*\b(?:co\.?,?\s*ltd|ltd|limited|inc|incorporated|corp|corporation|llc|plc"
    r"|gmbh|company|group|holdings?)\b\.?)+\s*$",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"^(?:中国|北京市?昌平区?|北京市?|天津市?|上海市?|苏州市?|广州市?|深圳市?|杭州市?)"
    r"|^(?:beijing|china|shanghai|suzhou)\s+",
    re.IGNORECASE,
)
_TRADE = re.compile(
    r"(?:生物|医药|医疗|科技|技术|制药|药业|器械|健康|基因|诊断|发展|控股|投资"
    r"|\s+(?:biotech(?:nology)?|pharma(?:ceuticals?)?|medical|biologics?|technolog(?:y|ies)"
    r"|therapeutics|biosciences?|biomedical)\b)+$",
    re.IGNORECASE,
)
_SHORTEST = 2


def shortened(name: str) -> Iterator[tuple[str, int]]:
    """Shorter forms of a name with what was left off.

    Yields:
        The form and how far it is from the name: 1 without the legal form, 2
        without the place as well, 3 without the trade.
    """
    form = name.strip()
    for distance, pattern in ((1, _LEGAL), (2, _PLACE), (3, _TRADE)):
        shorter = pattern.sub("", form).strip(" ,.")
        if shorter != form and len(fold(shorter)) >= _SHORTEST:
            form = shorter
            yield form, distance


def core(name: str) -> str:
    """A name folded, without its legal form."""
    forms = [form for form, distance in shortened(name) if distance == 1]
    return fold(forms[0] if forms else name)


def resemblance(one: str, other: str) -> float:
    """0 to 100: 100 for names that are the same but for case, width and points.

    96 if they are the same without the legal form; less by the letters that
    differ otherwise.
    """
    a, b = fold(one), fold(other)
    if not a or not b:
        return 0.0
    if a == b:
        return 100.0
    if core(one) == core(other):
        return 96.0
    return 0.9 * fuzz.ratio(a, b)
