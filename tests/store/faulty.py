"""A real HTTP server on the loopback that breaks the contract on purpose."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

EMPTY_CATALOGUE = b'{"head":{"vars":["p","o"]},"results":{"bindings":[]}}'
JSON = "application/sparql-results+json"


@dataclass
class Reply:
    """What to answer: ``cut`` bytes of the body are held back, ``drip`` slows."""

    status: int = 200
    body: bytes = b""
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)
    cut: int = 0
    drip_s: float = 0.0
    wait_s: float = 0.0


@dataclass
class Faulty:
    """The server's address, and what it has been asked (catalogue left out)."""

    base: str
    seen: list[dict[str, list[str]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@contextmanager
def faulty(reply: Callable[[int], Reply]) -> Iterator[Faulty]:
    """Serve; ``reply`` gets the number of the request, from 0."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: object) -> None:
            """Say nothing."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked = parse_qs(body.decode())
            if "urn:life-valley:store#" in asked.get("query", [""])[0]:
                self.send(Reply(body=EMPTY_CATALOGUE))
                return
            found.seen.append(asked)
            found.headers.append(dict(self.headers))
            self.send(reply(len(found.seen) - 1))

        def do_PUT(self) -> None:
            """Say done and keep nothing, as Virtuoso does with a chunked upload."""
            self.rfile.read(int(self.headers["Content-Length"]))
            found.headers.append(dict(self.headers))
            self.send(Reply(status=201))

        def send(self, answer: Reply) -> None:
            time.sleep(answer.wait_s)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(answer.body)))
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.end_headers()
            shown = answer.body[: len(answer.body) - answer.cut]
            try:
                for i in range(0, len(shown), 1 if answer.drip_s else len(shown) or 1):
                    step = 1 if answer.drip_s else len(shown)
                    self.wfile.write(shown[i : i + step])
                    self.wfile.flush()
                    time.sleep(answer.drip_s)
            except OSError:
                self.close_connection = True
            if answer.cut:
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Faulty(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
