"""Lay out the folder of a new region: settings, empty tables, a place for texts.

Example: ``kg new delta --name-zh 三角湾 --name-en "Delta Bay"`` and then
``cd delta``; docs/new-region.md walks through the rest.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from kg.curate.region import lay_out, region_of

NAME = "new"
HELP = "lay out the folder of a new region"


def configure(parser: argparse.ArgumentParser) -> None:
    """The folder, and what is known of the region."""
    parser.add_argument("folder", type=Path, help="a new folder")
    parser.add_argument("--name-zh", default="", help="Chinese name of the region")
    parser.add_argument("--name-en", default="", help="English name of the region")
    parser.add_argument("--base", default="", help="what its identifiers start with")
    parser.add_argument("--curator", default="", help="who answers for the data")


def run(arguments: argparse.Namespace) -> int:
    """Write the files, name them, and say what comes next."""
    folder = arguments.folder
    region = region_of(folder, arguments.name_zh, arguments.name_en, arguments.base)
    for path in lay_out(folder, replace(region, curator=arguments.curator)):
        print(f"{path}")
    print(f"identifiers begin with {region.base} / 标识符以 {region.base} 开头")
    print("next 接下来:")
    print(f"  cd {folder}")
    print("  fill in tables/ and sources/ (README.md tells what goes where)")
    print("  填写 tables/ 和 sources/（README.md 说明各文件的内容）")
    print("  kg build && kg serve")
    return 0
