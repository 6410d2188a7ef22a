"""Imports that are read, checked and published in the background, one at a time.

A job has a folder: ``job.json`` tells what is asked, how far it is and what came of
it, ``files`` holds what was sent. A job that the process did not live to end is told
as broken off when the next one starts; its files are kept, so that it can be started
again. Everything but a publication can be cancelled.
"""

from __future__ import annotations

import datetime
import json
import logging
import queue
import re
import secrets
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, Final

from kg.curate.report import Report
from kg.errors import BusyError, DataError, KGError, NotFoundError

LOG = logging.getLogger("kg.curate.jobs")
WAITING, RUNNING, DONE = "waiting", "running", "done"
FAILED, CANCELLED, BROKEN = "failed", "cancelled", "broken"
OPEN = frozenset({WAITING, RUNNING})
GUESS, LOOK, PUBLISH = "guess", "look", "publish"
# The step that is all or nothing, and cannot be stopped.
LAST_STEP: Final = "publish"
MAX_WAITING = 4
_KEPT = 30
_LIVES = datetime.timedelta(days=1)
_ID = re.compile(r"[0-9a-f]{32}")
_WRITE_EVERY_S = 1.0
_LOOK_EVERY_S = 0.05
_JOB_FILE, _FILES = "job.json", "files"


@dataclass
class Job:
    """One import in the background.

    Attributes:
        id: nobody can guess it; who has it may see the job.
        kind: ``guess`` (a mapping), ``look`` (dry run) or ``publish``.
        mapping: TOML, "" for our own tables.
        hold: whether refused rows are kept to be corrected.
        seen: fingerprint of the difference that was looked at; another one is shown
            again before anything is published. "" publishes what there is.
        state: ``waiting``, ``running``, or how it ended.
        steps: name, how far and how far it goes, in the order they began.
        report: of the proposal, once there is one.
        guessed: a mapping, for ``guess``.
        published: number of the dataset's state; 0 if nothing was to change.
        held: id of the held import, if rows were refused and kept.
        error: texts by language, and hints.
    """

    id: str
    kind: str = LOOK
    files: tuple[str, ...] = ()
    mapping: str = ""
    who: str = ""
    why: str = ""
    hold: bool = False
    seen: str = ""
    state: str = WAITING
    asked: str = ""
    ended: str = ""
    steps: list[tuple[str, int, int]] = field(default_factory=list)
    report: Report | None = None
    guessed: str = ""
    published: int | None = None
    held: str = ""
    error: dict[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    @property
    def step(self) -> tuple[str, int, int]:
        """The step it is at."""
        return self.steps[-1] if self.steps else ("", 0, 0)

    @property
    def can_cancel(self) -> bool:
        """Whether it can still be stopped without a trace."""
        return self.is_open and self.step[0] != LAST_STEP


class Cancelled(Exception):  # noqa: N818 (an answer, told apart from errors)
    """Somebody stopped the job."""


# Does the work of a job and notes in it what came of it.
Work = Callable[[Job, list[Path], Callable[[str, int, int], None]], None]


class Jobs:
    """The jobs of a service.

    Args:
        folder: where they lie, made when needed.
        work: does what a job asks.
    """

    def __init__(self, folder: Path, work: Work) -> None:
        self._folder = folder
        self._work = work
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        self._stopped: set[str] = set()
        self._waiting: queue.Queue[str] = queue.Queue(MAX_WAITING)
        self._thread: threading.Thread | None = None
        self._is_stopping = False
        self._find()

    def _find(self) -> None:
        """Know the jobs of an earlier process; what it did not end was broken off."""
        for path in self._folder.glob(f"*/{_JOB_FILE}"):
            try:
                job = _read(path)
            except (OSError, ValueError, KeyError, TypeError):
                LOG.warning("the job in %s is damaged and is left out", path.parent)
                continue
            self._jobs[job.id] = job
            if job.is_open:
                job.state, job.ended = BROKEN, _now()
                self._write(job)

    # -- asking ----------------------------------------------------------------

    def new(self) -> Job:
        """A job without files, not yet started."""
        self._forget()
        job = Job(secrets.token_hex(16), asked=_now())
        self.inbox(job).mkdir(parents=True)
        return job

    def inbox(self, job: Job) -> Path:
        """Where the files of a job are put."""
        return self._folder / job.id / _FILES

    def start(self, job: Job) -> Job:
        """Let a job run when its turn comes; one that ended runs again.

        Raises:
            BusyError: if too many wait already.
            DataError: if it is still open, or has no files.
        """
        if job.is_open and job.id in self._jobs:
            raise DataError(
                "This import is still running.",
                zh="该导入仍在进行。",
                hint="Wait for its end, or cancel it.",
                hint_zh="请等待其结束，或先取消。",
            )
        job.files = tuple(sorted(p.name for p in self.inbox(job).glob("*")))
        if not job.files:
            raise DataError("Choose a file.", zh="请选择文件。")
        job.state, job.ended, job.steps = WAITING, "", []
        job.report, job.guessed, job.published, job.held = None, "", None, ""
        job.error = {}
        with self._lock:
            self._stopped.discard(job.id)
            if self._is_stopping:
                raise _busy()
            try:
                self._waiting.put_nowait(job.id)
            except queue.Full:
                job.state = CANCELLED
                raise _busy() from None
            self._jobs.pop(job.id, None)  # the last to wait is the last one here
            self._jobs[job.id] = job
            self._write(job)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(
                    target=self._run_all, name="import", daemon=True
                )
                self._thread.start()
        return job

    def cancel(self, job: Job) -> bool:
        """Stop a job at its next count; ``False`` when it is too late."""
        with self._lock:
            if not job.can_cancel:
                return False
            self._stopped.add(job.id)
            if job.state == WAITING:
                self._end(job, CANCELLED)
            return True

    def stop(self, timeout_s: float = 10.0) -> None:
        """Break off what runs or waits; it can be started again by the next process.

        Args:
            timeout_s: how long a publication may take to its end.
        """
        with self._lock:
            self._is_stopping = True
            for job in self._jobs.values():
                if job.state == WAITING:
                    self._end(job, BROKEN)
                elif job.state == RUNNING:
                    self._stopped.add(job.id)
        end = time.monotonic() + timeout_s
        while any(j.is_open for j in self.all()) and time.monotonic() < end:
            time.sleep(_LOOK_EVERY_S)

    def discard(self, job: Job) -> None:
        """Forget a job that ended, with its files."""
        if not job.is_open:
            self._jobs.pop(job.id, None)
            shutil.rmtree(self._folder / job.id, ignore_errors=True)

    def get(self, id_: str) -> Job:
        """One of them.

        Raises:
            NotFoundError: if there is none with this id.
        """
        job = self._jobs.get(id_) if _ID.fullmatch(id_) else None
        if job is None:
            raise NotFoundError(
                "There is no such import.",
                zh="没有这项导入。",
                hint="It is forgotten a day after its end; send the file again.",
                hint_zh="导入结束一天后即被清除；请重新上传文件。",
            )
        return job

    def all(self) -> list[Job]:
        """Newest first."""
        return sorted(self._jobs.values(), key=lambda job: job.asked, reverse=True)

    def ahead(self, job: Job) -> int:
        """How many jobs come before one that waits."""
        with self._lock:
            opened = [j.id for j in self._jobs.values() if j.is_open]
        is_waiting = job.state == WAITING and job.id in opened
        return opened.index(job.id) if is_waiting else 0

    def _forget(self) -> None:
        """Drop what ended a day ago, and what is more than is kept."""
        now = datetime.datetime.now(datetime.UTC)
        ended = [job for job in self.all() if not job.is_open]
        for place, job in enumerate(ended):
            age = now - datetime.datetime.fromisoformat(job.ended or job.asked)
            if age > _LIVES or place >= _KEPT:
                self.discard(job)

    # -- running ---------------------------------------------------------------

    def _run_all(self) -> None:
        while True:
            job = self._jobs.get(self._waiting.get())
            with self._lock:
                if job is None or job.state != WAITING:
                    continue
                job.state = RUNNING
                self._write(job)
            self._run(job)

    def _run(self, job: Job) -> None:
        paths = [self.inbox(job) / name for name in job.files]
        try:
            self._work(job, paths, self._watcher(job))
        except Cancelled:
            self._end(job, BROKEN if self._is_stopping else CANCELLED)
        except KGError as exc:
            job.error = {
                "zh": exc.text("zh"),
                "en": exc.text("en"),
                "hint_zh": exc.advice("zh"),
                "hint_en": exc.advice("en"),
            }
            self._end(job, FAILED)
        except Exception:
            LOG.exception("an import failed")
            job.error = dict(_UNKNOWN)
            self._end(job, FAILED)
        else:
            self._end(job, DONE)

    def _watcher(self, job: Job) -> Callable[[str, int, int], None]:
        written = [0.0]

        def progress(step: str, done: int, whole: int) -> None:
            with self._lock:
                if job.id in self._stopped and job.step[0] != LAST_STEP:
                    raise Cancelled
                is_new = not job.steps or job.steps[-1][0] != step
                if is_new:
                    job.steps.append((step, done, whole))
                else:
                    job.steps[-1] = (step, done, whole)
            if is_new or time.monotonic() - written[0] > _WRITE_EVERY_S:
                written[0] = time.monotonic()
                self._write(job)

        return progress

    def _end(self, job: Job, state: str) -> None:
        job.ended = _now()
        job.state = state
        self._write(job)

    def _write(self, job: Job) -> None:
        """Keep it as it is, by rename."""
        path = self._folder / job.id / _JOB_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(f".{threading.get_ident()}")
        draft.write_text(json.dumps(asdict(job), ensure_ascii=False), encoding="utf-8")
        draft.replace(path)


def _read(path: Path) -> Job:
    said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    said = {f.name: said[f.name] for f in fields(Job) if f.name in said}
    said["files"] = tuple(said["files"])
    said["steps"] = [(str(s), int(d), int(w)) for s, d, w in said["steps"]]
    if said["report"] is not None:
        said["report"] = Report(**said["report"])
    return Job(**said)


def _now() -> str:
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds")


def _busy() -> BusyError:
    return BusyError(
        f"{MAX_WAITING} imports wait already.",
        zh=f"已有 {MAX_WAITING} 项导入在等待。",
        hint="Try again when one of them has ended.",
        hint_zh="请待其中一项结束后再试。",
    )


_UNKNOWN = {
    "zh": "导入因内部错误而中止，未写入任何内容。",
    "en": "The import ended with an internal error; nothing was written.",
    "hint_zh": "日志中有详情；请告知运维人员。",
    "hint_en": "The log tells more; tell the operator.",
}
