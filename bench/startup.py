"""Start to first answer, on the graph that ships.

Each run is a new process that imports the product, opens the store, loads what
ships where that is due, and answers one SPARQL query of a page. Prints
milliseconds: minimum and median of the runs, by kind of start.

Run: ``python bench/startup.py [runs]``
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

LIMIT_MS = 2000.0
SCRIPT = """
from kg.config import load_settings
from kg.wiring import build_parts
parts = build_parts(load_settings({"store": %r}, environment={}))
answer = parts.store.select('''
PREFIX lv: <https://w3id.org/life-valley/ontology#>
PREFIX id: <https://w3id.org/life-valley/id/>
SELECT ?firm WHERE { ?firm lv:inTrack id:track-medical-devices }''')
assert len(answer) >= 2, len(answer)
parts.store.close()
"""


def start(store: str) -> float:
    """Milliseconds of one start."""
    before = time.perf_counter()
    subprocess.run([sys.executable, "-c", SCRIPT % store], check=True)
    return (time.perf_counter() - before) * 1000


def main() -> int:
    """Measure; exit code 1 when a median is over the limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    times: dict[str, list[float]] = {"memory": [], "disk, first": [], "disk, again": []}
    for _ in range(runs):
        times["memory"].append(start("memory:"))
        with tempfile.TemporaryDirectory() as folder:
            store = f"file:{Path(folder) / 'store'}"
            times["disk, first"].append(start(store))
            times["disk, again"].append(start(store))
    late = 0
    for kind, found in times.items():
        median = statistics.median(found)
        late += median > LIMIT_MS
        print(f"{kind}\tmin {min(found):.0f} ms\tmedian {median:.0f} ms")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
