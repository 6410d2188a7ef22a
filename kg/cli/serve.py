"""Serve the graph: pages, API and the SPARQL endpoint.

Every setting of ``docs/settings.md`` is an environment variable, a line of the
TOML file that KG_CONFIG names, or, for the ones below, an option. Writes are
off unless a token is set. SIGTERM and SIGINT finish what runs, for at most
``stop_timeout_s``; SIGHUP loads everything anew without closing the port.

Example: ``kg serve --port 8000``
"""

from __future__ import annotations

import argparse
import os

from kg.config import environment_name, load_settings

NAME = "serve"
HELP = "start the service"
OPTIONS = ("host", "port", "store")


def configure(parser: argparse.ArgumentParser) -> None:
    """``--host``, ``--port`` and ``--store`` override the settings."""
    for name in OPTIONS:
        parser.add_argument(f"--{name}", help=f"instead of {environment_name(name)}")


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    given = {
        name: value
        for name in OPTIONS
        if (value := getattr(arguments, name)) is not None
    }
    settings = load_settings(given)
    # The server's worker is another process: it reads the environment.
    os.environ |= {environment_name(name): value for name, value in given.items()}
    # Many threads would each have a heap of their own, and what one frees stays.
    os.environ.setdefault("MALLOC_ARENA_MAX", "2")
    # Workers' sockets come and go on the loop: cheaper by epoll than by io_uring.
    os.environ.setdefault("UV_USE_IO_URING", "0")
    from granian import Granian
    from granian.constants import Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels

    server = Granian(
        "kg.web.start:application",
        factory=True,
        address=settings["host"],
        port=settings["port"],
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        websockets=False,
        workers=1,
        backlog=1024,
        backpressure=settings["max_connections"],
        http1_settings=HTTP1Settings(
            header_read_timeout=int(settings["header_timeout_s"] * 1000),
            max_buffer_size=128 * 1024,
        ),
        workers_kill_timeout=settings["stop_timeout_s"],
        respawn_failed_workers=True,
        respawn_interval=1.0,
        log_access=False,
        log_level=LogLevels.warning,
    )
    server.serve()
    return 0
