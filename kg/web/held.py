"""``/review/held``: rows that were refused, to be corrected and sent again.

What is held is nobody's but the curators': every page here needs the token, so each
is the answer to a form.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
)

from kg import vocab
from kg.curate.held import Held
from kg.curate.proposal import Proposal
from kg.web.proposal import shown
from kg.wiring import Parts

blueprint = Blueprint("held", __name__)


@blueprint.post("/review/held/<id_>")
def held(id_: str) -> Response:
    """Open, correct, publish or discard a held import."""
    parts: Parts = current_app.extensions["kg"]
    form = request.form
    bearer = request.headers.get("Authorization") or f"Bearer {form.get('token', '')}"
    parts.access.require(bearer, "data", vocab.GRAPH)
    imports = parts.desk.held
    one = imports.get(id_)
    action = form.get("action", "open")
    if action == "discard":
        imports.discard(one)
        return redirect("/review#held", 303)  # type: ignore[return-value]
    if action == "open":
        return _page(parts, one)
    batch = imports.batch(one).corrected(_changes(form))
    proposal = parts.desk.propose_batch(batch)
    who = form.get("who", "").strip() or one.who
    one = imports.renew(one, batch, proposal.problems, who)
    if action != "publish" or proposal.problems:
        return _page(parts, one, proposal)
    entry = parts.desk.accept(proposal, who=who, why=form.get("why", ""))
    imports.discard(one)
    return _page(parts, one, proposal, done=str(entry.number) if entry else "0")


def _changes(
    form: Mapping[str, str],
) -> dict[tuple[str, int], Mapping[str, str] | None]:
    """What a form says of the rows it showed: cells, or ``None`` for a row left out."""
    changes: dict[tuple[str, int], Mapping[str, str] | None] = {}
    for key, place in form.items():
        kind, _, number = key.partition(":")
        if kind != "row":
            continue
        table, _, row = place.rpartition(":")
        if not row.isdigit():
            continue
        prefix = f"cell:{number}:"
        cells = {
            k.removeprefix(prefix): v for k, v in form.items() if k.startswith(prefix)
        }
        changes[table, int(row)] = None if f"drop:{number}" in form else cells
    return changes


def _page(
    parts: Parts, one: Held, proposal: Proposal | None = None, done: str = ""
) -> Response:
    language = g.get("language", "en")
    rows = [] if done else parts.desk.held.rows(one)
    page = render_template(
        "held.html",
        held=one,
        rows=[
            (
                row,
                [p.text(language) for p in row.problems],
                {c for p in row.problems for c in (p.foreign or p.column).split(", ")},
            )
            for row in rows
        ],
        done=done,
        **shown(proposal, language),
    )
    return make_response(page, 200 if done or not one.count else 422)
