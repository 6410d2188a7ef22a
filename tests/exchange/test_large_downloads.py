"""Files of a large graph: handed out while they are made, whole or broken off."""

from __future__ import annotations

import hashlib
import http.client
import threading
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

from bench.generator.__main__ import ecosystem, write
from kg.cli.main import main
from kg.web.filed import FileAnswer, Making, Pieces
from tests.servers.service import Service

ORGANISATIONS = 2500  # some 25,000 statements: large
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module", name="made")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("made") / "made.nt"
    with path.open("w", encoding="utf-8") as out:
        write(ecosystem(ORGANISATIONS), out, quads=False)
    return path


@pytest.fixture(scope="module", name="service")
def _service(tmp_path_factory: pytest.TempPathFactory, made: Path) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("large"))
    store = f"file:{running.folder / 'store'}"
    assert main(["load", str(made), "--store", store]) == 0
    running.start()
    yield running
    running.stop()


def lines(data: bytes) -> set[bytes]:
    """The triples of a document, each once."""
    found = data.splitlines()
    assert data.endswith(b"\n")
    assert len(set(found)) == len(found)
    return set(found)


def test_file_of_all_is_every_triple_once(service: Service, made: Path) -> None:
    status, headers, first = service.get("/downloads/all.nt")
    assert status == 200
    assert headers["content-type"] == "application/n-triples"
    told = {str(q.triple) for q in ox.parse(path=str(made))}
    mine = {str(q.triple) for q in ox.parse(first, format=ox.RdfFormat.N_TRIPLES)}
    assert told < mine  # and the ontology
    lines(first)
    # Asked again it lies there, with all that a file has.
    status, headers, again = service.get("/downloads/all.nt")
    assert (status, again) == (200, first)
    assert int(headers["content-length"]) == len(first)
    assert headers["etag"]
    sha256 = hashlib.sha256(first).hexdigest()
    assert service.get("/downloads/all.nt.sha256")[2].startswith(sha256.encode())
    wanted = "bytes=300000-900001"
    status, headers, part = service.get("/downloads/all.nt", Range=wanted)
    assert (status, part) == (206, first[300_000:900_002])
    assert headers["content-range"] == f"bytes 300000-900001/{len(first)}"
    known = headers["etag"]
    assert service.get("/downloads/all.nt", If_None_Match=known)[0] == 304


def test_files_of_quads_and_turtle_hold_the_same(service: Service) -> None:
    triples = {
        str(q.triple)
        for q in ox.parse(
            service.get("/downloads/all.nt")[2], format=ox.RdfFormat.N_TRIPLES
        )
    }
    turtle = service.get("/downloads/all.ttl")[2]
    assert {
        str(q.triple) for q in ox.parse(turtle, format=ox.RdfFormat.TURTLE)
    } == triples
    quads = list(
        ox.parse(service.get("/downloads/all.nq")[2], format=ox.RdfFormat.N_QUADS)
    )
    assert {str(q.triple) for q in quads} == triples
    assert {q.graph_name.value.rpartition("/")[2] for q in quads} == {
        "synthetic",
        "ontology",
    }


def test_reader_who_leaves_does_not_stop_the_file(service: Service) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=60)
    connection.request("GET", "/downloads/synthetic.nt")
    assert connection.getresponse().read(1000)
    connection.close()
    status, _, body = service.get("/downloads/synthetic.nt")
    assert status == 200
    assert len(lines(body)) > 150_000


def test_reader_follows_a_file_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    path.touch()
    making = Making(path)
    pieces = Pieces(FileAnswer(path.open("rb"), making=making))
    assert pieces.next() == b""
    path.write_bytes(b"one")
    assert pieces.next() == b"one"
    with path.open("ab") as file:
        file.write(b"two")
    path.rename(tmp_path / "done")
    threading.Timer(0.2, making.finish).start()
    assert b"".join(pieces) == b"two"
    assert making.wait(0)


def test_file_that_fails_is_broken_off(tmp_path: Path) -> None:
    path = tmp_path / "draft"
    path.write_bytes(b"one")
    making = Making(path)
    pieces = Pieces(FileAnswer(path.open("rb"), making=making))
    assert pieces.next() == b"one"
    making.finish(OSError("the disk is full"))
    with pytest.raises(OSError, match="full"):
        pieces.next()
    pieces.close()
