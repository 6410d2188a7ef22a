"""``/entities/<id>/facts``: all facts of a thing as pages, CSV and XLSX."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from flask import Blueprint, Response, render_template, request

from kg import vocab
from kg.errors import NotFoundError, QueryError
from kg.model import Iri
from kg.query.read import Evidence, Fact, Figure, Group
from kg.query.read.facts import Relation, pattern
from kg.query.read.figures import figures
from kg.query.read.text import PROLOGUE, batches, ref
from kg.web.factview import FactPage, page
from kg.web.language import t
from kg.web.reading import (
    PAGE_SIZE,
    Names,
    language,
    page_number,
    reader,
    sparql_link,
)
from kg.web.tabular import Cell, Table, download

blueprint = Blueprint("factlist", __name__)

COLUMNS = (
    "subject", "subject_name", "relation", "relation_name", "object", "object_name",
    "status", "period", "start", "end", "quote", "locator", "source", "source_title",
    "source_url", "source_date", "position_start", "position_end", "confidence",
    "dataset", "statement",
)  # fmt: skip

_QUERY = """SELECT ?statement ?subject ?relation ?object ?status ?period
  ?quote ?source ?locator
WHERE {{
  {head}
  ?statement rdf:subject ?subject ; rdf:predicate ?relation ; rdf:object ?object ;
    lv:status ?status ; prov:wasDerivedFrom ?evidence .
  ?evidence oa:hasSource ?source .
  OPTIONAL {{ ?statement lv:periodText ?period }}
  OPTIONAL {{ ?evidence oa:hasSelector/oa:exact ?quote }}
  OPTIONAL {{ ?evidence lv:locator ?locator }}
}}"""


def query(iri: str, relation: Relation | None = None) -> str:
    """The SPARQL of a list of facts: one row a statement and evidence."""
    prefixes = vocab.prologue("lv", "rdf", "prov", "oa")
    if relation is None:
        head = (
            f"{{ ?statement rdf:subject {ref(iri)} }}"
            f" UNION {{ ?statement rdf:object {ref(iri)} }}"
        )
    else:
        head = pattern(iri, relation).replace("?st ", "?statement ", 1) + " ."
    return prefixes + _QUERY.format(head=head)


@blueprint.get("/entities/<path:name>/facts")
def facts(name: str) -> str:
    """One page of a thing's facts, of one relation or of all."""
    thing = reader().thing(vocab.ID + name)
    relations = chosen(thing.iri)
    number = page_number()
    groups = _window(thing.iri, relations, number)
    total = sum(r.total for r in relations)
    one = relations[0] if len(relations) == 1 else None
    return render_template(
        "facts.html",
        thing=thing,
        page=page(groups, ()),
        terms=reader().terms,
        relation=one,
        total=total,
        number=number,
        pages=-(-total // PAGE_SIZE),
        sparql=sparql_link(query(thing.iri, one)),
    )


@blueprint.get("/entities/<path:name>/facts.<any(csv, xlsx):extension>")
def facts_file(name: str, extension: str) -> Response:
    """All facts, with their evidence, as a file."""
    thing = reader().thing(vocab.ID + name)
    relations = chosen(thing.iri)
    one = relations[0] if len(relations) == 1 else None
    table = Table(
        f"{thing.id}-facts",
        COLUMNS,
        fact_rows(_all(thing.iri, relations)),
        about(thing.name.text(language()), query(thing.iri, one)),
    )
    return download(table, extension)


def about(title: str, query_text: str) -> list[tuple[str, str]]:
    """The lines of a workbook's second sheet."""
    return [
        (t("标题", "title"), title),
        (t("来自", "from"), request.url),
        (t("数据版本", "generation"), reader().store.generation),
        (t("查询", "query"), query_text),
        (
            t("说明", "note"),
            t(
                "status 为 target 的是目标或计划，并未实现。",
                "Rows with status target are planned, not reached.",
            ),
        ),
    ]


def chosen(iri: str) -> list[Relation]:
    """The relations the address asks for: ``relation``, ``direction``, ``status``.

    Raises:
        QueryError: if the relation is not one of ours.
        NotFoundError: if the thing has no such facts.
    """
    wishes = {
        name: request.args.get(name, "") for name in ("relation", "direction", "status")
    }
    if wishes["direction"] not in {"", "in", "out"} or wishes["status"] not in {
        "",
        "actual",
        "target",
    }:
        raise QueryError(
            "direction is in or out; status is actual or target.",
            zh="direction 只能是 in 或 out，status 只能是 actual 或 target。",
        )
    found = [
        r
        for r in reader().relations(iri)
        if wishes["relation"] in {"", r.predicate.removeprefix(vocab.ONTOLOGY)}
        and wishes["direction"] in {"", r.direction}
        and wishes["status"] in {"", r.status}
    ]
    if not found and any(wishes.values()):
        raise NotFoundError(
            "This thing has no facts of that kind.", zh="没有这一类事实。"
        )
    return found


def _window(iri: str, relations: Sequence[Relation], number: int) -> list[Group]:
    """The groups of one page, counting through the relations in order."""
    skip, room = (number - 1) * PAGE_SIZE, PAGE_SIZE
    groups: list[Group] = []
    for relation in relations:
        if skip >= relation.total:
            skip -= relation.total
        elif room > 0:
            groups += reader().groups(iri, [relation], room, skip)
            room -= min(room, relation.total - skip)
            skip = 0
    return groups


def _all(iri: str, relations: Sequence[Relation]) -> Iterator[Fact]:
    for relation in relations:
        yield from reader().facts_under(iri, relation)


def fact_rows(found: Iterable[Fact]) -> Iterator[list[Cell]]:
    """A row for each fact and each evidence of it, in ``COLUMNS``."""
    for batch in batches(found):
        ends = [iri for f in batch for iri in (f.subject, str(f.object), f.predicate)]
        names = Names([*ends, *(d for f in batch for d in f.datasets)])
        evidence = reader().evidence(e for f in batch for e in f.evidence)
        for fact in batch:
            places: list[Evidence | None] = [
                evidence[e] for e in fact.evidence if e in evidence
            ]
            for place in places or [None]:
                yield [*fact_cells(fact, names), *evidence_cells(place), *_end(fact)]


def fact_cells(fact: Fact, names: Names) -> list[Cell]:
    """The cells that tell the fact."""
    return [
        fact.subject,
        names.text(fact.subject),
        fact.predicate,
        names.text(fact.predicate),
        str(fact.object) if isinstance(fact.object, Iri) else "",
        names.text(fact.object),
        fact.status,
        fact.period,
        fact.start,
        fact.end,
    ]


EVIDENCE_COLUMNS = COLUMNS[10:19]


def evidence_cells(place: Evidence | None) -> list[Cell]:
    """The cells that tell where a claim comes from (``EVIDENCE_COLUMNS``)."""
    if place is None:
        return [""] * len(EVIDENCE_COLUMNS)
    return [
        place.folded,
        place.locator,
        place.source.iri,
        place.source.name.text(language()),
        place.source.url,
        place.source.date,
        place.start if place.start >= 0 else None,
        place.end if place.end >= 0 else None,
        place.confidence,
    ]


def _end(fact: Fact) -> list[Cell]:
    return ["|".join(fact.datasets), fact.iri]


def resting_on(evidence: str, limit: int = 100) -> FactPage:
    """The facts and figures that rest on a piece of evidence."""
    read = reader()
    found = read.store.select(
        f"{PROLOGUE}SELECT ?n WHERE {{ ?n prov:wasDerivedFrom {ref(evidence)} }}"
        f" LIMIT {int(limit)}"
    )
    nodes = [str(row["n"]) for row in found]
    return claims(
        read.facts(n for n in nodes if n.startswith(vocab.ID + "st-")),
        figures(read.store, (n for n in nodes if n.startswith(vocab.ID + "ob-"))),
    )


def claims(found: Sequence[Fact], observed: Sequence[Figure]) -> FactPage:
    """Facts of different things as one page, under one heading a relation."""
    grouped: dict[tuple[str, str], Group] = {}
    for fact in found:
        key = (fact.predicate, fact.status)
        relation = Relation(fact.predicate, "out", fact.status)
        grouped.setdefault(key, Group(relation)).facts.append(fact)
    groups = [
        Group(Relation(p, "out", status, len(group.facts)), group.facts)
        for (p, status), group in grouped.items()
    ]
    return page(groups, observed)
