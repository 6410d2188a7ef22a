"""Where the HTTP server begins: first the spawner, then everything else.

The spawner loads the engine on another core while this process loads the web,
and a worker of it fills a new store meanwhile. Nothing here passes over the
graph: what does (name index, network) is made after the first answers.
"""

from __future__ import annotations

import gc
import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

from kg.config import load_settings
from kg.store.process import prepare_spawner

if TYPE_CHECKING:
    from flask import Flask

    from kg.web.front import Front
    from kg.wiring import Parts


def application() -> Front:
    """The front door, from the settings of the environment."""
    began = time.monotonic()
    settings = load_settings()
    if settings["store"].startswith("file:"):
        prepare_spawner()
    from kg.wiring import build_parts

    # Imported here: two threads that import the same modules may get in each
    # other's way; the other one only waits for a worker.
    with ThreadPoolExecutor(1) as helper:
        opening = helper.submit(build_parts, settings)
        from kg.web.app import blueprints, create_app
        from kg.web.door import build_front, set_up_logging

        set_up_logging(settings)
        blueprints()
        loaded = time.monotonic()
        parts = opening.result()
    opened = time.monotonic()
    app = create_app(parts)
    front = build_front(parts, app)
    logging.getLogger("kg").info(
        "ready after %d ms: program %d, then store %d, pages %d",
        *_spans(began, time.monotonic()),
        *_spans(began, loaded, opened, time.monotonic()),
    )
    # After the front door: the workers of queries must be there before threads.
    threading.Thread(target=_make_ready, args=(app, parts), daemon=True).start()
    return front


def _make_ready(app: Flask, parts: Parts) -> None:
    """Compute what readers would wait for, then ask the pages once."""
    from kg.web.rehearsal import rehearse

    def is_over() -> bool:
        return bool(getattr(parts.store, "is_closed", False))

    def ask() -> None:
        # What stays is not looked at again: the collector would go through all of it
        # (0.1 to 0.2 s) while some first reader waits.
        gc.freeze()
        rehearse(app, parts, is_over)
        gc.freeze()

    parts.warm(ask)
    gc.freeze()


def _spans(*moments: float) -> list[int]:
    """Milliseconds between moments."""
    return [round((later - earlier) * 1000) for earlier, later in pairwise(moments)]
