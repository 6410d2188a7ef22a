"""How fast the explorer draws, beside vis-network and cytoscape.js in the same run.

Usage: ``python bench/explorer.py [--sizes 1000,5000,20000,50000] [--seconds 3]
[--runs 3] [--only explorer,vis] [--own-layout] [--shipped]``

One scale-free graph a size (two links a thing), the same positions for all three,
1280 x 800, headless Chromium with software GL: read the ratios, not the numbers.
``first`` is the browser's own clock from the start of the navigation to the frame
after the picture was painted; ``pan`` and ``zoom`` are animation frames a second
while the pointer drags and the wheel turns. ``--own-layout`` adds vis-network with
its own physics, the way pyvis ships it; ``--only`` leaves out what its words do
not begin; ``--runs`` takes turns that often and tells medians. ``--shipped``
measures the service on the shipped graph alone: cold first picture, when it can be
moved, bytes over the wire, and a click on expand until it is drawn.
A rival without a picture after ``GIVE_UP_S`` counts as that; the run goes on.
Needs ``python frontend/build.py --tools`` and Chromium.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import networkx as nx
import numpy as np
from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from kg import vocab
from kg.analysis.communities import Community
from kg.analysis.graphs import Graphs
from kg.analysis.layout import discs
from kg.analysis.measures import Measures, pagerank
from kg.analysis.overview import Overview
from kg.config import load_settings
from kg.model.network import Edge, Network, Node
from kg.web import create_app
from kg.wiring import Parts, build_parts

MODULES = Path(__file__).parents[1] / "frontend" / "node_modules"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
GIVE_UP_S = 60
CHROMIUM = "/usr/bin/chromium"
FIRST = "performance.getEntriesByName('first-picture')[0]?.startTime"
FRAMES = """(ms) => new Promise((done) => { let n = 0; const t0 = performance.now();
  const f = () => { n++; const t = performance.now();
    if (t - t0 > ms) done((n - 1) * 1000 / (t - t0)); else requestAnimationFrame(f); };
  requestAnimationFrame(f); })"""
VIS = """<!doctype html><div id=g style="width:1280px;height:800px"></div>
<script src="/vis-network/standalone/umd/vis-network.min.js"></script><script>
fetch('/data').then((r) => r.json()).then((d) => { const n = new vis.Network(
  document.getElementById('g'), { nodes: new vis.DataSet(d.nodes.map(([x, y], id) =>
  (OWN ? { id } : { id, x: x * 40, y: y * 40 }))),
  edges: new vis.DataSet(d.edges.map(([from, to], id) => ({ id, from, to }))) },
  OWN ? { nodes: { shape: 'dot' } } : { physics: false,
  nodes: { shape: 'dot', size: 6 }, edges: { smooth: false } });
  n.once('afterDrawing', () => requestAnimationFrame(
  () => { window.first = performance.now(); })); });</script>"""
CYTOSCAPE = """<!doctype html><div id=g style="width:1280px;height:800px"></div>
<script src="/cytoscape/dist/cytoscape.min.js"></script><script>
fetch('/data').then((r) => r.json()).then((d) => { const c = cytoscape({
  container: document.getElementById('g'), layout: { name: 'preset' },
  style: [{ selector: 'node', style: { width: 8, height: 8 } },
    { selector: 'edge', style: { width: 1, 'curve-style': 'haystack' } }],
  elements: [...d.nodes.map(([x, y], i) => ({ data: { id: 'n' + i },
    position: { x: x * 40, y: y * 40 } })), ...d.edges.map(([a, b], i) =>
    ({ data: { id: 'e' + i, source: 'n' + a, target: 'n' + b } }))] });
  c.fit(); requestAnimationFrame(() => requestAnimationFrame(() =>
  { window.first = performance.now(); })); });</script>"""


class Drawn:
    """A scale-free graph with positions, as each of the three wants it."""

    def __init__(self, size: int) -> None:
        graph = nx.barabasi_albert_graph(size, 2, seed=1)
        ends = np.array(graph.edges(), dtype=np.int64)
        member = np.arange(size, dtype=np.int64) % max(1, size // 400)
        points = discs(ends, member)
        iris = [f"{vocab.ID}thing-{i}" for i in range(size)]
        nodes = {
            iri: Node(iri, f"企业{i}", f"Firm {i}", "", "company", 3)
            for i, iri in enumerate(iris)
        }
        relation = vocab.ONTOLOGY + "cooperatesWith"
        edges = [
            Edge(f"{vocab.ID}st-{k}", iris[a], iris[b], relation)
            for k, (a, b) in enumerate(ends.tolist())
        ]
        degree = np.bincount(ends.ravel(), minlength=size).astype(np.float32)
        sizes = np.bincount(member)
        self.size = size
        self.overview = Overview(
            Network(nodes, edges),
            {iri: i for i, iri in enumerate(iris)},
            points.astype(np.float32),
            member,
            [
                Community(f"群{i}", f"Group {i}", int(n), "")
                for i, n in enumerate(sizes)
            ],
            0.5,
            Measures(degree, pagerank(size, ends), degree * 0),
        )
        self.plain = json.dumps(
            {"nodes": np.round(points, 3).tolist(), "edges": ends.tolist()}
        ).encode()


class Given(Graphs):
    """The door of the network, for a graph that was made and not stored."""

    def __init__(self, parts: Parts, drawn: Drawn) -> None:
        super().__init__(parts.store, parts.cache)
        self._drawn = drawn

    def overview(self) -> Overview:
        """The made graph."""
        return self._drawn.overview

    def size(self) -> int:
        """Its links."""
        return len(self._drawn.overview.network.edges)

    def network(self, iris: Any, *, with_inferred: bool = True) -> Network:
        """All of it, whatever was asked for."""
        return self._drawn.overview.network


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None: ...


def serve_ours(drawn: Drawn | None) -> str:
    """The service, on a made graph or on the shipped one."""
    shipped = "no" if drawn else "yes"
    given = {"store": "memory:", "shipped": shipped}
    parts = build_parts(load_settings(given, environment={}))
    if drawn:
        parts.__dict__["graphs"] = Given(parts, drawn)
    else:
        parts.warm()
    server = make_server("127.0.0.1", 0, create_app(parts), handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def serve_rival(page: str, drawn: Drawn) -> str:
    """A page with one rival, its library from node_modules."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/":
                data, kind = page.encode(), "text/html"
            elif self.path == "/favicon.ico":
                data, kind = b"", "image/x-icon"
            elif self.path == "/data":
                data, kind = drawn.plain, "application/json"
            else:
                data, kind = (MODULES / self.path[1:]).read_bytes(), "text/javascript"
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}/"


def until(page: Page, script: str) -> bool:
    """Wait for a truth in the page, ``GIVE_UP_S`` at most."""
    end = time.monotonic() + GIVE_UP_S
    while time.monotonic() < end:
        if page.evaluate(f"() => {{ try {{ return {script} }} catch {{ return 0 }} }}"):
            return True
        time.sleep(0.02)
    return False


def frames(page: Page, seconds: float, *, zoom: bool) -> float:
    """Animation frames a second while the pointer drags or the wheel turns."""
    page.mouse.move(640, 420)
    if not zoom:
        page.mouse.down()
    page.evaluate(f"() => {{ window.fps = ({FRAMES})({seconds * 1000}) }}")
    end, step = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        step += 1
        if zoom:
            page.mouse.wheel(0, -60 if step // 8 % 2 else 60)
        else:
            page.mouse.move(640 + 120 * np.cos(step / 8), 420 + 80 * np.sin(step / 8))
    found = float(page.evaluate("() => window.fps"))
    if not zoom:
        page.mouse.up()
    return found


def turn(url: str, first: str, seconds: float) -> dict[str, float]:
    """One turn of one contestant, in a browser of its own; empty without a picture."""
    with sync_playwright() as play:
        browser = open_browser(play)
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(url, wait_until="commit")
        if not until(page, first):
            return {}
        told = page.evaluate(f"() => {FIRST} ?? window.first")
        time.sleep(0.5)
        pan = frames(page, seconds, zoom=False)
        zoom = frames(page, seconds, zoom=True)
        browser.close()
    return {"first_s": told / 1000, "pan_fps": pan, "zoom_fps": zoom}


def row(url: str, first: str, seconds: float) -> dict[str, float]:
    """A turn in a process of its own: a frozen page answers nothing and is ended."""
    words = [sys.executable, __file__, "--turn", url, first, str(seconds)]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True)
    try:
        out, _ = child.communicate(timeout=GIVE_UP_S + 4 * seconds + 30)
        found: dict[str, float] = json.loads(out or "{}")
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return {}
    return found


def open_browser(play: Playwright) -> Browser:
    """Chromium without a GPU."""
    return play.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))


OURS = (
    "document.documentElement.dataset.explorer && explorer.stage.drawn > 0"
    " && (explorer.map?.ids.length ?? explorer.store.scene.value.nodes.size) >= {size}"
)


def contestants(drawn: Drawn, arguments: argparse.Namespace) -> dict[str, list[str]]:
    """Name, and address and sign of the first picture, of each that was asked for."""
    given = "window.first"
    rivals = {
        "vis-network, positions given": VIS.replace("OWN", "false"),
        "cytoscape.js, positions given": CYTOSCAPE,
    }
    if arguments.own_layout:
        rivals["vis-network, own layout"] = VIS.replace("OWN", "true")
    only = tuple(arguments.only.split(","))
    found = {}
    if "explorer".startswith(only):
        address = serve_ours(drawn) + "/explore?all=1&lang=en"
        found["explorer"] = [address, OURS.format(size=drawn.size)]
    for name, page in rivals.items():
        if name.startswith(only):
            found[name] = [serve_rival(page, drawn), given]
    return found


def compare(size: int, arguments: argparse.Namespace) -> None:
    """Print the lines of one size: medians of turns taken one after the other."""
    taking = contestants(Drawn(size), arguments)
    turns: dict[str, list[dict[str, float]]] = {name: [] for name in taking}
    for _ in range(arguments.runs):
        for name, (url, first) in taking.items():
            if turns[name] and not turns[name][-1]:
                continue  # one that gave no picture gets no second minute
            turns[name].append(row(url, first, arguments.seconds))
    medians = {
        name: {key: median(turn[key] for turn in told) for key in told[0]}
        for name, told in turns.items()
        if told and all(told)
    }
    ours = medians.get("explorer", {})
    for name in turns:
        found = medians.get(name)
        if found is None:
            print(f"{size:>6}  {name:<32} no picture in {GIVE_UP_S} s", flush=True)
            continue
        ratio = ours["pan_fps"] / found["pan_fps"] if ours else 0
        print(
            f"{size:>6}  {name:<32} first {found['first_s']:6.2f} s"
            f"   pan {found['pan_fps']:5.1f} fps   zoom {found['zoom_fps']:5.1f} fps"
            f"   explorer/this {ratio:4.1f}",
            flush=True,
        )


SCRIPTS = """() => performance.getEntriesByType('resource')
  .filter((e) => e.name.endsWith('.js')).reduce((n, e) => n + e.encodedBodySize, 0)"""
EXPAND = """async () => { const s = explorer.store, t = performance.now();
  await s.expand('zgc-life-science-park', {}, '', 40); const n = explorer.stage.drawn;
  await new Promise((done) => { const f = () => explorer.stage.drawn > n ?
  done() : requestAnimationFrame(f); f(); }); return performance.now() - t }"""


def shipped(browser: Browser, runs: int) -> None:
    """First picture from a cold cache, expand to drawn, bytes of script."""
    url = serve_ours(None) + "/explore?lang=zh"
    told: dict[str, list[float]] = {"first": [], "touch": [], "expand": []}
    scripts = 0
    for _ in range(runs):
        context = browser.new_context(viewport={"width": 1280, "height": 800})
        page = context.new_page()
        page.goto(url, wait_until="commit")
        until(page, OURS.format(size=50))
        time.sleep(1)  # what is fetched after the picture is counted too
        scripts = page.evaluate(SCRIPTS)
        told["first"].append(page.evaluate(f"() => {FIRST}"))
        told["touch"].append(
            page.evaluate(f"() => {FIRST.replace('picture', 'touch')}")
        )
        page.evaluate("() => explorer.store.open('zgc-life-science-park', true)")
        until(page, "!explorer.store.busy.value")
        told["expand"].append(page.evaluate(EXPAND))
        context.close()
    print(
        f"shipped graph, cold: first picture {median(told['first']):.0f} ms, can be"
        f" moved {median(told['touch']):.0f} ms, script {scripts} bytes"
    )
    print(f"shipped graph: expand to drawn {median(told['expand']):.0f} ms", flush=True)


def main() -> int:
    """Run what the arguments ask for."""
    if sys.argv[1:2] == ["--turn"]:
        url, first, seconds = sys.argv[2:5]
        print(json.dumps(turn(url, first, float(seconds))))
        return 0
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", help="1000,5000,20000,50000 if nothing is said")
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--only", default="", help="explorer, vis, cytoscape")
    parser.add_argument("--own-layout", action="store_true")
    parser.add_argument("--shipped", action="store_true")
    arguments = parser.parse_args()
    if arguments.shipped:
        with sync_playwright() as play:
            browser = open_browser(play)
            shipped(browser, arguments.runs)
            browser.close()
    usual = "" if arguments.shipped else "1000,5000,20000,50000"
    sizes = usual if arguments.sizes is None else arguments.sizes
    for size in (int(s) for s in sizes.split(",") if s):
        compare(size, arguments)
    return 0


if __name__ == "__main__":
    sys.exit(main())
