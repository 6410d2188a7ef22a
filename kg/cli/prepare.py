"""Compute what the pages of a large graph need once per generation.

Counts, the members of every class and track, links, the index of names and the
picture of the network. The service does it by itself, in the background, when the
data have changed; after ``kg load`` this command does it before the first reader
comes. It can be repeated: what is there stays.

Example: ``kg prepare``
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
from pathlib import Path

from kg.config import load_settings
from kg.preparing import prepare
from kg.store import Store
from kg.store.sandbox import die_with_parent
from kg.store.snapshot import Snapshot
from kg.wiring import build_store, complements, questions

NAME = "prepare"
HELP = "compute what the pages of a large graph need"
_NICE = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "--background",
        action="store_true",
        help="with low priority, ending with the process that started it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Compute, telling each step on stderr; print the generation."""
    if arguments.background:
        die_with_parent()
        os.nice(_NICE)
    settings = load_settings()
    scheme, _, rest = str(settings["store"]).partition(":")
    store: Store = Snapshot(Path(rest)) if scheme == "file" else build_store(settings)
    told = _Silent() if arguments.background else _Told()
    try:
        done = prepare(
            store,
            Path(settings["cache"]),
            told,
            questions(),
            complements(settings),
        )
    finally:
        store.close()
    if not done:
        print("kg: another process is at it", file=sys.stderr)
    print(store.generation if done else "")
    return 0


class _Told:
    """Prints each step once, with the cost so far.

    By the clock, by the processor (seconds since the start), and the most memory.
    """

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._step = ""

    def __call__(self, step: str) -> None:
        if step != self._step:
            clock = time.monotonic() - self._began
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            cost = f"{clock:8.1f} s {time.process_time():8.1f} s cpu {most:6.0f} MB"
            print(f"{cost}  {step}", file=sys.stderr)
        self._step = step


class _Silent(_Told):
    """Says nothing: nobody looks."""

    def __call__(self, step: str) -> None:
        """Say nothing."""
