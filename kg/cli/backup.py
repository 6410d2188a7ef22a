"""Write a complete, checked copy of the graph: N-Quads and a manifest.

The service may run meanwhile. Restore it with ``kg restore FOLDER``.

Example: ``kg backup var/backups/2026-11-23``
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kg.config import load_settings
from kg.wiring import build_store

NAME = "backup"
HELP = "write a complete, checked copy of the graph"


def configure(parser: argparse.ArgumentParser) -> None:
    """The folder to write, and the store."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", help="instead of KG_STORE")


def run(arguments: argparse.Namespace) -> int:
    """Print the generation that was copied."""
    given = {"store": arguments.store} if arguments.store else {}
    store = build_store(load_settings(given))
    try:
        print(store.backup(arguments.folder))
    finally:
        store.close()
    return 0
