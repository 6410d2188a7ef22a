"""In which order the file of a dataset has its subjects."""

from __future__ import annotations

import re
from collections.abc import Callable

from kg import vocab
from kg.curate.triples import figures_iri
from kg.model import Iri
from kg.model.facts import Bundle

Rank = Callable[[Iri], tuple[int, str]]

SECTIONS = ("Dataset", "Sources", "Entities", "Statements", "Figures", "Evidence")


def ranking(bundle: Bundle) -> Rank:
    """Where a subject stands in the file: its section, and its place there.

    Statements follow their subjects' order, evidence the order of the source.
    """
    places: dict[str, tuple[int, str]] = {}
    for iri in (bundle.info.iri, figures_iri(bundle.info)):
        places[iri.value] = (0, iri.value)
    for source in bundle.sources.values():
        places[source.iri.value] = (1, source.id)
    for key, said in bundle.statements.items():
        order = (said.subject.value, said.predicate.value, said.object.n3())
        place = vocab.canonical("\t".join((*order, *said.period.key(), key)))
        places[key] = (3, place)
    for key, seen in bundle.observations.items():
        order = (seen.entity.value, seen.indicator.value, str(seen.period.start))
        places[key] = (4, "\t".join((*order, key)))

    def rank(iri: Iri) -> tuple[int, str]:
        local = iri.value.removeprefix(vocab.ID)
        if local.startswith("ev-"):
            return 5, re.sub(r"\d+", lambda m: m[0].zfill(8), local)
        return places.get(iri.value, (2, iri.value))

    return rank
