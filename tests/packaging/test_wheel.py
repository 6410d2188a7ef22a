"""The wheel of a clean checkout works anywhere, with the data it ships."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from kg import vocab
from tests.servers.service import Service

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KG_", "PYTHON"))
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An environment with the wheel; it sees this one's packages but ours.

    The wheel is built from the tracked files alone. The built front end is
    copied, so that nothing has to be fetched; the hook finds it current.
    """
    home = tmp_path_factory.mktemp("wheel")
    listed = run("git", "ls-files", "-z", cwd=ROOT)
    if listed.returncode:
        pytest.skip("not a checkout")
    source = home / "source"
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, source / name)
    shutil.copytree(ROOT / "kg/web/static", source / "kg/web/static")
    build = "import hatchling.build as b; print(b.build_wheel('..'))"
    built = run(sys.executable, "-c", build, cwd=source)
    assert built.returncode == 0, built.stderr
    wheel = home / built.stdout.split()[-1]
    place = home / "env"
    venv.create(place, with_pip=False)
    install = (sys.executable, "-m", "pip", "--python", place, "install")
    done = run(*install, "--no-deps", "--no-index", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    shared = Path(sysconfig.get_path("purelib", vars={"base": str(place)}))
    there = [p for p in sys.path if p.endswith("site-packages")]
    (shared / "zz_shared.pth").write_text("\n".join(there) + "\n")
    shutil.rmtree(source)
    return place


def test_wheel_has_its_own_code_and_data(installed: Path) -> None:
    ask = "import kg, kg.wiring as w; print(kg.__file__, w.shipped('data'))"
    told = run(installed / "bin/python", "-c", ask, cwd=installed)
    assert told.returncode == 0, told.stderr
    assert all(part.startswith(str(installed)) for part in told.stdout.split())


def test_wheel_tells_its_commands(installed: Path) -> None:
    told = run(installed / "bin/kg", "--help", cwd=installed)
    assert told.returncode == 0, told.stderr
    assert "serve" in told.stdout


def test_wheel_finds_what_it_ships_valid(installed: Path) -> None:
    (data,) = installed.glob("lib/*/site-packages/kg/_shipped/data/triples.ttl")
    told = run(installed / "bin/kg", "validate", data, cwd=installed)
    assert told.returncode == 0, told.stdout + told.stderr


def test_wheel_serves_the_shipped_graph(installed: Path, tmp_path: Path) -> None:
    service = Service(tmp_path, shipped="yes")
    service.program = [str(installed / "bin/kg")]
    service.start()
    try:
        text = f"ASK {{ ?s a <{vocab.ONTOLOGY}Company> }}"
        status, _, body = service.query(text)
        assert status == 200
        assert b"true" in body
        assert service.get("/explore", Accept="text/html")[0] == 200
    finally:
        service.stop()
    assert list(tmp_path.glob("store/generations/*"))
