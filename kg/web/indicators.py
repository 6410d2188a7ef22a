"""``/indicators``: figures, plan against result, as charts that are also tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, Response, render_template, request

from kg import vocab
from kg.errors import NotFoundError
from kg.query.read import Evidence, Figure
from kg.query.read import indicators as indicators_
from kg.query.read.indicators import Series, units_of
from kg.web import charts, ids
from kg.web.factlist import EVIDENCE_COLUMNS, about, evidence_cells
from kg.web.factview import FactPage, page
from kg.web.language import t
from kg.web.reading import Names, language, page_number, reader, sparql_link
from kg.web.tabular import Cell, Table, download

blueprint = Blueprint("indicators", __name__)

PAGE = 12
EACH = 40

QUERY = (
    vocab.prologue("lv", "skos", "prov", "oa")
    + """SELECT ?of ?indicator ?comparator ?value ?valueMax ?unit ?status ?period
  ?start ?end ?quote ?source
WHERE {{
  ?figure lv:indicator ?indicator ; lv:refEntity ?of ; lv:value ?value ;
    lv:status ?status ; prov:wasDerivedFrom ?evidence .{one}
  ?evidence oa:hasSource ?source .
  OPTIONAL {{ ?figure lv:valueMax ?valueMax }}
  OPTIONAL {{ ?figure lv:comparator ?comparator }}
  OPTIONAL {{ ?figure lv:unitText ?unit }}
  OPTIONAL {{ ?figure lv:periodText ?period }}
  OPTIONAL {{ ?figure lv:start ?start }}
  OPTIONAL {{ ?figure lv:end ?end }}
  OPTIONAL {{ ?evidence oa:hasSelector/oa:exact ?quote }}
}} ORDER BY ?indicator ?of ?end"""
)


@blueprint.get("/indicators")
def index() -> str:
    """Indicators, those with most figures first; a page of them drawn."""
    found = indicators_.indicators(reader())
    number = page_number()
    shown = [name.iri for name, _ in found[(number - 1) * PAGE : number * PAGE]]
    figures = indicators_.observations(reader(), shown, EACH)
    order = {iri: place for place, iri in enumerate(shown)}
    series = sorted(
        indicators_.series(figures, request.args.get("unit", "")),
        key=lambda s: order[s.indicator],
    )
    return render_template(
        "indicators.html",
        total=len(found),
        number=number,
        pages=-(-len(found) // PAGE),
        **_drawn(series, figures),
        sparql=sparql_link(QUERY.format(one="")),
    )


def _drawn(series: Sequence[Series], figures: Sequence[Figure]) -> dict[str, Any]:
    by_indicator: dict[str, list[charts.Chart]] = {}
    for one in series:
        by_indicator.setdefault(one.indicator, []).append(charts.chart(one))
    units = {
        iri: units_of([f for f in figures if f.indicator == iri])
        for iri in by_indicator
    }
    return {
        "groups": by_indicator,
        "units": units,
        "unit": request.args.get("unit", ""),
        "page": page((), figures),
    }


@blueprint.get("/indicators/<name>")
def indicator(name: str) -> Response | str:
    """One indicator: its series of every thing, with the sentences."""
    stem, _, extension = name.rpartition(".")
    if stem and extension in {"csv", "xlsx"}:
        return _file(stem, extension)
    if stem and extension in {e for e, _, _ in ids.FORMATS}:
        return ids.document(f"indicator-{stem}", extension)
    if (elsewhere := ids.other_format(f"indicator-{name}")) is not None:
        return elsewhere
    thing = reader().thing(f"{vocab.ID}indicator-{name}")
    figures = reader().figures_of(thing.iri)
    series = indicators_.series(figures, request.args.get("unit", ""))
    return render_template(
        "indicator.html",
        thing=thing,
        definition=thing.one("skos:definition", language()),
        sparql=sparql_link(QUERY.format(one=_only(thing.iri))),
        **_drawn(series, figures),
    )


def _only(iri: str) -> str:
    return f"\n  VALUES ?indicator {{ <{iri}> }}"


@blueprint.get("/indicators.<any(csv, xlsx):extension>")
def index_file(extension: str) -> Response:
    """All figures, with their evidence, as a table."""
    iris = [name.iri for name, _ in indicators_.indicators(reader())]
    return _table("indicators", iris, extension, QUERY.format(one=""))


def _file(name: str, extension: str) -> Response:
    iri = f"{vocab.ID}indicator-{name}"
    if iri not in {known.iri for known, _ in indicators_.indicators(reader())}:
        raise NotFoundError(
            f"There are no figures of {name!r}.", zh=f"没有名为 {name!r} 的指标数字。"
        )
    query = QUERY.format(one=_only(iri))
    return _table(f"indicator-{name}", [iri], extension, query)


COLUMNS = (
    "of", "of_name", "indicator", "indicator_name", "comparator", "value", "value_max",
    "unit", "factor", "base_unit", "status", "period", "start", "end",
    *EVIDENCE_COLUMNS, "figure",
)  # fmt: skip


def _table(name: str, iris: list[str], extension: str, query: str) -> Response:
    title = t("指标数字", "Figures")
    rows = _rows(iris)
    return download(Table(name, COLUMNS, rows, about(title, query)), extension)


def _rows(iris: list[str]) -> Iterator[list[Cell]]:
    for iri in iris:
        figures = indicators_.observations(reader(), [iri], 100_000)
        shown: FactPage = page((), figures)
        for figure in figures:
            head = _cells(figure, shown.names)
            places: list[Evidence | None] = [*shown.behind(figure)]
            for place in places or [None]:
                yield [*head, *evidence_cells(place), figure.iri]


def _cells(figure: Figure, names: Names) -> list[Cell]:
    return [
        figure.entity,
        names.text(figure.entity),
        figure.indicator,
        names.text(figure.indicator),
        figure.comparator,
        figure.value,
        figure.top,
        figure.unit_text,
        figure.factor,
        figure.unit,
        figure.status,
        figure.period,
        figure.start,
        figure.end,
    ]
