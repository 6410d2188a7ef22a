"""For the operator: ``/healthz``, ``/readyz``, ``/metrics``, ``/-/settings``."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, current_app, jsonify, render_template, request

from kg.store.base import CURRENT
from kg.store.isolated import IsolatedStore
from kg.web.journal import Journal
from kg.wiring import Parts

blueprint = Blueprint("operation", __name__)


def _parts() -> Parts:
    found: Parts = current_app.extensions["kg"]
    return found


@blueprint.get("/healthz")
def healthz() -> Response:
    """Whether this process answers at all."""
    response = jsonify(ok=True)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/readyz")
def readyz() -> Response:
    """Whether the store is open and queries can be answered."""
    store = _parts().store
    told: dict[str, object] = {"generation": store.generation}
    is_ready = True
    if isinstance(store, IsolatedStore):
        told |= store.health()
        is_ready = bool(told["workers"]) and not told["degraded"]
    told["conclusions"] = store.conclusions
    told["answers"] = store.ask("ASK {}", timeout_s=5.0)
    response = jsonify(ok=is_ready and told["answers"], **told)
    response.status_code = 200 if is_ready and told["answers"] else 503
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/metrics")
def metrics() -> Response:
    """Numbers in Prometheus' text format, version 0.0.4."""
    text = "\n".join(_metrics()) + "\n"
    response = Response(text, content_type="text/plain; version=0.0.4; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    return response


def _metrics() -> Iterator[str]:
    parts = _parts()
    journal = current_app.extensions.get("kg.journal")
    if isinstance(journal, Journal):
        yield from journal.lines()
    store = parts.store
    number = "".join(filter(str.isdigit, store.generation.split("-")[0])) or "0"
    yield "# TYPE kg_generation gauge"
    yield f"kg_generation {int(number)}"
    yield "# TYPE kg_conclusions_stale gauge"
    yield f"kg_conclusions_stale {int(store.conclusions != CURRENT)}"
    if isinstance(store, IsolatedStore):
        yield "# TYPE kg_triples gauge"
        yield f"kg_triples {store.quads()}"
        for pool, numbers in sorted(store.stats().items()):
            for name, value in numbers.items():
                yield f'kg_pool_{name}{{pool="{pool}"}} {value}'
    cache = parts.queries.cache
    yield f"kg_cache_hits_total {cache.hits}"
    yield f"kg_cache_misses_total {cache.misses}"
    yield f"kg_cache_bytes {cache.size_bytes}"


@blueprint.get("/-/settings")
def settings() -> Response | str:
    """Every setting in force; secrets are only said to be set or not."""
    rows = _parts().settings.shown()
    best = request.accept_mimetypes.best_match(["application/json", "text/html"])
    if best == "text/html":
        return render_template("settings.html", rows=rows)
    return jsonify(rows)
