"""``/entities/<id>``: a thing with its facts, each with the sentence behind it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from kg import vocab
from kg.errors import NotFoundError
from kg.query.read import Figure, Thing
from kg.query.read.facts import Relation
from kg.query.read.text import is_iri, local
from kg.web import factlist, ids, neighbourhood, schemaorg
from kg.web.factview import BASIS, FactPage, page
from kg.web.reading import language, page_of, reader, sparql_link

blueprint = Blueprint("entities", __name__)

# Facts shown of each relation; fewer where there are many relations, so that no page
# grows over 100 kB. The rest is one click away.
PER_RELATION = 8
FACTS_A_PAGE = 56
_ELSEWHERE = ("track", "indicator", "source")


@blueprint.get("/entities/<path:name>")
def entity(name: str) -> Response | str | tuple[str, int]:
    """A thing's page, or its triples when the name ends in a format."""
    stem, _, extension = name.rpartition(".")
    if stem and extension in {e for e, _, _ in ids.FORMATS}:
        return ids.document(stem, extension)
    iri = vocab.ID + name
    if (elsewhere := ids.other_format(name)) is not None:
        return elsewhere
    try:
        thing = reader().thing(iri)
    except NotFoundError as error:
        return not_found(name, error)
    if thing.kind in _ELSEWHERE and page_of(iri) != request.path:
        return redirect(page_of(iri), 303)  # type: ignore[return-value]
    if thing.kind in _SPECIAL:
        template, build = _SPECIAL[thing.kind]
        return render_template(template, **build(thing))
    return render_template("entity.html", **entity_page(thing))


def not_found(name: str, error: NotFoundError) -> tuple[str, int]:
    """The page for an unknown id: says so and searches for it."""
    words = name.replace("-", " ").replace("_", " ").strip()
    return render_template(
        "entity_missing.html", id=name, words=words, error=error
    ), 404


def entity_page(thing: Thing) -> dict[str, Any]:
    """What the template of a thing needs: a dozen queries whatever its size."""
    read = reader()
    relations = read.relations(thing.iri)
    groups = read.groups(thing.iri, relations, _per_relation(relations))
    datasets = thing.all("lv:dataset")
    shown = page(groups, read.figures_of(thing.iri), datasets)
    dots = neighbourhood.dots(shown, thing.iri)
    definition = thing.one("skos:definition", language()) or thing.one(
        "dcterms:description", language()
    )
    return {
        "thing": thing,
        "page": shown,
        "types": read.terms.most_specific(set(thing.types)),
        "terms": read.terms,
        "definition": definition,
        "basis": BASIS.get(thing.name.basis),
        "datasets": datasets,
        "dots": dots,
        "frame": neighbourhood.frame(dots),
        "identifiers": _identifiers(shown, thing.iri),
        "colour": neighbourhood.colour_of(tuple(thing.types)),
        "schema_org": schemaorg.data_block(thing, shown, definition),
        "is_organisation": _is_a(thing, "Organization"),
        "counts": _counts(relations, shown),
        "query": factlist.query(thing.iri),
        "sparql_link": sparql_link,
        "formats": [(e, media) for e, media, _ in ids.FORMATS],
    }


_IDENTIFIERS = {
    "stockCode": "",
    "isin": "",
    "cik": "https://www.sec.gov/cgi-bin/browse-edgar?CIK=",
    "rorId": "",
    "wikidataId": "https://www.wikidata.org/wiki/",
    "website": "",
}


def _identifiers(shown: FactPage, iri: str) -> list[tuple[str, str, str]]:
    """What others call a thing by: label, text, and where that leads."""
    found = []
    for section in shown.actual:
        base = _IDENTIFIERS.get(local(section.predicate))
        for fact in section.facts if base is not None else ():
            text = str(fact.object)
            if fact.subject == iri and not fact.is_relation:
                link = base + text if base else text
                known = link.startswith(("http://", "https://"))
                found.append((section.label, text, link if known else ""))
    return found


def _per_relation(relations: list[Relation]) -> int:
    each = PER_RELATION
    while each > 3 and sum(min(r.total, each) for r in relations) > FACTS_A_PAGE:
        each -= 1
    return each


def _is_a(thing: Thing, name: str) -> bool:
    terms = reader().terms
    return any(vocab.ONTOLOGY + name in terms.supers(t) for t in thing.types)


def _counts(relations: list[Relation], shown: FactPage) -> dict[str, int]:
    return {
        "actual": sum(r.total for r in relations if not r.is_target),
        "target": sum(r.total for r in relations if r.is_target),
        "figures": len(shown.figures),
        "sources": len(shown.sources()),
    }


def _statement(thing: Thing) -> dict[str, Any]:
    facts = reader().facts([thing.iri])
    if not facts:
        raise _unreadable(thing)
    shown = page((), ())
    fact = facts[0]
    ends = [fact.subject, fact.predicate, str(fact.object), *fact.datasets]
    shown.names = type(shown.names)(e for e in ends if is_iri(e))
    shown.evidence = reader().evidence(fact.evidence)
    return {"thing": thing, "fact": fact, "page": shown, "terms": reader().terms}


def _observation(thing: Thing) -> dict[str, Any]:
    figures: list[Figure] = reader().figures([thing.iri])
    if not figures:
        raise _unreadable(thing)
    return {"thing": thing, "figure": figures[0], "page": page((), figures)}


def _evidence(thing: Thing) -> dict[str, Any]:
    found = reader().evidence([thing.iri])
    if thing.iri not in found:
        raise _unreadable(thing)
    return {
        "thing": thing,
        "evidence": found[thing.iri],
        "page": factlist.resting_on(thing.iri),
    }


def _selector(thing: Thing) -> dict[str, Any]:
    stem = local(thing.iri).rpartition("-")[0]
    return _evidence(reader().thing(vocab.ID + stem))


def _dataset(thing: Thing) -> dict[str, Any]:
    sources = reader().sources(thing.all("dcterms:source"))
    graph = thing.one("lv:graph")
    return {
        "thing": thing,
        "sources": sorted(sources.values(), key=lambda s: s.date, reverse=True),
        "description": thing.one("dcterms:description", language()),
        "graph": graph,
    }


def _unreadable(thing: Thing) -> NotFoundError:
    return NotFoundError(
        f"{thing.id} is known but not complete.", zh=f"{thing.id} 的记录不完整。"
    )


_SPECIAL = {
    "statement": ("statement.html", _statement),
    "observation": ("observation.html", _observation),
    "evidence": ("evidence.html", _evidence),
    "selector": ("evidence.html", _selector),
    "dataset": ("dataset.html", _dataset),
}
