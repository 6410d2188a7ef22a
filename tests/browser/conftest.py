"""A real Chromium against the real service on the shipped graph."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from flask import Flask
from reader import Open, Reader
from village import hub_village, small_village

from kg.config import load_settings
from kg.web import built, create_app
from kg.wiring import build_parts

CHROMIUM = Path("/usr/bin/chromium")
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


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


Serve = Callable[[Flask], str]


@pytest.fixture(scope="session", name="serve")
def _serve() -> Iterator[Serve]:
    """Serve an application on a free port of the loopback; gives its address."""
    servers = []

    def serve(app: Flask) -> str:
        server = make_server("127.0.0.1", 0, app, _Server, _Quiet)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session", name="site")
def _site(serve: Serve) -> str:
    """The address of the service with the shipped graph."""
    parts = build_parts(load_settings({"store": "memory:"}, environment={}))
    parts.warm()
    return serve(create_app(parts))


@pytest.fixture(scope="session", name="browser")
def _browser(request: pytest.FixtureRequest) -> Iterator[Any]:
    if not CHROMIUM.exists():
        pytest.skip("needs Chromium")
    if built.entry_files("explorer") is None:
        pytest.fail(f"The front end is not built: run `{built.HOW_TO_BUILD}`.")
    play = request.getfixturevalue("driver")
    browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
    yield browser
    browser.close()


@pytest.fixture(name="open_at")
def _open_at(browser: Any, site: str) -> Iterator[Open]:
    contexts = []

    def open_at(path: str = "/explore?lang=zh", base: str = "", **more: Any) -> Reader:
        more.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(**more)
        contexts.append(context)
        reader = Reader(context.new_page())
        reader.page.goto((base or site) + path)
        reader.ready()
        return reader

    yield open_at
    for context in contexts:
        context.close()


@pytest.fixture(scope="module", name="village")
def _village(serve: Any) -> str:
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    parts = build_parts(settings)
    small_village().into(parts.store)  # type: ignore[arg-type]
    return str(serve(create_app(parts)))


@pytest.fixture(scope="module", name="hub")
def _hub(serve: Any) -> str:
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    parts = build_parts(settings)
    hub_village(20_000).into(parts.store)  # type: ignore[arg-type]
    return str(serve(create_app(parts)))
