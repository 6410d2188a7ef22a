"""What the pages call the region they serve: its name, and things to try.

A region says it in ``site.toml`` of its data folder, or its operator in the
settings ``site_name_zh`` and ``site_name_en``; what neither says comes from the
data: the title of the first dataset, the most linked things.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g

from kg import vocab
from kg.config import Settings
from kg.curate.naming import slug
from kg.errors import ConfigError, KGError
from kg.search import Match, Wish
from kg.search.keys import fold, pinyin
from kg.web.language import t
from kg.web.reading import reader
from kg.wiring import Parts

FILE = "site.toml"
KEYS = frozenset(
    ["name_zh", "name_en", "heading_zh", "heading_en", "examples", "wish_zh", "wish_en"]
)

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Site:
    """The words of a region, Chinese and English.

    Attributes:
        name: of the region, short: it stands at the top of each page.
        heading: of the first page.
        examples: what to type into a search.
        wish: what to ask for on the page of partners; empty when nothing fits.
    """

    name: Pair
    heading: Pair
    examples: tuple[str, ...]
    wish: Pair

    @property
    def title(self) -> Pair:
        """The name of the service: the region's knowledge graph."""
        zh, en = self.name
        return f"{zh}知识图谱", f"{en} knowledge graph" if en else "Knowledge graph"

    @property
    def file_stem(self) -> str:
        """How the files begin that a reader takes along."""
        return slug(self.name[1] or self.name[0]) or "knowledge-graph"


def read_site(path: Path) -> dict[str, Any]:
    """What a ``site.toml`` says; nothing when there is none.

    Raises:
        ConfigError: if it is no TOML or has a key that is not known.
    """
    if not path.is_file():
        return {}
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(
            f"{path} cannot be read: {exc}", zh=f"无法读取 {path}：{exc}"
        ) from exc
    wrong = sorted(
        key
        for key, value in said.items()
        if key not in KEYS or isinstance(value, list) is not (key == "examples")
    )
    if wrong:
        allowed = ", ".join(sorted(KEYS))
        raise ConfigError(
            f"{path}: {wrong[0]!r} is not known, or not of its kind.",
            zh=f"{path}：{wrong[0]!r} 不是可用的键，或值的类型不对。",
            hint=f"Texts, and a list for examples: {allowed}.",
            hint_zh=f"可用的键（examples 为列表，其余为文本）：{allowed}。",
        )
    return said


def given(settings: Settings, data: Path) -> dict[str, Any]:
    """What settings and file say; the file is not for a store of others' data."""
    own = settings["shipped"] or settings["data"]
    said = read_site(data / FILE) if own else {}
    named = {key: settings[f"site_{key}"] for key in ("name_zh", "name_en")}
    return said | {key: value for key, value in named.items() if value}


def site() -> Site:
    """The region of this application; what the data tell is kept a generation."""
    parts: Parts = current_app.extensions["kg"]
    said: Mapping[str, Any] = current_app.extensions["kg.site"]
    if said.keys() >= KEYS:
        return _site(said, said["name_zh"], said["name_en"])
    ready = parts.names.ready
    key = (parts.store.generation, ready is not None)
    kept = current_app.extensions.get("kg.site.kept")
    if kept is None or kept[0] != key:
        kept = (key, _derived(parts, said))
        if ready is not None:
            current_app.extensions["kg.site.kept"] = kept
    found: Site = kept[1]
    return found


def _derived(parts: Parts, said: Mapping[str, Any]) -> Site:
    zh, en = said.get("name_zh", ""), said.get("name_en", "")
    try:
        if not zh and not en:
            zh, en = _first_title(parts)
        return _site(_tried(parts) | dict(said), zh or en, en or zh)
    except KGError:  # a store that does not answer still has pages that say so
        return _site(said, zh, en)


def _first_title(parts: Parts) -> Pair:
    """The titles of the dataset that came first, or nothing."""
    rows = parts.store.select(_DATASETS)
    first = [str(row["d"]) for row in rows][:1]
    return next(((n.zh, n.en) for n in reader().names(first).values()), ("", ""))


_DATASETS = vocab.prologue("dcat", "dcterms") + (
    "SELECT ?d { ?d a dcat:Dataset OPTIONAL { ?d dcterms:issued ?date } }"
    " ORDER BY ?date ?d LIMIT 1"
)


def _site(said: Mapping[str, Any], zh: str, en: str) -> Site:
    heading = (
        said.get("heading_zh") or f"{zh or '知识图谱'}：谁在做什么，依据哪句话",
        said.get("heading_en")
        or f"{en or 'Knowledge graph'}: who does what, and which sentence says so",
    )
    wish = (said.get("wish_zh", ""), said.get("wish_en", ""))
    return Site((zh, en), heading, tuple(said.get("examples", ())), wish)


def _tried(parts: Parts) -> dict[str, Any]:
    """Things of the data to try; none while the name index is not there yet."""
    index = parts.names.ready
    if index is None:
        return {}

    def most(kind: str) -> Match | None:
        """The most linked of a kind whose name is short enough to be typed."""
        found = index.search(Wish("", type=kind, limit=20))
        short = [m for m in found if len(m.zh or m.en) <= _SHORT]
        return next(iter(short or found), None)

    firm = most("company") or most("lab") or most("incubator")
    track, place = most("track"), most("area")
    said: dict[str, Any] = {}
    if firm is not None:
        name = firm.zh or firm.en
        typed = [letters for _, letters in pinyin(fold(name))[:1]]
        tries = [name, *typed, firm.en]
        said["examples"] = [x for x in dict.fromkeys(tries) if x]
    if track is not None and place is not None:
        said["wish_zh"] = f"{place.zh or place.en}附近的{track.zh or track.en}企业"
        said["wish_en"] = f"a firm for {track.en or track.zh} near {place.en}"
    return said


_SHORT = 8  # characters of a name that fits the search field at the top


def example(text: Pair, count: int = 2) -> str:
    """A prompt with examples after it: ``Search: 百济, bjsz …``."""
    tries = site().examples[:count]
    if not tries:
        return t(f"{text[0]}…", f"{text[1]} …")
    return t(f"{text[0]}：{'、'.join(tries)} …", f"{text[1]}: {', '.join(tries)} …")


def install(app: Flask) -> None:
    """Read what the region says; give templates ``site`` and ``example``.

    Raises:
        ConfigError: if its file cannot be used.
    """
    parts: Parts = app.extensions["kg"]
    app.extensions["kg.site"] = given(parts.settings, parts.data)

    def words() -> dict[str, Any]:
        if "site" not in g:
            g.site = site()
        return {"site": g.site, "example": example}

    app.context_processor(words)
