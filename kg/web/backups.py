"""Backups by themselves: every so often, the newest kept."""

from __future__ import annotations

import logging
import shutil
import threading
import time
from pathlib import Path

from kg.errors import KGError
from kg.store import ServiceStore

LOG = logging.getLogger(__name__)


class Backups:
    """A thread that backs the store up when it has changed.

    Args:
        store: to copy.
        folder: holds a folder a backup, named by its generation.
        every_s: seconds between two looks.
        keep: backups to keep.
    """

    def __init__(
        self, store: ServiceStore, folder: Path, every_s: float, keep: int
    ) -> None:
        self._store, self._folder = store, folder
        self._every_s, self._keep = every_s, keep
        self._stop = threading.Event()
        self.last_error = ""

    def start(self) -> None:
        """Begin; the first backup is made at once."""
        threading.Thread(target=self._run, daemon=True, name="backups").start()

    def stop(self) -> None:
        """End after what is being done."""
        self._stop.set()

    def _run(self) -> None:
        while True:
            self.look()
            if self._stop.wait(self._every_s):
                return

    def look(self) -> None:
        """Back up if there is no backup of this generation; drop old ones."""
        target = self._folder / self._store.generation
        if target.exists():
            return
        partial = target.with_suffix(".part")
        started = time.monotonic()
        try:
            shutil.rmtree(partial, ignore_errors=True)
            self._store.backup(partial)
            partial.rename(target)
            kept = sorted(p for p in self._folder.iterdir() if p.suffix != ".part")
            for old in kept[: -self._keep]:
                shutil.rmtree(old, ignore_errors=True)
            self.last_error = ""
            LOG.info("backup %s in %.1f s", target, time.monotonic() - started)
        except (KGError, OSError) as exc:
            self.last_error = str(exc)
            LOG.error("backup failed: %s", exc)
