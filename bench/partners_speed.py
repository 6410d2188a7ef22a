"""How long advice takes: on what ships, and on a made network of any size.

Usage: ``python bench/partners_speed.py [--organisations 100000]
[--relations 1000000] [--askers 50] [--store file:PATH]``

With ``--store`` a loaded store is timed instead of the made network: reading it
once a generation (time and memory), then requests with reasons and evidence.

The made network has hubs: who is linked already is linked more (exponent about
2.2), 60 tracks, 300 places, nine relations. Times are of one request after the
once-a-generation work, reasons included and evidence left out.
"""

from __future__ import annotations

import argparse
import resource
import time

import numpy as np

from kg import vocab
from kg.analysis.partners.complements import read_complements
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.reasons import Reasons
from kg.analysis.partners.request import Request
from kg.analysis.partners.score import rank
from kg.config import load_settings
from kg.model.network import Edge, Network, Node, Terms
from kg.wiring import build_parts, shipped

KINDS = ("Company", "Lab", "Hospital", "Investor", "Incubator", "ServiceProvider")
RELATIONS = ("cooperatesWith", "investedIn", "supplies", "incubatedBy", "operates")


def made(organisations: int, relations: int) -> tuple[Network, Terms]:
    rng = np.random.default_rng(8)
    nodes: dict[str, Node] = {}
    weight = rng.pareto(1.2, organisations) + 1
    weight /= weight.sum()

    def add(iri: str, kind: str) -> str:
        nodes[iri] = Node(iri, iri, iri, vocab.ONTOLOGY + kind)
        return iri

    tracks = [add(f"t{i}", "Track") for i in range(60)]
    places = [add(f"p{i}", "Park") for i in range(300)]
    names = [
        add(f"o{i}", KINDS[k])
        for i, k in enumerate(rng.integers(len(KINDS), size=organisations))
    ]
    edges: list[Edge] = []

    def link(s: str, p: str, o: str) -> None:
        edges.append(Edge(f"st{len(edges)}", s, o, vocab.ONTOLOGY + p))

    for name, t, p in zip(
        names,
        rng.integers(60, size=organisations),
        rng.integers(300, size=organisations),
        strict=True,
    ):
        link(name, "inTrack", tracks[t])
        link(name, "locatedIn", places[p])
    rest = max(relations - len(edges), 0)
    ends = rng.choice(organisations, size=(rest, 2), p=weight)
    for (a, b), r in zip(
        ends.tolist(), rng.integers(len(RELATIONS), size=rest).tolist(), strict=True
    ):
        if a != b:
            link(names[a], RELATIONS[r], names[b])
    terms = Terms()
    for kind in KINDS:
        terms.parents[vocab.ONTOLOGY + kind] = {vocab.lv.Organization}
    terms.parents[vocab.lv.Park] = {vocab.lv.Area}
    return Network(nodes, edges), terms


def told(name: str, seconds: list[float]) -> None:
    ms = np.array(seconds) * 1000
    print(
        f"{name}: median {np.median(ms):.0f} ms, 95 % {np.quantile(ms, 0.95):.0f} ms, "
        f"slowest {ms.max():.0f} ms ({len(ms)} askers)"
    )


def on_store(store: str, askers: int) -> None:
    """Time the advice of a loaded store, evidence included."""
    settings = load_settings({"store": store, "shipped": "no"}, environment={})
    advisor = build_parts(settings).advisor
    start = time.perf_counter()
    state = advisor.wait()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{store}: once a generation {time.perf_counter() - start:.1f} s, "
        f"{memory:.0f} MB in all"
    )
    everybody = advisor.askers()
    seconds = []
    for node in everybody[:: max(len(everybody) // askers, 1)]:
        start = time.perf_counter()
        advisor.advise(node.iri, Request())
        seconds.append(time.perf_counter() - start)
    told(
        f"{len(everybody)} organisations, {len(state.network.edges)} links, "
        "with evidence",
        seconds,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--organisations", type=int, default=100_000)
    parser.add_argument("--relations", type=int, default=1_000_000)
    parser.add_argument("--askers", type=int, default=50)
    parser.add_argument("--store", default="", help="a loaded store to time")
    given = parser.parse_args()
    if given.store:
        on_store(given.store, given.askers)
        return
    parts = build_parts(load_settings({"store": "memory:"}, environment={}))
    advisor = parts.advisor
    start = time.perf_counter()
    state = advisor.state
    print(f"Shipped graph: once a generation {time.perf_counter() - start:.1f} s")
    seconds = []
    for node in advisor.askers()[:: max(len(advisor.askers()) // given.askers, 1)]:
        start = time.perf_counter()
        advisor.advise(node.iri, Request())
        seconds.append(time.perf_counter() - start)
    told(f"Shipped graph, {len(state.network.edges)} links, with evidence", seconds)
    network, terms = made(given.organisations, given.relations)
    start = time.perf_counter()
    rules = read_complements(shipped("data") / "complements.csv")
    source = GraphParts(network, terms, rules)
    reasons = Reasons(source.links)
    print(f"Made network: once a generation {time.perf_counter() - start:.1f} s")
    seconds, kept = [], 0
    rng = np.random.default_rng(1)
    first = source.links.number["o0"]
    for asker in (
        first + rng.integers(given.organisations, size=given.askers)
    ).tolist():
        start = time.perf_counter()
        for one in rank(source, asker, WEIGHTS, top=20):
            kept += bool(reasons.between(asker, one.number))
        seconds.append(time.perf_counter() - start)
    told(
        f"Made network, {given.organisations} organisations, "
        f"{len(source.links.edges)} links",
        seconds,
    )
    print(f"{kept} of {20 * given.askers} candidates have reasons.")


if __name__ == "__main__":
    main()
