"""``/datasets``: what the store holds, and the desk where a file comes in."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

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
from werkzeug.datastructures import FileStorage

from kg import vocab
from kg.curate.batch import read_batch
from kg.curate.desk import Desk
from kg.curate.held import Held
from kg.curate.jobs import GUESS, LOOK, PUBLISH, Jobs
from kg.curate.listed import Listed, list_datasets
from kg.curate.mapping import parse_mapping
from kg.curate.problem import Problems
from kg.curate.proposal import Proposal
from kg.curate.table import FORMS
from kg.errors import DataError, NotFoundError
from kg.store.files import FORMATS
from kg.web.imports import may_write
from kg.web.openapi import operation
from kg.web.proposal import shown
from kg.web.reading import reader
from kg.wiring import Parts

blueprint = Blueprint("datasets", __name__)
_LONG_NUMBER = 7
_AT_ONCE_BYTES = 64 * 1024
OPENAPI = {
    "/api/datasets": {
        "get": operation("Datasets with titles, licence, version, counts", [], "List")
    }
}


def _parts() -> Parts:
    parts: Parts = current_app.extensions["kg"]
    return parts


@blueprint.get("/datasets")
def datasets() -> str:
    """Every dataset with its counts and history, and the form for a file."""
    parts = _parts()
    listed = _listed()
    return render_template(
        "datasets.html",
        rows=[(one, parts.desk.history(one.id)) for one in listed],
        withdrawn=[(one, parts.desk.history(one)) for one in parts.desk.withdrawn()],
        writable=parts.access.is_open,
        forms=sorted(FORMS),
    )


def _listed() -> list[Listed]:
    """Every dataset, counted once per generation."""
    read = reader()
    return read.shelved(
        "datasets",
        lambda: list_datasets(read.store),
        lambda told: [Listed(**one) for one in told],
    )


@blueprint.get("/api/datasets")
def datasets_json() -> Response:
    """The same for programs."""
    return jsonify(
        [
            {name: getattr(one, name) for name in one.__dataclass_fields__}
            for one in _listed()
        ]
    )


@blueprint.get("/datasets/template/<form>.csv")
def template(form: str) -> Response:
    """The header row of one of our tables."""
    if form not in FORMS:
        raise NotFoundError(f"There is no table {form!r}.", zh=f"没有数据表 {form!r}。")
    response = make_response("\ufeff" + ",".join(FORMS[form].columns) + "\r\n")
    response.mimetype = "text/csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{form}.csv"'
    return response


@blueprint.post("/datasets/import")
def bring_in() -> Response:
    """Look at files, guess a mapping, or publish; nothing is kept but datasets."""
    may_write()
    parts = _parts()
    sent = [file for file in request.files.getlist("files") if file.filename]
    if request.form.get("job") or _is_long(sent):
        return _in_background(parts.jobs, sent)
    with tempfile.TemporaryDirectory() as folder:
        files = [_kept(file, Path(folder)) for file in sent]
        return _answered(parts.desk, files, Path(folder))


@blueprint.post("/datasets/<dataset>/history")
def change_history(dataset: str) -> Response:
    """Withdraw a dataset, or restore a state of it; needs the token of writers."""
    parts = _parts()
    form = request.form
    bearer = request.headers.get("Authorization") or f"Bearer {form.get('token', '')}"
    parts.access.require(bearer, "data", vocab.GRAPH + dataset)
    who, why = form.get("who", "").strip() or "web", form.get("why", "")
    state = form.get("restore", "")
    if state.isascii() and state.isdigit() and len(state) < _LONG_NUMBER:
        parts.desk.restore(dataset, int(state), who=who, why=why)
    else:
        parts.desk.withdraw(dataset, who=who, why=why)
    return redirect("/datasets", 303)  # type: ignore[return-value]


def _is_long(sent: Sequence[FileStorage]) -> bool:
    """Whether files are better read while a page shows how far that is (RFC 7240)."""
    if "respond-async" in request.headers.get("Prefer", ""):
        return True
    return sum(file.stream.seek(0, os.SEEK_END) for file in sent) > _AT_ONCE_BYTES


def _in_background(jobs: Jobs, sent: Sequence[FileStorage]) -> Response:
    """Let a job do what the form asks, with new files or those of an earlier job."""
    form = request.form
    job = jobs.get(form["job"]) if form.get("job") and not sent else jobs.new()
    if job.is_open and not sent and form.get("job"):
        return redirect(f"/datasets/jobs/{job.id}", 303)  # type: ignore[return-value]
    for file in sent:
        _kept(file, jobs.inbox(job))
    action = form.get("action", LOOK)
    job.kind = action if action in {GUESS, LOOK, PUBLISH} else LOOK
    job.mapping = form.get("mapping", "").strip()
    job.who = form.get("who", "").strip()[:100] or "web"
    job.why = form.get("why", "")[:500]
    job.hold = bool(form.get("hold"))
    job.seen = form.get("seen", "") if not sent else ""
    jobs.start(job)
    response = redirect(f"/datasets/jobs/{job.id}", 303)
    response.headers["Preference-Applied"] = "respond-async"
    return response  # type: ignore[return-value]


def _answered(desk: Desk, files: list[Path], home: Path) -> Response:
    """Do what the form asks with the files, or with the draft of an earlier step."""
    form, action = request.form, request.form.get("action", "look")
    rdf = any(path.suffix.lower() in FORMATS for path in files)
    who = form.get("who", "").strip() or "web"
    draft = batch = None
    if files and not rdf:
        batch = read_batch(files, Problems())
        if action == "guess" and not batch.wrong:
            draft = desk.held.hold(batch, "", Problems(), who)
            return _shown(None, "", mapping=desk.guess(batch.tables), draft=draft)
    elif not rdf and form.get("draft"):
        draft = desk.held.get(form["draft"])
        batch = desk.held.batch(draft)
        if action == "guess":
            return _shown(None, "", mapping=desk.guess(batch.tables), draft=draft)
    text = form.get("mapping", "").strip()
    if rdf:
        proposal = desk.propose(files, None, home)
    elif batch is None:
        raise DataError("Choose a file.", zh="请选择文件。")
    else:
        mapping = parse_mapping(text) if text else None
        proposal = desk.propose_batch(replace(batch, mapping=mapping), home)
    done = ""
    if action == "publish" and not proposal.problems:
        entry = desk.accept(proposal, who=who, why=form.get("why", ""))
        done = str(entry.number) if entry else "0"
    held = None
    if proposal.problems and form.get("hold") and proposal.batch is not None:
        held = desk.held.hold(proposal.batch, proposal.dataset, proposal.problems, who)
    if draft is not None and (done or held):
        desk.held.discard(draft)
        draft = None
    return _shown(proposal, done, mapping=text, draft=draft, held=held)


def _kept(file: FileStorage, folder: Path) -> Path:
    """Save an upload under its own name, as far as that is one."""
    name = re.sub(r"[\x00-\x1f/\\:]", "_", file.filename or "").lstrip(". ")[-120:]
    path = folder / (name or "upload")
    file.stream.seek(0)
    file.save(path)
    return path


def _shown(
    proposal: Proposal | None,
    done: str,
    *,
    mapping: str,
    draft: Held | None = None,
    held: Held | None = None,
) -> Response:
    page = render_template(
        "import.html",
        done=done,
        mapping=mapping,
        guessed=proposal is None,
        draft=draft.id if draft else "",
        draft_files=draft.files if draft else (),
        held=held,
        who=request.form.get("who", ""),
        why=request.form.get("why", ""),
        hold=request.form.get("hold", ""),
        **shown(proposal, g.get("language", "en")),
    )
    return make_response(page, 422 if proposal and proposal.problems else 200)
