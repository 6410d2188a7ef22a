"""Figures: observations of indicators, reached and aimed at kept apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from kg.model import Term
from kg.query.read.facts import span, span_en
from kg.query.read.text import PROLOGUE, batches, local, ref, values
from kg.query.read.wording import period_in, unit_in
from kg.store import Store

_FIGURES = """SELECT * WHERE {{
  {values}
  ?ob lv:refEntity ?entity ; lv:indicator ?indicator ; lv:value ?value ;
    lv:status ?status .
  OPTIONAL {{ ?ob lv:valueMax ?max }}
  OPTIONAL {{ ?ob lv:comparator ?comparator }}
  OPTIONAL {{ ?ob lv:unitText ?unitText }}
  OPTIONAL {{ ?ob lv:unit ?unit }}
  OPTIONAL {{ ?ob lv:factor ?factor }}
  OPTIONAL {{ ?ob lv:start ?start }}
  OPTIONAL {{ ?ob lv:end ?end }}
  OPTIONAL {{ ?ob lv:periodText ?period }}
  OPTIONAL {{ ?ob lv:partOfTargetSet ?set }}
  OPTIONAL {{ ?ob lv:dataset ?dataset }}
  OPTIONAL {{ ?ob prov:wasDerivedFrom ?ev }}
}}"""

# How a bound is written before the number, in either language.
SIGNS = {
    "exact": "",
    "about": "≈",
    "atLeast": "≥",
    "moreThan": ">",
    "nearly": "≲",
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One observation.

    Attributes:
        value: in the unit as the source writes it.
        top: upper end of a range, else ``None``.
        comparator: ``exact``, ``about``, ``atLeast``, ``moreThan``, ``nearly``.
        unit: the unit's IRI, or "".
        factor: ``value`` times this is the value in ``unit``; ``None`` if unknown.
    """

    iri: str
    entity: str
    indicator: str
    value: Decimal
    status: str
    top: Decimal | None = None
    comparator: str = "exact"
    unit_text: str = ""
    unit: str = ""
    factor: Decimal | None = None
    start: str = ""
    end: str = ""
    period: str = ""
    target_set: str = ""
    datasets: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def is_target(self) -> bool:
        """Whether this is aimed at, not reached."""
        return self.status == "target"

    @property
    def is_bound(self) -> bool:
        """Whether the number is a bound or a range, not the value itself."""
        return self.comparator != "exact" or self.top is not None

    @property
    def when(self) -> str:
        """The period to show: the source's words, else the bounds."""
        return self.period or span(self.start, self.end)

    def when_in(self, language: str) -> str:
        """The period for a reader: bounds first in English, words first in Chinese."""
        if language == "zh":
            return self.when
        return span_en(self.start, self.end) or period_in(self.period, language)

    def unit_in(self, language: str) -> str:
        """The unit for a reader, "" for a counting word in English."""
        return unit_in(self.unit_text, language)

    @property
    def text(self) -> str:
        """The number as it was said: ``≥600``, ``3–5``, ``739``."""
        return said(self.value, self.top, self.comparator)


def plain(number: Decimal) -> str:
    """The number without useless zeros, thousands set apart: ``1,500``."""
    number = number.normalize()
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and exponent > 0:
        number = number.quantize(Decimal(1))
    return f"{number:,f}"


def said(value: Decimal, top: Decimal | None, comparator: str) -> str:
    """A number with its bound: never a bare 600 for "more than 600"."""
    sign = SIGNS.get(comparator, "")
    return sign + plain(value) + (f"–{plain(top)}" if top is not None else "")


def figures(store: Store, observations: Iterable[str]) -> list[Figure]:
    """The figures with these IRIs, by indicator, then in order of time."""
    rows: dict[str, list[dict[str, Term]]] = {}
    for batch in batches(sorted(set(observations))):
        query = PROLOGUE + _FIGURES.format(values=values("ob", batch))
        for row in store.select(query):
            rows.setdefault(str(row["ob"]), []).append(row)
    found = [_figure(iri, group) for iri, group in rows.items()]
    return sorted(found, key=_by_time)


MOST = 500
"""Observations of a thing that its page looks at."""


def observations_of(store: Store, iri: str, limit: int = MOST) -> list[str]:
    """Observations that are of this thing, this indicator, or this target set."""
    query = f"""{PROLOGUE}SELECT DISTINCT ?ob WHERE {{
      {{ ?ob lv:refEntity {ref(iri)} }} UNION {{ ?ob lv:indicator {ref(iri)} }}
      UNION {{ ?ob lv:partOfTargetSet {ref(iri)} }}
    }} LIMIT {int(limit)}"""
    return [str(row["ob"]) for row in store.select(query)]


def disagreements(found: Iterable[Figure]) -> list[list[Figure]]:
    """Figures that disagree: one thing, indicator, period and status, two values."""
    by_claim: dict[tuple[str, ...], dict[str, Figure]] = {}
    for figure in found:
        if figure.is_bound or not (figure.start or figure.end):
            continue
        claim = (
            figure.entity, figure.indicator, figure.start, figure.end, figure.status
        )  # fmt: skip
        amount = figure.value * (figure.factor or Decimal(1))
        by_claim.setdefault(claim, {})[str(amount.normalize())] = figure
    return [list(group.values()) for group in by_claim.values() if len(group) > 1]


def _by_time(figure: Figure) -> tuple[str, str, bool, str, str]:
    last = figure.end or figure.start or "9999"
    return (figure.indicator, figure.entity, figure.is_target, last, figure.iri)


def _figure(iri: str, rows: Sequence[dict[str, Term]]) -> Figure:
    row = {name: str(term) for name, term in rows[0].items()}

    def all_of(name: str) -> tuple[str, ...]:
        return tuple(sorted({str(r[name]) for r in rows if name in r}))

    return Figure(
        iri=iri,
        entity=row["entity"],
        indicator=row["indicator"],
        value=Decimal(row["value"]),
        status=local(row["status"]),
        top=Decimal(row["max"]) if "max" in row else None,
        comparator=local(row.get("comparator", "exact")),
        unit_text=row.get("unitText", ""),
        unit=row.get("unit", ""),
        factor=Decimal(row["factor"]) if "factor" in row else None,
        start=row.get("start", ""),
        end=row.get("end", ""),
        period=row.get("period", ""),
        target_set=row.get("set", ""),
        datasets=all_of("dataset"),
        evidence=all_of("ev"),
    )
