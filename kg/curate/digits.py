"""The digits of a figure as they were written.

The engine keeps the value of a number and not its spelling, and the name of an
observation is made of the spelling: the digits that give the name are those.
"""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import unquote

from kg import vocab
from kg.curate.said import Said, local_of
from kg.model import Iri, Literal
from kg.model.facts import COMPARATORS, Observation, Period

_MOST_ZEROS = 6
_COMPARATORS = {local: name for name, local in COMPARATORS.items()}


def comparator_of(iri: str, said: Said) -> str:
    """The word of our tables for how a figure was said."""
    local = local_of(said.one(iri, "lv:comparator"))
    return _COMPARATORS.get(local, local)


def unit_of(iri: str) -> str:
    """A unit as our tables write it."""
    if iri.startswith("urn:ucum:"):
        return unquote(iri.removeprefix("urn:ucum:"))
    return iri.removeprefix(vocab.PREFIXES["unit"])


def plain(number: str) -> str:
    """A canonical decimal without its point when nothing is behind it."""
    return number.removesuffix(".0")


def _forms(number: str) -> list[str]:
    """Ways in which a row may have written a number of the graph."""
    if not number:
        return [""]
    whole = plain(number)
    pointed = whole if "." in whole else whole + "."
    return [whole, *(pointed + "0" * n for n in range(1, _MOST_ZEROS + 1))]


def digits_of(iri: str, said: Said) -> tuple[str, str]:
    """Value and upper bound with the digits that give the observation its name."""
    values = _forms(said.one(iri, "lv:value"))
    bounds = _forms(said.one(iri, "lv:valueMax"))
    start, end = said.one(iri, "lv:start"), said.one(iri, "lv:end")
    period = Period(
        Literal(start) if start else None,
        Literal(end) if end else None,
        said.one(iri, "lv:periodText"),
    )
    for value in values:
        for bound in bounds:
            claim = Observation(
                Iri(said.one(iri, "lv:refEntity")),
                Iri(said.one(iri, "lv:indicator")),
                Decimal(value),
                Decimal(bound) if bound else None,
                comparator_of(iri, said),
                said.one(iri, "lv:unitText"),
                status=local_of(said.one(iri, "lv:status")),
                period=period,
                target_set=local_of(said.one(iri, "lv:partOfTargetSet")),
            )
            if claim.iri.value == iri:
                return value, bound
    return values[0], bounds[0]
