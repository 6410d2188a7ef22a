"""A client that asks for the head alone holds no worker."""

from __future__ import annotations

import time
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.servers.service import Service


@pytest.mark.slow
def test_heads_of_long_answers_leave_the_workers_free(tmp_path: Path) -> None:
    service = Service(tmp_path, workers="2")
    service.start()
    try:
        values = " ".join(f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(6))
        query = f"CONSTRUCT {{ ?x0 ?x1 ?x2 . <u:a> <u:b> ?y }} {{ {values} BIND(CONCAT('{'x' * 400}', STR(?x0), STR(?x1), STR(?x2), STR(?x3), STR(?x4), STR(?x5)) AS ?y) }}"
        for _ in range(5):
            status, _, body = service.request(
                "HEAD", "/sparql?query=" + quote(query), Accept="application/n-triples"
            )
            assert (status, body) == (200, b"")
        started = time.monotonic()
        assert service.query("ASK {}")[0] == 200
        assert time.monotonic() - started < 1
    finally:
        service.stop()
