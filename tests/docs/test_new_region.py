"""The page for a new region, followed from the empty folder to the served site."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.service import Service

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "new-region.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```(sh|text)\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = [text for kind, text in BLOCKS if kind == "sh"]
SHOWN = [text for kind, text in BLOCKS if kind == "text"]
SHIPPED_WORDS = ("生命谷", "Life Valley", "Zhongguancun", "百济", "bjsz", "昌平")
BASE = "https://example.org/cloudtop-bay/"


class Followed:
    """The folder that the commands of the page made, and what each one said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: dict[str, str] = {}

    def run(self, commands: str, where: Path) -> str:
        """Run a block of the page as a reader would, and keep what it prints."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("KG_")}
        environment |= {"LIFE_VALLEY": str(ROOT), "PYTHONPATH": str(ROOT)}
        kg = f'kg() {{ "{sys.executable}" -m kg "$@"; }}; set -e\n'
        done = subprocess.run(
            ["bash", "-c", kg + commands],
            cwd=where,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{commands}\n{done.stdout}{done.stderr}"
        self.said[commands] = done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    """The page followed up to the service: all but entering the project."""
    made = Followed(tmp_path_factory.mktemp("page"))
    _, new, *rest = COMMANDS
    made.run(new, made.folder)
    made.folder /= "bay"
    for commands in rest:
        if commands.startswith(("kg serve", "curl")):
            break
        made.run(commands, made.folder)
    return made


@pytest.fixture(scope="module")
def service(followed: Followed) -> Iterator[Service]:
    """``kg serve`` in the folder of the page."""
    running = Service(
        followed.folder,
        config=str(followed.folder / "kg.toml"),
        data=str(followed.folder),
        datasets=str(followed.folder / "var/datasets"),
        store=f"file:{followed.folder / 'var/store'}",
        shipped="yes",
    )
    running.start()
    yield running
    running.stop()


def page(service: Service, path: str, language: str = "zh") -> str:
    status, _, body = service.get(path, Accept_Language=language)
    assert status == 200, path
    return body.decode()


def test_build_says_what_the_page_shows(followed: Followed) -> None:
    assert followed.said["kg build\n"] == SHOWN[0]


def test_list_comes_in_with_its_proposals(followed: Followed) -> None:
    mapping = (followed.folder / "firms.toml").read_text(encoding="utf-8")
    assert mapping.count("# PROPOSED 待确认") == 3
    assert "written as state 1" in "".join(followed.said.values())


def test_query_of_the_page_answers_as_shown(
    followed: Followed, service: Service
) -> None:
    ask = next(c for c in COMMANDS if c.startswith("curl"))
    told = followed.run(ask.replace(":8000", f":{service.port}"), followed.folder)
    assert told.replace("\r", "") == SHOWN[1]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages_show_this_region_and_no_other(service: Service, language: str) -> None:
    for path in (
        "/", "/tracks", "/tracks/dream-medicine", "/explore", "/questions",
        "/partners", "/partners?asker=paper-crane", "/entities/paper-crane",
        "/sources/article", "/insights", "/datasets", "/downloads", "/indicators",
    ):  # fmt: skip
        text = page(service, path, language)
        assert not [word for word in SHIPPED_WORDS if word in text], path
    assert ("云上湾" if language == "zh" else "Cloudtop Bay") in page(
        service, "/", language
    )


def test_firms_of_article_and_list_stand_in_one_track(service: Service) -> None:
    text = page(service, "/tracks/dream-medicine")
    for firm in ("纸鹤生物", "风铃睡眠科技", "糖霜灯塔诊断"):
        assert firm in text
    assert "纸鹤生物专注梦境医学" in page(service, "/entities/paper-crane")


def test_identifiers_resolve_under_the_own_base(service: Service) -> None:
    turtle = page(service, "/entities/paper-crane.ttl")
    assert f"@prefix id: <{BASE}id/>" in turtle
    assert "w3id.org/life-valley/id/" not in turtle
    assert "w3id.org/life-valley/graph/" not in turtle
    assert f"{BASE}id/" in page(service, "/.well-known/void")
    assert f'"identifierSpace":"{BASE}id/"' in page(service, "/reconcile").replace(
        '": "', '":"'
    )
    assert f'"base":"{BASE}"' in page(service, "/explore").replace('": "', '":"')


def test_start_of_the_page_names_what_is_there() -> None:
    assert COMMANDS[0].splitlines()[1] == ". .venv/bin/activate"
    for target in re.findall(r"\]\(([^)#:]+)\)", PAGE):
        assert (ROOT / "docs" / target).exists(), target
