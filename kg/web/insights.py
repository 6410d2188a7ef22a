"""``/insights``: hubs and brokers, communities, holes between tracks, gaps, what if."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, render_template, request

from kg import vocab
from kg.analysis.partners import insights
from kg.web import search
from kg.wiring import Parts

blueprint = Blueprint("insights", __name__)
COMMUNITIES = 16


@blueprint.get("/insights")
def page() -> str:
    """All of it on one page, computed once a generation."""
    parts: Parts = current_app.extensions["kg"]
    found = _found(parts)
    ends = [request.args.get(name, "").strip() for name in ("one", "other")]
    supposed = None
    if all(ends):
        one, other = (search.iri_of(end) for end in ends)
        supposed = insights.what_if(parts.advisor, one, other)
    return render_template(
        "insights.html",
        **found,
        chain=insights.CHAIN,
        supposed=supposed,
        ends=ends,
        askers=sorted(parts.advisor.askers(), key=lambda n: n.zh or n.en),
        local=lambda iri: iri.removeprefix(vocab.ID),
    )


def _found(parts: Parts) -> dict[str, Any]:
    """The measures of this generation, kept by the application."""
    extensions = current_app.extensions
    kept = extensions.get("kg.insights")
    generation = parts.store.generation
    if kept is None or kept[0] != generation:
        advisor = parts.advisor
        groups, modularity = insights.groups(advisor)
        kept = (
            generation,
            {
                "hubs": insights.hubs(advisor),
                "communities": groups[:COMMUNITIES],
                "all_communities": len(groups),
                "modularity": modularity,
                "holes": insights.holes(advisor),
                "gaps": insights.gaps(advisor),
                "links": insights.stated(advisor.state.network.edges),
                "things": len(advisor.state.network.nodes),
                "generation": generation,
            },
        )
        extensions["kg.insights"] = kept
    found: dict[str, Any] = kept[1]
    return found
