"""What is made once a generation of a store: at once, or behind the scenes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from kg.errors import KGError, PreparingError
from kg.store import Store

LOG = logging.getLogger(__name__)
RETRY_S = 30
T = TypeVar("T")


class Behind(Generic[T]):
    """A value of the store's generation; safe to share between threads.

    While a large one is made, the value of the generation before answers.

    Args:
        store: whose generation counts.
        make: makes the value of the generation that counts.
        large: whether a reader should not wait for it.
    """

    def __init__(
        self, store: Store, make: Callable[[], T], large: Callable[[], bool]
    ) -> None:
        self._store = store
        self._make = make
        self._large = large
        self._lock = threading.Lock()
        self._kept: tuple[str, T] | None = None
        self._maker: threading.Thread | None = None

    def at_hand(self) -> T:
        """The value of this generation, or of the one before.

        Raises:
            PreparingError: if a large one is being made for the first time.
        """
        if (kept := self._fresh()) is not None:
            return kept[1]
        with self._lock:
            if (kept := self._fresh()) is not None:
                return kept[1]
            before = self._kept
            if self._maker is None or not self._maker.is_alive():
                if not self._large():
                    return self._made()
                self._maker = threading.Thread(target=self._renew, daemon=True)
                self._maker.start()
        if before is not None:
            return before[1]
        raise PreparingError(
            "The network is being read for the first time; this takes a minute or two.",
            zh="正在首次读取网络，需要一两分钟。",
            hint="Try again in half a minute.",
            hint_zh="请半分钟后再试。",
            context={"retry_after_s": RETRY_S},
        )

    def wait(self) -> T:
        """The value of this generation, however long it takes to make."""
        maker = self._maker
        if maker is not None:
            maker.join()
        with self._lock:
            kept = self._fresh()
            return self._made() if kept is None else kept[1]

    def _fresh(self) -> tuple[str, T] | None:
        kept = self._kept
        return kept if kept and kept[0] == self._store.generation else None

    def _made(self) -> T:
        generation = self._store.generation
        value = self._make()
        self._kept = (generation, value)
        return value

    def _renew(self) -> None:
        try:
            self._made()
        except KGError:
            LOG.exception("the network could not be read; the one before stays")
