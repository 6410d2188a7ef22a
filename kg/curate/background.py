"""What a job of the desk does: guess a mapping, look at files, or publish them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kg.curate.batch import read_batch
from kg.curate.desk import Desk
from kg.curate.jobs import GUESS, PUBLISH, Job, Jobs
from kg.curate.mapping import parse_mapping
from kg.curate.problem import Problems
from kg.curate.progress import Progress
from kg.curate.report import report_of
from kg.errors import DataError


def jobs_of(desk: Desk, folder: Path) -> Jobs:
    """The jobs of a desk, kept in a folder."""
    return Jobs(folder, _worker(desk))


def _worker(desk: Desk) -> Callable[[Job, list[Path], Progress], None]:
    def work(job: Job, paths: list[Path], progress: Progress) -> None:
        if job.kind == GUESS:
            _guess(desk, job, paths, progress)
        else:
            _look(desk, job, paths, progress)

    return work


def _guess(desk: Desk, job: Job, paths: list[Path], progress: Progress) -> None:
    problems = Problems()
    batch = read_batch(paths, problems, progress=progress)
    progress("guess", 0, 1)
    job.guessed = desk.guess(batch.tables)
    progress("guess", 1, 1)


def _look(desk: Desk, job: Job, paths: list[Path], progress: Progress) -> None:
    mapping = parse_mapping(job.mapping) if job.mapping else None
    proposal = desk.propose(paths, mapping, paths[0].parent, progress)
    job.report = report_of(proposal)
    if proposal.problems:
        if job.hold and proposal.batch is not None:
            held = desk.held.hold(
                proposal.batch, proposal.dataset, proposal.problems, job.who
            )
            job.held = held.id
        return
    if job.kind != PUBLISH:
        return
    if job.seen and job.seen != job.report.fingerprint:
        raise DataError(
            "The store has changed since the dry run, and with it what this import"
            " would change; nothing was published.",
            zh="试运行之后图谱已有变化，本次导入的差异随之不同；未发布任何内容。",
            hint="Read the new difference, then publish.",
            hint_zh="请查看新的差异后再发布。",
        )
    entry = desk.accept(proposal, who=job.who, why=job.why, progress=progress)
    job.published = entry.number if entry else 0
