"""Lays out the folder of a new region: settings, empty tables, a place for texts."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from pathlib import Path

from kg.base import SETTINGS_FILE, checked
from kg.curate.naming import slug
from kg.curate.table import FORMS
from kg.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Region:
    """What is known of a region before it has data."""

    name_zh: str
    name_en: str
    base: str
    curator: str = ""
    licence: str = "CC-BY-4.0"


def region_of(folder: Path, name_zh: str, name_en: str, base: str) -> Region:
    """A region, with what was not said taken from the folder's name.

    Raises:
        ConfigError: if the base can be none.
    """
    named = folder.resolve().name
    stem = slug(name_en or named) or "my-region"
    return Region(
        name_zh or name_en or named,
        name_en or name_zh or named,
        checked(base) if base else f"https://example.org/{stem}/",
    )


def lay_out(folder: Path, region: Region) -> list[Path]:
    """Write the files of a new region.

    Returns:
        The files, in the order a curator meets them.

    Raises:
        ConfigError: if the folder holds anything already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConfigError(
            f"{folder} is there already and not empty; nothing was written.",
            zh=f"{folder} 已存在且不为空，未写入任何内容。",
            hint="Give the name of a new folder.",
            hint_zh="请给出新文件夹的名称。",
        )
    texts = {
        "README.md": _README.format(**_shown(region)),
        SETTINGS_FILE: _SETTINGS.format(base=json.dumps(region.base)),
        "site.toml": _SITE.format(
            zh=json.dumps(region.name_zh, ensure_ascii=False),
            en=json.dumps(region.name_en, ensure_ascii=False),
        ),
        "sources/README.md": _SOURCES,
        **{f"tables/{form}.csv": _table(form, region) for form in FORMS},
    }
    written = []
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        written.append(path)
    return written


def _shown(region: Region) -> dict[str, str]:
    return {"zh": region.name_zh, "en": region.name_en, "base": region.base}


def _table(form: str, region: Region) -> str:
    """A header row; of the dataset also the one row it needs, as far as known."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, FORMS[form].columns, lineterminator="\n")
    writer.writeheader()
    if form == "dataset":
        writer.writerow(
            {
                "id": slug(region.name_en) or "my-region",
                "title_zh": region.name_zh,
                "title_en": region.name_en,
                "licence": region.licence,
                "version": "1",
                "curator": region.curator,
            }
        )
    return out.getvalue()


_SETTINGS = """\
# Settings of this region: `kg`, started in this folder, reads them. All of them:
# docs/settings.md. 本地区的设置：在此文件夹中运行 kg 时读取。

# What the identifiers of your things start with. Choose an address that is yours
# before you publish; after that leave it alone.
# 标识符的开头。发布前请改为您自己的网址，发布后不要再改。
base_iri = {base}

# Where the tables, the stored texts and the built graph are: here.
data = "."
"""

_SITE = """\
# What the pages call this region; what is left out comes from the data.
# 页面上对本地区的称呼；未写的由数据得出。
name_zh = {zh}
name_en = {en}
# heading_zh = ""
# heading_en = ""
# examples = []     # what to type into the search, as examples 搜索框中的示例
"""

_SOURCES = """\
Put the texts that you quote here, one UTF-8 text file each, and a row for each into
`../tables/sources.csv` (kind `stored`, path `sources/NAME.txt`).

把要引用的原文放在这里（每篇一个 UTF-8 文本文件），并在 `../tables/sources.csv` 中为每篇
写一行（kind 填 `stored`，path 填 `sources/文件名.txt`）。
"""

_README = """\
# {zh} / {en}

| file | what goes in | 内容 |
| --- | --- | --- |
| `tables/dataset.csv` | title, licence, who answers for it | 标题、许可、负责人 |
| `sources/` | the texts you quote | 要引用的原文 |
| `tables/sources.csv` | a row for each text or page | 每篇原文或网页一行 |
| `tables/entities.csv` | firms, tracks, parks and so on | 企业、赛道、园区等 |
| `tables/statements.csv` | who does what, with the quote | 谁与谁有什么关系，附引文 |
| `tables/observations.csv` | figures, with the quote | 数字，附引文 |
| `site.toml`, `kg.toml` | names on the pages; settings | 页面名称；设置 |

Then, in this folder 然后在此文件夹中：

```sh
kg build     # checks every row, names what is wrong, writes triples.ttl 检查并生成
kg serve     # pages on http://127.0.0.1:8000 打开网页
```

Identifiers begin with {base} (`kg.toml`). The columns are explained in docs/tables.md,
every step in docs/new-region.md of the product.
标识符以 {base} 开头（见 `kg.toml`）。各列说明见产品文档 docs/tables.md，
逐步教程见 docs/new-region.md。
"""
