"""What the allocator of the C library keeps, in workers and in the service.

By its defaults glibc gives memory back late, and never from the middle of a heap:
after one large answer a process stays large. mallopt(3), malloc_trim(3). Nothing
here has an effect with another C library.
"""

from __future__ import annotations

import contextlib
import ctypes
import resource
import threading
from pathlib import Path
from typing import Final

# M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD
_FOR_AN_ENGINE: Final = ((-3, 32 << 20), (-1, 256 << 20), (-2, 1 << 20))
_LOOK_EVERY_S: Final = 5.0
_GROWN_BYTES: Final = 32 << 20


def prepare_heap() -> None:
    """Have the allocator keep what an engine frees, for its next allocation.

    A query frees and takes back megabytes all the time; by default they go to
    the kernel and are cleared again. ``trim_heap`` gives back what is left after
    the query.
    """
    with contextlib.suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        for what, value in _FOR_AN_ENGINE:
            libc.mallopt(what, value)


def trim_heap() -> None:
    """Give back to the kernel what the allocator holds and nobody uses."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)


def resident_bytes() -> int:
    """Memory that this process holds now; 0 where that cannot be told."""
    with contextlib.suppress(OSError):
        pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
        return int(pages) * resource.getpagesize()
    return 0


class HeapKeeper:
    """Trims the heap of this process when it has grown; until ``stop``."""

    def __init__(self) -> None:
        self._is_over = threading.Event()

    def start(self) -> None:
        """Look every few seconds from now on."""
        threading.Thread(target=self._look, name="heap", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()

    def _look(self) -> None:
        settled = 0
        while not self._is_over.wait(_LOOK_EVERY_S):
            if resident_bytes() > settled + _GROWN_BYTES:
                trim_heap()
                settled = resident_bytes()
            else:
                settled = min(settled, resident_bytes())
