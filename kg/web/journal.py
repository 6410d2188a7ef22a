"""One line for each request, and the numbers of ``/metrics``."""

from __future__ import annotations

import bisect
import functools
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from kg.web.exchange import Exchange

ACCESS: Final = logging.getLogger("kg.access")
BUCKETS_S: Final = (0.001, 0.005, 0.02, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
_FAMILIES: Final = (
    "/sparql",
    "/update",
    "/data",
    "/api",
    "/entities",
    "/id",
    "/explore",
)


class Journal:
    """Counts requests and writes the access log.

    Args:
        slow_s: a request that took longer is a warning.
    """

    def __init__(self, slow_s: float = 5.0) -> None:
        self._slow_s = slow_s
        self._lock = threading.Lock()
        self._requests: dict[tuple[str, int], int] = {}
        self._buckets: dict[str, list[int]] = {}
        self._seconds: dict[str, float] = {}
        self.broken = 0
        self.started = time.time()

    def record(self, exchange: Exchange) -> None:
        """Note the end of an exchange. A negative status was broken off."""
        took_s = time.perf_counter() - exchange.started
        family = _family(exchange.scope["path"])
        is_broken, status = exchange.status < 0, abs(exchange.status)
        with self._lock:
            self.broken += is_broken
            self._requests[family, status] = self._requests.get((family, status), 0) + 1
            buckets = self._buckets.setdefault(family, [0] * (len(BUCKETS_S) + 1))
            buckets[bisect.bisect_left(BUCKETS_S, took_s)] += 1
            self._seconds[family] = self._seconds.get(family, 0.0) + took_s
        level = logging.WARNING if took_s > self._slow_s or is_broken else logging.INFO
        if ACCESS.isEnabledFor(level):
            line = _line(exchange, status, took_s, is_broken=is_broken)
            # As ACCESS.log does, without a search for the place that it is called at.
            name = ACCESS.name
            ACCESS.handle(logging.LogRecord(name, level, "", 0, line, None, None))

    def lines(self) -> Iterator[str]:
        """Prometheus text: requests and their durations."""
        with self._lock:
            requests = dict(self._requests)
            buckets = {family: list(counts) for family, counts in self._buckets.items()}
            seconds = dict(self._seconds)
        yield "# TYPE kg_requests_total counter"
        for (family, status), count in sorted(requests.items()):
            yield f'kg_requests_total{{path="{family}",status="{status}"}} {count}'
        yield "# TYPE kg_request_seconds histogram"
        for family, counts in sorted(buckets.items()):
            total = 0
            for bound, count in zip((*BUCKETS_S, "+Inf"), counts, strict=True):
                total += count
                yield (
                    f'kg_request_seconds_bucket{{path="{family}",le="{bound}"}} {total}'
                )
            yield f'kg_request_seconds_sum{{path="{family}"}} {seconds[family]:.6f}'
            yield f'kg_request_seconds_count{{path="{family}"}} {total}'
        yield "# TYPE kg_answers_broken_total counter"
        yield f"kg_answers_broken_total {self.broken}"


@functools.lru_cache(maxsize=256)
def _family(path: str) -> str:
    return next((f for f in _FAMILIES if path.startswith(f)), "other")


def _line(exchange: Exchange, status: int, took_s: float, *, is_broken: bool) -> str:
    told = {
        "request_id": exchange.request_id,
        "client": exchange.client,
        "method": exchange.scope["method"],
        "path": exchange.scope["path"][:200],
        "status": status,
        "ms": round(took_s * 1000, 2),
        "bytes": exchange.sent_bytes,
    }
    if is_broken:
        told["broken"] = True
    return json.dumps(told, ensure_ascii=False)


@functools.lru_cache(maxsize=4)
def _second(when_s: int) -> str:
    """A second of UTC, as RFC 3339 writes it, without its end."""
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(when_s))


class JsonFormatter(logging.Formatter):
    """A log record as one line of JSON; an access line is JSON already."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        when = _second(int(record.created))
        head = {
            "time": f"{when}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name == ACCESS.name:
            return json.dumps(head)[:-1] + ", " + record.getMessage()[1:]
        told = {**head, "message": record.getMessage()}
        if record.exc_info:
            told["trace"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)
