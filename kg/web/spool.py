"""An answer between the thread that makes it and the client that reads it."""

from __future__ import annotations

import asyncio
import tempfile
import threading
from typing import Final

_IN_MEMORY_BYTES: Final = 1024 * 1024
_PIECE_BYTES: Final = 128 * 1024


class SpoolBudget:
    """Bytes that all spools may hold together."""

    def __init__(self, limit: int) -> None:
        self._left = limit
        self._lock = threading.Lock()

    def take(self, count: int) -> bool:
        """Reserve some; ``False`` if they are not there."""
        with self._lock:
            if count > self._left:
                return False
            self._left -= count
            return True

    def give_back(self, count: int) -> None:
        """Return what was reserved."""
        with self._lock:
            self._left += count


class Spool:
    """A growing file, in memory at first: one thread appends, the loop reads."""

    def __init__(self, loop: asyncio.AbstractEventLoop, budget: SpoolBudget) -> None:
        self._loop = loop
        self._budget = budget
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY_BYTES)  # noqa: SIM115
        self._lock = threading.Lock()
        self._more = asyncio.Event()
        self._written = self._read = 0
        self._is_over = self._is_closed = False
        self._error: BaseException | None = None

    def append(self, data: bytes) -> bool:
        """Take a piece; ``False`` when nobody reads any more.

        Raises:
            OSError: if the spools hold too much already.
        """
        if not self._budget.take(len(data)):
            raise OSError("slow readers hold too much")
        with self._lock:
            if self._is_closed:
                self._budget.give_back(len(data))
                return False
            self._file.seek(self._written)
            self._file.write(data)
            self._written += len(data)
        self._loop.call_soon_threadsafe(self._more.set)
        return True

    def finish(self) -> None:
        """The answer is complete."""
        self._is_over = True
        self._loop.call_soon_threadsafe(self._more.set)

    def fail(self, error: BaseException) -> None:
        """The answer will not be completed."""
        self._error = error
        self.finish()

    async def read(self) -> bytes | None:
        """The next piece; ``None`` after the last.

        Raises:
            BaseException: what ``fail`` was told, after what came before it.
        """
        while True:
            self._more.clear()
            is_over = self._is_over
            with self._lock:
                if self._read < self._written:
                    self._file.seek(self._read)
                    piece = self._file.read(
                        min(_PIECE_BYTES, self._written - self._read)
                    )
                    self._read += len(piece)
                    return piece
            if is_over:
                if self._error is not None:
                    raise self._error
                return None
            await self._more.wait()

    def close(self) -> None:
        """Let go of the file; what still comes is dropped."""
        with self._lock:
            if not self._is_closed:
                self._is_closed = True
                self._file.close()
                self._budget.give_back(self._written)
