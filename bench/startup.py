"""Start to first answer of the whole service, on what ships.

Each run is ``python server.py`` as ``make run`` starts it, until it has answered
a SPARQL query over HTTP: on the article's graph alone and on all that ships, on
an empty folder (*first*) and again. The phases are the service's own log line:
*before* is Python and the HTTP server, *program* is our modules, *store* is what
filling a new store took longer than that. Prints milliseconds, medians.

Run: ``python bench/startup.py [runs]``
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import urllib3

LIMIT_MS = 2000.0
HOME = Path(__file__).resolve().parents[1]
QUESTION = """
PREFIX lv: <https://w3id.org/life-valley/ontology#>
PREFIX id: <https://w3id.org/life-valley/id/>
SELECT ?firm WHERE { ?firm lv:inTrack id:track-medical-devices }"""
_READY = re.compile(r"ready after (\d+) ms: program (\d+), then store (\d+)")
_LEFT_OUT = shutil.ignore_patterns("static", "__pycache__")


def product(folder: Path, *, article_only: bool) -> Path:
    """A copy of the product with these data, without its built front end."""
    shutil.copytree(HOME / "kg", folder / "kg", ignore=_LEFT_OUT)
    shutil.copy(HOME / "server.py", folder)
    for part in ("ontology", "queries"):
        (folder / part).symlink_to(HOME / part)
    data = folder / "data"
    data.mkdir()
    for file in (HOME / "data").iterdir():
        if not article_only or file.name != "public-facts.ttl":
            (data / file.name).symlink_to(file)
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", "kg"], cwd=folder, check=True
    )
    return folder


def start(home: Path, folder: Path) -> dict[str, float]:
    """Milliseconds of one start, by phase."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(home),
        "KG_STORE": f"file:{folder / 'store'}",
        "KG_CACHE": str(folder / "cache"),
        "KG_PORT": str(port),
        "KG_LOG_LEVEL": "info",
    }
    before = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "server.py"],
        cwd=home,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _first_answer(port)
        answered = (time.perf_counter() - before) * 1000
    finally:
        server.terminate()
        told = server.communicate(timeout=60)[1]
    found = _READY.search(told)
    assert found, told[-2000:]
    ready, program, store = map(float, found.groups())
    phases = {"program": program, "store": store}
    return {"answered": answered, "before": answered - ready, **phases}


def _first_answer(port: int) -> None:
    pool = urllib3.PoolManager(retries=False, timeout=60)
    until = time.monotonic() + 120
    while True:
        try:
            answer = pool.request_encode_body(
                "POST",
                f"http://127.0.0.1:{port}/sparql",
                fields={"query": QUESTION},
                encode_multipart=False,
                headers={"Accept": "application/sparql-results+json"},
            )
            break
        except urllib3.exceptions.HTTPError:
            if time.monotonic() > until:
                raise
            time.sleep(0.01)
    rows = json.loads(answer.data)["results"]["bindings"]
    assert len(rows) >= 2, len(rows)


def main() -> int:
    """Measure; exit code 1 when a start on the article is over the limit."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    times: dict[str, list[dict[str, float]]] = {}
    with tempfile.TemporaryDirectory() as given:
        homes = {
            "article": product(Path(given) / "a", article_only=True),
            "all": product(Path(given) / "b", article_only=False),
        }
        for _ in range(runs):
            for data, home in homes.items():
                with tempfile.TemporaryDirectory() as folder:
                    for kind in ("first", "again"):
                        found = start(home, Path(folder))
                        times.setdefault(f"{data}, {kind}", []).append(found)
    late = 0
    print("start\tmin\tmedian\tbefore\tprogram\tstore")
    for kind, found in times.items():
        medians = {k: statistics.median(f[k] for f in found) for k in found[0]}
        late += kind.startswith("article") and medians["answered"] > LIMIT_MS
        least = min(f["answered"] for f in found)
        print(f"{kind}\t{least:.0f}", *(f"{v:.0f}" for v in medians.values()), sep="\t")
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
