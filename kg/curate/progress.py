"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

# The step, how far it is and how far it goes (0: nobody knows). May raise, to stop.
Progress = Callable[[str, int, int], None]
_EVERY = 1_000
T = TypeVar("T")


def silent(_step: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""


def watched(
    items: Iterable[T], progress: Progress, step: str, whole: int = 0
) -> Iterator[T]:
    """The same items; some tell how many there were so far.

    Args:
        items: that are gone through.
        progress: told at the start, at every thousandth and at the end.
        step: what is done with them.
        whole: how many there will be, 0 if nobody knows.
    """
    progress(step, 0, whole)
    done = 0
    for done, item in enumerate(items, 1):
        yield item
        if done % _EVERY == 0:
            progress(step, done, whole)
    progress(step, done, done)
