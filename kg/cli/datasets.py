"""List the datasets of the store; withdraw, restore, and see what happened to one.

Examples:
  kg datasets
  kg datasets history my-firms
  kg datasets withdraw my-firms --why "the owner asked for it"
  kg datasets restore my-firms 2
"""

from __future__ import annotations

import argparse
import getpass

from kg.config import load_settings
from kg.curate.listed import list_datasets
from kg.errors import ConfigError
from kg.wiring import build_parts

NAME = "datasets"
HELP = "list, withdraw and restore datasets"


def configure(parser: argparse.ArgumentParser) -> None:
    """What to do, with which dataset."""
    parser.add_argument(
        "action",
        nargs="?",
        default="list",
        choices=("list", "history", "withdraw", "restore"),
    )
    parser.add_argument("dataset", nargs="?", default="")
    parser.add_argument("state", nargs="?", type=int, default=0)
    parser.add_argument("--store", help="as the setting")
    parser.add_argument("--who", default="")
    parser.add_argument("--why", default="")


def run(arguments: argparse.Namespace) -> int:
    """Do it; one line a dataset or an entry, tab-separated."""
    settings = load_settings({"store": arguments.store} if arguments.store else {})
    parts = build_parts(settings)
    if arguments.action == "list":
        print("id\tstatements\tentities\ttriples\tversion\tlicence\ttitle")
        for one in list_datasets(parts.store):
            counts = f"{one.statements}\t{one.entities}\t{one.triples}"
            title = f"{one.title_zh} / {one.title_en}"
            print(f"{one.id}\t{counts}\t{one.version}\t{one.licence}\t{title}")
        return 0
    if not arguments.dataset:
        raise ConfigError("Which dataset?", zh="请指明数据集。", hint="kg datasets")
    who = arguments.who or getpass.getuser()
    if arguments.action == "withdraw":
        parts.desk.withdraw(arguments.dataset, who=who, why=arguments.why)
    if arguments.action == "restore":
        parts.desk.restore(
            arguments.dataset, arguments.state, who=who, why=arguments.why
        )
    for entry in parts.desk.history(arguments.dataset):
        counts = f"+{entry.came} -{entry.went} ~{entry.changed} ={entry.stayed}"
        print(
            f"{entry.number}\t{entry.action}\t{entry.when}\t{entry.who}\t{counts}"
            f"\t{entry.why}"
        )
    return 0
