"""Build the graph that ships from the tables that people edit.

Example: ``kg build`` writes ``data/triples.ttl``; ``kg build --check`` only tells
whether it is current; ``kg build --base https://example.org/valley/`` makes IRIs
of another region.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kg import vocab
from kg.curate import build as building
from kg.errors import ConfigError
from kg.wiring import shipped

NAME = "build"
HELP = "build data/triples.ttl from the tables"


def configure(parser: argparse.ArgumentParser) -> None:
    """``--check``, ``--base``, ``--data`` and ``--ontology``."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if not current"
    )
    parser.add_argument(
        "--base", default=vocab.BASE, help="what IRIs start with (ends with / or #)"
    )
    parser.add_argument("--data", type=Path, default=shipped("data"))
    parser.add_argument("--ontology", type=Path, default=shipped("ontology"))


def run(arguments: argparse.Namespace) -> int:
    """Build, then write or compare; one line a dataset."""
    base = arguments.base
    if not base.startswith(("http://", "https://")) or base[-1] not in "/#":
        raise ConfigError(
            f"{base!r} cannot be a base: it starts with http and ends with / or #.",
            zh=f"{base!r} 不能作为基础 IRI：应以 http 开头，以 / 或 # 结尾。",
        )
    built = building.build(arguments.data, arguments.ontology, base)
    if arguments.check:
        stale = building.stale_files(built, arguments.data)
        for file in stale:
            print(f"{file} is not current: run kg build", file=sys.stderr)
            print(f"{file} 不是最新：请运行 kg build", file=sys.stderr)
        return 1 if stale else 0
    changed = building.write(built, arguments.data)
    for one in built:
        bundle = one.bundle
        print(
            f"{one.file}: {len(bundle.entities)} entities,"
            f" {len(bundle.statements)} statements,"
            f" {len(bundle.observations)} figures, {len(one.triples)} triples"
            f" ({'written' if one.file in changed else 'unchanged'})"
        )
    return 0
