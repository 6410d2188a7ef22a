"""Quotes are found whatever the line breaks, at positions of the stored text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kg.curate.quote import StoredText, fold


def test_quote_over_a_line_break_is_found() -> None:
    text = StoredText("启动开\n\n发建设。")
    assert text.find("启动开发建设") == [(0, 8)]


def test_quote_that_occurs_twice_has_two_places() -> None:
    assert StoredText("甲乙 甲乙").find("甲 乙") == [(0, 2), (3, 5)]


def test_empty_quote_is_nowhere() -> None:
    assert StoredText("甲").find(" \n") == []


def test_nearest_shows_where_a_quote_stops_being_verbatim() -> None:
    assert StoredText("甲乙丙丁").nearest("甲乙丙X") == "甲乙丙"


@given(st.text(), st.data())
def test_any_part_of_a_text_is_found_where_it_is(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    part = text[start:end]
    places = StoredText(text).find(part)
    if fold(part):
        assert any(start <= s and e <= end for s, e in places)
        assert all(fold(text[s:e]) == fold(part) for s, e in places)
