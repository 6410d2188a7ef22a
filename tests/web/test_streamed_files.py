"""Long files, asked of the service as it runs: whole, whoever else asks."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.servers.service import Service

LONG = "/sources.csv"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("files"), shipped="yes")
    running.start()
    yield running
    running.stop()


def test_long_files_arrive_whole_side_by_side(service: Service) -> None:
    """A streamed file was finished by whichever thread was free.

    The request is kept in a context of the thread, so that one in some twenty files
    of more than 64 kB was cut off at its end.
    """

    def taken(number: int) -> bytes:
        status, _, body = service.get(f"{LONG}?n={number}")
        assert status == 200
        return body

    with ThreadPoolExecutor(8) as eight:
        bodies = list(eight.map(taken, range(40)))
    assert len(bodies[0]) > 65_536
    assert set(bodies) == {bodies[0]}
    rows = list(csv.DictReader(io.StringIO(bodies[0].decode("utf-8-sig"))))
    assert rows[0]["source"].startswith("http")
