"""What is kept is bounded by all that it takes."""

from __future__ import annotations

import pytest

from kg.query.cache import AnswerCache, Kept


@pytest.mark.parametrize("key", [("g", "q" * 5000), "q" * 5000, ("g", (b"q" * 5000,))])
def test_length_of_the_question_counts(key: object) -> None:
    """A short answer to a long question is no short thing to keep."""
    cache = AnswerCache(20_000, 10_000)
    for number in range(20):
        cache.put((number, key), Kept(b"yes"))
    assert cache.size_bytes <= 20_000
    assert sum(cache.get((number, key)) is not None for number in range(20)) == 3


def test_question_longer_than_an_item_may_be_is_not_kept() -> None:
    cache = AnswerCache(20_000, 10_000)
    cache.put("q" * 10_000, Kept(b"yes"))
    assert cache.get("q" * 10_000) is None


def test_what_was_asked_for_last_is_kept_longest() -> None:
    cache = AnswerCache(20_000, 10_000)
    for number in range(3):
        cache.put(number, Kept(b"x" * 6000))
    cache.get(0)
    cache.put(3, Kept(b"x" * 6000))
    assert [cache.get(n) is not None for n in range(4)] == [True, False, True, True]
