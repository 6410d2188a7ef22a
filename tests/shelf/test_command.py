"""``kg prepare``, as an operator and as the service start it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from village import small_village

from kg.config import Settings, load_settings
from kg.preparing import in_a_process
from kg.search import Names, Wish
from kg.shelf import Keeper
from kg.store.isolated import IsolatedStore

# Each case starts Python anew, which a busy machine makes long.
pytestmark = pytest.mark.timeout(400)


@pytest.fixture(name="settings")
def _settings(tmp_path: Path) -> Settings:
    given = {"store": f"file:{tmp_path / 'store'}", "cache": str(tmp_path / "cache")}
    return load_settings({**given, "shipped": "no"}, environment={})


@pytest.fixture(name="store")
def _store(tmp_path: Path, settings: Settings) -> Iterator[IsolatedStore]:
    store = small_village().into(IsolatedStore(tmp_path / "store"))
    yield store
    store.close()


def run_command(settings: Settings) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "kg", "prepare"],
        env=settings.environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_command_prepares_and_can_be_repeated(
    store: IsolatedStore, settings: Settings, tmp_path: Path
) -> None:
    for _ in range(2):
        done = run_command(settings)
        assert done.returncode == 0, done.stderr
        assert done.stdout.strip() == store.generation
    assert "drawing the network" in done.stderr
    kinds = sorted(p.name for p in (tmp_path / "cache").iterdir() if p.is_dir())
    assert kinds == ["graphs", "names", "shelf"]
    assert not list((tmp_path / "cache").rglob("*.part*"))


def test_service_has_it_done_in_a_process(
    store: IsolatedStore, settings: Settings, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    keeper = Keeper(store, cache / "shelf", in_a_process(settings), small=0)
    keeper.start()
    keeper.wait()
    shelf = keeper.at_hand()
    assert shelf is not None
    assert shelf.generation == store.generation
    names = Names(store, cache / "names", keeper)
    assert names.search(Wish("bjsz"))[0].zh == "百济神州"


def test_store_that_is_not_there_is_told(settings: Settings, tmp_path: Path) -> None:
    done = run_command(settings)
    assert done.returncode == 3
    assert "cannot be read" in done.stderr
    assert not (tmp_path / "cache" / "shelf").exists()
