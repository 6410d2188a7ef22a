"""An answer that is a file goes past the application's body, as fast as it grows."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import loops
import pytest

from kg.web.bridge import Bridge
from kg.web.exchange import Exchange
from kg.web.filed import FileAnswer, Making
from kg.web.spool import Spool, SpoolBudget

SCOPE = {
    "method": "GET", "path": "/file", "query_string": b"", "headers": [],
}  # fmt: skip


def taken(answer: Callable[[], FileAnswer]) -> list[bytes]:
    """The pieces that the loop reads of an application's file."""

    def application(
        environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        environ["kg.send_file"](answer())
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [b"not this"]

    async def read() -> list[bytes]:
        loop = asyncio.get_running_loop()
        bridge = Bridge(application, None, SpoolBudget(0))  # nothing may be spooled
        exchange = Exchange(dict(SCOPE), "client")
        with ThreadPoolExecutor(1) as one:
            done = await loop.run_in_executor(
                one, bridge.run, exchange, {}, b"", one, loop
            )
            assert isinstance(done, Spool)
            assert exchange.status == 200
            pieces = []
            try:
                while (piece := await done.read()) is not None:
                    pieces.append(piece)
            finally:
                done.close()
        return pieces

    return loops.run(read())


def test_file_that_grows_is_followed(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    path.write_bytes(b"first")
    making = Making(path)

    def write() -> None:
        for number in range(5):
            time.sleep(0.05)
            with path.open("ab") as file:
                file.write(b"%d" % number * 200_000)
        making.finish()

    writer = threading.Thread(target=write)

    def answer() -> FileAnswer:
        opened = path.open("rb")
        writer.start()
        return FileAnswer(opened, making=making)

    pieces = taken(answer)
    writer.join()
    assert pieces[0] == b"first"
    assert b"".join(pieces) == path.read_bytes()


def test_part_of_a_file_is_that_part(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(range(256)) * 4000)

    def answer() -> FileAnswer:
        opened = path.open("rb")
        opened.seek(1000)
        return FileAnswer(opened, 700_000)

    assert b"".join(taken(answer)) == path.read_bytes()[1000:701_000]


def test_file_whose_writing_failed_is_broken_off(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    path.write_bytes(b"first")
    making = Making(path)

    def answer() -> FileAnswer:
        making.finish(OSError("the disk is full"))
        return FileAnswer(path.open("rb"), making=making)

    with pytest.raises(OSError, match="full"):
        taken(answer)
