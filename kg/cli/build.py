"""Build the graph that ships from the tables that people edit.

Example: ``kg build`` writes ``data/triples.ttl``; ``kg build --check`` only tells
whether it is current. In a folder that ``kg new`` made, ``kg.toml`` tells which
tables and which base IRI; ``--base https://example.org/valley/`` gives another for
once.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kg import vocab
from kg.base import checked
from kg.config import load_settings
from kg.curate import build as building
from kg.wiring import data_folder, shipped

NAME = "build"
HELP = "build data/triples.ttl from the tables"


def configure(parser: argparse.ArgumentParser) -> None:
    """``--check``, ``--base``, ``--data`` and ``--ontology``."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if not current"
    )
    parser.add_argument("--base", default=vocab.BASE, help="as the setting base_iri")
    parser.add_argument("--data", type=Path, help="as the setting")
    parser.add_argument("--ontology", type=Path, default=shipped("ontology"))


def run(arguments: argparse.Namespace) -> int:
    """Build, then write or compare; one line a dataset."""
    base = checked(arguments.base)
    data = arguments.data or data_folder(load_settings())
    built = building.build(data, arguments.ontology, base)
    if arguments.check:
        stale = building.stale_files(built, data)
        for file in stale:
            print(f"{file} is not current: run kg build", file=sys.stderr)
            print(f"{file} 不是最新：请运行 kg build", file=sys.stderr)
        return 1 if stale else 0
    changed = building.write(built, data)
    for one in built:
        bundle = one.bundle
        print(
            f"{one.file}: {len(bundle.entities)} entities,"
            f" {len(bundle.statements)} statements,"
            f" {len(bundle.observations)} figures, {len(one.triples)} triples"
            f" ({'written' if one.file in changed else 'unchanged'})"
        )
    return 0
