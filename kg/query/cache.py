"""Answers kept while the data they came from are current.

The key has the generation, so an answer never outlives its data. Bounded by
bytes; what was not asked for longest goes first.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Kept:
    """A complete answer.

    Attributes:
        body: as the store wrote it.
        row_limit_reached, join_order: see ``Answer``.
        encoded: by content coding, made when first asked for.
        headers: of a whole HTTP answer, if that is what is kept.
    """

    body: bytes
    row_limit_reached: bool = False
    join_order: str = ""
    encoded: dict[str, bytes] = field(default_factory=dict)
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def size(self) -> int:
        """Bytes it takes, roughly: bodies of some kilobytes dominate."""
        return 512 + len(self.body) + sum(map(len, self.encoded.values()))


class AnswerCache:
    """A bounded map of answers.

    Args:
        max_bytes: of all together; 0 keeps nothing.
        max_item_bytes: of one.
    """

    def __init__(self, max_bytes: int, max_item_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.max_item_bytes = min(max_item_bytes, max_bytes)
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._sizes: dict[Hashable, int] = {}
        self._bytes = 0
        self._lock = threading.Lock()
        self.hits = 0
        self.misses = 0

    def get(self, key: Hashable) -> Kept | None:
        """What is kept under this key."""
        with self._lock:
            found = self._kept.get(key)
            if found is None:
                self.misses += 1
                return None
            self.hits += 1
            self._kept.move_to_end(key)
            return found

    def put(self, key: Hashable, kept: Kept) -> None:
        """Keep an answer, or account for an encoding that was added to it."""
        size = kept.size + _length(key)
        if size > self.max_item_bytes:
            return
        with self._lock:
            self._bytes += size - self._sizes.get(key, 0)
            self._kept[key] = kept
            self._sizes[key] = size
            self._kept.move_to_end(key)
            while self._bytes > self.max_bytes:
                oldest, _ = self._kept.popitem(last=False)
                self._bytes -= self._sizes.pop(oldest)

    @property
    def size_bytes(self) -> int:
        """Bytes of all that is kept."""
        return self._bytes


def _length(key: Hashable) -> int:
    """What a key takes: the text of a query may be longer than its answer."""
    if isinstance(key, (str, bytes)):
        return len(key)
    return sum(map(_length, key)) if isinstance(key, tuple) else 0
