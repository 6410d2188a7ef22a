"""Imports in the background: one at a time, to be stopped, never lost in silence."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kg.curate.jobs import (
    BROKEN,
    CANCELLED,
    DONE,
    FAILED,
    MAX_WAITING,
    RUNNING,
    WAITING,
    Job,
    Jobs,
)
from kg.errors import BusyError, DataError, NotFoundError

Progress = Callable[[str, int, int], None]


class Bench:
    """Work that goes on when it is let, so that a test sees each state."""

    def __init__(self) -> None:
        self.may_go = threading.Event()
        self.has_begun = threading.Event()
        self.step = "match"

    def __call__(self, job: Job, paths: list[Path], progress: Progress) -> None:
        assert paths[0].read_text(encoding="utf-8") == "sent"
        progress(self.step, 0, 2)
        self.has_begun.set()
        assert self.may_go.wait(60)
        progress(self.step, 2, 2)
        job.guessed = "done"


@pytest.fixture
def work() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.may_go.set()


@pytest.fixture
def jobs(tmp_path: Path, work: Bench) -> Jobs:
    return Jobs(tmp_path / "jobs", work)


def sent(jobs: Jobs) -> Job:
    job = jobs.new()
    (jobs.inbox(job) / "firms.csv").write_text("sent", encoding="utf-8")
    return jobs.start(job)


def ended(job: Job) -> str:
    pause = threading.Event()
    for _ in range(600):
        if not job.is_open:
            return job.state
        pause.wait(0.1)
    raise AssertionError(job)


def test_one_runs_and_the_others_wait_in_order(jobs: Jobs, work: Bench) -> None:
    first = sent(jobs)
    assert work.has_begun.wait(60)
    second, third = sent(jobs), sent(jobs)
    assert (first.state, second.state, third.state) == (RUNNING, WAITING, WAITING)
    assert (jobs.ahead(second), jobs.ahead(third)) == (1, 2)
    assert first.step == ("match", 0, 2)
    work.may_go.set()
    assert [ended(job) for job in (first, second, third)] == [DONE] * 3
    assert third.step == ("match", 2, 2)
    assert third.guessed == "done"


def test_job_that_is_sent_again_waits_behind_the_others(
    jobs: Jobs, work: Bench
) -> None:
    sent(jobs)
    assert work.has_begun.wait(60)
    second, third = sent(jobs), sent(jobs)
    jobs.cancel(second)
    assert jobs.ahead(third) == 1
    jobs.start(second)
    assert (jobs.ahead(third), jobs.ahead(second)) == (1, 2)
    work.may_go.set()
    assert [ended(job) for job in (third, second)] == [DONE] * 2


def test_more_than_may_wait_are_refused(jobs: Jobs, work: Bench) -> None:
    sent(jobs)
    assert work.has_begun.wait(60)
    for _ in range(MAX_WAITING):
        sent(jobs)
    with pytest.raises(BusyError, match="wait already"):
        sent(jobs)


def test_waiting_and_running_jobs_are_cancelled(jobs: Jobs, work: Bench) -> None:
    first = sent(jobs)
    assert work.has_begun.wait(60)
    second = sent(jobs)
    assert jobs.cancel(second)
    assert second.state == CANCELLED
    assert jobs.cancel(first)
    work.may_go.set()
    assert ended(first) == CANCELLED
    assert first.guessed == ""
    assert not jobs.cancel(first)


def test_cancelled_job_runs_again_with_the_file_it_has(jobs: Jobs, work: Bench) -> None:
    job = sent(jobs)
    assert work.has_begun.wait(60)
    with pytest.raises(DataError, match="still running"):
        jobs.start(job)
    jobs.cancel(job)
    work.may_go.set()
    assert ended(job) == CANCELLED
    assert ended(jobs.start(job)) == DONE


def test_publication_is_not_cancelled_half_way(jobs: Jobs, work: Bench) -> None:
    work.step = "publish"
    job = sent(jobs)
    assert work.has_begun.wait(60)
    assert not jobs.cancel(job)
    work.may_go.set()
    assert ended(job) == DONE


def test_what_a_restart_broke_off_is_told_and_its_file_kept(
    jobs: Jobs, work: Bench, tmp_path: Path
) -> None:
    job = sent(jobs)
    assert work.has_begun.wait(60)
    other = Bench()
    other.may_go.set()
    again = Jobs(tmp_path / "jobs", other)  # as the next process finds the folder
    found = again.get(job.id)
    assert (found.state, found.step[0]) == (BROKEN, "match")
    assert ended(again.start(found)) == DONE
    third = Jobs(tmp_path / "jobs", other)
    assert third.get(job.id).state == DONE
    assert third.get(job.id).guessed == "done"


def test_error_is_kept_in_both_languages(tmp_path: Path) -> None:
    def refuse(_job: Job, _paths: list[Path], _progress: Progress) -> None:
        raise DataError("No.", zh="不行。", hint="Do.", hint_zh="请做。")

    jobs = Jobs(tmp_path, refuse)
    job = sent(jobs)
    assert ended(job) == FAILED
    assert job.error == {
        "zh": "不行。",
        "en": "No.",
        "hint_zh": "请做。",
        "hint_en": "Do.",
    }


def test_unforeseen_error_is_told_without_its_trace(tmp_path: Path) -> None:
    def fail(_job: Job, _paths: list[Path], _progress: Progress) -> None:
        raise RuntimeError("secret")

    job = sent(Jobs(tmp_path, fail))
    assert ended(job) == FAILED
    assert "internal error" in job.error["en"]
    assert "secret" not in str(job.error)


def test_job_without_a_file_or_an_id_is_refused(jobs: Jobs) -> None:
    with pytest.raises(DataError, match="Choose a file"):
        jobs.start(jobs.new())
    for id_ in ("", "0" * 32, "../../etc"):
        with pytest.raises(NotFoundError):
            jobs.get(id_)


def test_damaged_job_is_left_out(tmp_path: Path, work: Bench) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "job.json").write_text("{", encoding="utf-8")
    assert Jobs(tmp_path, work).all() == []


def test_what_a_stop_breaks_off_is_told_as_such(
    jobs: Jobs, work: Bench, tmp_path: Path
) -> None:
    first = sent(jobs)
    assert work.has_begun.wait(60)
    second = sent(jobs)
    stopping = threading.Thread(target=jobs.stop, args=(60,))
    stopping.start()
    assert ended(second) == BROKEN
    work.may_go.set()
    assert ended(first) == BROKEN
    stopping.join(60)
    assert not stopping.is_alive()
    with pytest.raises(BusyError):
        jobs.start(first)
    other = Bench()
    other.may_go.set()
    again = Jobs(tmp_path / "jobs", other)
    assert {job.state for job in again.all()} == {BROKEN}
    assert ended(again.start(again.get(first.id))) == DONE
