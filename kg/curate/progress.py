"""How long work tells how far it is."""

from __future__ import annotations

from collections.abc import Callable

# The step, how far it is and how far it goes.
Progress = Callable[[str, int, int], None]


def silent(_step: str, _done: int, _all: int) -> None:
    """Progress that nobody watches."""
