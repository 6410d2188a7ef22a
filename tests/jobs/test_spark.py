"""Spark gives the numbers that one process gives, and outlives a worker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import networkx as nx
import numpy as np
import psutil
import pytest

from bench.generator.__main__ import ecosystem, write
from kg.analysis.measures import pagerank

pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]
ROOT = Path(__file__).resolve().parents[2]
RELATIONS = {
    "cooperatesWith",
    "investedIn",
    "subsidiaryOf",
    "spinOffOf",
    "incubatedBy",
    "supplies",
    "memberOf",
    "affiliatedWith",
}


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "made.nt"
    with path.open("w", encoding="utf-8") as out:
        write(ecosystem(120), out, quads=False)
    return path


@pytest.fixture(scope="module")
def graph(export: Path) -> nx.Graph:
    found: nx.Graph = nx.Graph()
    for line in export.read_text(encoding="utf-8").splitlines():
        s, p, o = line.removesuffix(" .").split(" ", 2)
        if p.rpartition("#")[2][:-1] in RELATIONS and s != o:
            found.add_edge(s[1:-1], o[1:-1])
    return found


def command(export: Path, target: Path, master: str, engine: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "jobs.measure_network",
        str(export),
        str(target),
        "--generation",
        "g1",
        "--master",
        master,
        "--engine",
        engine,
        "--tolerance",
        "1e-5",
    ]


def check(target: Path, graph: nx.Graph) -> None:
    """Compare with what one process computes."""
    rows = {row["id"]: row for row in rows_of(target, "nodes")}
    names = sorted(graph)
    assert sorted(rows) == names
    number = {name: i for i, name in enumerate(names)}
    ends = np.array([(number[a], number[b]) for a, b in graph.edges], dtype=np.int64)
    own = pagerank(len(names), ends)
    for name in names:
        assert rows[name]["degree"] == graph.degree(name)
        assert rows[name]["rank"] == pytest.approx(own[number[name]], rel=1e-3)
    parts = Counter(row["component"] for row in rows.values())
    expected = sorted(len(part) for part in nx.connected_components(graph))
    assert sorted(parts.values()) == expected
    pairs = {(r["a"], r["b"]): r for r in rows_of(target, "partners")}
    some = sorted(pairs)[:50]
    for a, b, score in nx.adamic_adar_index(graph, some):
        assert pairs[a, b]["score"] == pytest.approx(score, rel=1e-9)
        assert pairs[a, b]["shared"] == len(list(nx.common_neighbors(graph, a, b)))
    facts = json.loads((target / "measures.json").read_text())
    labels = nx.Graph(graph)
    groups: dict[str, set[str]] = {}
    for name, row in rows.items():
        groups.setdefault(row["community"], set()).add(name)
    known = nx.community.modularity(labels, groups.values())
    assert facts["modularity"] == pytest.approx(known, abs=1e-3)
    assert facts["generation"] == "g1"


def rows_of(target: Path, name: str) -> list[dict]:
    """Rows of a Parquet folder, read by Spark in a process of its own."""
    code = (
        "import sys, json\n"
        "from jobs.measure_network import session\n"
        "s = session('local[1]', sys.argv[2])\n"
        "for r in s.read.parquet(sys.argv[1]).toLocalIterator():\n"
        "    print(json.dumps(r.asDict()))\n"
        "s.stop()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(target / name), str(target / "check")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("engine", ["dataframes", "graphx"])
def test_spark_gives_the_numbers_of_one_process(
    export: Path, graph: nx.Graph, tmp_path: Path, engine: str
) -> None:
    subprocess.run(
        command(export, tmp_path, "local[2]", engine),
        cwd=ROOT,
        check=True,
        timeout=900,
        capture_output=True,
    )
    check(tmp_path, graph)


def executors(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    """The executors of this job, and of no other."""
    found = []
    for child in psutil.Process(process.pid).children(recursive=True):
        try:
            if "CoarseGrainedExecutorBackend" in " ".join(child.cmdline()):
                found.append(child)
        except psutil.NoSuchProcess:
            continue
    return found


def test_killed_worker_costs_time_not_the_answer(
    export: Path, graph: nx.Graph, tmp_path: Path
) -> None:
    log = (tmp_path / "log").open("wb")
    process = subprocess.Popen(
        command(export, tmp_path, "local-cluster[2,1,1024]", "dataframes"),
        cwd=ROOT,
        stdout=log,
        stderr=log,
        env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"},
    )
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until and not (tmp_path / "checkpoints").exists():
            time.sleep(0.2)
        while time.monotonic() < until and len(executors(process)) < 2:
            time.sleep(0.2)
        deadline = time.monotonic() + 120
        checkpoints = tmp_path / "checkpoints"
        while time.monotonic() < deadline and not list(checkpoints.glob("*/rdd-*")):
            time.sleep(0.2)
        victims = executors(process)
        assert len(victims) >= 2
        victims[0].kill()
        assert process.wait(900) == 0
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        log.close()
    assert b"Lost executor" in (tmp_path / "log").read_bytes()
    check(tmp_path, graph)
