"""How the service and its workers talk: framed bytes over a socket pair.

A frame is one byte of tag, four of length (big-endian), the payload. A worker
sends ``D`` data and then exactly one of ``Z`` (done: JSON) and ``E`` (error:
JSON). What breaks off before ``Z`` is not an answer.
"""

from __future__ import annotations

import json
import os
import struct
from typing import Any, Final

from kg import errors
from kg.errors import KGError, StoreError

HEAD: Final = struct.Struct(">cI")
PIECE_BYTES: Final = 64 * 1024


def send_frame(fd: int, tag: bytes, payload: bytes) -> None:
    """Send one frame.

    Raises:
        OSError: if the other side is gone.
    """
    data = memoryview(HEAD.pack(tag, len(payload)) + payload)
    while data:
        data = data[os.write(fd, data) :]


class FrameReader:
    """Reads frames, a short one with one system call."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._held = b""

    def read(self) -> tuple[bytes, bytes] | None:
        """Wait for one frame; ``None`` when the other side is gone."""
        head = self._read(HEAD.size)
        if head is None:
            return None
        tag, length = HEAD.unpack(head)
        payload = self._read(length)
        return None if payload is None else (tag, payload)

    def _read(self, length: int) -> bytes | None:
        held = self._held
        if len(held) < length:
            pieces, missing = [held], length - len(held)
            while missing > 0:
                piece = os.read(self._fd, max(min(missing, 1 << 20), PIECE_BYTES))
                if not piece:
                    return None
                pieces.append(piece)
                missing -= len(piece)
            held = b"".join(pieces)
        self._held = held[length:]
        return held[:length]


class FrameWriter:
    """Cuts what an engine writes into data frames of ``PIECE_BYTES``."""

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._held = bytearray()

    def write(self, data: bytes) -> None:
        """Take some bytes; send them when there are enough."""
        self._held += data
        if len(self._held) >= PIECE_BYTES:
            self.flush()

    def flush(self) -> None:
        """Send what is held back."""
        if self._held:
            send_frame(self._fd, b"D", bytes(self._held))
            self._held.clear()

    def end(self, facts: dict[str, Any]) -> None:
        """Send the rest and the closing frame in one go."""
        closing = json.dumps(facts).encode() if facts else b"{}"
        held = bytes(self._held)
        self._held.clear()
        head = HEAD.pack(b"D", len(held)) + held if held else b""
        data = memoryview(head + HEAD.pack(b"Z", len(closing)) + closing)
        while data:
            data = data[os.write(self._fd, data) :]


def error_to_json(error: KGError) -> bytes:
    """An error of ours, to be raised again in another process."""
    return json.dumps(
        {
            "class": type(error).__name__,
            "message": error.message,
            "zh": error.zh,
            "hint": error.hint,
            "hint_zh": error.hint_zh,
            "link": error.link,
            "context": error.context,
        }
    ).encode()


def error_from_json(payload: bytes) -> KGError:
    """The error that ``error_to_json`` wrote."""
    told = json.loads(payload)
    kind = getattr(errors, told.pop("class"), StoreError)
    message = told.pop("message")
    error: KGError = kind(message, **told)
    return error
