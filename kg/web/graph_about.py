"""``/api/graph/about`` and ``/evidence``: what the panel tells of a thing or link."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response

from kg import vocab
from kg.model import Literal
from kg.query.read import Evidence, Fact, Figure
from kg.query.read.evidence import fold
from kg.web.reading import Names, language, page_of, reader, sparql_link
from kg.web.wire import argument, kept, long, names_of, short

blueprint = Blueprint("graph_about", __name__, url_prefix="/api/graph")
FACTS_LIMIT = 25
STATEMENTS_LIMIT = 100


def evidence_json(e: Evidence) -> dict[str, Any]:
    """Evidence: the quote in its context, the source, the date, the page."""
    anchor = f"?evidence={quote(e.id, safe='')}#here" if e.quote else ""
    return {
        "quote": fold(e.quote),
        "prefix": fold(e.prefix),
        "suffix": fold(e.suffix),
        "source": e.source.name.text(language()),
        "sourceId": short(e.source.iri),
        "publisher": e.source.publisher,
        "date": e.source.date,
        "url": e.source.url,
        "page": f"/sources/{quote(e.source.id, safe='')}{anchor}",
        "locator": e.locator,
        "confidence": e.confidence,
    }


def _behind(claims: Iterable[Fact | Figure]) -> dict[str, Evidence]:
    return reader().evidence({iri for claim in claims for iri in claim.evidence})


def _claim(claim: Fact | Figure, behind: dict[str, Evidence]) -> dict[str, Any]:
    return {
        "id": short(claim.iri),
        "status": claim.status,
        "when": claim.when,
        "evidence": [evidence_json(behind[i]) for i in claim.evidence if i in behind],
    }


@blueprint.get("/about")
def about() -> Response:
    """A thing: names, classes, facts by relation, figures, each with evidence."""
    iri = long(argument("id"))
    return kept(lambda: _about(iri))


def _about(iri: str) -> dict[str, Any]:
    thing = reader().thing(iri)
    relations = reader().relations(iri)
    groups = reader().groups(iri, relations, FACTS_LIMIT)
    figures = reader().figures_of(iri)
    facts = [fact for group in groups for fact in group.facts]
    behind = _behind([*facts, *figures])
    terms = reader().terms
    ends = {str(f.far_end(iri)) for f in facts if f.is_relation}
    names = Names({iri, *ends, *thing.types, *(f.indicator for f in figures)})
    told = []
    for group in groups:
        relation = group.relation
        rows = [
            _claim(f, behind)
            | {
                "other": short(str(f.far_end(iri))) if f.is_relation else "",
                "name": names.text(f.far_end(iri)),
            }
            for f in group.facts
        ]
        told.append(
            {
                "relation": short(relation.predicate),
                "label": terms.label(
                    relation.predicate, relation.direction, language()
                ),
                "direction": relation.direction,
                "status": relation.status,
                "total": relation.total,
                "facts": rows,
            }
        )
    return {
        "id": short(iri),
        "iri": iri,
        "page": page_of(iri),
        "zh": thing.name.zh,
        "en": thing.name.en,
        "basis": thing.name.basis,
        "kind": thing.kind,
        "types": [names.text(t) for t in reader().types([iri]).get(iri, ())],
        "aliases": [a.value for a in thing.aliases],
        "texts": _texts(thing.texts),
        "relations": told,
        "figures": [
            _claim(f, behind)
            | {"name": names.text(f.indicator), "value": f"{f.text} {f.unit_text}"}
            for f in figures
        ],
        "sparql": sparql_link(_facts_query(iri)),
    }


def _texts(texts: Iterable[tuple[str, Any]]) -> list[str]:
    """Definitions and notes in the reader's language, else in any."""
    wanted = (vocab.expand("skos:definition"), vocab.expand("dcterms:description"))
    found = [t for p, t in texts if p in wanted and isinstance(t, Literal)]
    own = [t.value for t in found if t.language[:2] == language()]
    return own or [t.value for t in found]


def _facts_query(iri: str) -> str:
    return (
        vocab.prologue("lv", "rdf", "prov", "oa")
        + f"""SELECT ?relation ?subject ?object ?status ?quote WHERE {{
  {{ ?st rdf:subject <{iri}> }} UNION {{ ?st rdf:object <{iri}> }}
  ?st rdf:subject ?subject ; rdf:predicate ?relation ; rdf:object ?object ;
    lv:status ?status ; prov:wasDerivedFrom ?evidence .
  OPTIONAL {{ ?evidence oa:hasSelector/oa:exact ?quote }}
}}"""
    )


@blueprint.get("/evidence")
def evidence() -> Response:
    """Statements by id: what each says, its status and period, its evidence."""
    iris = names_of("st", STATEMENTS_LIMIT)

    def make() -> dict[str, Any]:
        facts = reader().facts(iris)
        behind = _behind(facts)
        ends = {i for f in facts for i in (f.subject, str(f.object), f.predicate)}
        names = Names(ends)
        return {
            "statements": [
                _claim(f, behind)
                | {
                    "s": short(f.subject),
                    "p": short(f.predicate),
                    "o": short(str(f.object)),
                    "subject": names.text(f.subject),
                    "relation": names.text(f.predicate),
                    "object": names.text(f.object),
                    "page": page_of(f.iri),
                }
                for f in facts
            ]
        }

    return kept(make)
