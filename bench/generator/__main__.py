"""Write a synthetic ecosystem: N-Triples, or N-Quads where the name says so.

Run: ``python -m bench.generator ORGANISATIONS FILE [--seed N]``; ``-`` is stdout.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import TextIO

from bench.generator.ecosystem import GRAPH, Ecosystem
from bench.generator.shape import read_shape
from kg.wiring import shipped


def ecosystem(organisations: int, seed: int = 42) -> Ecosystem:
    """An ecosystem shaped like the graph that ships."""
    return Ecosystem(
        organisations, read_shape(sorted(shipped("data").glob("*.ttl"))), seed
    )


def write(made: Ecosystem, out: TextIO, *, quads: bool) -> int:
    """Write it; how many lines."""
    end = f" <{GRAPH}> .\n" if quads else " .\n"
    count = 0
    for line in made.lines():
        out.write(line + end)
        count += 1
    return count


def main() -> int:
    """Generate and say how long it took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("organisations", type=int)
    parser.add_argument("file")
    parser.add_argument("--seed", type=int, default=42)
    given = parser.parse_args()
    began = time.perf_counter()
    made, quads = ecosystem(given.organisations, given.seed), given.file.endswith(".nq")
    if given.file == "-":
        count = write(made, sys.stdout, quads=quads)
    else:
        with Path(given.file).open("w", encoding="utf-8", newline="\n") as out:
            count = write(made, out, quads=quads)
    print(f"{count:,} lines in {time.perf_counter() - began:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
