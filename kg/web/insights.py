"""``/insights``: hubs and brokers, communities, holes between tracks, gaps, what if."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, current_app, render_template, request

from kg import vocab
from kg.analysis.partners import insights
from kg.analysis.partners.behind import Behind
from kg.web import search
from kg.wiring import Parts

blueprint = Blueprint("insights", __name__)
COMMUNITIES = 16
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
        communities=told.communities[:COMMUNITIES],
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
    kept = current_app.extensions.setdefault(
        "kg.insights",
        Behind(
            parts.store,
            partial(insights.told, parts.advisor),
            parts.advisor.is_large,
        ),
    )
    found: insights.Told = kept.at_hand()
    return found
