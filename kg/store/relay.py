"""Calls the endpoints that SERVICE may name, at the address that was checked.

The engine would resolve the name once more, follow what it finds and wait for
ever. So a federated query is pointed at this server on the loopback, which
sends the sub-query to the pinned address, under the endpoint's own host name,
with a time and a size limit and without following redirects.
"""

from __future__ import annotations

import http.client
import secrets
import ssl
import threading
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import urlsplit

TIMEOUT_S: Final = 20.0
MAX_BYTES: Final = 16 * 1024 * 1024
_KEPT: Final = 1000
_PASSED: Final = ("accept", "content-type", "user-agent")


class Relay:
    """A server on the loopback; stopped with ``close``."""

    def __init__(self) -> None:
        self._targets: OrderedDict[str, tuple[str, str, int]] = OrderedDict()
        self._lock = threading.Lock()
        relay = self

        class Handler(_Handler):
            targets = relay._targets

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def pin(self, iri: str, address: str, port: int) -> str:
        """Take a checked endpoint; gives the IRI to call instead."""
        key = secrets.token_urlsafe(24)
        with self._lock:
            self._targets[key] = (iri, address, port)
            while len(self._targets) > _KEPT:
                self._targets.popitem(last=False)
        return f"http://127.0.0.1:{self._server.server_port}/{key}"

    def close(self) -> None:
        """Stop the server."""
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    targets: OrderedDict[str, tuple[str, str, int]]

    def do_POST(self) -> None:
        """Pass a sub-query on."""
        target = self.targets.get(self.path.lstrip("/"))
        length = int(self.headers.get("Content-Length", "0"))
        if target is None or length > MAX_BYTES:
            self.send_error(404)
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() in _PASSED}
        try:
            status, kind, body = _call(*target, self.rfile.read(length), headers)
        except (OSError, http.client.HTTPException):
            self.send_error(502)
            return
        self.send_response(status if status == 200 else 502)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """The service logs the query."""


def _call(
    iri: str, address: str, port: int, body: bytes, headers: dict[str, str]
) -> tuple[int, str, bytes]:
    """Send a sub-query to a pinned address.

    Raises:
        OSError: if the endpoint does not answer in time, or at too great length.
    """
    parts = urlsplit(iri)
    host = parts.hostname or ""
    connection = http.client.HTTPConnection(address, port, timeout=TIMEOUT_S)
    if parts.scheme == "https":
        connection.connect()
        context = ssl.create_default_context()
        connection.sock = context.wrap_socket(connection.sock, server_hostname=host)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, {**headers, "Host": parts.netloc})
        answer = connection.getresponse()
        told = answer.read(MAX_BYTES + 1)
        if len(told) > MAX_BYTES:
            raise OSError("the endpoint's answer is too long")
        return answer.status, answer.getheader("Content-Type") or "", told
    finally:
        connection.close()
