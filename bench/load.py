"""Requests a second and latency, side by side with other servers.

Ours with and without its cache; the same front door with the engine in its own
process, on the same files ("no isolation"); a bare Flask application around the
engine, on granian, without guard, limits, or any of the rest ("bare Flask");
``oxigraph serve-read-only`` and ``rdflib-endpoint`` answer the same queries over
the same 12,000 triples. Rounds are interleaved, because a machine drifts by tens
of per cent in minutes; compare within one run only. Processor time for each
request, of all processes of the server, does not drift with what else runs.

At the end: honest queries while a hostile client runs (``bench.attack``).

Needs ``wrk`` (Debian) and, from PyPI, ``oxigraph`` and ``rdflib-endpoint`` with
``uvicorn``; a server that is not there is left out and said to be.

Example: ``python -m bench.load --rounds 3 --seconds 4``
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pyoxigraph as ox
from flask import Flask, Response, request

from bench import attack
from bench.data import E, N, filled, triples
from kg.query.guard import inspect_query
from kg.store.base import UserQuery
from kg.store.embedded import EmbeddedStore
from kg.store.isolated import IsolatedStore
from tests.servers.service import Service, descendants, free_port

QUERIES = {
    "cheap": f"SELECT ?o WHERE {{ <{E}o7> <{E}label> ?o }}",
    "rows": f"SELECT ?s ?l WHERE {{ ?s <{E}label> ?l }} LIMIT 1000",
    "ego": f"CONSTRUCT {{ ?a ?p ?b . ?b ?q ?c }} WHERE {{ VALUES ?a {{ <{E}o7> }}"
    f" ?a ?p ?b . OPTIONAL {{ ?b ?q ?c }} }}",
}
ACCEPT = {"ego": "text/turtle"}
# Each request another text, so that no plan and no answer can be had from before.
VARIED = """
local at = math.random(0, 1000000)
request = function()
  at = at + 1
  local text = "SELECT%20?o%20WHERE%20%7B%20%3C{E}o" .. at % {N}
  text = text .. "%3E%20%3C{E}label%3E%20?o%20%7D%23" .. at
  return wrk.format("GET", wrk.path .. "?query=" .. text)
end
""".replace("{E}", quote(E, safe="")).replace("{N}", str(N))


KINDS = [*QUERIES, "varied"]


class Served:
    """A server under test: its name, address and how to stop it."""

    def __init__(
        self, name: str, address: str, process: subprocess.Popen[bytes]
    ) -> None:
        self.name, self.address, self.process = name, address, process

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def cpu_s(self) -> float:
        """Processor time of all its processes so far, in seconds."""
        ticks = 0
        for pid in descendants(self.process.pid):
            with contextlib.suppress(OSError):
                stat = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                ticks += int(stat[11]) + int(stat[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def ours(folder: Path, name: str, **settings: str) -> Served:
    home = folder / name
    home.mkdir()
    if settings.get("store") != "memory:":
        filled(home / "store")
    running = Service(home, log_level="warning", **settings)
    running.start()
    return Served(name, f"http://127.0.0.1:{running.port}/sparql", running.process)


def without_isolation(folder: Path) -> Served:
    """The same application, the engine in its own process, on the same files."""
    port = free_port()
    code = (
        "from granian import Granian\n"
        "Granian('bench.load:in_process', factory=True, address='127.0.0.1',"
        f" port={port}, interface='asgi', loop='uvloop', workers=1,"
        " log_enabled=False).serve()"
    )
    place = {"BENCH_STORE": str(folder / "ours, uncached" / "store")}
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | place)
    return Served("no isolation", f"http://127.0.0.1:{port}/sparql", process)


def bare_flask(folder: Path) -> Served:
    """The engine in a Flask application and nothing else, on the same files."""
    port = free_port()
    code = (
        "from granian import Granian\n"
        "Granian('bench.load:bare', factory=True, address='127.0.0.1',"
        f" port={port}, interface='wsgi', workers=1, blocking_threads=4,"
        " log_enabled=False).serve()"
    )
    place = {"BENCH_STORE": str(folder / "ours, uncached" / "store")}
    process = subprocess.Popen([sys.executable, "-c", code], env=os.environ | place)
    return Served("bare Flask", f"http://127.0.0.1:{port}/sparql", process)


def bare() -> Flask:
    """A Flask application with one view: what was asked goes to the engine."""
    app = Flask("bare")
    root = Path(os.environ["BENCH_STORE"])
    name = (root / "CURRENT").read_text()
    store = ox.Store.read_only(str(root / "generations" / name))

    @app.get("/sparql")
    def answer() -> Response:
        found = store.query(request.args["query"], use_default_graph_as_union=True)
        if isinstance(found, ox.QueryTriples):
            body = ox.serialize(found, format=ox.RdfFormat.TURTLE)
            return Response(body, content_type="text/turtle")
        body = found.serialize(format=ox.QueryResultsFormat.JSON)
        return Response(body, content_type="application/sparql-results+json")

    return app


def on_files(root: Path) -> EmbeddedStore:
    """The engine in this process, on the files of a store."""
    store = EmbeddedStore()
    name = (root / "CURRENT").read_text()
    store._store = ox.Store.read_only(str(root / "generations" / name))
    return store


def in_process() -> object:
    """The front door around the engine in this process."""
    from kg.config import load_settings
    from kg.web.door import build_front
    from kg.wiring import Parts

    given = {"store": "memory:", "shipped": "no", "cache_mb": "0"}
    settings = load_settings(given | {"log_level": "warning"}, environment={})
    store = on_files(Path(os.environ["BENCH_STORE"]))
    return build_front(Parts(settings=settings, store=store))


def oxigraph(folder: Path, data: Path) -> Served | None:
    program = shutil.which("oxigraph") or str(
        Path(sys.executable).with_name("oxigraph")
    )
    if not Path(program).exists():
        return None
    home, port = folder / "oxigraph", free_port()
    load = [program, "load", "--location", home, "--file", data]
    subprocess.run(load, check=True, capture_output=True)
    serve = [program, "serve-read-only", "--location", home]
    process = subprocess.Popen(
        [*serve, "--bind", f"127.0.0.1:{port}"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return Served("oxigraph", f"http://127.0.0.1:{port}/query", process)


def rdflib_endpoint(data: Path) -> Served | None:
    if not all(map(importlib.util.find_spec, ("rdflib_endpoint", "uvicorn"))):
        return None
    port = free_port()
    code = (
        "import uvicorn\nfrom rdflib import Graph\n"
        "from rdflib_endpoint import SparqlEndpoint\n"
        f"graph = Graph().parse({str(data)!r}, format='nt')\n"
        f"uvicorn.run(SparqlEndpoint(graph=graph), port={port}, log_level='error')"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    return Served("rdflib-endpoint", f"http://127.0.0.1:{port}/", process)


def wait(server: Served, query: str) -> int:
    """Wait for the first answer; gives its length."""
    for _ in range(300):
        with contextlib.suppress(OSError):
            address = f"{server.address}?query={quote(query)}"
            with urllib.request.urlopen(address, timeout=30) as answer:
                return len(answer.read())
        time.sleep(0.1)
    raise TimeoutError(server.name)


def measure(server: Served, kind: str, clients: int, seconds: int) -> dict[str, float]:
    """One round of wrk: requests a second, p50 and p99 in milliseconds, errors."""
    accept = ACCEPT.get(kind, "application/sparql-results+json")
    command = ["wrk", "-t1", f"-c{clients}", f"-d{seconds}s", "--latency"]
    command += ["-H", f"Accept: {accept}"]
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        if kind in QUERIES:
            command.append(f"{server.address}?query={quote(QUERIES[kind])}")
        else:
            script.write(VARIED)
            script.flush()
            command += ["-s", script.name, server.address]
        before_s = server.cpu_s()
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
    text = ran.stdout
    scale = {"us": 0.001, "ms": 1.0, "s": 1000.0}

    def latency(name: str) -> float:
        found = re.search(rf"{name}%\s+([\d.]+)(us|ms|s)", text)
        return float(found[1]) * scale[found[2]] if found else float("nan")

    spent_s = server.cpu_s() - before_s
    count = re.search(r"(\d+) requests in", text)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    return {
        "rate": float(rate[1]) if rate else 0.0,
        "p50": latency("50"),
        "p99": latency("99"),
        "cpu_us": spent_s * 1e6 / max(int(count[1]) if count else 0, 1),
        "bad": float(bad[1]) if bad else 0.0,
    }


def overhead(count: int = 300) -> dict[str, dict[str, float]]:
    """Median milliseconds of a query in process and in a worker, uncached."""
    with tempfile.TemporaryDirectory() as folder:
        far = IsolatedStore(Path(folder) / "store")
        far.replace_graphs({"urn:bench": triples()})
        far.warm()
        near = on_files(Path(folder) / "store")
        found: dict[str, dict[str, float]] = {}
        for kind, text in QUERIES.items():
            seen = inspect_query(text)
            media_type = ACCEPT.get(kind, "application/sparql-results+json")
            query = UserQuery(text, seen.form, media_type)
            times: dict[str, list[float]] = {"in process": [], "in a worker": []}
            for _ in range(count):
                for name, store in zip(times, (near, far), strict=True):
                    started = time.perf_counter()
                    for _ in store.answer(query):
                        pass
                    times[name].append((time.perf_counter() - started) * 1000)
            found[kind] = {name: statistics.median(t) for name, t in times.items()}
        far.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 8, 32])
    parser.add_argument(
        "--queries", nargs="+", default=KINDS, choices=KINDS, metavar="QUERY"
    )
    parser.add_argument("--attack", type=int, default=20, help="seconds; 0: none")
    arguments = parser.parse_args()
    rates: dict[tuple[str, int, str], float] = {}
    print("load average", os.getloadavg(), "cores", os.cpu_count())
    print("milliseconds a query, median:", json.dumps(overhead(), indent=1))
    with tempfile.TemporaryDirectory() as place, contextlib.ExitStack() as stack:
        folder = Path(place)
        data = folder / "data.nt"
        lines = (f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in triples())
        data.write_text("".join(lines), encoding="utf-8")
        servers = [
            ours(folder, "ours, uncached", cache_mb="0"),
            ours(folder, "ours, cached"),
            without_isolation(folder),
            bare_flask(folder),
            oxigraph(folder, data),
            rdflib_endpoint(data),
        ]
        running = [s for s in servers if s is not None]
        for server in running:
            stack.callback(server.stop)
            wait(server, QUERIES["cheap"])
        print(
            "| query | clients | server | req/s | p50 ms | p99 ms | cpu µs | errors |"
        )
        print("| --- | --- | --- | --- | --- | --- | --- | --- |")
        for kind in arguments.queries:
            for clients in arguments.clients:
                rounds: dict[str, list[dict[str, float]]] = {}
                for _ in range(arguments.rounds):
                    for server in running:
                        one = measure(server, kind, clients, arguments.seconds)
                        rounds.setdefault(server.name, []).append(one)
                for name, seen in rounds.items():
                    middle = {k: statistics.median(r[k] for r in seen) for k in seen[0]}
                    print(
                        f"| {kind} | {clients} | {name} | {middle['rate']:,.0f} |"
                        f" {middle['p50']:.2f} | {middle['p99']:.1f} |"
                        f" {middle['cpu_us']:.0f} | {middle['bad']:.0f} |",
                        flush=True,
                    )
                    rates[kind, clients, name] = middle["rate"]
        tell_ratios(rates)
    if arguments.attack:
        attack.run(arguments.attack, calm=5)


def tell_ratios(rates: dict[tuple[str, int, str], float]) -> None:
    """Requests a second against those of the others, of medians."""
    pairs = (
        ("ours, uncached", "no isolation", 0.75),
        ("ours, uncached", "bare Flask", 0.75),
        ("ours, uncached", "rdflib-endpoint", 10.0),
        ("ours, cached", "oxigraph", 5.0),
        ("ours, cached", "rdflib-endpoint", 10.0),
    )
    print("| query | clients | ours | other | times | aim |")
    print("| --- | --- | --- | --- | --- | --- |")
    for kind, clients, name in rates:
        for one, other, aim in pairs:
            if name == one and (kind, clients, other) in rates:
                times = rates[kind, clients, one] / rates[kind, clients, other]
                print(f"| {kind} | {clients} | {one} | {other} | {times:.2f} | {aim} |")


if __name__ == "__main__":
    main()
