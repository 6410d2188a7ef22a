"""``/datasets/jobs``: imports in the background, how far they are, what came of them.

A job's address cannot be guessed; who has it may see the job. To stop or start one
needs the token.
"""

from __future__ import annotations

from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
)

from kg import vocab
from kg.curate.jobs import (
    BROKEN,
    CANCELLED,
    DONE,
    FAILED,
    GUESS,
    LAST_STEP,
    PUBLISH,
    RUNNING,
    WAITING,
    Job,
    Jobs,
)
from kg.errors import DataError
from kg.web.openapi import operation, parameter
from kg.web.proposal import shown
from kg.wiring import Parts

blueprint = Blueprint("imports", __name__)
OPENAPI = {
    "/api/imports": {
        "get": operation(
            "How far an import in the background is, and what came of it",
            [parameter("id", "Id of the import, from its page", required=True)],
            "Any",
        )
    }
}
_STEPS = {
    "read": ("读取", "Reading"),
    "guess": ("猜测映射", "Guessing a mapping"),
    "known": ("读取已知主体", "Reading what is known"),
    "map": ("映射列", "Mapping columns"),
    "match": ("与已知主体匹配", "Matching with what is known"),
    "state": ("形成陈述", "Making statements"),
    "shapes": ("检查约束", "Checking shapes"),
    "index": ("准备检查", "Preparing the checks"),
    "checks": ("检查", "Checking"),
    "compare": ("比较差异", "Comparing with what is there"),
    "write": ("写入状态文件", "Writing the state"),
    LAST_STEP: ("发布", "Publishing"),
}
_STATES = {
    WAITING: ("等待中", "waiting"),
    RUNNING: ("进行中", "running"),
    DONE: ("已完成", "done"),
    FAILED: ("未成功", "failed"),
    CANCELLED: ("已取消", "cancelled"),
    BROKEN: ("被中断", "broken off"),
}


def _parts() -> Parts:
    parts: Parts = current_app.extensions["kg"]
    return parts


def _jobs() -> Jobs:
    return _parts().jobs


def _language() -> int:
    return 0 if g.get("language", "en") == "zh" else 1


def may_write() -> None:
    """Ask for the token of writers, in the header or the form."""
    bearer = request.headers.get("Authorization")
    bearer = bearer or f"Bearer {request.form.get('token', '')}"
    _parts().access.require(bearer, "data", vocab.GRAPH)


@blueprint.get("/datasets/jobs/<id_>")
def job_page(id_: str) -> Response:
    """How far a job is, or what came of it."""
    return _no_store(make_response(_page(_jobs().get(id_))))


@blueprint.get("/api/imports")
def job_json() -> Response:
    """The same for programs and for the page's script."""
    job = _jobs().get(request.args.get("id", ""))
    return _no_store(
        jsonify({"state": job.state, "open": job.is_open, **_now(job), **_outcome(job)})
    )


@blueprint.post("/datasets/jobs")
def job_list() -> str:
    """The jobs that are kept; needs the token of writers."""
    may_write()
    at = _language()
    jobs = [(job, _STATES[job.state][at]) for job in _jobs().all()]
    return render_template("jobs.html", jobs=jobs)


@blueprint.post("/datasets/jobs/<id_>")
def change_job(id_: str) -> Response:
    """Cancel a job, or discard one that ended; needs the token of writers."""
    may_write()
    job = _jobs().get(id_)
    if request.form.get("action") == "discard":
        _jobs().discard(job)
        return redirect("/datasets", 303)  # type: ignore[return-value]
    if not _jobs().cancel(job) and job.is_open:
        raise DataError(
            "This import is being published, all or nothing; that cannot be stopped.",
            zh="该导入正在发布（全有或全无），已无法取消。",
            hint="Withdraw the dataset, or restore its last state, at /datasets.",
            hint_zh="可在 /datasets 撤回该数据集或恢复先前的状态。",
        )
    return redirect(f"/datasets/jobs/{job.id}", 303)  # type: ignore[return-value]


def _no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _page(job: Job) -> str:
    language, at = g.get("language", "en"), _language()
    if (job.report is not None or job.guessed) and not job.is_open:
        return _result(job, language)
    return render_template(
        "job.html",
        job=job,
        title=f"{('导入', 'Import')[at]}{('：', ': ')[at]}{_STATES[job.state][at]}",
        now=_now(job),
        steps=_now(job)["steps"],
        trouble=_trouble(job, language),
        mapping=job.mapping,
        who=job.who,
        why=job.why,
        hold=job.hold,
    )


def _result(job: Job, language: str) -> str:
    report = job.report
    return render_template(
        "import.html",
        job=job,
        done="" if job.published is None else str(job.published),
        trouble=_trouble(job, language),
        mapping=job.guessed or job.mapping,
        guessed=job.kind == GUESS,
        held=job.held,
        who=job.who,
        why=job.why,
        hold=job.hold,
        seen=report.fingerprint if report and not report.problem_count else "",
        **shown(report, language),
    )


def _now(job: Job) -> dict[str, Any]:
    """Where a job is, in words and numbers."""
    at = _language()
    step, done, whole = job.step
    if job.state == WAITING:
        ahead = _jobs().ahead(job)
        text = (f"等待中，前面还有 {ahead} 项", f"Waiting, {ahead} before it")[at]
    elif job.state == RUNNING:
        text = _STEPS.get(step, (step, step))[at] or _STATES[RUNNING][at]
    else:
        text = _STATES[job.state][at]
    return {
        "text": text,
        "step": step,
        "done": done,
        "whole": whole,
        "count": _count(done, whole),
        "steps": [
            {"name": _STEPS.get(s, (s, s))[at], "count": _count(d, w)}
            for s, d, w in job.steps
        ],
    }


def _outcome(job: Job) -> dict[str, Any]:
    """What came of a job that ended."""
    report = job.report
    if job.is_open or report is None:
        return {}
    return {
        "dataset": report.dataset,
        "read": report.read,
        "came": report.came,
        "went": report.went,
        "changed": report.changed,
        "stayed": report.stayed,
        "problems": report.problem_count,
        "published": job.published,
    }


def _count(done: int, whole: int) -> str:
    return f"{done:,} / {whole:,}" if whole else f"{done:,}" if done else ""


def _trouble(job: Job, language: str) -> str:
    """Why a job came to no end, and what can be done."""
    chinese = language == "zh"
    if job.state == FAILED:
        told = (job.error.get(language, ""), job.error.get(f"hint_{language}", ""))
        return ("" if chinese else " ").join(part for part in told if part)
    if job.state == CANCELLED:
        return (
            "导入已取消，未写入任何内容；文件保留一天，可再次开始。"
            if chinese
            else "The import was cancelled and nothing was written. The file is kept"
            " for a day; it can be started again."
        )
    if job.state == BROKEN and job.kind == PUBLISH and job.step[0] == LAST_STEP:
        return (
            "服务重启时该导入正在发布：要么全部写入，要么完全没有。请在数据集页查看；"
            "再次开始也不会重复写入。"
            if chinese
            else "The service was restarted while this was being published: all of it"
            " was written, or nothing. The datasets' page tells; to start it again"
            " writes nothing twice."
        )
    if job.state == BROKEN:
        return (
            "服务重启，导入被中断，未写入任何内容；文件已保留，可再次开始。"
            if chinese
            else "The service was restarted and the import broken off; nothing was"
            " written. The file was kept; it can be started again."
        )
    return ""
