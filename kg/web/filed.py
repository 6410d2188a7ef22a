"""Answers that are files: handed out as they lie, or while they are being made.

No thread and no memory is held for a slow reader of gigabytes: the loop reads a piece
when the client has taken the one before.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from kg.web.spool import Spool

PIECE_BYTES: Final = 256 * 1024
_LOOK_S: Final = 0.05
_WHOLE: Final = 1 << 62


class Making:
    """A file that another thread writes.

    Args:
        path: of the draft; it may be renamed meanwhile, who has it open goes on.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = threading.Event()
        self._error: BaseException | None = None

    def finish(self, error: BaseException | None = None) -> None:
        """All is written, or nothing more will be."""
        self._error = error
        self._done.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end.

        Returns:
            Whether it came in time.

        Raises:
            BaseException: what the writing failed with.
        """
        is_done = self._done.wait(timeout_s)
        if is_done and self._error is not None:
            raise self._error
        return is_done


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """A part of a file.

    Attributes:
        file: open, at the first byte; who reads it closes it.
        length: of the part; ignored while the file is being made.
        making: set while the file is being made.
    """

    file: BinaryIO
    length: int = _WHOLE
    making: Making | None = None


class Pieces:
    """Reads an answer piece by piece, from one thread at a time."""

    def __init__(self, answer: FileAnswer) -> None:
        self._making = answer.making
        self._left = _WHOLE if answer.making else answer.length
        self._file = answer.file

    def next(self) -> bytes | None:
        """A piece; ``b""`` if none is there yet, ``None`` after the last.

        Raises:
            BaseException: what the writing failed with.
        """
        # Asked before it is read: what was written before the end is then seen.
        is_done = self._making is None or self._making.wait(0)
        piece = self._file.read(min(PIECE_BYTES, self._left))
        self._left -= len(piece)
        return piece or (None if is_done else b"")

    def __iter__(self) -> Iterator[bytes]:
        try:
            while (piece := self.next()) is not None:
                if piece:
                    yield piece
                else:
                    time.sleep(_LOOK_S)
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()


class FileSpool(Spool):
    """The same for the event loop, in place of a spool."""

    def __init__(self, loop: asyncio.AbstractEventLoop, answer: FileAnswer) -> None:
        self._loop = loop
        self._pieces = Pieces(answer)

    async def read(self) -> bytes | None:
        """The next piece; ``None`` after the last."""
        while True:
            piece = await self._loop.run_in_executor(None, self._pieces.next)
            if piece != b"":
                return piece
            await asyncio.sleep(_LOOK_S)

    def close(self) -> None:
        """Let go of the file."""
        self._pieces.close()
