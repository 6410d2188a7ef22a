"""The service over HTTP for tests, in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from werkzeug.serving import make_server

from kg.web import create_app
from kg.wiring import Parts


@contextmanager
def serving(parts: Parts) -> Iterator[str]:
    """The address of the application on these parts, until the end of the block."""
    server = make_server("127.0.0.1", 0, create_app(parts), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
