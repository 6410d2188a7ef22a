"""A circuit breaker: a server that is down is left alone for a while."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class CircuitBreaker:
    """Closed, then open after failures in a row, then half open for one try.

    Args:
        threshold: failures in a row that open it.
        pause_s: how long it stays open the first time; it doubles up to
            ``longest_s`` while the single tries fail.
        longest_s: the longest pause.
        clock: seconds that only rise.
    """

    def __init__(
        self,
        threshold: int = 3,
        pause_s: float = 2.0,
        longest_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._threshold = threshold
        self._first_pause_s = pause_s
        self._longest_s = longest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._pause_s = pause_s
        self._open_until = 0.0
        self._trying = False

    @property
    def state(self) -> str:
        """``closed``, ``open`` or ``half-open``."""
        with self._lock:
            if self._failures < self._threshold:
                return "closed"
            return "open" if self._clock() < self._open_until else "half-open"

    @property
    def wait_s(self) -> float:
        """Seconds until it lets a try through; 0 when it does so now."""
        with self._lock:
            if self._failures < self._threshold:
                return 0.0
            return max(0.0, self._open_until - self._clock())

    def allows(self) -> bool:
        """Whether a request may go out now; half open lets one through."""
        with self._lock:
            if self._failures < self._threshold:
                return True
            if self._clock() < self._open_until or self._trying:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The server answered, be it with an error of its own."""
        with self._lock:
            self._failures = 0
            self._pause_s = self._first_pause_s
            self._trying = False

    def failed(self) -> None:
        """The server could not be reached or broke off."""
        with self._lock:
            self._failures += 1
            if self._failures >= self._threshold:
                if self._trying:
                    self._pause_s = min(self._pause_s * 2, self._longest_s)
                self._open_until = self._clock() + self._pause_s
            self._trying = False
