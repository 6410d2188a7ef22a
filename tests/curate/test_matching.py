"""Identifiers prove themselves; names suggest; nothing is merged."""

from __future__ import annotations

import pytest

from kg.curate.identifier import (
    is_credit_code,
    is_lei,
    is_ror,
    is_stock_code,
    is_wikidata,
)
from kg.curate.matching import Body, Matcher, core


@pytest.mark.parametrize(
    ("check", "good", "bad"),
    [
        (is_credit_code, "91350100M000100Y43", "91350100M000100Y44"),
        (is_credit_code, "91350100M000100Y43", "91350100I000100Y43"),
        (is_lei, "5493001KJTIIGC8Y1R12", "5493001KJTIIGC8Y1R13"),
        (is_ror, "https://ror.org/000bvba82", "https://ror.org/000bvba83"),
        (is_wikidata, "Q1039400", "Q01"),
        (is_stock_code, "HKEX:2251", "2251"),
    ],
)
def test_identifier_is_proved_by_its_check(check, good: str, bad: str) -> None:  # type: ignore[no-untyped-def]
    assert check(good)
    assert not check(bad)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("北京百普赛斯生物科技股份有限公司", "百普赛斯生物科技"),
        ("Genetron Health (Beijing) Co., Ltd.", "genetron health"),
        ("ＢｅｉＧｅｎｅ, Inc.", "BeiGene"),
        ("有限公司", "有限公司"),
    ],
)
def test_legal_form_and_place_do_not_tell_names_apart(one: str, other: str) -> None:
    assert core(one) == core(other)


def body(id_: str, *names: str, **identifiers: str) -> Body:
    kinds = frozenset({"Company"})
    return Body(id_, names, {k: frozenset({v}) for k, v in identifiers.items()}, kinds)


KNOWN = [
    body("acro", "百普赛斯", "ACROBiosystems", rorId="https://ror.org/1"),
    body("twin-a", "同名生物"),
    body("twin-b", "同名生物"),
    body("qingzhe", "Qingzhe Capital"),
]


@pytest.mark.parametrize(
    ("query", "best", "certain"),
    [
        (body("x", "另一名称", rorId="https://ror.org/1"), "acro", True),
        (body("x", "ACRO biosystems"), "acro", True),
        (body("x", "北京百普赛斯生物科技股份有限公司"), "acro", False),
        (body("x", "百普赛斯", rorId="https://ror.org/2"), None, False),
        (body("x", "同名生物"), "twin-a", False),
        (body("x", "Qingzhi Capital"), "qingzhe", False),
        (body("x", "毫不相干"), None, False),
    ],
)
def test_candidate_is_certain_doubtful_or_none(
    query: Body, best: str | None, certain: bool
) -> None:
    found = Matcher(KNOWN).candidates(query)
    assert (found[0].id if found else None) == best
    if found:
        assert found[0].is_certain is certain
        assert all(en and zh and en != zh for en, zh in found[0].reasons)


def test_body_is_never_a_candidate_of_itself() -> None:
    assert [c.id for c in Matcher(KNOWN).candidates(KNOWN[1])] == ["twin-b"]
