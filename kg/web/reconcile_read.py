"""Reads what a reconciliation client sends, or says what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from kg import vocab
from kg.errors import QueryTooLargeError, RequestError
from kg.web.matching import Condition, Question, iri_of

MOST_QUERIES: Final = 50
MOST_BYTES: Final = 1024 * 1024
MOST_CHARS: Final = 500
MOST_CONDITIONS: Final = 20
MOST_VALUES: Final = 50
MOST_IDS: Final = 1000
MOST_PROPERTIES: Final = 30
LIMIT: Final = 5
MOST_CANDIDATES: Final = 50
_QUANTIFIERS: Final = ("any", "all", "none")


@dataclass(frozen=True, slots=True)
class Extension:
    """A data extension query.

    Attributes:
        ids: as the client wrote them.
        properties: id to the most values wanted, 0 for all.
    """

    ids: tuple[str, ...]
    properties: dict[str, int]


def bad(place: str, message: str, zh: str) -> RequestError:
    """The error for one place of a request."""
    return RequestError(
        f"{place}: {message}",
        zh=f"{place}：{zh}",
        hint="docs/reconcile.md has the form of a query.",
        hint_zh="查询的形式见 docs/reconcile.md。",
        context={"place": place},
    )


def parsed(text: str) -> object:
    """JSON as values.

    Raises:
        RequestError: if it does not parse, with line and column.
    """
    try:
        return json.loads(text)
    except json.JSONDecodeError as exc:
        error = bad(
            f"line {exc.lineno}, column {exc.colno}",
            f"this is not JSON: {exc.msg}.",
            "不是有效的 JSON。",
        )
        error.context |= {"line": exc.lineno, "column": exc.colno}
        raise error from exc
    except RecursionError as exc:
        raise bad("the body", "it is nested too deep.", "嵌套过深。") from exc


def number(name: str) -> int:
    """A whole number of the address; 0 when it is not given.

    Raises:
        RequestError: if it is no such number.
    """
    text = request.args.get(name, "") or "0"
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        raise bad(name, f"{text[:20]!r} is no whole number.", "应为非负整数。")
    return int(text)


def batch_02(text: str) -> dict[str, Question]:
    """A batch of version 0.2: questions by key.

    Raises:
        RequestError: if it is no such batch.
        QueryTooLargeError: if it has more than ``MOST_QUERIES``.
    """
    said = _object(parsed(text), "queries")
    _few(len(said), MOST_QUERIES, "queries")
    return {key: _question_02(value, key) for key, value in said.items()}


def _question_02(value: object, place: str) -> Question:
    if isinstance(value, str):  # OpenRefine's older calls send the text alone
        value = {"query": value}
    said = _object(value, place)
    query = said.get("query", "")
    if not isinstance(query, str):
        raise bad(f"{place}.query", "a text is needed.", "应为字符串。")
    conditions = []
    told = _list(said.get("properties", []), f"{place}.properties")
    for at, value_ in enumerate(told):
        where = f"{place}.properties[{at}]"
        one = _object(value_, where)
        pid = _text(one.get("pid", one.get("p")), f"{where}.pid")
        conditions.append(Condition(property_iri(pid), _values(one.get("v"), where)))
    # A blank cell is sent with the others of its batch: it has no candidates.
    if "query" not in said and not conditions:
        raise bad(
            place, "query or properties are needed.", "需要 query 或 properties。"
        )
    return Question(
        texts=(query.strip()[:MOST_CHARS],) if query.strip() else (),
        types=_types(said.get("type"), f"{place}.type"),
        conditions=_few_conditions(conditions, place),
        limit=_limit(said.get("limit"), place),
    )


def batch_1(body: object) -> list[Question]:
    """A batch of the 1.0 draft; raises as ``batch_02`` does."""
    said = _object(body, "the body")
    queries = _list(said.get("queries"), "queries")
    _few(len(queries), MOST_QUERIES, "queries")
    return [_question_1(value, f"queries[{at}]") for at, value in enumerate(queries)]


def _question_1(value: object, place: str) -> Question:
    said = _object(value, place)
    told = _list(said.get("conditions"), f"{place}.conditions")
    if not told:
        raise bad(f"{place}.conditions", "one is needed.", "至少需要一个条件。")
    texts: list[str] = []
    ids: list[str] = []
    conditions: list[Condition] = []
    for at, value_ in enumerate(told):
        where = f"{place}.conditions[{at}]"
        one = _object(value_, where)
        kind = one.get("matchType")
        values = _values(one.get("propertyValue"), f"{where}.propertyValue")
        if kind == "name":
            texts += values
        elif kind == "id":
            ids += values
        elif kind == "property":
            conditions.append(_condition(one, values, where))
        else:
            raise bad(
                f"{where}.matchType",
                "it is name, id or property.",
                "应为 name、id 或 property。",
            )
    type_ = said.get("type")
    if type_ is not None and not isinstance(type_, str):
        raise bad(f"{place}.type", "one type, as a text.", "应为一个类型的字符串。")
    return Question(
        texts=tuple(text[:MOST_CHARS] for text in texts),
        ids=tuple(ids),
        types=_types(type_, f"{place}.type"),
        conditions=_few_conditions(conditions, place),
        limit=_limit(said.get("limit"), place),
    )


def _condition(one: dict[str, Any], values: tuple[str, ...], where: str) -> Condition:
    quantifier = one.get("matchQuantifier", "any")
    if quantifier not in _QUANTIFIERS:
        raise bad(
            f"{where}.matchQuantifier",
            "it is any, all or none.",
            "应为 any、all 或 none。",
        )
    pid = _text(one.get("propertyId"), f"{where}.propertyId")
    return Condition(
        property_iri(pid), values, one.get("required") is True, str(quantifier)
    )


def extension(body: object) -> Extension:
    """A data extension query, the same in both versions; raises as ``batch_02``."""
    said = _object(body, "extend")
    ids = [_text(i, "ids") for i in _list(said.get("ids"), "ids")]
    _few(len(ids), MOST_IDS, "ids")
    properties = _list(said.get("properties"), "properties")
    _few(len(properties), MOST_PROPERTIES, "properties")
    wanted: dict[str, int] = {}
    for at, value in enumerate(properties):
        where = f"properties[{at}]"
        one = _object(value, where)
        settings = _object(one.get("settings") or {}, f"{where}.settings")
        limit = str(settings.get("limit") or "0")
        if not limit.isascii() or not limit.isdigit():
            raise bad(f"{where}.settings.limit", "a whole number.", "应为整数。")
        wanted[_text(one.get("id"), f"{where}.id")] = int(limit)
    return Extension(tuple(dict.fromkeys(ids)), wanted)


def property_iri(name: str) -> str:
    """The IRI of a property from its id."""
    if "://" in name:
        return name
    return vocab.ONTOLOGY + name.removeprefix("lv:")


# -- pieces --------------------------------------------------------------------------


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise bad(place, "a JSON object is needed.", "应为 JSON 对象。")
    return value


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise bad(place, "a JSON array is needed.", "应为 JSON 数组。")
    return value


def _text(value: object, place: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise bad(place, "a text is needed.", "应为非空字符串。")
    return value.strip()


def _values(value: object, place: str) -> tuple[str, ...]:
    """Values as texts: a thing by its id, a number without a needless point."""
    found = []
    listed = value if isinstance(value, list) else [value]
    _few(len(listed), MOST_VALUES, place)
    for one in listed:
        if isinstance(one, dict):
            found.append(iri_of(_text(one.get("id"), f"{place}.id")))
        elif isinstance(one, bool):
            found.append("true" if one else "false")
        elif isinstance(one, str | int | float):
            whole = isinstance(one, float) and one.is_integer()
            found.append(str(int(one) if whole else one).strip()[:MOST_CHARS])
        else:
            raise bad(place, "a value is needed.", "需要一个值。")
    return tuple(text for text in found if text)


def _types(value: object, place: str) -> tuple[str, ...]:
    """IRIs of classes from an id, an object with one, or a list of either."""
    if value is None or value == "":
        return ()
    found = []
    for one in value if isinstance(value, list) else [value]:
        name = one.get("id") if isinstance(one, dict) else one
        found.append(property_iri(_text(name, place)))
    _few(len(found), MOST_VALUES, place)
    return tuple(found)


def _limit(value: object, place: str) -> int:
    if value is None:
        return LIMIT
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 1:
        raise bad(f"{place}.limit", "a positive whole number.", "应为正整数。")
    return min(int(value), MOST_CANDIDATES)


def _few_conditions(found: list[Condition], place: str) -> tuple[Condition, ...]:
    _few(len(found), MOST_CONDITIONS, place)
    return tuple(found)


def _few(count: int, most: int, place: str) -> None:
    if count > most:
        raise QueryTooLargeError(
            f"{place}: {count} are too many; at most {most}.",
            zh=f"{place}：{count} 个过多，最多 {most} 个。",
            hint="Send several requests.",
            hint_zh="请分几次发送。",
            context={"place": place, "limit": most},
        )
