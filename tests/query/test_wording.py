"""What a reader of English is told of the sources' Chinese units and periods."""

from __future__ import annotations

import pytest

from kg.query.read.wording import period_in, tongue, unit_in


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("2021年", "2021"),
        ("2022年度", "2022"),
        ("2022-2025年", "2022–2025"),
        ("2023—2025 年", "2023–2025"),
        ("2022年以来", "since 2022"),
        ("截至2013年", "up to 2013"),
        ("未来3—5年", "in the next 3–5 years"),
        ("今年 4月", "April this year"),
        ("到“十四五”末", "by the end of 2025"),
        ("庚子年春", "庚子年春"),
        ("今年 13月", "今年 13月"),
    ],
)
def test_period_is_told_in_english_or_left_as_said(said: str, told: str) -> None:
    assert period_in(said, "en") == told
    assert period_in(said, "zh") == said


@pytest.mark.parametrize(
    ("said", "told"),
    [("亿元", "hundred million CNY"), ("家", ""), ("%", "%"), ("升", "升"), ("", "")],
)
def test_unit_is_told_and_never_lost(said: str, told: str) -> None:
    """A counting word is nothing in English; a unit nobody knows stays."""
    assert unit_in(said, "en") == told
    assert unit_in(said, "zh") == said


def test_tongue_of_a_text_follows_its_characters() -> None:
    assert tongue("乐普 (Lepu)") == "zh-Hans"
    assert tongue("para 4") == "en"
