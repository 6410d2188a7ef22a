"""Dates: a year, a month, a day, and nothing else."""

from __future__ import annotations

import pytest

from kg.curate.period import first_day, last_day, parse_date


@pytest.mark.parametrize(
    ("text", "kind"),
    [("2022", "gYear"), ("2022-04", "gYearMonth"), ("2024-02-29", "date")],
)
def test_date_of_each_precision_is_typed(text: str, kind: str) -> None:
    date = parse_date(text)
    assert date.value == text
    assert date.datatype.endswith("#" + kind)


@pytest.mark.parametrize(
    ("text", "better"),
    [
        ("2023年4月", "2023-04"),
        ("2023年4月5日", "2023-04-05"),
        ("2023年", "2023"),
        ("2023/4/5", "2023-04-05"),
        ("2023.04", "2023-04"),
        ("2023-02-30", ""),
        ("2023-13", ""),
        ("soon", ""),
        ("45000", ""),
    ],
)
def test_other_date_is_refused_with_the_form_that_would_do(
    text: str, better: str
) -> None:
    with pytest.raises(ValueError, match=f"^{better}$"):
        parse_date(text)


def test_bounds_of_a_date_follow_its_precision() -> None:
    assert first_day(parse_date("2022")) == "2022-01-01"
    assert first_day(parse_date("2022-04")) == "2022-04-01"
    assert last_day(parse_date("2022")) == "2022-12-31"
    assert last_day(parse_date("2022-04")) == "2022-04-31"
    assert last_day(parse_date("2022-04-07")) == "2022-04-07"
