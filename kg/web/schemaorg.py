"""What search engines read in a page: schema.org as JSON-LD.

Only what has been reached is told, and nothing that sources disagree about.

Source: schema.org terms; HTML 4.12.1 (a data block is not run as script).
"""

from __future__ import annotations

import json
from typing import Any

from flask import request
from markupsafe import Markup

from kg import vocab
from kg.query.read import Fact, Thing
from kg.web.factview import FactPage
from kg.web.reading import Names, reader

# First class that fits wins.
_TYPES: tuple[tuple[str, str], ...] = (
    ("Company", "Corporation"),
    ("Hospital", "Hospital"),
    ("University", "CollegeOrUniversity"),
    ("GovernmentBody", "GovernmentOrganization"),
    ("Lab", "ResearchOrganization"),
    ("Organization", "Organization"),
    ("Person", "Person"),
    ("Station", "SubwayStation"),
    ("Airport", "Airport"),
    ("School", "School"),
    ("CommercialSite", "ShoppingCenter"),
    ("Area", "Place"),
    ("Platform", "Place"),
    ("Track", "DefinedTerm"),
    ("Product", "Product"),
    ("Event", "Event"),
    ("PolicyDocument", "CreativeWork"),
    ("Service", "Service"),
)
_ORGANIZATIONS = frozenset(
    {
        "Corporation", "Hospital", "CollegeOrUniversity", "GovernmentOrganization",
        "ResearchOrganization", "Organization", "School",
    }
)  # fmt: skip
_PLACES = frozenset({"Place", "SubwayStation", "Airport", "ShoppingCenter"})
_PEOPLE = frozenset({"Person"})
_ANY: frozenset[str] = frozenset()
# Our relation to schema.org's, and the types that may have it ("domainIncludes" of
# schema.org 28); none named: every type.
_PROPERTIES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("locatedIn", "location", _ORGANIZATIONS | {"Event"}),
    ("locatedIn", "containedInPlace", _PLACES),
    ("partOf", "containedInPlace", _PLACES),
    ("foundedBy", "founder", _ORGANIZATIONS),
    ("founded", "foundingDate", _ORGANIZATIONS),
    ("inTrack", "knowsAbout", _ORGANIZATIONS),
    ("memberOf", "memberOf", _ORGANIZATIONS | _PEOPLE),
    ("affiliatedWith", "affiliation", _PEOPLE),
    ("subsidiaryOf", "parentOrganization", _ORGANIZATIONS),
    ("stockCode", "tickerSymbol", frozenset({"Corporation"})),
    ("address", "address", _ORGANIZATIONS | _PLACES),
    ("website", "url", _ANY),
    ("rorId", "sameAs", _ANY),
    ("wikidataId", "sameAs", _ANY),
)
_WIKIDATA = "http://www.wikidata.org/entity/"


def type_of(thing: Thing) -> str:
    """The schema.org class of a thing."""
    terms = reader().terms
    names = {s.rpartition("#")[2] for t in thing.types for s in terms.supers(t)}
    return next((schema for own, schema in _TYPES if own in names), "Thing")


def data_block(thing: Thing, page: FactPage, definition: str) -> Markup:
    """The JSON of a ``<script type="application/ld+json">``, safe to embed."""
    kind = type_of(thing)
    document: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": kind,
        "@id": thing.iri,
        "mainEntityOfPage": request.base_url,
        "name": [
            {"@value": text, "@language": language}
            for text, language in ((thing.name.zh, "zh"), (thing.name.en, "en"))
            if text
        ],
    }
    if thing.aliases:
        document["alternateName"] = [alias.value for alias in thing.aliases]
    if definition:
        document["description"] = definition
    document.update(_facts(page, thing.iri, kind))
    document["subjectOf"] = [
        {"@type": "CreativeWork", "@id": s.iri, "name": s.name.zh or s.name.en}
        for s, _ in page.sources()[:20]
    ]
    text = json.dumps(document, ensure_ascii=False)
    for bad in "<>&\u2028\u2029":
        text = text.replace(bad, f"\\u{ord(bad):04x}")
    return Markup(text)  # noqa: S704 -- escaped just above


def _facts(page: FactPage, iri: str, kind: str) -> dict[str, list[Any]]:
    """What has been reached, in the words that schema.org has for this type."""
    disputed = {fact.iri for group in page.disputes for fact in group}
    names: dict[str, str] = {
        vocab.ONTOLOGY + own: schema
        for own, schema, kinds in _PROPERTIES
        if not kinds or kind in kinds
    }
    found: dict[str, list[Any]] = {}
    for section in page.actual:
        name = names.get(section.predicate)
        for fact in section.facts:
            if name and fact.subject == iri and fact.iri not in disputed:
                found.setdefault(name, []).append(_value(fact, page.names))
    return found


def _value(fact: Fact, names: Names) -> Any:
    if fact.predicate == vocab.ONTOLOGY + "wikidataId":
        return _WIKIDATA + str(fact.object)
    if not fact.is_relation:
        return str(fact.object)
    name = names[str(fact.object)]
    return {"@id": str(fact.object), "name": name.zh or name.en}
