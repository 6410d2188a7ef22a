"""Load data sets of any size into the embedded store, at the engine's speed.

The store then holds these data sets, the ontology and what follows, and nothing
else; the generation before stays on disk. Meant for graphs that are too large to
be changed through the service. Serve the result with ``KG_SHIPPED=no``.

Example: ``kg load ecosystem.nt``
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from kg.config import load_settings
from kg.curate.bulk import load_in_bulk
from kg.errors import ConfigError
from kg.wiring import shipped

NAME = "load"
HELP = "load large data sets into the embedded store"
_EVERY_S = 2.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="+", type=Path, help="N-Triples or Turtle")
    parser.add_argument("--store", help="file:PATH instead of the setting")


def run(arguments: argparse.Namespace) -> int:
    """Load, telling how far it is on stderr; print the new generation."""
    given = {"store": arguments.store} if arguments.store else {}
    scheme, _, rest = str(load_settings(given)["store"]).partition(":")
    if scheme != "file":
        raise ConfigError(
            "kg load fills the embedded store on disk; use kg migrate for others.",
            zh="kg load 只用于磁盘上的嵌入式存储；其他存储请用 kg migrate。",
        )
    progress = _Told()
    print(load_in_bulk(Path(rest), arguments.files, shipped("ontology"), progress))
    return 0


class _Told:
    """Prints each step once as it begins, then how far it is now and then."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._last = 0.0
        self._step = ""

    def __call__(self, step: str, done: int, total: int) -> None:
        now = time.monotonic()
        if step == self._step and now - self._last < _EVERY_S:
            return
        self._last, self._step = now, step
        share = f" {done / total:4.0%}" if total else f" {done:,}" if done else ""
        print(f"{now - self._began:8.1f} s  {step}{share}", file=sys.stderr)
