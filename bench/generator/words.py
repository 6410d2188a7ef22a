"""Names in Chinese and English, made from syllables; no real body is meant."""

from __future__ import annotations

from random import Random

_SYLLABLES = (
    ("安", "An"), ("博", "Bo"), ("辰", "Chen"), ("达", "Da"), ("恩", "En"),
    ("方", "Fang"), ("光", "Guang"), ("恒", "Heng"), ("嘉", "Jia"), ("康", "Kang"),
    ("朗", "Lang"), ("明", "Ming"), ("诺", "Nuo"), ("普", "Pu"), ("启", "Qi"),
    ("瑞", "Rui"), ("思", "Si"), ("泰", "Tai"), ("维", "Wei"), ("信", "Xin"),
    ("源", "Yuan"), ("正", "Zheng"), ("卓", "Zhuo"), ("云", "Yun"), ("海", "Hai"),
)  # fmt: skip
_PLACES = (
    ("北京", "Beijing"), ("上海", "Shanghai"), ("苏州", "Suzhou"), ("深圳", "Shenzhen"),
    ("杭州", "Hangzhou"), ("武汉", "Wuhan"), ("成都", "Chengdu"), ("广州", "Guangzhou"),
)  # fmt: skip
_FIELDS = (
    ("生物", "Biotech"), ("医药", "Pharma"), ("基因", "Gene"), ("细胞", "Cell"),
    ("医疗", "Medical"), ("诊断", "Diagnostics"), ("抗体", "Antibody"),
    ("影像", "Imaging"), ("合成", "Synthetic"), ("健康", "Health"),
)  # fmt: skip
_KINDS = {
    "Company": ("有限公司", "Co., Ltd."),
    "Investor": ("资本", "Capital"),
    "Lab": ("研究所", "Institute"),
    "Hospital": ("医院", "Hospital"),
    "University": ("大学", "University"),
    "Platform": ("平台", "Platform"),
    "ServiceProvider": ("技术服务", "Services"),
    "Incubator": ("孵化器", "Incubator"),
    "GovernmentBody": ("管理委员会", "Administration"),
    "Association": ("协会", "Association"),
}
_SURNAMES = (
    ("王", "Wang"), ("李", "Li"), ("张", "Zhang"), ("刘", "Liu"), ("陈", "Chen"),
    ("杨", "Yang"), ("赵", "Zhao"), ("黄", "Huang"), ("周", "Zhou"), ("吴", "Wu"),
)  # fmt: skip

Name = tuple[str, str]


def syllables(random: Random, count: int) -> Name:
    """So many syllables, in Chinese and in pinyin."""
    picked = [random.choice(_SYLLABLES) for _ in range(count)]
    return "".join(zh for zh, _ in picked), "".join(en for _, en in picked).capitalize()


def organisation(random: Random, kind: str) -> Name:
    """A name with place, core, field and kind."""
    place, field = random.choice(_PLACES), random.choice(_FIELDS)
    core = syllables(random, random.choice((2, 2, 3, 4)))
    end = _KINDS[kind]
    return (
        f"{place[0]}{core[0]}{field[0]}{end[0]}",
        f"{place[1]} {core[1]} {field[1]} {end[1]}",
    )


def person(random: Random) -> Name:
    """A family name and one or two syllables."""
    surname, given = random.choice(_SURNAMES), syllables(random, random.choice((1, 2)))
    return surname[0] + given[0], f"{given[1]} {surname[1]}"


def product(random: Random, number: int) -> Name:
    """A code, as products in development have."""
    core = syllables(random, 2)
    return f"{core[0]}注射液 {number}", f"{core[1]} injection {number}"
