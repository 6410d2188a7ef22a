"""The servers that play: the product, and what else could hold the graph."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.scale_measure import Cost, Http, cpu_s, memory_mb, python, run
from bench.scale_queries import PREFIXES, Question
from tests.servers import oxigraph, virtuoso
from tests.servers.process import free_port
from tests.servers.virtuoso import VirtuosoServer

Ask = Callable[[Question], Callable[[], int]]
RDFLIB_UP_TO = 10_000
_ASK = "/sparql?query=ASK%7B%3Fs%20%3Fp%20%3Fo%7D"


@dataclass
class Running:
    """A server that is up.

    Attributes:
        ask: makes a call of a question.
        memory: MiB of its processes now.
        load: what loading took, where it is its own.
        http: requests to it, where it has pages.
        pid: of its first process, where that is known.
    """

    ask: Ask
    memory: Callable[[], float]
    load: Cost | None = None
    http: Http | None = None
    pid: int = 0


@dataclass(frozen=True)
class Memory:
    """Memory of a server and its children now, when called."""

    pid: int

    def __call__(self) -> float:
        """In MiB."""
        return memory_mb(self.pid)


def _until_idle(pid: int, wait_s: float = 300.0) -> None:
    """Wait for what a start does behind the first answer: it would be measured."""
    until = time.monotonic() + wait_s
    quiet, before = 0, cpu_s(pid)
    while time.monotonic() < until and quiet < 3:
        time.sleep(0.5)
        now = cpu_s(pid)
        quiet = quiet + 1 if now - before < 0.03 else 0
        before = now


@contextmanager
def product(
    store: Path, limit_s: float, *, own_pages: bool, cache_mb: str = "0"
) -> Iterator[Running]:
    """The service on a store; ``own_pages``: by its own addresses where it has one."""
    port = free_port()
    environment = {
        "KG_STORE": f"file:{store}",
        "KG_SHIPPED": "no",
        "KG_PORT": str(port),
        "KG_CACHE_MB": cache_mb,
        "KG_CACHE": str(store.parent / "cache"),
        "KG_QUERY_TIMEOUT_S": str(limit_s),
        "KG_BUSY_TIMEOUT_S": str(limit_s),
        "KG_MAX_ROWS": "10000000",
        "KG_MAX_ANSWER_MB": "2048",
        "KG_MAX_MEMORY_MB": "8192",
    }
    base = f"http://127.0.0.1:{port}"
    http = Http(base, limit_s)
    began = time.perf_counter()
    with _server(python("server.py"), base + _ASK, environment) as memory:
        http.query("/sparql", "ASK { ?s ?p ?o }", "ASK", {})
        up = Cost(time.perf_counter() - began, float("nan"), float("nan"))
        _until_idle(memory.pid)

        def ask(question: Question) -> Callable[[], int]:
            if own_pages and question.page:
                return lambda: http.page(question.page)
            text = PREFIXES + question.text
            return lambda: http.query("/sparql", text, question.form, {})

        yield Running(ask, memory, up, http, memory.pid)


@contextmanager
def oxigraph_server(generation: Path, limit_s: float) -> Iterator[Running]:
    """``oxigraph serve-read-only`` on the very same files."""
    port = free_port()
    command = (
        str(oxigraph.program()),
        "serve-read-only",
        "--location",
        str(generation),
        "--bind",
        f"127.0.0.1:{port}",
    )
    base = f"http://127.0.0.1:{port}"
    with _server(command, base, {}) as memory:
        yield Running(_plain(Http(base, limit_s), "/query", {}), memory)


@contextmanager
def virtuoso_server(dump: Path, folder: Path, limit_s: float) -> Iterator[Running]:
    """Virtuoso, loaded by its own bulk loader."""
    shutil.rmtree(folder, ignore_errors=True)  # it has a password of its own by now
    folder.mkdir(parents=True)
    server = VirtuosoServer(
        folder, max_rows=10_000_000, buffers=340_000, load_folder=dump.parent
    )
    try:
        server.start()
        began = time.perf_counter()
        server.sql(f"ld_dir('{dump.parent}', '{dump.name}', 'urn:all')")
        server.sql("rdf_loader_run()")
        server.sql("checkpoint")
        load = Cost(time.perf_counter() - began, float("nan"), memory_mb(server.pid))
        fields = {"default-graph-uri": "urn:all"}
        ask = _plain(Http(server.base, limit_s), "/sparql", fields)
        yield Running(ask, lambda: memory_mb(server.pid), load)
    finally:
        server.stop()


@contextmanager
def rdflib_endpoint(dump: Path, limit_s: float) -> Iterator[Running]:
    """``rdflib-endpoint serve`` with the graph in memory."""
    port = free_port()
    program = str(Path(sys.executable).parent / "rdflib-endpoint")
    command = (program, "serve", str(dump), "--host", "127.0.0.1", "--port", str(port))
    base = f"http://127.0.0.1:{port}"
    with _server(command, base, {}, wait_s=900) as memory:
        yield Running(_plain(Http(base, limit_s), "/", {}), memory)


@contextmanager
def rdflib_memory(dump: Path, limit_s: float) -> Iterator[Running]:
    """rdflib in a process of its own, asked over a pipe."""
    code = (
        "import sys, json, rdflib\n"
        "g = rdflib.Graph(); g.parse(sys.argv[1], format='nt')\n"
        "print('up', flush=True)\n"
        "for line in sys.stdin:\n"
        "    r = g.query(json.loads(line))\n"
        "    print(len(r.serialize(format='nt' if r.type == 'CONSTRUCT' else 'json')),"
        " flush=True)\n"
    )
    import json

    began = time.perf_counter()
    process = subprocess.Popen(
        python("-c", code, str(dump)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    stdin, stdout = process.stdin, process.stdout
    stdout.readline()
    load = Cost(time.perf_counter() - began, float("nan"), memory_mb(process.pid))

    def ask(question: Question) -> Callable[[], int]:
        def call() -> int:
            import select

            stdin.write(json.dumps(PREFIXES + question.text) + "\n")
            stdin.flush()
            if not select.select([stdout], [], [], limit_s)[0]:
                process.kill()
                raise TimeoutError("given up; rdflib cannot be asked further")
            return int(stdout.readline())

        return call

    try:
        yield Running(ask, lambda: memory_mb(process.pid), load)
    finally:
        process.kill()
        process.wait()


def _plain(http: Http, path: str, fields: dict[str, str]) -> Ask:
    def ask(question: Question) -> Callable[[], int]:
        text = PREFIXES + question.text
        return lambda: http.query(path, text, question.form, fields)

    return ask


@contextmanager
def _server(
    command: tuple[str, ...],
    base: str,
    environment: dict[str, str],
    wait_s: float = 600,
) -> Iterator[Memory]:
    process = subprocess.Popen(
        command,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    until = time.monotonic() + wait_s
    try:
        while time.monotonic() < until:
            if process.poll() is not None:
                raise RuntimeError(f"{command[0]} ended with {process.returncode}")
            try:
                urllib.request.urlopen(base, timeout=30).close()
                break
            except urllib.error.HTTPError:
                break
            except OSError:
                time.sleep(0.02)
        yield Memory(process.pid)
    finally:
        process.terminate()
        try:
            process.wait(40)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def has_virtuoso() -> bool:
    """Whether Virtuoso is installed."""
    return virtuoso.program() is not None


__all__ = ["Cost", "Running", "run"]
