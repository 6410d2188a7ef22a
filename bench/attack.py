"""How honest queries fare while a hostile client does its worst, second by second.

An honest client asks a cheap query, uncached, some fifty times a second on one
connection. After a while a hostile one, from another address, keeps four
connections busy with what costs most: cross products, sorts and sets of huge
intermediates, doubled strings, long paths, deep nesting, broken bodies.

Example: ``python -m bench.attack --seconds 30``
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import http.client
import itertools
import json
import os
import statistics
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

from bench.data import E, filled
from tests.servers.service import Service

HOSTILE = (
    "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY ?c ?f ?i",
    "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "SELECT ?a (SAMPLE(?f) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a ?d ?g",
    "SELECT ?x22 { BIND('aaaaaaaaaaaaaaaa' AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{i}, ?x{i}) AS ?x{i + 1})" for i in range(22))
    + " }",
    f"SELECT * {{ ?a (<{E}with>|^<{E}with>)* ?b . ?b (<{E}with>)+ ?c }}",
    "SELECT * " + "{" * 2100 + "}" * 2100,
)
EVERY_S = 0.02


def honest(port: int, until: float, seen: list[tuple[float, float, int]]) -> None:
    """Ask and note: when, how long in seconds, status."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for number in itertools.count():
        started = time.monotonic()
        if started > until:
            return
        text = f"SELECT ?o WHERE {{ <{E}o{number % 1500}> <{E}label> ?o }}"
        link.request("GET", "/sparql?query=" + quote(text))
        answer = link.getresponse()
        answer.read()
        took = time.monotonic() - started
        seen.append((started, took, answer.status))
        time.sleep(max(0.0, EVERY_S - took))


def hostile(port: int, until: float, first: int, seen: list[object]) -> None:
    """Send one costly query after the other, whatever becomes of them."""
    for text in itertools.islice(itertools.cycle(HOSTILE), first, None):
        if time.monotonic() > until:
            return
        link = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=30, source_address=("127.0.0.2", 0)
        )
        with contextlib.suppress(OSError, http.client.HTTPException):
            link.request("GET", "/sparql?query=" + quote(text))
            answer = link.getresponse()
            seen.append(answer.status)
            answer.read()
        link.close()


def percentile(values: list[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def run(seconds: int, calm: int) -> dict[str, float]:
    """Print the series; give p99 in milliseconds, calm and under attack."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        filled(home / "store")
        service = Service(home, cache_mb="0", log_level="warning")
        service.start()
        began = time.monotonic()
        attack, end = began + calm, began + calm + seconds
        asked: list[tuple[float, float, int]] = []
        stopped: list[object] = []
        threads = [threading.Thread(target=honest, args=(service.port, end, asked))]
        threads[0].start()
        time.sleep(calm)
        for first in range(4):
            arguments = (service.port, end, first * 2, stopped)
            threads.append(threading.Thread(target=hostile, args=arguments))
            threads[-1].start()
        peak = 0.0
        for thread in threads:
            while thread.is_alive():
                thread.join(1.0)
                peak = max(peak, service.memory_mb())
        time.sleep(8)  # what is not needed is given back within some seconds
        parts_mb = sorted(service.memory_by_process().values(), reverse=True)
        service.stop()
    print("| second | hostile | honest queries | p50 ms | p99 ms | failed |")
    print("| --- | --- | --- | --- | --- | --- |")
    by_second = collections.defaultdict(list)
    for at, took, status in asked:
        by_second[int(at - began)].append((took * 1000, status))
    for second, found in sorted(by_second.items()):
        took = [t for t, _ in found]
        failed = sum(status != 200 for _, status in found)
        print(
            f"| {second} | {'yes' if began + second >= attack else 'no'} |"
            f" {len(found)} | {statistics.median(took):.1f} |"
            f" {percentile(took, 0.99):.1f} | {failed} |"
        )
    parts = {
        "calm": [t * 1000 for at, t, _ in asked if at < attack],
        "attacked": [t * 1000 for at, t, _ in asked if at >= attack],
    }
    told = {name: percentile(times, 0.99) for name, times in parts.items()}
    print(
        "p99 of honest queries, ms:",
        json.dumps({k: round(v, 1) for k, v in told.items()}),
    )
    print("hostile queries ended with:", dict(collections.Counter(stopped)))
    print(
        f"memory (PSS): at most {peak:.0f} MiB, at the end {sum(parts_mb):.0f} MiB, by"
        f" process {[round(mb) for mb in parts_mb]}; load average {os.getloadavg()}"
    )
    return told


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="of the attack")
    parser.add_argument("--calm", type=int, default=5, help="seconds before it")
    arguments = parser.parse_args()
    run(arguments.seconds, arguments.calm)


if __name__ == "__main__":
    main()
