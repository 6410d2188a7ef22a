"""What pages ask of the whole graph and a large graph's shelf keeps as values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from kg.query.read import indicators, listing, overview, sources
from kg.query.read.reader import Reader

FILLERS: dict[str, Callable[[Reader], Any]] = {
    "overview": overview.filler,
    "class counts": listing.count_classes,
    "sources": sources.list_sources,
    "indicators": lambda reader: [
        (asdict(name), n) for name, n in indicators.list_indicators(reader)
    ],
}
