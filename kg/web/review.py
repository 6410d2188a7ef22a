"""``/review``: what waits for a curator, and the decisions on it."""

from __future__ import annotations

from collections.abc import Mapping

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
)

from kg import vocab
from kg.curate.cells import KEBAB
from kg.curate.review import GRAPH, LIMIT, QUEUES, Decision, queue
from kg.errors import QueryTimeoutError, QueryTooLargeError
from kg.store import Solutions
from kg.web import links
from kg.wiring import Parts

blueprint = Blueprint("review", __name__)
_TIMEOUT_S = 8.0
_SAID = {
    "same": ("是同一主体。", "are the same."),
    "different": ("不是同一主体。", "are not the same."),
    "open": ("重新待定。", "are open again."),
}
_TITLES = {
    "pairs": ("可能是同一主体", "May be one"),
    "links": ("导入时关联的主体", "Linked at import"),
    "contradictions": ("成立时间说法不一", "Founding years that disagree"),
    "weak": ("仅有低可信度依据的陈述", "Statements with low confidence only"),
    "untracked": ("没有赛道的企业", "Companies without a track"),
}


def _told(row: Mapping[str, object], language: str) -> dict[str, str]:
    """A row as the page shows it: names in the reader's language."""
    shown = {key: str(term) for key, term in row.items()}
    for end in ("a", "b"):
        if iri := shown.get(end):
            first, second = (
                (f"{end}_zh", f"{end}_en")
                if language == "zh"
                else (f"{end}_en", f"{end}_zh")
            )
            label = shown.get(f"label_{language}", "") if end == "a" else ""
            local = iri.removeprefix(vocab.ID)
            shown[f"{end}_id"] = local
            shown[f"{end}_name"] = (
                label or shown.get(first) or shown.get(second) or local
            )
            shown[f"{end}_path"] = links.local_path(iri) or iri
    shown["decision"] = shown.get("decision", "").removeprefix(vocab.ONTOLOGY)
    return shown


@blueprint.get("/review")
def review() -> str:
    """The queues, each with what waits in it."""
    parts: Parts = current_app.extensions["kg"]
    language = g.get("language", "en")
    waiting = {key: _waiting(key) for key in QUEUES}
    queues = [
        (key, _TITLES[key], [_told(row, language) for row in found or ()])
        for key, found in waiting.items()
    ]
    said, autofocus = _decided(queues, language)
    return render_template(
        "review.html",
        queues=queues,
        unread={key for key, found in waiting.items() if found is None},
        said=said,
        autofocus=autofocus,
        limit=LIMIT,
        writable=parts.access.is_open,
        held=parts.desk.held.waiting(),
    )


def _waiting(key: str) -> Solutions | None:
    """What waits in a queue, read once a generation; ``None`` if that takes too long.

    A queue that reads the whole of a large graph must not cost the others.
    """
    parts: Parts = current_app.extensions["kg"]

    def read() -> Solutions | None:
        try:
            return queue(parts.store, key, timeout_s=_TIMEOUT_S)
        except (QueryTimeoutError, QueryTooLargeError):
            return None

    return parts.reader.recent(f"queue {key}", read)


def _decided(
    queues: list[tuple[str, tuple[str, str], list[dict[str, str]]]], language: str
) -> tuple[str, str]:
    """What was just decided, and the pair that comes next, for who has no script."""
    given = request.args.get("decided", "").split("~")
    if len(given) != 3 or given[2] not in _SAID or not all(map(KEBAB.fullmatch, given)):
        return "", ""
    at = 0 if language == "zh" else 1
    pairs = [(row["a_id"], row["b_id"]) for key, _, rows in queues
             if key == "pairs" for row in rows]  # fmt: skip
    places = [i for i, pair in enumerate(pairs) if pair == (given[0], given[1])]
    after = pairs[places[0] + 1 : places[0] + 2] if places else pairs[:1]
    text = (f"已记录：{given[0]}、{given[1]} ", f"Recorded: {given[0]}, {given[1]} ")[
        at
    ]
    return text + _SAID[given[2]][at], "~".join(after[0]) if after else ""


@blueprint.post("/review/decide")
def decided() -> Response:
    """Record a decision on a pair; needs the token of writers."""
    parts: Parts = current_app.extensions["kg"]
    form = request.form
    bearer = request.headers.get("Authorization") or f"Bearer {form.get('token', '')}"
    parts.access.require(bearer, "data", GRAPH)
    parts.desk.decide(
        Decision(
            form.get("left", ""),
            form.get("right", ""),
            form.get("choice", ""),
            form.get("who", ""),
            form.get("why", ""),
        ),
    )
    if request.accept_mimetypes.best == "application/json":
        return jsonify({"choice": form["choice"], "who": form["who"].strip()})
    decided = "~".join((form["left"], form["right"], form["choice"]))
    return redirect(f"/review?decided={decided}", 303)  # type: ignore[return-value]
