"""The same SPARQL text, sent raw to the service and to ``oxigraph serve``.

The ten questions of ``bench.scale`` and three cheap ones; one client, which keeps
its connections; both servers on the very same files, asked in turn, so that a
machine whose speed drifts is fair to both. The service keeps no answers, unless
``--cached`` is given, and has the limits of ``bench.scale``. Prints milliseconds:
medians, what they differ by, their ratio, and the best of each, which shows most
where others use the machine.

Run: ``python -m bench.raw STORE [--rounds 40]`` on the store of a scale, for
example ``var/scale/10000/store`` (``python bench/scale.py 10000 --only load``).
"""

from __future__ import annotations

import argparse
import math
import os
import statistics
import time
from pathlib import Path

from bench import scale_peers as peers
from bench.scale_queries import HUB, Question, questions

CHEAP = (
    Question("nothing", "ASK {}", form="ASK"),
    Question("one label", f"SELECT ?l {{ id:{HUB} skos:prefLabel ?l }}"),
    Question("1,000 rows", "SELECT ?s ?l { ?s skos:prefLabel ?l } LIMIT 1000"),
)
LIMIT_S = 120.0


def compare(
    asked: dict[str, peers.Ask], question: Question, rounds: int, budget_s: float
) -> dict[str, list[float]]:
    """Milliseconds of each round; fewer rounds if they take too long."""
    calls = {name: ask(question) for name, ask in asked.items()}
    times: dict[str, list[float]] = {name: [] for name in asked}
    for call in calls.values():
        call()
    until = time.monotonic() + budget_s
    for number in range(rounds):
        for name in list(calls) if number % 2 else list(reversed(calls)):
            began = time.perf_counter()
            calls[name]()
            times[name].append((time.perf_counter() - began) * 1000)
        if time.monotonic() > until and number >= 4:
            break
    return times


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("store", type=Path)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--budget", type=float, default=20.0, help="seconds a question")
    parser.add_argument("--cached", action="store_true", help="answers may be kept")
    arguments = parser.parse_args()
    store = arguments.store.resolve()
    name = (store / "CURRENT").read_text(encoding="ascii").strip()
    cache_mb = "64" if arguments.cached else "0"
    product = peers.product(store, LIMIT_S, own_pages=False, cache_mb=cache_mb)
    other = peers.oxigraph_server(store / "generations" / name, LIMIT_S)
    ratios = []
    with product as ours, other as theirs:
        asked = {"service": ours.ask, "oxigraph": theirs.ask}
        print("load average", os.getloadavg(), "cores", os.cpu_count())
        print("| question | service | oxigraph | more | ratio | best | best |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for question in (*CHEAP, *questions()):
            found = compare(asked, question, arguments.rounds, arguments.budget)
            mine, peer = map(statistics.median, found.values())
            best = " | ".join(f"{min(times):.2f}" for times in found.values())
            ratios.append(mine / peer)
            print(
                f"| {question.name} | {mine:.2f} | {peer:.2f} | {mine - peer:+.2f} |"
                f" {mine / peer:.2f} | {best} |",
                flush=True,
            )
    mean = math.exp(statistics.mean(map(math.log, ratios)))
    print(f"geometric mean of the ratios: {mean:.2f}")


if __name__ == "__main__":
    main()
