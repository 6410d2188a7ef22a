"""Copy every graph from one store to another, verified by counts and checksums.

FROM and TO are written as KG_STORE is. The settings ``remote_…`` (credentials,
update address) belong to TO where it is remote, otherwise to FROM. A copy to a
remote store that breaks off goes on when it is started again.

Example: ``kg migrate file:var/store sparql+https://db.example.org/sparql``
"""

from __future__ import annotations

import argparse
import sys

from kg.config import load_settings
from kg.store.migration import migrate
from kg.wiring import build_store

NAME = "migrate"
HELP = "copy all graphs to another store, verified"


def configure(parser: argparse.ArgumentParser) -> None:
    """``FROM`` and ``TO``."""
    parser.add_argument("source", metavar="FROM", help="such as file:var/store")
    parser.add_argument("target", metavar="TO", help="such as sparql+https://…")


def run(arguments: argparse.Namespace) -> int:
    """Copy; one line a graph: IRI, triples, checksum."""
    own = {"store": arguments.source, "remote_auth": "none", "remote_replicas": ""}
    if not arguments.target.startswith("sparql+"):
        own = {"store": arguments.source}
    source = build_store(load_settings(own))
    try:
        target = build_store(load_settings({"store": arguments.target}))
        try:
            proofs = migrate(source, target, _tell)
        finally:
            target.close()
    finally:
        source.close()
    for graph, proof in proofs.items():
        print(f"{graph}\t{proof.triples}\t{proof.checksum}")
    return 0


def _tell(step: str, done: int) -> None:
    print(f"{step}: {done:,}", file=sys.stderr)
