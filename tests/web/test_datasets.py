"""The curator's pages: datasets, files coming in, and decisions."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.curate.review import SAME, Decision, decide, queue
from kg.errors import DataError, NotFoundError, QueryTimeoutError
from kg.store import Solutions, Store
from kg.web import create_app
from kg.wiring import Parts, build_parts

TOKEN = "a-token-for-tests"
CSV = "名称,赛道,来源\n新元基因,细胞与基因治疗,https://example.org/a\n".encode(
    "gb18030"
)


@pytest.fixture(scope="module")
def curator_parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    folder = tmp_path_factory.mktemp("datasets")
    given = {"store": "memory:", "token": TOKEN, "datasets": str(folder)}
    return build_parts(load_settings(given, environment={}))


@pytest.fixture
def curator(curator_parts: Parts) -> FlaskClient:
    return create_app(curator_parts).test_client()


def send(client: FlaskClient, action: str, mapping: str, token: str = TOKEN):  # type: ignore[no-untyped-def]
    data = {
        "files": (io.BytesIO(CSV), "firms.csv"),
        "action": action,
        "mapping": mapping,
        "token": token,
        "who": "A. Curator",
    }
    headers = {"Accept": "text/html", "Accept-Language": "zh"}
    return client.post("/datasets/import", data=data, headers=headers)


def test_file_is_guessed_tried_and_published(
    curator: FlaskClient, curator_parts: Parts
) -> None:
    import html
    import re

    page = send(curator, "guess", "").text
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert found
    mapping = html.unescape(found[1])
    assert '"细胞与基因治疗" = "track-cgt"' in mapping
    before = curator_parts.store.graphs()
    tried = send(curator, "look", mapping)
    assert tried.status_code == 200, tried.text
    assert "新元基因 · 所在赛道 · 细胞与基因治疗" in tried.text
    assert curator_parts.store.graphs() == before
    assert send(curator, "publish", mapping).status_code == 200
    assert "A. Curator" in curator.get("/datasets").text
    ids = [one["id"] for one in curator.get("/api/datasets").get_json()]
    assert ids == ["article", "firms", "public-facts"]
    address, who = "/datasets/firms/history", {"who": "A. Curator", "token": TOKEN}
    assert curator.post(address, data={"who": "x"}).status_code == 401
    assert curator.post(address, data=who).status_code == 303
    assert "firms" not in curator.get("/api/datasets").text
    assert "/datasets/firms/history" in curator.get("/datasets").text
    restored = curator.post(address, data={**who, "restore": "1"})
    assert restored.status_code == 303
    assert "firms" in curator.get("/api/datasets").text
    kept = curator.post("/datasets/article/history", data=who)
    assert "ships with the product" in kept.text
    curator_parts.desk.withdraw("firms", who="x")


def test_problem_is_told_on_the_page_and_nothing_is_written(
    curator: FlaskClient, curator_parts: Parts
) -> None:
    generation = curator_parts.store.generation
    mapping = (
        '[dataset]\nid="x"\ntitle_zh="x"\ntitle_en="x"\nlicence="CC0-1.0"\ncurator="x"\n'
        '[[rows]]\nfrom="firms.csv"\nto="entities"\n[rows.set]\nid="{名称|slug}"\n'
        'type="Firm"\nname_zh="{名称}"\nsource="none"\n'
    )
    answer = send(curator, "publish", mapping)
    assert answer.status_code == 422
    assert "本体中没有类" in answer.text
    assert "firms.csv，第 2 行" in answer.text
    assert curator_parts.store.generation == generation


@pytest.mark.parametrize("token", ["", "wrong"])
def test_file_without_the_token_is_refused(curator: FlaskClient, token: str) -> None:
    assert send(curator, "publish", "", token).status_code == 401


def test_page_tells_that_writes_are_off(shipped_client: FlaskClient) -> None:
    page = shipped_client.get("/datasets?lang=zh").text
    assert "写入未开启" in page
    assert "公开事实" in page


def test_template_is_a_header_row(client: FlaskClient) -> None:
    assert "name_zh" in client.get("/datasets/template/entities.csv").text
    assert client.get("/datasets/template/nothing.csv").status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_review_shows_each_queue(shipped_client: FlaskClient, language: str) -> None:
    page = shipped_client.get(f"/review?lang={language}").text
    for anchor in ("pairs", "contradictions", "weak", "untracked"):
        assert f'id="{anchor}"' in page
    assert "2001" in page
    assert page.count("≟") == 8


def test_queue_that_takes_too_long_does_not_cost_the_others(
    curator_parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def late(store: Store, which: str, timeout_s: float = 30.0) -> Solutions:
        asked.append(which)
        if which == "weak":
            raise QueryTimeoutError("The time is over.")
        return queue(store, which, timeout_s=timeout_s)

    monkeypatch.setattr("kg.web.review.queue", late)
    fresh = create_app(Parts(curator_parts.settings, curator_parts.store))
    for _ in range(2):
        page = fresh.test_client().get("/review?lang=en").text
        assert page.count("This queue reads the whole graph") == 1
        assert page.count("≟") >= 8
        assert "2001" in page
    assert len(asked) == len(set(asked)) == 5  # read once for a generation


def test_decision_is_recorded_changed_and_taken_back(
    curator: FlaskClient, curator_parts: Parts
) -> None:
    def choose(choice: str) -> None:
        data = {
            "left": "zhongyin-keji", "right": "chinagene", "choice": choice,
            "who": "A. Curator", "why": "same product ZVS101e", "token": TOKEN,
        }  # fmt: skip
        assert curator.post("/review/decide", data=data).status_code == 303

    def decided() -> list[str]:
        rows = queue(curator_parts.store, "pairs")
        return [str(r["decision"]).rpartition("#")[2] for r in rows if "decision" in r]

    before = curator_parts.store.graphs()
    choose("different")
    assert decided() == ["differentBodyFrom"]
    choose("same")
    assert decided() == ["sameBodyAs"]
    assert "A. Curator" in curator.get("/review?lang=en").text
    choose("open")
    assert decided() == []
    after = curator_parts.store.graphs()
    after.pop("https://w3id.org/life-valley/graph/decisions")
    assert after == before


@pytest.mark.parametrize(
    ("decision", "error"),
    [
        (Decision("zhongyin-keji", "chinagene", "maybe", "x", ""), DataError),
        (Decision("zhongyin-keji", "chinagene", SAME, " ", ""), DataError),
        (Decision("a b", "chinagene", SAME, "x", ""), DataError),
        (Decision("beigene", "nibs", SAME, "x", ""), NotFoundError),
    ],
)
def test_decision_that_is_incomplete_is_refused(
    curator_parts: Parts, decision: Decision, error: type[Exception]
) -> None:
    with pytest.raises(error):
        decide(curator_parts.store, decision)


def test_decision_without_the_token_is_refused(curator: FlaskClient) -> None:
    assert curator.post("/review/decide", data={"token": "no"}).status_code == 401


def test_history_lies_in_the_folder_of_the_setting(curator_parts: Parts) -> None:
    assert Path(curator_parts.settings["datasets"]).is_dir()


def test_history_of_another_store_is_nothing_withdrawn(
    curator: FlaskClient, curator_parts: Parts
) -> None:
    folder = Path(curator_parts.settings["datasets"])
    line = (
        '{"number": 1, "action": "import", "when": "2026-01-01T00:00:00+00:00",'
        ' "who": "x", "checksum": "c", "came": 1, "went": 0, "changed": 0,'
        ' "stayed": 0, "files": [], "why": "", "store": "file:/another"}\n'
    )
    (folder / "elsewhere").mkdir()
    history = folder / "elsewhere" / "history.jsonl"
    history.write_text(line, encoding="utf-8")
    assert "elsewhere" not in curator.get("/datasets").text
    withdrawn = line.replace("import", "withdraw").replace('"number": 1', '"number": 2')
    history.write_text(line + withdrawn, encoding="utf-8")
    assert "elsewhere" not in curator.get("/datasets").text
    own = withdrawn.replace("file:/another", "")
    history.write_text(line + own, encoding="utf-8")
    assert "elsewhere" in curator.get("/datasets").text
