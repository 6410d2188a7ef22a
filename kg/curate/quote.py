"""Finds a quote in a stored text, whatever the line breaks.

The stored text breaks lines inside words, so white space counts for nothing in
the comparison, and for everything in the position: positions are Unicode
characters of the stored text as it is (Web Annotation Data Model, 4.2.5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

CONTEXT_CHARS = 32


def fold(text: str) -> str:
    """The text without any white space."""
    return "".join(text.split())


@dataclass(frozen=True)
class StoredText:
    """A source's text, with what is needed to find quotes in it.

    Attributes:
        text: the stored file, decoded as UTF-8 and nothing else changed.
    """

    text: str

    @cached_property
    def _folded(self) -> tuple[str, list[int]]:
        kept = [(c, i) for i, c in enumerate(self.text) if not c.isspace()]
        return "".join(c for c, _ in kept), [i for _, i in kept]

    def find(self, quote: str) -> list[tuple[int, int]]:
        """Every place of a quote, as (start, end) in the stored text."""
        folded, positions = self._folded
        wanted = fold(quote)
        places = []
        at = folded.find(wanted) if wanted else -1
        while at >= 0:
            places.append((positions[at], positions[at + len(wanted) - 1] + 1))
            at = folded.find(wanted, at + 1)
        return places

    def around(self, start: int, end: int) -> tuple[str, str]:
        """Up to ``CONTEXT_CHARS`` characters before and after a place."""
        return (
            self.text[max(0, start - CONTEXT_CHARS) : start],
            self.text[end : end + CONTEXT_CHARS],
        )

    def nearest(self, quote: str) -> str:
        """The longest beginning of a quote that the text does have.

        It shows a curator where a quote stops being verbatim.
        """
        folded, _ = self._folded
        wanted = fold(quote)
        low, high = 0, len(wanted)
        while low < high:
            middle = (low + high + 1) // 2
            if wanted[:middle] in folded:
                low = middle
            else:
                high = middle - 1
        return wanted[:low]
