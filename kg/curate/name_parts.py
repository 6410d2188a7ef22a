"""Takes names apart: place, brand, trade, kind and legal form, pinyin and initials.

What is a place, a trade or a legal form is told by the word lists here. They were
made from the names of the public facts and of the article; another region adds its
cities.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from kg.curate.naming import folded

SHORT = 3
_SMALL = frozenset(["of", "the", "and", "for", "in", "at", "on", "de", "a", "an"])

_LEGAL_ZH = re.compile(
    r"(?:股份有限公司|有限责任公司|控股有限公司|有限公司|股份公司|公司)+$"
)
_GROUP_ZH = re.compile(r"(?:控股)?集团(?:股份)?$|控股$")
_LEGAL_WORDS = (
    "co", "company", "corp", "corporation", "inc", "incorporated", "ltd", "limited",
    "llc", "plc", "gmbh", "ag", "sa", "enterprise", "enterprises",
)  # fmt: skip
_LEGAL_EN = frozenset(_LEGAL_WORDS)
_GROUP_EN = frozenset(["group", "holding", "holdings"])
_CITIES = {
    "北京": "beijing", "昌平": "changping", "上海": "shanghai", "天津": "tianjin",
    "苏州": "suzhou", "广州": "guangzhou", "深圳": "shenzhen", "杭州": "hangzhou",
    "南京": "nanjing", "成都": "chengdu", "武汉": "wuhan", "重庆": "chongqing",
    "江苏": "jiangsu", "浙江": "zhejiang", "广东": "guangdong", "山东": "shandong",
    "青岛": "qingdao", "无锡": "wuxi", "西安": "xian", "长沙": "changsha",
    "合肥": "hefei", "厦门": "xiamen", "香港": "hong kong", "中国": "china",
}  # fmt: skip
_PLACE_ZH = re.compile(rf"(?:{'|'.join(_CITIES)})(?:省|市|区)?")
_PLACES_EN = frozenset(word for name in _CITIES.values() for word in name.split()) | {
    "switzerland"
}
# A trade by the words that tell it; firms of one brand in two trades are two.
_TRADES: dict[str, tuple[str, ...]] = {
    "bio": (
        "生物", "生命科学", "bio", "biotech", "biotechnology", "biotechnologies",
        "biological", "biologics", "bioscience", "biosciences", "biology", "techbio",
        "biosystems", "life",
    ),
    "pharma": (
        "医药", "制药", "药业", "药物", "pharma", "pharmaceutical", "pharmaceuticals",
        "pharmacy", "pharm", "medicines", "medicine", "therapeutics", "drug",
    ),
    "bio pharma": (
        "biopharma", "biopharm", "biopharmaceutical", "biopharmaceuticals",
    ),
    "bio med": ("biomedical", "biomedicine"),
    "med": ("医疗", "器械", "medical", "instruments", "devices", "device"),
    "tech": (
        "科技", "技术", "网络", "tech", "technology", "technologies", "network",
        "science", "sciences",
    ),
    "health": ("健康", "大健康", "health", "healthcare"),
    "gene": ("基因", "gene", "genomics", "genetics"),
    "diagnostics": ("诊断", "检测", "diagnostics"),
    "neuro tech": ("神经技术", "neurotech", "neurotechnology"),
    "lab": ("laboratories",),
    "": ("国际", "发展", "控股", "international", "development", "china"),
}  # fmt: skip
_TRADE_OF = {word: trade for trade, words in _TRADES.items() for word in words}
_TRADE_ZH = re.compile(
    "(?:" + "|".join(w for w in _TRADE_OF if not w.isascii()) + ")+$"
)
# What a body is by its name; another kind is another body, not a longer name.
_KIND_ZH = re.compile(
    "(分中心|中心|医院|委员会|管委会|研究院|研究所|学院|大学|园区|园|城|谷|基地|院|所"
    "|实验室|平台|基金|创投|资本|投资|孵化器?|加速器|协会|学会|论坛)$"
)
_KIND_WORDS = (
    "academy", "institute", "institutes", "university", "hospital", "center",
    "centre", "capital", "fund", "ventures", "committee", "college", "school",
    "park", "laboratory", "association", "society", "forum",
)  # fmt: skip
_KINDS_EN = frozenset(_KIND_WORDS)
_CJK = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_PARENS = re.compile(r"[（(]([^（）()]*)[）)]")
# "biological pharmacy" leaves nothing; what is left must tell a body by itself.
SHORTEST_BRAND = 4


@dataclass(frozen=True, slots=True)
class Name:
    """A name taken apart; every part folded (no case, width, space or marks).

    Attributes:
        bare: without legal form.
        local: without place and group as well.
        brand: without trade as well; "" when nothing is left that tells.
        places: that were left off.
        trades: that were left off.
        kind: what the body is, by the last word of a Chinese name; "" for a firm.
        words: of a Latin name, without small words and legal form, sorted, "s" off.
        inside: Latin brand or bracketed short name written in the name.
        sound: pinyin of a Chinese brand, the brand of a Latin name.
        initials: that stand for it.
        capital: whether it is written as initials are.
    """

    text: str
    folded: str
    bare: str
    local: str
    brand: str
    places: frozenset[str]
    trades: frozenset[str]
    kind: str
    words: str
    inside: str
    sound: str
    initials: frozenset[str]
    capital: bool
    chinese: bool


@lru_cache(maxsize=60_000)
def parts(text: str) -> Name:
    """Take a name apart."""
    plain = unicodedata.normalize("NFKC", text).strip()
    return _chinese(text, plain) if _CJK.search(plain) else _latin(text, plain)


def _chinese(text: str, plain: str) -> Name:
    bracketed = [b for b in _PARENS.findall(plain) if b]
    rest = _PARENS.sub("", plain)
    places = {_city(b) for b in bracketed if _PLACE_ZH.fullmatch(b.strip())}
    bare = _LEGAL_ZH.sub("", plain.strip()) or plain
    local = _LEGAL_ZH.sub("", rest.strip()) or rest
    front = re.match(rf"(?:{_PLACE_ZH.pattern})+", local)
    if front and len(local) > front.end() + 1:
        places |= {_city(p[0]) for p in re.finditer(_PLACE_ZH, front[0])}
        local = local[front.end() :].lstrip("·•-— ")
    local = _GROUP_ZH.sub("", local) or local
    kind = _KIND_ZH.search(local)
    tail = None if kind else _TRADE_ZH.search(local)
    brand = local[: tail.start()] if tail and tail.start() > 1 else local
    trades = _trades_zh(local[len(brand) :])
    latin = folded("".join(re.findall(r"[A-Za-z][A-Za-z0-9&.\-]*", rest)))
    if bracketed and not places and bracketed[0].isascii():
        latin = latin or folded(bracketed[0])
    inside = latin if len(latin) >= SHORT and latin != folded(text) else ""
    return Name(
        text, folded(text), folded(bare), folded(local), folded(brand),
        frozenset(places), trades, kind[1] if kind else "", "", inside,
        pinyin(folded(brand)), frozenset(), False, True,
    )  # fmt: skip


def _city(found: str) -> str:
    return _CITIES[found.strip()[:2]]


def _trades_zh(tail: str) -> frozenset[str]:
    found: set[str] = set()
    for word, trade in _TRADE_OF.items():
        if not word.isascii() and word in tail:
            found |= set(trade.split())
    return frozenset(found)


@lru_cache(maxsize=60_000)
def pinyin(chinese: str) -> str:
    """The sound of a Chinese name, folded: baijishenzhou."""
    from pypinyin import lazy_pinyin  # slow to import, seldom needed

    return folded("".join(lazy_pinyin(chinese)))


def _latin(text: str, plain: str) -> Name:
    bracketed = _PARENS.findall(plain)
    ascii_ = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    said = _words(ascii_)
    kept = [w for w in said if w not in _SMALL and w not in _LEGAL_EN]
    bare = [w for w in said if w not in _LEGAL_EN]
    plainly = [w for w in _words(_PARENS.sub(" ", ascii_)) if w not in _LEGAL_EN]
    local = [w for w in plainly if w not in _GROUP_EN and w not in _PLACES_EN] or bare
    is_firm = not set(local) & _KINDS_EN
    brand = [w for w in local if not (is_firm and w in _TRADE_OF)]
    trades = frozenset(
        t
        for w in local
        if w in _TRADE_OF
        for t in _TRADE_OF[w].split()
        if t and is_firm
    )
    short = folded("".join(brand))
    if all(w in _SMALL for w in brand):
        short = ""
    inside = next(
        (folded(b) for b in bracketed if b.isupper() and len(folded(b)) >= SHORT), ""
    )
    capital = plain.replace("-", "").isalpha() and plain.isupper()
    return Name(
        text, folded(text), folded("".join(bare)), folded("".join(local)), short,
        frozenset(w for w in said if w in _PLACES_EN), trades, "",
        " ".join(sorted(_stem(w) for w in kept)), inside,
        short if len(short) >= SHORTEST_BRAND else "",
        frozenset(_initials(ascii_)), capital and len(folded(text)) >= SHORT, False,
    )  # fmt: skip


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.casefold().replace("'", ""))


def _stem(word: str) -> str:
    return word[:-1] if len(word) > SHORT and word.endswith("s") else word


def _initials(text: str) -> Iterator[str]:
    """``National Institute of Biological Sciences, Beijing`` is NIBS and NIBSB."""
    for part in (text, text.partition(",")[0], _PARENS.sub(" ", text)):
        words = [w for w in _words(part) if w not in _SMALL]
        for kept in (
            [w for w in words if w not in _LEGAL_EN or len(w) >= len("company")],
            [w for w in words if w not in _LEGAL_EN],
        ):
            if SHORT <= len(kept) <= 8:
                yield "".join(w[0] for w in kept)


@lru_cache(maxsize=20_000)
def pinyin_initials(chinese: str) -> str:
    """First letters of the sound: bjsz."""
    from pypinyin import lazy_pinyin  # slow to import, seldom needed

    return "".join(p[:1] for p in lazy_pinyin(chinese))
