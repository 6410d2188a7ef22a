"""Builds the parts from settings; the only place that chooses an adapter."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from kg.analysis.graphs import Graphs
from kg.config import Settings
from kg.curate.publication import ensure_shipped
from kg.errors import ConfigError
from kg.search import Names
from kg.store import Store
from kg.store.embedded import EmbeddedStore


@dataclass(frozen=True)
class Parts:
    """The parts a door (web, cli) works with."""

    settings: Settings
    store: Store

    @cached_property
    def cache(self) -> Path:
        """Folder of what can be computed again; of this process for ``memory:``."""
        if self.settings["store"].startswith("memory:"):
            folder = tempfile.mkdtemp(prefix="kg-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            return Path(folder)
        return Path(self.settings["cache"])

    @cached_property
    def graphs(self) -> Graphs:
        """The network of the store: neighbours, paths, overview, layouts."""
        return Graphs(self.store, self.cache / "graphs")

    @cached_property
    def names(self) -> Names:
        """The name index of the store's generation."""
        return Names(self.store, self.cache / "names")


def shipped(name: str) -> Path:
    """Folder of what ships with the product: ``data``, ``ontology``, ``queries``.

    From a checkout it is the checkout's own folder; installed, the copy in the
    package.
    """
    here = Path(__file__).resolve().parent
    packed = here / "_shipped" / name
    return packed if packed.exists() else here.parent / name


def build_store(url: str) -> Store:
    """Open the store a setting names.

    Raises:
        ConfigError: if no adapter knows the scheme.
    """
    scheme, _, rest = url.partition(":")
    if scheme == "memory":
        return EmbeddedStore()
    if scheme == "file":
        return EmbeddedStore(Path(rest))
    raise ConfigError(
        f"No store adapter for {scheme!r}.",
        zh=f"没有适用于 {scheme!r} 的存储适配器。",
        hint="Use memory:, file:PATH or sparql+https://….",
    )


def build_parts(settings: Settings) -> Parts:
    """Build every part the settings ask for.

    An embedded store is given what ships with the product, as far as it does
    not have it; a remote one is loaded by its operator.
    """
    store = build_store(settings["store"])
    if settings["shipped"] and settings["store"].startswith(("memory:", "file:")):
        ensure_shipped(store, shipped("data"), shipped("ontology"))
    return Parts(settings=settings, store=store)
