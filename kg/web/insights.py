"""``/insights``: hubs and brokers, communities, holes between tracks, gaps, what if."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template, request

from kg import vocab
from kg.analysis.partners import insights
from kg.web import search
from kg.wiring import Parts

blueprint = Blueprint("insights", __name__)
OFFERED = 300  # names a field completes; others can be typed


@blueprint.get("/insights")
def page() -> str:
    """All of it on one page, computed once a generation."""
    parts: Parts = current_app.extensions["kg"]
    told = _told(parts)
    ends = [request.args.get(name, "").strip() for name in ("one", "other")]
    supposed = None
    if all(ends):
        one, other = (_named(parts, end) for end in ends)
        supposed = insights.what_if(parts.advisor, one, other)
    return render_template(
        "insights.html",
        told=told,
        communities=told.communities[: insights.COMMUNITIES],
        chain=insights.CHAIN,
        supposed=supposed,
        ends=ends,
        askers=parts.advisor.askers(OFFERED),
        local=lambda iri: iri.removeprefix(vocab.ID),
    )


def _named(parts: Parts, text: str) -> str:
    """The organisation an identifier or a name means."""
    iri = search.iri_of(text)
    if parts.advisor.is_asker(iri):
        return iri
    found = (one["iri"] for one in search.results(text[:100], limit=50))
    return next((one for one in found if parts.advisor.is_asker(one)), iri)


def _told(parts: Parts) -> insights.Told:
    """What this generation tells, kept by the application.

    Raises:
        PreparingError: while it is computed of a large network for the first time.
    """
    shelf = parts.advisor.shelf()
    at = parts.store.generation if shelf is None else shelf.generation
    kept: tuple[str, insights.Told] | None = current_app.extensions.get("kg.insights")
    if kept is None or kept[0] != at:
        kept = at, insights.told(parts.advisor)
        current_app.extensions["kg.insights"] = kept
    return kept[1]
