"""The front door around the application, from the settings."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from pathlib import Path

from flask import Flask

from kg import vocab
from kg.config import Settings
from kg.curate.publication import publish
from kg.errors import KGError
from kg.query.access import Access
from kg.store import ServiceStore
from kg.store.base import CURRENT
from kg.store.heap import HeapKeeper
from kg.store.isolated import IsolatedStore
from kg.web.app import create_app
from kg.web.backups import Backups
from kg.web.bridge import Bridge
from kg.web.direct import Direct
from kg.web.exchange import FrontOptions
from kg.web.front import Front
from kg.web.journal import Journal, JsonFormatter
from kg.web.quick import Quick
from kg.web.spool import SpoolBudget
from kg.wiring import Parts

_MIB = 1024 * 1024
_SWITCH_S = 0.001


def front_options(settings: Settings, access: Access) -> FrontOptions:
    """What a request may take, from the settings."""

    def is_writer(token: str) -> bool:
        try:
            access.require(f"Bearer {token}", "data", vocab.GRAPH)
        except KGError:
            return False
        return True

    waiting = settings["workers"] + settings["max_waiting"]
    return FrontOptions(
        max_query_bytes=3 * settings["max_query_kb"] * 1024 + 65536,
        max_upload_bytes=settings["max_upload_mb"] * _MIB,
        body_timeout_s=settings["body_timeout_s"],
        send_timeout_s=settings["send_timeout_s"],
        query_threads=waiting + 8,
        page_threads=settings["page_threads"],
        spool_bytes=settings["spool_mb"] * _MIB,
        fast_cache_bytes=settings["cache_mb"] * _MIB,
        trusted_proxies=frozenset(settings["trusted_proxies"]),
        is_writer=is_writer,
    )


def set_up_logging(settings: Settings) -> None:
    """Log to standard error, one JSON object a line."""
    # Not in our lines; looked up for each of them.
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings["log_level"].upper())


def _conclude(store: ServiceStore) -> None:
    """Make conclusions current that are not; the service answers meanwhile."""
    try:
        publish(store, {})
    except (KGError, OSError):
        logging.getLogger("kg").exception("conclusions could not be made")


def build_front(parts: Parts, app: Flask | None = None) -> Front:
    """The front door around these parts, and the application if it was made."""
    settings, store = parts.settings, parts.store
    journal = Journal(settings["slow_query_s"])
    app = create_app(parts) if app is None else app
    app.extensions["kg.journal"] = journal

    backups = Backups(
        store,
        Path(settings["backup_folder"]),
        settings["backup_every_h"] * 3600,
        settings["backup_keep"],
    )

    heap = HeapKeeper()

    def start() -> None:
        heap.start()
        if isinstance(store, IsolatedStore):
            store.warm()
            threading.Thread(target=store.verify, daemon=True).start()
        if settings["backup_folder"]:
            backups.start()
        if store.conclusions != CURRENT:  # of an older version, or restored
            threading.Thread(target=_conclude, args=(store,), daemon=True).start()
        # A thread that reads a long query must not keep the loop waiting.
        sys.setswitchinterval(_SWITCH_S)
        gc.freeze()  # what was loaded stays: nothing of it need be looked at again
        logging.getLogger("kg").info("serving generation %s", store.generation)

    def stop() -> None:
        parts.stop_jobs()
        heap.stop()
        backups.stop()
        store.close()

    options = front_options(settings, parts.access)
    direct = Direct(parts.queries, settings["base_url"], settings["cors_origins"])
    quick = Quick(direct, store.quick) if isinstance(store, IsolatedStore) else None
    return Front(
        Bridge(app, direct, SpoolBudget(options.spool_bytes), quick),
        options,
        journal,
        generation=lambda: store.generation,
        start=start,
        stop=stop,
    )
