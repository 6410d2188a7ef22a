"""Write what the store holds, whole or by dataset or query, as files.

Formats by suffix: .ttl .nt .nq .trig .rdf .jsonld, .ttl12 (RDF 1.2 Turtle with
annotations), .xlsx (our tables, a sheet each); a folder gets the tables as CSV.

Examples:
  kg export all.trig
  kg export --dataset article article.jsonld
  kg export --dataset public-facts tables/
  kg export --query firms.rq firms.ttl
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kg.config import load_settings
from kg.curate.export import export
from kg.wiring import build_parts

NAME = "export"
HELP = "write the store, a dataset or a query's triples as files"


def configure(parser: argparse.ArgumentParser) -> None:
    """What to write, and where."""
    parser.add_argument("target", type=Path)
    parser.add_argument("--dataset", action="append", default=[])
    parser.add_argument("--query", type=Path, help="file with a CONSTRUCT")
    parser.add_argument("--store", help="as the setting")


def run(arguments: argparse.Namespace) -> int:
    """Export, and tell how much."""
    settings = load_settings({"store": arguments.store} if arguments.store else {})
    store = build_parts(settings).store
    query = arguments.query.read_text(encoding="utf-8") if arguments.query else ""
    count = export(store, arguments.target, arguments.dataset, query)
    print(f"{arguments.target}: {count} triples")
    return 0
