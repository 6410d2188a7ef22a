"""What the pages call the region: from its file, its settings, its data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.cli.main import main
from kg.config import load_settings
from kg.errors import ConfigError
from kg.web import create_app
from kg.web.site import read_site
from kg.wiring import build_parts, shipped

VALLEY = Path(__file__).parents[1] / "curate" / "valley" / "data"
# Words of the region that ships; no page of another region may have one.
SHIPPED_WORDS = ("生命谷", "Life Valley", "Zhongguancun", "百济", "bjsz", "昌平")
ADDRESSES = (
    "/", "/explore", "/tracks", "/search?q=x", "/indicators", "/partners", "/insights",
    "/sparql", "/datasets", "/sources", "/downloads", "/api/openapi.json",
    "/.well-known/void", "/reconcile", "/nothing-here",
)  # fmt: skip


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another region's data folder, built."""
    folder = shutil.copytree(VALLEY, tmp_path_factory.mktemp("region") / "data")
    table = folder / "tables" / "dataset.csv"
    text = table.read_text(encoding="utf-8")
    table.write_text(text.replace("Life Valley project", "Danfeng"), encoding="utf-8")
    assert main(["build", "--data", str(folder)]) == 0
    return folder


def client_of(data: Path | str, **settings: str) -> FlaskClient:
    """A client of a service on this data folder, its names indexed."""
    given = {"store": "memory:", "data": str(data), **settings}
    parts = build_parts(load_settings(given, environment={}))
    parts.names.index()
    app = create_app(parts)
    app.testing = True
    return app.test_client()


def text_of(client: FlaskClient, address: str, language: str) -> str:
    """A page; English is asked for by header, so that links stay short."""
    answer = client.get(address, headers={"Accept-Language": language})
    return answer.get_data(as_text=True)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_page_of_another_region_names_the_one_that_ships(
    valley: Path, language: str
) -> None:
    client = client_of(valley)
    for address in ADDRESSES:
        text = text_of(client, address, language)
        for word in SHIPPED_WORDS:
            assert word not in text, (address, word)


def test_region_that_ships_says_what_its_file_says() -> None:
    client = client_of("")
    zh, en = (text_of(client, "/", language) for language in ("zh", "en"))
    assert "<title>生命谷知识图谱</title>" in zh
    assert "中关村生命科学园与生命谷：谁在做什么，依据哪句话" in zh
    assert 'placeholder="搜索：百济、bjsz …"' in zh
    assert "<title>Life Valley knowledge graph</title>" in en
    assert client.get("/api/openapi.json").get_json()["info"]["title"] == "Life Valley"


def test_name_comes_from_the_data_and_examples_too(valley: Path) -> None:
    client = client_of(valley)
    zh = text_of(client, "/", "zh")
    assert "<title>丹凤简讯知识图谱</title>" in zh
    assert 'placeholder="搜索：安华生物、ahsw …"' in zh
    wish = text_of(client, "/partners?asker=anhua", "zh")
    assert "可直接写，如“" in wish
    assert "附近的" in wish


def test_file_and_settings_win_over_the_data(valley: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(valley, tmp_path / "data")
    (folder / "site.toml").write_text(
        'name_zh = "三角湾"\nname_en = "Delta Bay"\nexamples = ["安华"]\n',
        encoding="utf-8",
    )
    client = client_of(folder)
    assert "<title>三角湾知识图谱</title>" in text_of(client, "/", "zh")
    assert "Delta Bay: who does what" in text_of(client, "/", "en")
    assert 'placeholder="Search: 安华 …"' in text_of(client, "/", "en")
    renamed = client_of(folder, site_name_en="Delta")
    assert "<title>Delta knowledge graph</title>" in text_of(renamed, "/", "en")


def test_store_of_others_data_takes_no_words_of_the_region_that_ships() -> None:
    client = client_of("", shipped="no")
    for language in ("zh", "en"):
        text = text_of(client, "/", language)
        assert not [word for word in SHIPPED_WORDS if word in text]
    assert "<title>Knowledge graph</title>" in text


@pytest.mark.parametrize("said", ["nmae_zh = 'x'", "examples = 'x'", "name_zh = ["])
def test_file_that_cannot_be_used_is_told(tmp_path: Path, said: str) -> None:
    file = tmp_path / "site.toml"
    file.write_text(said, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"site\.toml"):
        read_site(file)


def test_file_that_ships_can_be_read() -> None:
    assert read_site(shipped("data") / "site.toml")["name_en"] == "Life Valley"
