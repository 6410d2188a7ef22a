"""Nothing acknowledged is lost, whatever dies."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kg.errors import KGError, StoreError, StoreReadOnlyError, StoreUnreachableError
from kg.model import Iri, Literal
from kg.store.base import GraphWrite, UserUpdate
from kg.store.isolated import IsolatedStore
from kg.store.staging import clone
from tests.servers.service import Service

pytestmark = pytest.mark.slow
WRITES = 200


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    running = Service(tmp_path, token="secret", query_timeout_s="5")
    running.start()
    yield running
    running.stop()


def values(service: Service) -> set[int]:
    """What the writes have left."""
    text = "SELECT ?v { GRAPH <u:g> { <u:s> <u:p> ?v } }"
    status, _, body = service.query(text)
    assert status == 200
    return {int(row["v"]["value"]) for row in json.loads(body)["results"]["bindings"]}


def insert(service: Service, value: int) -> bool:
    text = (
        f"INSERT DATA {{ GRAPH <u:g> {{ <u:s> <u:p> {value} . <u:s> <u:q> {value} }} }}"
    )
    return service.update(text, "secret")[0] == 204


def test_worker_killed_costs_its_query_only(service: Service) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { " + " ".join(
        f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(12)
    )
    found: list[int] = []
    asking = threading.Thread(target=lambda: found.append(service.query(slow + "}")[0]))
    asking.start()
    time.sleep(1.0)
    for pid in busy_workers(service):
        os.kill(pid, signal.SIGKILL)
    asking.join(20)
    assert found
    assert found[0] in {413, 502, 504}
    started = time.monotonic()
    assert service.query("ASK {}")[0] == 200
    assert time.monotonic() - started < 1.0
    assert service.get("/readyz")[0] == 200


def busy_workers(service: Service) -> list[int]:
    """Workers by the time they have used, the busiest first."""

    def used(pid: int) -> int:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    workers = [p for p in service.pids() if b"spawner" in cmdline(p)]
    return sorted(workers, key=used, reverse=True)[:1]


def cmdline(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


@pytest.mark.timeout(400)
def test_service_killed_amid_writes_keeps_every_acknowledged_one(
    service: Service,
) -> None:
    acknowledged: set[int] = set()
    stop = threading.Event()

    def write() -> None:
        for value in range(WRITES):
            if stop.is_set():
                return
            try:
                if insert(service, value):
                    acknowledged.add(value)
            except OSError:
                return

    writer = threading.Thread(target=write)
    writer.start()
    while len(acknowledged) < WRITES // 2 and writer.is_alive():
        time.sleep(0.005)
    service.kill()
    stop.set()
    writer.join(30)
    service.start()
    found = values(service)
    assert acknowledged <= found
    assert len(found - acknowledged) <= 1, "at most the one under way"
    halves = "SELECT ?v { <u:s> <u:p> ?v FILTER NOT EXISTS { <u:s> <u:q> ?v } }"
    assert json.loads(service.query(halves)[2])["results"]["bindings"] == []
    for value in range(len(found), WRITES):
        assert insert(service, value)
    assert values(service) == set(range(WRITES))


def test_service_told_to_stop_finishes_what_runs(service: Service) -> None:
    slow = "SELECT (COUNT(*) AS ?n) { " + " ".join(
        f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(6)
    )
    found: list[int] = []
    asking = threading.Thread(target=lambda: found.append(service.query(slow + "}")[0]))
    asking.start()
    time.sleep(0.15)
    service.stop()
    asking.join(20)
    assert found == [200]
    assert service.process.returncode is not None


@pytest.fixture
def store(tmp_path: Path) -> Iterator[IsolatedStore]:
    opened = IsolatedStore(tmp_path / "store")
    for value in range(3):
        opened.update(UserUpdate(f"INSERT DATA {{ <u:s> <u:p> {value} }}"))
    yield opened
    opened.close()


def tables(path: Path) -> list[Path]:
    """Tables of the generation that counts, oldest first."""
    name = (path / "CURRENT").read_text()
    found = (path / "generations" / name).glob("*.sst")
    return sorted(found, key=lambda t: int(t.stem))


def turn_bytes(file: Path) -> None:
    """Damage a file and its size not; no other generation's link of it."""
    data = bytearray(file.read_bytes())
    for at in range(10, len(data) // 2):
        data[at] ^= 0xFF
    file.unlink()
    file.write_bytes(data)


def test_generation_with_a_cut_table_gives_way_to_the_one_before(
    tmp_path: Path, store: IsolatedStore
) -> None:
    store.close()
    table = tables(tmp_path / "store")[-1]
    table.write_bytes(table.read_bytes()[:-20])
    with opened(tmp_path / "store") as again:
        assert again.degraded
        assert again.ask("ASK { <u:s> <u:p> 0 }")
        with pytest.raises(StoreReadOnlyError):
            again.update(UserUpdate("INSERT DATA { <u:s> <u:p> 9 }"))


@contextlib.contextmanager
def opened(path: Path) -> Iterator[IsolatedStore]:
    store = IsolatedStore(path)
    try:
        yield store
    finally:
        store.close()


def test_generation_with_turned_bytes_is_found_by_reading_it(
    tmp_path: Path, store: IsolatedStore
) -> None:
    store.close()
    turn_bytes(tables(tmp_path / "store")[-1])
    try:
        again = IsolatedStore(tmp_path / "store")
    except StoreUnreachableError:
        return
    try:
        again.verify()
        assert again.degraded
        assert again.ask("ASK { <u:s> <u:p> 0 }")
    finally:
        again.close()


def test_damage_of_any_file_is_found_by_reading_it(store: IsolatedStore) -> None:
    generations, name = store._generations, store.generation
    assert generations.damage(name, thoroughly=True) == ""
    sound = [f for f in store.generation_path.iterdir() if f.stat().st_size]
    data = [f for f in sound if not f.name.startswith(("LOG", "LOCK"))]
    assert {"MANIFEST", "CURRENT"} <= {f.name.split("-")[0] for f in data}
    assert len(tables(store.root)) > 9, "several tables of each index"
    for file in data:
        kept = file.read_bytes()
        turned = bytearray(kept)
        turned[len(turned) // 2] ^= 1
        file.unlink()
        file.write_bytes(turned)
        assert generations.damage(name, thoroughly=True).startswith(file.name)
        file.write_bytes(kept)
    assert generations.damage(name, thoroughly=True) == ""


def test_shared_tables_keep_the_checksum_they_were_made_with(
    store: IsolatedStore,
) -> None:
    generations, before = store._generations, store.generation
    table = tables(store.root)[0]
    known = generations.facts_of(before)["sums"][table.name]
    with table.open("r+b") as file:  # the disk errs: in all links of the file
        file.seek(10)
        file.write(b"????")
    name = generations.next_name()
    clone(store.generation_path, generations.staging / name)
    assert (generations.staging / name / table.name).samefile(table)
    generations.publish(generations.staging / name, name, {"quads": 6})
    assert generations.facts_of(name)["sums"][table.name] == known
    assert table.name in generations.damage(name, thoroughly=True)


def test_generation_from_before_the_checksums_is_opened_and_read(
    tmp_path: Path, store: IsolatedStore
) -> None:
    store.close()
    file = tmp_path / "store" / "facts" / f"{store.generation}.json"
    facts = json.loads(file.read_text())
    del facts["sums"]
    file.write_text(json.dumps(facts))
    with opened(tmp_path / "store") as again:
        assert again.verify() == ""
        assert not again.degraded
        again.update(UserUpdate("INSERT DATA { <u:s> <u:p> 5 }"))
        assert again._generations.has_sums(again.generation)


def test_store_without_a_readable_generation_says_so(
    tmp_path: Path, store: IsolatedStore
) -> None:
    store.close()
    for table in (tmp_path / "store" / "generations").glob("*/*"):
        table.write_bytes(b"garbage")
    with pytest.raises(StoreUnreachableError, match="No generation"):
        IsolatedStore(tmp_path / "store")


def test_change_cut_off_leaves_no_trace(tmp_path: Path, store: IsolatedStore) -> None:
    store.close()
    left = tmp_path / "store" / "staging" / "g00000099-abcdef"
    left.mkdir()
    (left / "000001.sst").write_bytes(b"half")
    again = IsolatedStore(tmp_path / "store")
    assert not left.exists()
    assert again.select("SELECT ?v { <u:s> <u:p> ?v }").rows
    again.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_full_disk_refuses_the_write_and_keeps_the_rest(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(disk)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no small disk can be mounted here")
    store = IsolatedStore(disk / "store")
    try:
        store.update(UserUpdate("INSERT DATA { <u:s> <u:p> 1 }"))
        before = store.generation
        big = "\n".join(
            f'<u:s{i}> <u:p> "{os.urandom(300).hex()}" .' for i in range(20000)
        )
        write = GraphWrite("u:big", "replace", (("text/turtle", big.encode()),))
        with pytest.raises((StoreError, OSError)):
            store.write_graph(write)
        assert store.generation == before
        assert store.ask("ASK { <u:s> <u:p> 1 }")
        store.update(UserUpdate("INSERT DATA { <u:s> <u:p> 2 }"))
        assert store.ask("ASK { <u:s> <u:p> 2 }")
    finally:
        store.close()
        subprocess.run(["umount", "-l", str(disk)], check=True)


def test_clock_that_jumps_changes_nothing(
    store: IsolatedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = [store.generation]
    for now in (0.0, 4e9, 1e9):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        done = store.update(UserUpdate(f"INSERT DATA {{ <u:t> <u:p> {int(now)} }}"))
        seen.append(done.generation)
        assert store.ask("ASK { <u:s> <u:p> 0 }", timeout_s=5)
    assert seen == sorted(seen)


def test_backup_that_is_damaged_is_not_restored(
    tmp_path: Path, store: IsolatedStore
) -> None:
    store.backup(tmp_path / "copy")
    generation = store.generation
    file = tmp_path / "copy" / "graph.nq.gz"
    file.write_bytes(file.read_bytes()[:-3] + b"abc")
    with pytest.raises(StoreError, match="damaged"):
        store.restore(tmp_path / "copy")
    assert store.generation == generation


def test_backup_is_restored_as_it_was(tmp_path: Path, store: IsolatedStore) -> None:
    store.backup(tmp_path / "copy")
    store.replace_graphs({"u:x": [(Iri("u:a"), Iri("u:b"), Literal("new"))]})
    store.restore(tmp_path / "copy")
    assert store.ask("ASK { <u:s> <u:p> 2 }")
    assert not store.ask("ASK { <u:a> ?p ?o }")


def test_update_that_takes_too_long_changes_nothing(store: IsolatedStore) -> None:
    from kg.store.base import Limits

    before = store.generation
    text = (
        "INSERT { ?a <u:x> ?l } WHERE { "
        + " ".join(f"VALUES ?x{i} {{ 1 2 3 4 5 6 7 8 9 }}" for i in range(12))
        + " ?a ?b ?l }"
    )
    with pytest.raises(KGError):
        store.update(UserUpdate(text, limits=Limits(timeout_s=1)))
    assert store.generation == before
    assert not list((store._generations.staging).iterdir())
