"""Replace the whole graph by a backup, after it was checked.

A service on the same store shows it at once.

Example: ``kg restore var/backups/2026-11-23``
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kg.config import load_settings
from kg.errors import ConfigError
from kg.store.isolated import IsolatedStore
from kg.wiring import build_store

NAME = "restore"
HELP = "replace the whole graph by a backup"


def configure(parser: argparse.ArgumentParser) -> None:
    """The folder of the backup, and the store."""
    parser.add_argument("folder", type=Path)
    parser.add_argument("--store", help="instead of KG_STORE")


def run(arguments: argparse.Namespace) -> int:
    """Print the new generation."""
    given = {"store": arguments.store} if arguments.store else {}
    settings = load_settings(given)
    store = build_store(settings)
    try:
        if not isinstance(store, IsolatedStore):
            raise ConfigError(
                "Only a store on disk can be restored.",
                zh="只有磁盘存储可以恢复。",
                hint="Set KG_STORE=file:PATH.",
            )
        print(store.restore(arguments.folder))
    finally:
        store.close()
    return 0
