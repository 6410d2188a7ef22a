"""What reconciliation clients are told of entities, types and properties."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from flask import current_app

from kg import vocab
from kg.model import Iri, Literal
from kg.model.terms import XSD
from kg.query.read.listing import class_counts
from kg.query.read.shelved import property_uses
from kg.query.read.values import (
    Called,
    Value,
    is_thing,
    names_of,
    values_of,
)
from kg.search import Match, Wish
from kg.search.keys import fold
from kg.web.language import t
from kg.web.matching import Candidate, id_of, iri_of
from kg.web.reading import language, reader
from kg.web.reconcile_read import Extension, property_iri

_NUMBERS: Final = {XSD + kind for kind in ("integer", "decimal", "double", "float")}
# Beside the properties of the ontology: names, which are no statements.
NAMES: Final[dict[str, tuple[str, str]]] = {
    "name_zh": ("中文名称", "Chinese name"),
    "name_en": ("英文名称", "English name"),
    "aliases": ("别名", "other names"),
    "type": ("类型", "type"),
}
_DEFAULT_TYPES: Final = ("Organization", "Company", "Lab", "Person", "Track", "Area")


def limit_help() -> str:
    """The help text of the setting ``limit``."""
    return t("每行最多取几个值；0 表示全部。", "Most values a row; 0 for all.")


# -- types -----------------------------------------------------------------------


def _sizes() -> dict[str, int]:
    return class_counts(reader())


def _uses(type_: str = "") -> dict[str, int]:
    return reader().kept(
        f"reconcile.uses {type_}", lambda: property_uses(reader(), type_)
    )


def type_object(iri: str) -> dict[str, str]:
    """A class as id and name."""
    name = reader().terms.name(iri).text(language())
    return {"id": id_of(iri).removeprefix("lv:"), "name": name}


def type_objects(types: Iterable[str]) -> list[dict[str, str]]:
    """The classes of a thing, the narrow ones first, then what they are kinds of."""
    narrow = list(types)
    terms = reader().terms
    wider = {s for n in narrow for s in terms.supers(n) if s in terms.classes}
    ours = sorted(s for s in wider - set(narrow) if s.startswith(vocab.ONTOLOGY))
    return [type_object(iri) for iri in [*narrow, *ours]]


def default_types() -> list[dict[str, str]]:
    """Types that a client may offer first: those of a short list that occur."""
    sizes = _sizes()
    wanted = [vocab.ONTOLOGY + name for name in _DEFAULT_TYPES]
    return [type_object(iri) for iri in wanted if iri in sizes]


def types_like(prefix: str) -> list[dict[str, Any]]:
    """Classes that occur and whose name or id begins so, the largest first."""
    sizes = _sizes()
    ordered = sorted(sizes, key=lambda iri: (-sizes[iri], iri))
    return [
        {**type_object(iri), "description": _counted(sizes[iri])}
        for iri in ordered
        if _begins(prefix, iri)
    ]


def _counted(count: int) -> str:
    return t(f"{count} 个", f"{count} things")


def _begins(prefix: str, iri: str) -> bool:
    name = reader().terms.name(iri)
    key = fold(prefix.removeprefix("lv:"))
    local = iri.removeprefix(vocab.ONTOLOGY)
    words = [*name.en.split(), name.en, name.zh, local]
    return iri == prefix or any(fold(word).startswith(key) for word in words)


# -- properties ------------------------------------------------------------------


def property_object(iri: str) -> dict[str, str]:
    """A property as id and name."""
    local = iri.removeprefix(vocab.ONTOLOGY)
    if local in NAMES:
        return {"id": local, "name": t(*NAMES[local])}
    name = reader().terms.name(iri).text(language())
    return {"id": id_of(iri).removeprefix("lv:"), "name": name}


def properties_like(prefix: str) -> list[dict[str, Any]]:
    """Properties in use whose name or id begins so, the most used first."""
    return [
        {**property_object(iri), "description": t(f"{n} 条陈述", f"{n} statements")}
        for iri, n in _by_use(_uses())
        if _begins(prefix, iri)
    ]


def properties_of_type(type_: str) -> list[dict[str, str]]:
    """Properties that things of a type have; of all when no type is given."""
    found = _by_use(_uses(property_iri(type_) if type_ else ""))
    named = [vocab.ONTOLOGY + name for name in NAMES]
    return [property_object(iri) for iri in [*named, *(iri for iri, _ in found)]]


def _by_use(uses: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(uses.items(), key=lambda item: (-item[1], item[0]))


# -- entities --------------------------------------------------------------------


def description(candidate: Candidate) -> str:
    """The other name and some further ones: what tells namesakes apart."""
    shown = candidate.called.text(language())
    others = [name for name in candidate.called.all() if name != shown]
    return " · ".join(others[:4])


def entities_like(prefix: str) -> list[dict[str, Any]]:
    """Entities that fit what was typed; one whose id it is comes first."""
    names = current_app.extensions["kg"].names
    found = [_suggested(match) for match in names.search(Wish(prefix, limit=100))]
    iri = iri_of(prefix) if prefix.strip() else ""
    called = names_of(reader().store, [iri]) if iri else {}
    if iri in called:
        types = reader().types([iri])[iri]
        first = {
            "id": id_of(iri),
            "name": called[iri].text(language()),
            "description": " · ".join(called[iri].all()[1:4]),
            "notable": type_objects(types)[:1],
        }
        found = [first, *(one for one in found if one["id"] != first["id"])]
    return found


def _suggested(match: Match) -> dict[str, Any]:
    shown = Called(match.zh, match.en).text(language())
    told = [n for n in (match.zh, match.en) if n and n != shown]
    tracks = [zh if language() == "zh" else en or zh for _, zh, en in match.tracks]
    return {
        "id": id_of(match.iri),
        "name": shown,
        "description": " · ".join([*told, *tracks[:2]]),
        "notable": [type_object(match.type)] if match.type else [],
    }


# -- data extension --------------------------------------------------------------


def _meta(wanted: Extension) -> list[dict[str, str]]:
    made = []
    for name in wanted.properties:
        told = property_object(property_iri(name))
        made.append({"id": name, "name": told["name"]})
    return made


def _cells(wanted: Extension) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Entity id to property id to values, as the client wrote the ids."""
    iris = {name: iri_of(name) for name in wanted.ids}
    store = reader().store
    called = names_of(store, iris.values())
    types = reader().types(iris.values()) if "type" in wanted.properties else {}
    properties = {name: property_iri(name) for name in wanted.properties}
    values = values_of(store, iris.values(), properties.values())
    made: dict[str, dict[str, list[dict[str, Any]]]] = {}
    for name, iri in iris.items():
        row = made[name] = {}
        for pid, most in wanted.properties.items():
            if pid in NAMES:
                cells = _name_cells(pid, called.get(iri, Called()), types.get(iri, ()))
            else:
                cells = [_cell(v) for v in values.get(iri, {}).get(properties[pid], [])]
            row[pid] = cells[: most or None]
    return made


def _name_cells(pid: str, called: Called, types: Iterable[str]) -> list[dict[str, Any]]:
    texts: tuple[str, ...]
    if pid == "type":
        texts = tuple(type_object(iri)["name"] for iri in types)
    elif pid == "aliases":
        texts = called.others
    else:
        texts = (called.zh if pid == "name_zh" else called.en,)
    return [{"str": text} for text in texts if text]


def _cell(value: Value) -> dict[str, Any]:
    term = value.term
    if is_thing(term):
        return {"id": id_of(str(term)), "name": _name(value)}
    if isinstance(term, Literal) and term.datatype in _NUMBERS:
        number = float(term.value)
        return {"int": int(number)} if number.is_integer() else {"float": number}
    if isinstance(term, Literal) and term.datatype == XSD + "date":
        return {"date": f"{term.value}T00:00:00Z"}
    return {"str": str(term)}


def _name(value: Value) -> str:
    """The name of a thing in the reader's language, else another, else its id."""
    wished = [n.value for n in value.names if n.language.startswith(language())]
    if isinstance(value.term, Iri) and len(wished) > 1:
        known = names_of(reader().store, [value.term.value]).get(value.term.value)
        if known is not None and known.text(language()):
            return known.text(language())
    rest = [n.value for n in value.names]
    return (wished or rest or [id_of(str(value.term))])[0]


def extension_02(wanted: Extension) -> dict[str, Any]:
    """The answer of version 0.2."""
    return {"meta": _meta(wanted), "rows": _cells(wanted)}


def extension_1(wanted: Extension) -> dict[str, Any]:
    """The answer of the 1.0 draft."""
    return {
        "meta": _meta(wanted),
        "rows": [
            {
                "id": name,
                "properties": [
                    {"id": pid, "values": cells} for pid, cells in row.items()
                ],
            }
            for name, row in _cells(wanted).items()
        ],
    }
