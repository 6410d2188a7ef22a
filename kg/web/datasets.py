"""``/datasets``: what the store holds, and the desk where a file comes in."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    make_response,
    render_template,
    request,
)
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from kg import vocab
from kg.curate.desk import Proposal
from kg.curate.guess import guess_mapping
from kg.curate.known import finder, known_entities
from kg.curate.listed import Listed, list_datasets
from kg.curate.mapping import read_mapping
from kg.curate.problem import Problems
from kg.curate.sheet import read_tables
from kg.curate.table import FORMS
from kg.errors import DataError, NotFoundError
from kg.web.openapi import operation
from kg.web.reading import reader
from kg.wiring import Parts

blueprint = Blueprint("datasets", __name__)
OPENAPI = {
    "/api/datasets": {
        "get": operation("Datasets with titles, licence, version, counts", [], "Any")
    }
}
_SHOWN = 100


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
    parts = _parts()
    bearer = request.headers.get("Authorization")
    bearer = bearer or f"Bearer {request.form.get('token', '')}"
    parts.access.require(bearer, "data", vocab.GRAPH)
    action = request.form.get("action", "look")
    with tempfile.TemporaryDirectory() as folder:
        files = [
            _kept(file, Path(folder))
            for file in request.files.getlist("files")
            if file.filename
        ]
        if not files:
            raise DataError("Choose a file.", zh="请选择文件。")
        if action == "guess":
            return _shown(None, "", mapping=_guess(files), status=200)
        mapping = None
        if text := request.form.get("mapping", "").strip():
            path = Path(folder) / "mapping.toml"
            path.write_text(text, encoding="utf-8")
            mapping = read_mapping(path)
        proposal = parts.desk.propose(files, mapping, Path(folder))
        done = ""
        if action == "publish" and not proposal.problems:
            entry = parts.desk.accept(
                proposal,
                who=request.form.get("who", "").strip() or "web",
                why=request.form.get("why", ""),
            )
            done = str(entry.number) if entry else "0"
        status = 422 if proposal.problems else 200
        return _shown(
            proposal, done, mapping=request.form.get("mapping", ""), status=status
        )


def _kept(file: FileStorage, folder: Path) -> Path:
    name = secure_filename(file.filename or "")
    suffix = Path(file.filename or "").suffix.lower()
    path = folder / (name if Path(name).suffix else f"upload{suffix}")
    file.save(path)
    return path


def _guess(files: list[Path]) -> str:
    find = finder(known_entities(_parts().store, without="-").values())
    problems = Problems()
    tables = [table for path in files for table in read_tables(path, problems)]
    problems.stop_if_any()
    return "\n".join(guess_mapping(table, find) for table in tables)


def _shown(
    proposal: Proposal | None, done: str, *, mapping: str, status: int
) -> Response:
    language = g.get("language", "en")
    lines = proposal.changes.lines(language, _SHOWN) if proposal else []
    found = proposal.problems.found[:_SHOWN] if proposal else []
    page = render_template(
        "import.html",
        proposal=proposal,
        done=done,
        mapping=mapping,
        lines=lines,
        problems=[problem.text(language) for problem in found],
    )
    return make_response(page, status)
