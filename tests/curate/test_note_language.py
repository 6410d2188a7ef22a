"""Remarks of curators keep the language they are written in."""

from __future__ import annotations

import pytest

from kg.curate.assertion import note_language


@pytest.mark.parametrize(
    ("note", "language"),
    [
        ("落地 without a place; the paragraph names no other.", "en"),
        ("By its name: 中试平台.", "en"),
        ("原文未说明地点。", "zh"),
        ("原文写作 CGT，与细胞基因治疗同义。", "zh"),
    ],
)
def test_note_language_is_that_of_most_letters(note: str, language: str) -> None:
    """Each note with a Chinese quote used to be tagged as Chinese."""
    assert note_language(note) == language
