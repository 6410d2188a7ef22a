"""Take over graphs that a SPARQL server holds already, loaded by other means.

The server that KG_STORE names. Without a graph what it holds is listed, with the
number of triples; nothing is changed then. What is adopted is served as if it had
been published here; ``kg publish`` of the ontology then adds what follows from it.

Examples: ``kg adopt``; ``kg adopt https://example.org/graph/mine``;
``kg adopt --unnamed`` (the server's default graph)
"""

from __future__ import annotations

import argparse

from kg.config import load_settings
from kg.errors import ConfigError
from kg.store.remote import RemoteStore
from kg.wiring import build_store

NAME = "adopt"
HELP = "take over graphs that a remote server holds already"


def configure(parser: argparse.ArgumentParser) -> None:
    """Graphs, or the unnamed one."""
    parser.add_argument("graphs", metavar="GRAPH", nargs="*", help="IRI of a graph")
    parser.add_argument(
        "--unnamed", action="store_true", help="the server's own default graph too"
    )


def run(arguments: argparse.Namespace) -> int:
    """Adopt and print the generation; or list, one line a graph: IRI, triples."""
    store = build_store(load_settings())
    try:
        if not isinstance(store, RemoteStore):
            raise ConfigError(
                "Only a remote store can be adopted.",
                zh="只有远程存储可以接管。",
                hint="Set KG_STORE=sparql+https://…; files are taken by kg load.",
                hint_zh="请设置 KG_STORE=sparql+https://…；文件请用 kg load。",
            )
        if arguments.graphs or arguments.unnamed:
            print(store.adopt(arguments.graphs, with_unnamed=arguments.unnamed))
            return 0
        for graph, count in store.held().items():
            print(f"{graph}\t{count}")
        return 0
    finally:
        store.close()
