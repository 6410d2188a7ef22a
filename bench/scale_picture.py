"""Draws what ``bench/scale.py`` measured: curves against size, and a table to take.

Run: ``python bench/scale.py SIZE … --only table --picture scale.svg --csv scale.csv``
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from bench.scale_measure import exponent

Found = Mapping[int, Mapping[str, Any]]
"""Organisations to what ``results.json`` of that size holds."""

PEERS = {
    "service": ("the service, its own pages", "#4477AA", "o"),
    "raw": ("the service, SPARQL text", "#66CCEE", "o"),
    "oxigraph": ("oxigraph serve", "#EE6677", "s"),
    "virtuoso": ("Virtuoso", "#CCBB44", "^"),
    "rdflib-endpoint": ("rdflib-endpoint", "#AA3377", "v"),
    "rdflib": ("rdflib", "#BBBBBB", "x"),
}
COSTS = {
    "load, processor s": ("load, with conclusions", "#4477AA", "o"),
    "prepare, processor s": ("prepare", "#228833", "s"),
    "publish 1,000 facts, s": ("publish 1,000 facts", "#EE6677", "^"),
}
PAGES = {
    "page: a track": ("a track", "#4477AA", "o"),
    "page: a thing": ("a thing", "#228833", "s"),
    "search: two characters": ("search", "#CCBB44", "^"),
    "explorer: expand": ("expand", "#66CCEE", "v"),
    "partners": ("partners", "#AA3377", "D"),
}
Look = tuple[str, str, str]


def write_csv(path: Path, found: Found) -> None:
    """One row a figure: what, its unit, and its value at each size.

    Args:
        path: of the file, overwritten.
        found: what is known of each size.
    """
    sizes = sorted(found)
    with path.open("w", encoding="utf-8", newline="") as out:
        write = csv.writer(out).writerow
        write(["group", "figure", *sizes, "exponent"])
        numbers = dict.fromkeys(n for s in sizes for n in found[s]["numbers"])
        for name in numbers:
            values = [found[s]["numbers"].get(name) for s in sizes]
            write(["all", name, *_cells(values), _slope(sizes, values)])
        groups = dict.fromkeys(g for s in sizes for g in found[s]["timings"])
        for group in groups:
            asked = [found[s]["timings"].get(group, {}) for s in sizes]
            for name in dict.fromkeys(n for one in asked for n in one):
                for key in ("cold_ms", "warm_ms"):
                    values = [one.get(name, {}).get(key) for one in asked]
                    figure = f"{name}, {key.removesuffix('_ms')} ms"
                    write([group, figure, *_cells(values), _slope(sizes, values)])


def _cells(values: Iterable[float | None]) -> list[str]:
    return ["" if v is None else f"{v:.3f}" for v in values]


def _slope(sizes: list[int], values: list[float | None]) -> str:
    slope = exponent(sizes, values)
    return "" if slope is None else f"{slope:.2f}"


def draw(path: Path, found: Found, mean: Callable[[int, str], float | None]) -> None:
    """Three panels on logarithmic axes: peers, costs, pages.

    Args:
        path: of the SVG, overwritten.
        found: what is known of each size.
        mean: geometric mean of the ten questions, warm ms, of a size and a peer.
    """
    import matplotlib as mpl

    mpl.use("svg")
    # Text stays text: it can be searched and read out. The salt makes equal bytes.
    mpl.rcParams.update(
        {"svg.fonttype": "none", "svg.hashsalt": "scale", "font.size": 9}
    )
    from matplotlib import pyplot as plt

    sizes = sorted(found)
    figure, axes = plt.subplots(1, 3, figsize=(12, 4.2), layout="constrained")
    triples = {s: found[s]["numbers"].get("triples") for s in sizes}
    _curves(
        axes[0],
        PEERS,
        {p: [(triples[s], mean(s, p)) for s in sizes] for p in PEERS},
        ("Ten questions, geometric mean", "triples", "ms, warm, nothing cached"),
    )
    _curves(
        axes[1],
        COSTS,
        {c: [(s, found[s]["numbers"].get(c)) for s in sizes] for c in COSTS},
        ("What the operator waits for", "organisations", "seconds"),
    )
    _curves(
        axes[2],
        PAGES,
        {p: [(s, _warm(found[s], p)) for s in sizes] for p in PAGES},
        ("What the reader waits for", "organisations", "ms, warm"),
    )
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    plt.close(figure)


def _warm(one: Mapping[str, Any], page: str) -> float | None:
    found: float | None = one["timings"].get("pages", {}).get(page, {}).get("warm_ms")
    return found


def _curves(
    axes: Any,
    looks: Mapping[str, Look],
    points: Mapping[str, list[tuple[float | None, float | None]]],
    words: tuple[str, str, str],
) -> None:
    for key, (label, colour, marker) in looks.items():
        known = [(x, y) for x, y in points[key] if x and y]
        if known:
            axes.loglog(*zip(*known, strict=True), label=label, c=colour, marker=marker)
    title, below, beside = words
    axes.set(title=title, xlabel=below, ylabel=beside)
    axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.6)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(lambda value, _: _plainly(value))
        axis.set_minor_formatter(lambda value, _: "")
    lowest, highest = axes.get_ylim()
    axes.set_ylim(min(lowest, 1.0), max(highest, 100.0))
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, fontsize=8, loc="upper left")


def _plainly(value: float) -> str:
    return f"{value / 1e6:g} million" if value >= 1e6 else f"{value:,g}"
