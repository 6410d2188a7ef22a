"""Long imports: in the background, with a page that tells how far they are."""

from __future__ import annotations

import html
import io
import re
import threading
from pathlib import Path
from typing import Any

import loops
import pytest
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.curate.jobs import Job
from kg.web import create_app
from kg.web.bodies import Refused, read_body
from kg.web.early_token import early_token
from kg.web.exchange import FrontOptions
from kg.wiring import Parts, build_parts

TOKEN = "a-token-for-tests"
CSV = "名称,赛道,来源\n" + "".join(
    f"新元基因{n}号,细胞与基因治疗,https://example.org/{n}\n" for n in range(40)
)


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    folder = tmp_path_factory.mktemp("datasets")
    given = {"store": "memory:", "token": TOKEN, "datasets": str(folder)}
    return build_parts(load_settings(given, environment={}))


@pytest.fixture
def client(parts: Parts) -> FlaskClient:
    return create_app(parts).test_client()


def post(client: FlaskClient, path: str, language: str = "en", **data: Any) -> Any:
    headers = {
        "Accept": "text/html",
        "Accept-Language": language,
        "Prefer": "respond-async",
    }
    return client.post(path, data={"token": TOKEN, **data}, headers=headers)


def started(client: FlaskClient, parts: Parts, **data: Any) -> Job:
    """A job, at its end."""
    answer = post(client, "/datasets/import", **data)
    assert answer.status_code == 303, answer.text
    job = parts.jobs.get(answer.location.rpartition("/")[2])
    pause = threading.Event()
    for _ in range(1200):
        if not job.is_open:
            return job
        pause.wait(0.1)
    raise AssertionError(job)


def file(text: str = CSV) -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), "long.csv"


def guessed(client: FlaskClient, parts: Parts) -> tuple[Job, str]:
    job = started(client, parts, files=file(), action="guess")
    page = client.get(f"/datasets/jobs/{job.id}?lang=en").text
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert found
    return job, html.unescape(found[1])


def test_file_is_guessed_tried_and_published_in_the_background(
    client: FlaskClient, parts: Parts
) -> None:
    job, mapping = guessed(client, parts)
    before = parts.store.graphs()
    tried = started(client, parts, job=job.id, mapping=mapping, action="look")
    assert tried is job  # the file was sent once
    page = client.get(f"/datasets/jobs/{job.id}?lang=zh").text
    assert "试运行：未写入" in page
    assert "long.csv: 40 行" in page
    assert "新元基因7号 · 所在赛道 · 细胞与基因治疗" in page
    steps = [step for step, _, _ in job.steps]
    assert steps[:3] == ["read", "known", "map"]
    assert {"match", "state", "shapes", "checks", "compare"} <= set(steps)
    assert parts.store.graphs() == before
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)
    assert seen
    done = started(
        client, parts, job=job.id, mapping=mapping, action="publish", seen=seen[1]
    )
    assert done.published == 1
    assert done.steps[-1] == ("publish", 1, 1)
    assert "Published as state 1" in client.get(f"/datasets/jobs/{job.id}?lang=en").text
    said = client.get(f"/api/imports?id={job.id}").get_json()
    assert (said["state"], said["published"], said["problems"]) == ("done", 1, 0)
    again = started(client, parts, job=job.id, mapping=mapping, action="publish")
    assert again.published == 0
    listed = post(client, "/datasets/jobs").text
    assert f"/datasets/jobs/{job.id}" in listed
    parts.desk.withdraw("long", who="x")


def test_what_changed_since_the_dry_run_is_shown_before_it_is_published(
    client: FlaskClient, parts: Parts
) -> None:
    job, mapping = guessed(client, parts)
    started(client, parts, job=job.id, mapping=mapping, action="look")
    assert job.report is not None
    seen, before = job.report.fingerprint, parts.store.graphs()
    other = mapping.replace("https://example.org", "https://example.com")
    other = other.replace('name_zh = "{名称}"', 'name_zh = "{名称}（新）"')
    assert other != mapping
    started(client, parts, job=job.id, mapping=other, action="publish", seen="0" * 64)
    assert job.state == "failed"
    assert parts.store.graphs() == before
    page = client.get(f"/datasets/jobs/{job.id}?lang=en").text
    assert "changed since the dry run" in page
    assert seen not in page or job.report.fingerprint == seen


def test_refused_rows_are_told_with_their_place_and_may_be_held(
    client: FlaskClient, parts: Parts
) -> None:
    _, mapping = guessed(client, parts)
    broken = CSV + "半行,细胞与基因治疗\n"
    job = started(
        client, parts, files=file(broken), mapping=mapping, action="publish", hold="1"
    )
    assert job.held
    assert job.published is None
    page = client.get(f"/datasets/jobs/{job.id}?lang=zh").text
    assert "long.csv，第 42 行" in page
    assert "被拒的行已暂存" in page
    assert "long.csv, row 42" in client.get(f"/datasets/jobs/{job.id}?lang=en").text


def test_file_that_cannot_be_read_is_told(client: FlaskClient, parts: Parts) -> None:
    job = started(client, parts, files=(io.BytesIO(b"\x00\xff"), "x.csv"))
    page = client.get(f"/datasets/jobs/{job.id}?lang=en").text
    assert job.state == "failed"
    assert "neither UTF-8 nor GB18030" in page


def test_jobs_are_changed_and_listed_by_writers_only(
    client: FlaskClient, parts: Parts
) -> None:
    job, _ = guessed(client, parts)
    for path in ("/datasets/jobs", f"/datasets/jobs/{job.id}"):
        assert client.post(path, data={"token": "no"}).status_code == 401
    assert client.get("/datasets/jobs/" + "0" * 32).status_code == 404
    assert client.get("/api/imports?id=x").status_code == 404
    assert post(client, f"/datasets/jobs/{job.id}", action="cancel").status_code == 303
    assert post(client, f"/datasets/jobs/{job.id}", action="discard").status_code == 303
    assert client.get(f"/datasets/jobs/{job.id}").status_code == 404


def test_page_of_a_running_job_works_without_script(
    client: FlaskClient, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    job, _ = guessed(client, parts)
    monkeypatch.setattr(job, "state", "running")
    monkeypatch.setattr(job, "steps", [("read", 40, 40), ("match", 10, 40)])
    monkeypatch.setattr(job, "guessed", "")
    page = client.get(f"/datasets/jobs/{job.id}?lang=zh").text
    assert '<noscript><meta http-equiv="refresh" content="3"></noscript>' in page
    assert 'value="10" max="40"' in page
    assert "与已知主体匹配" in page
    english = client.get(f"/api/imports?id={job.id}&lang=en").get_json()
    assert english["text"] == "Matching with what is known"
    assert english["count"] == "10 / 40"
    assert english["open"] is True


# -- a large file from a browser, which sends no Authorization header ---------------


def form(token: str, size: int) -> bytes:
    return (
        b'--x\r\nContent-Disposition: form-data; name="token"\r\n\r\n'
        + token.encode()
        + b'\r\n--x\r\nContent-Disposition: form-data; name="files"; '
        + b'filename="a"\r\n\r\n'
        + b"a" * size
        + b"\r\n--x--\r\n"
    )


def test_token_is_read_when_it_is_the_first_field() -> None:
    assert early_token(form("secret", 10), b"x") == "secret"
    assert early_token(form("secret", 10)[:30], b"x") is None
    assert early_token(form("secret", 10)[:60], b"x") is None
    assert early_token(form("secret", 10).replace(b"token", b"other"), b"x") == ""
    assert early_token(b"nothing of a form" * 2000, b"x") == ""


async def _received(body: bytes, path: str, piece: int = 50_000) -> bytes | None:
    pieces = [body[i : i + piece] for i in range(0, len(body), piece)]

    async def receive() -> dict[str, Any]:
        return {
            "type": "http.request",
            "body": pieces.pop(0),
            "more_body": bool(pieces),
        }

    headers = {
        b"content-length": str(len(body)).encode(),
        b"content-type": b"multipart/form-data; boundary=x",
    }
    options = FrontOptions(
        max_upload_bytes=3_000_000, is_writer=lambda token: token == "secret"
    )
    return await read_body(path, headers, receive, options)


@pytest.mark.parametrize("piece", [7, 50_000, 10_000_000])
def test_large_form_of_a_writer_is_taken(piece: int) -> None:
    body = form("secret", 2_000_000 if piece > 7 else 2_000)
    path = "/datasets/import"
    assert loops.run(_received(body, path, piece)) == body


@pytest.mark.parametrize(
    ("token", "size", "path"),
    [
        ("wrong", 2_000_000, "/datasets/import"),
        ("", 2_000_000, "/datasets/import"),
        ("secret", 4_000_000, "/datasets/import"),
        ("secret", 2_000_000, "/review/decide"),
    ],
)
def test_large_form_of_another_is_refused(token: str, size: int, path: str) -> None:
    with pytest.raises(Refused, match="body-too-large"):
        loops.run(_received(form(token, size), path))


def test_small_form_needs_no_token_at_the_door() -> None:
    body = form("wrong", 100)
    assert loops.run(_received(body, "/datasets/import")) == body


def test_jobs_lie_beside_the_histories(parts: Parts) -> None:
    assert (Path(parts.settings["datasets"]) / "_jobs").is_dir()
