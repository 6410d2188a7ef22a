"""Which generation is sound: found out at start, and by reading all of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final, Protocol

from kg.errors import KGError, StoreUnreachableError
from kg.store.generations import Generations

LOG = logging.getLogger(__name__)
_QUADS_LOOKED_AT: Final = 1000


class Once(Protocol):
    """Asks a worker made for the one request: facts and data."""

    def __call__(
        self, request: dict[str, Any], *, timeout_s: float, writes: bool = False
    ) -> tuple[dict[str, Any], bytes]:
        """Ask."""


class Custody:
    """Keeps a damaged generation from being served as if it were sound.

    Args:
        generations: of the store.
        once: asks a worker made for the one request.

    Attributes:
        degraded: what is wrong; empty while the newest generation is served.
    """

    def __init__(self, generations: Generations, once: Once) -> None:
        self._generations = generations
        self._once = once
        self.degraded = ""

    @property
    def generation(self) -> str:
        """Name of the generation that counts."""
        return self._generations.current

    def recover(self, make_first: Callable[[], object]) -> None:
        """Make sure that there is a generation that can be read.

        Args:
            make_first: publishes an empty one in a new store.

        Raises:
            StoreUnreachableError: if none can be read.
        """
        with self._generations.writing():
            self._generations.sweep_staging()
            if not self.generation and not self._generations.names():
                make_first()
                return
            names = [self.generation, *reversed(self._generations.names())]
            for name in filter(None, names):
                wrong = self._wrong_with(name)
                if not wrong:
                    if name != self.generation:
                        self._fall_back(name)
                    return
                LOG.error("generation %s cannot be used: %s", name, wrong)
        raise StoreUnreachableError(
            f"No generation in {self._generations.root} can be read.",
            zh=f"{self._generations.root} 中没有可读的版本。",
            hint="Restore a backup: kg restore FOLDER.",
            hint_zh="请恢复备份：kg restore 目录。",
        )

    def _wrong_with(self, name: str, *, thoroughly: bool = False) -> str:
        """What is wrong with a generation, or an empty string.

        The engine reads one of its nine indexes when it lists quads, so only
        checksums tell that every table is sound; it reads all quads of
        generations that are older than the checksums.
        """
        damage = self._generations.damage(name, thoroughly=thoroughly)
        if damage:
            return damage
        wanted = self._generations.facts_of(name).get("quads")
        reads_all = thoroughly and not self._generations.has_sums(name)
        most = None if reads_all else _QUADS_LOOKED_AT
        path = str(self._generations.path(name))
        request = {"do": "verify", "path": path, "most": most}
        try:
            facts, _ = self._once(request, timeout_s=600.0)
        except KGError as error:
            return error.message
        found = facts["quads"]
        if not reads_all:
            wanted = min(wanted or 0, _QUADS_LOOKED_AT)
        return "" if found == wanted else f"{found} quads instead of {wanted}"

    def verify(self, is_closed: Callable[[], bool] = lambda: False) -> str:
        """Read all of the generation that counts; fall back if it is damaged.

        Args:
            is_closed: whether the store was closed meanwhile; then nothing that
                was found counts.

        Every file is compared with the checksum of its publication.

        Returns:
            What was wrong, or an empty string.
        """
        name = self.generation
        wrong = self._wrong_with(name, thoroughly=True)
        if not wrong or name != self.generation or is_closed():
            return ""
        LOG.error("generation %s cannot be used: %s", name, wrong)
        older = [n for n in self._generations.names() if n != name]
        for candidate in reversed(older):
            if not self._wrong_with(candidate, thoroughly=True):
                self._fall_back(candidate)
                return wrong
        self.degraded = f"generation {name} is damaged and there is no older one"
        LOG.critical("%s", self.degraded)
        return wrong

    def _fall_back(self, name: str) -> None:
        lost = self.generation or "the last one"
        self.degraded = f"generation {lost} is damaged; {name} is served, read-only"
        LOG.critical("%s", self.degraded)
        self._generations.point_at(name)
