"""Draw the answer of a CONSTRUCT as one file to share.

Example: ``kg draw --query network.rq --output picture.html``

The file works with no network. What a triple of the answer links is a link of the
picture; where the graph has a statement for it, a planned one is drawn dashed.
``--output`` ending in ``.svg`` writes an SVG.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kg.analysis.layout import LAYOUTS
from kg.config import load_settings
from kg.draw import Picture, picture_html, picture_svg
from kg.errors import DataError
from kg.wiring import build_parts

NAME = "draw"
HELP = "draw the answer of a CONSTRUCT as one HTML or SVG file"
MOST_NODES = 2_000


def configure(parser: argparse.ArgumentParser) -> None:
    """The query, the file to write, and how it should look."""
    parser.add_argument(
        "--query", required=True, type=Path, help="file with a CONSTRUCT; - for stdin"
    )
    parser.add_argument("--output", required=True, type=Path, help=".html or .svg")
    parser.add_argument("--language", choices=("zh", "en"), default="zh")
    parser.add_argument("--layout", choices=(*LAYOUTS, "radial"), default="force")
    parser.add_argument("--title", default="", help="shown above the picture")
    parser.add_argument("--store", help="overrides the setting")


def run(arguments: argparse.Namespace) -> int:
    """Write the picture.

    Raises:
        DataError: if the query's file cannot be read, the answer is empty or has
            more than ``MOST_NODES`` things.
    """
    given = {"store": arguments.store} if arguments.store else {}
    parts = build_parts(load_settings(given))
    query = _read(arguments.query)
    network = parts.graphs.from_triples(parts.store.construct(query))
    if not 0 < len(network.nodes) <= MOST_NODES:
        raise DataError(
            f"The answer has {len(network.nodes)} things; "
            f"a picture shows 1 to {MOST_NODES}.",
            zh=f"结果含 {len(network.nodes)} 个事物，图中可显示 1 至 {MOST_NODES} 个。",
            hint="Narrow the query, or use the explorer.",
            hint_zh="请缩小查询范围，或使用网络浏览页。",
        )
    language = arguments.language
    picture = Picture(
        network,
        parts.graphs.positions(network, arguments.layout),
        parts.graphs.terms,
        language,
        arguments.title or ("知识图谱" if language == "zh" else "Knowledge graph"),
    )
    draw = picture_svg if arguments.output.suffix == ".svg" else picture_html
    arguments.output.write_text(draw(picture), encoding="utf-8")
    print(
        f"{arguments.output}: {len(network.nodes)} things, {len(network.edges)} links",
        file=sys.stderr,
    )
    return 0


def _read(path: Path) -> str:
    if str(path) == "-":
        return sys.stdin.read()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise DataError(f"The query {path} cannot be read: {exc}") from exc
