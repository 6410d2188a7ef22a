"""Serve the graph: pages, API and the SPARQL endpoint, read-only.

Example: ``kg serve --port 8000``
"""

from __future__ import annotations

import argparse

from kg.config import load_settings
from kg.web import create_app
from kg.wiring import build_parts

NAME = "serve"
HELP = "start the service"


def configure(parser: argparse.ArgumentParser) -> None:
    """``--host``, ``--port`` and ``--store`` override the settings."""
    for name in ("host", "port", "store"):
        parser.add_argument(f"--{name}")


def run(arguments: argparse.Namespace) -> int:
    """Serve until stopped."""
    given = {
        name: value
        for name in ("host", "port", "store")
        if (value := getattr(arguments, name)) is not None
    }
    settings = load_settings(given)
    app = create_app(build_parts(settings))
    app.run(host=settings["host"], port=settings["port"], threaded=True)
    return 0
