"""Turns a dataset into triples, in the model of ``docs/model.md``.

Assert and reify: every claim is an ``rdf:Statement`` with its evidence; a claim
with status actual is a plain triple as well, a target never is. No blank node,
and every subject has a type and a label in Chinese and in English.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import starmap
from urllib.parse import quote

from kg import vocab
from kg.curate.assertion import LABEL, A, both, language_of, name, note_language, words
from kg.curate.known import Known
from kg.curate.ontology import Terms
from kg.curate.period import parse_date
from kg.curate.quote import fold
from kg.model import Iri, Literal, Term, Triple
from kg.model.facts import (
    ACTUAL,
    COMPARATORS,
    Bundle,
    DatasetInfo,
    Entity,
    Evidence,
    Observation,
    Period,
    Source,
    Statement,
    entity_iri,
    term_iri,
)
from kg.model.terms import XSD

_LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
_COMPARED = {
    "exact": ("", ""),
    "about": ("约", "about "),
    "at-least": ("至少", "at least "),
    "more-than": ("超过", "more than "),
    "nearly": ("近", "nearly "),
}
_SCHEMES = {"Track": "scheme-tracks"}
_EXCERPT_CHARS = 24


PREFERRED = name("skos:prefLabel")
OTHER_NAME = name("skos:altLabel")
DERIVED = name("prov:wasDerivedFrom")
DATASET = term_iri("dataset")


def decimal(value: Decimal) -> Literal:
    """The canonical form of a decimal (XSD 1.0 part 2, 3.2.3.2)."""
    digits = f"{value.normalize():f}"
    return Literal(digits if "." in digits else digits + ".0", XSD + "decimal")


class Writer:
    """Writes one dataset as triples.

    Args:
        bundle: the dataset.
        terms: labels of properties come from here.
        known: entities of other datasets; their names are theirs to say.
    """

    def __init__(self, bundle: Bundle, terms: Terms, known: Known) -> None:
        self._bundle = bundle
        self._terms = terms
        self._known = known
        self._info = bundle.info.iri
        self._places: dict[Evidence, Iri] = {}
        self._plain: set[Triple] = set()

    def triples(self) -> Iterator[Triple]:
        """Every triple of the dataset, without duplicates."""
        self._plain.clear()
        for block in self._blocks():
            yield from dict.fromkeys(block)

    def _blocks(self) -> Iterator[Iterator[Triple]]:
        """What is said of one record at a time."""
        bundle = self._bundle
        yield from map(self._source, bundle.sources.values())
        yield from map(self._entity, bundle.entities.values())
        yield from starmap(self._statement, bundle.statements.items())
        yield from starmap(self._observation, bundle.observations.items())
        yield from starmap(self._place, self._places.items())
        yield self._dataset(bundle.info)

    # -- records ------------------------------------------------------------

    def _dataset(self, info: DatasetInfo) -> Iterator[Triple]:
        iri = info.iri
        yield iri, A, name("dcat:Dataset")
        yield iri, A, name("void:Dataset")
        titles = (info.title_zh, info.title_en)
        yield from both(iri, LABEL, *titles)
        yield from both(iri, name("dcterms:title"), *titles)
        yield from both(
            iri, name("dcterms:description"), info.description_zh, info.description_en
        )
        licence = _LICENCES.get(info.licence, info.licence)
        yield iri, name("dcterms:license"), _address_or_text(licence)
        if info.rights:
            yield iri, name("dcterms:rights"), words(info.rights)
        if info.date:
            yield iri, name("dcterms:issued"), parse_date(info.date)
        if info.version:
            yield iri, name("dcat:version"), Literal(info.version)
        yield iri, name("dcterms:creator"), Literal(info.curator)
        yield iri, term_iri("graph"), info.graph
        for source in self._bundle.sources.values():
            yield iri, name("dcterms:source"), source.iri
        if self._bundle.observations:
            yield from self._figures(info)

    @staticmethod
    def _figures(info: DatasetInfo) -> Iterator[Triple]:
        iri = figures_iri(info)
        yield iri, A, name("qb:DataSet")
        titles = (f"{info.title_zh}：指标数值", f"{info.title_en}: figures")
        yield from both(iri, LABEL, *titles)
        yield from both(iri, name("dcterms:title"), *titles)
        yield iri, name("qb:structure"), term_iri("FigureStructure")
        yield iri, DATASET, info.iri

    def _source(self, source: Source) -> Iterator[Triple]:
        iri = source.iri
        stored = source.kind == "stored"
        yield iri, A, name("schema:NewsArticle" if stored else "schema:WebPage")
        yield iri, A, name("prov:Entity")
        yield from both(iri, LABEL, source.title_zh, source.title_en)
        yield from both(iri, name("schema:name"), source.title_zh, source.title_en)
        if source.url:
            yield iri, name("schema:url"), Literal(source.url, XSD + "anyURI")
        if source.date:
            yield iri, name("schema:datePublished"), parse_date(source.date)
        if source.retrieved:
            yield iri, term_iri("retrieved"), parse_date(source.retrieved)
        for predicate, value in (
            (name("schema:publisher"), source.publisher),
            (name("schema:inLanguage"), source.language),
            (term_iri("sha256"), source.sha256),
            (term_iri("storedAs"), source.path),
            (term_iri("sourceClass"), source.source_class),
        ):
            if value:
                yield iri, predicate, Literal(value)
        if source.note:
            yield iri, name("rdfs:comment"), words(source.note)
        yield iri, DATASET, self._info

    def _place(self, evidence: Evidence, iri: Iri) -> Iterator[Triple]:
        source = self._bundle.sources[evidence.source]
        yield iri, A, name("oa:SpecificResource")
        yield iri, A, name("prov:Entity")
        yield iri, name("oa:hasSource"), source.iri
        yield iri, term_iri("confidence"), term_iri(evidence.confidence)
        if evidence.start < 0:
            locator = evidence.locator
            yield iri, term_iri("locator"), words(locator)
            yield from both(
                iri,
                LABEL,
                f"{source.title_zh}：{locator}",
                f"{source.title_en}: {locator}",
            )
            return
        yield from self._selectors(evidence, iri, source)

    @staticmethod
    def _selectors(evidence: Evidence, iri: Iri, source: Source) -> Iterator[Triple]:
        excerpt = fold(evidence.quote)
        if len(excerpt) > _EXCERPT_CHARS:
            excerpt = excerpt[:_EXCERPT_CHARS] + "…"
        place = f"{evidence.start}–{evidence.end}"
        yield from both(
            iri,
            LABEL,
            f"{source.title_zh} 第 {place} 字：“{excerpt}”",
            f"{source.title_en}, characters {place}: “{excerpt}”",
        )
        quoted, position = Iri(f"{iri}-quote"), Iri(f"{iri}-position")
        yield iri, name("oa:hasSelector"), quoted
        yield iri, name("oa:hasSelector"), position
        yield quoted, A, name("oa:TextQuoteSelector")
        yield from both(quoted, LABEL, f"引文“{excerpt}”", f"Quote “{excerpt}”")
        language = source.language or language_of(evidence.quote)
        yield quoted, name("oa:exact"), words(evidence.quote, language)
        for local, value in (("prefix", evidence.prefix), ("suffix", evidence.suffix)):
            if value:
                yield quoted, name(f"oa:{local}"), words(value, language)
        yield position, A, name("oa:TextPositionSelector")
        yield from both(position, LABEL, f"第 {place} 字", f"Characters {place}")
        for local, number in (("start", evidence.start), ("end", evidence.end)):
            bound = Literal(str(number), XSD + "nonNegativeInteger")
            yield position, name(f"oa:{local}"), bound

    # -- facts --------------------------------------------------------------

    def _entity(self, entity: Entity) -> Iterator[Triple]:
        iri = entity.iri
        for kind in entity.types:
            yield iri, A, term_iri(kind)
            if scheme := _SCHEMES.get(kind):
                yield iri, A, name("skos:Concept")
                yield iri, name("skos:inScheme"), entity_iri(scheme)
        yield from self._entity_names(entity)
        yield from both(
            iri, name("skos:definition"), entity.definition_zh, entity.definition_en
        )
        yield from self._notes(iri, entity.notes)
        yield from self._derived(iri, entity.evidence)
        yield iri, DATASET, self._info

    def _entity_names(self, entity: Entity) -> Iterator[Triple]:
        """One preferred name a language: the first dataset says it."""
        iri = entity.iri
        first = self._known.entity(entity.id)
        names = {"zh": [entity.name_zh], "en": [entity.name_en]}
        preferred = {"zh": entity.name_zh, "en": entity.name_en}
        if first is None:
            yield from both(iri, PREFERRED, entity.name_zh, entity.name_en)
            yield iri, term_iri("englishNameBasis"), term_iri(entity.english_basis)
            if entity.chinese_basis:
                basis = term_iri(entity.chinese_basis)
                yield iri, term_iri("chineseNameBasis"), basis
        else:
            preferred = {"zh": first.name_zh, "en": first.name_en}
            if entity.chinese_basis:
                names["zh"] = []
            if entity.english_basis == "romanised":
                names["en"] = []
        names["zh"] += entity.aliases_zh
        names["en"] += entity.aliases_en
        for language, said in names.items():
            for alias in said:
                if alias != preferred[language]:
                    yield iri, OTHER_NAME, words(alias, language)

    def _statement(self, key: str, statement: Statement) -> Iterator[Triple]:
        iri = Iri(key)
        plain = (statement.subject, statement.predicate, statement.object)
        # A claim of two periods is asserted once.
        if statement.status == ACTUAL and plain not in self._plain:
            self._plain.add(plain)
            yield plain
        yield iri, A, name("rdf:Statement")
        yield iri, name("rdf:subject"), statement.subject
        yield iri, name("rdf:predicate"), statement.predicate
        yield iri, name("rdf:object"), statement.object
        yield from both(iri, LABEL, *self._statement_labels(statement))
        for date in statement.as_of:
            yield iri, term_iri("asOf"), date
        yield from self._claim(iri, statement)

    def _statement_labels(self, statement: Statement) -> tuple[str, str]:
        local = statement.predicate.value.removeprefix(vocab.ONTOLOGY)
        target = statement.status != ACTUAL
        zh = " · ".join(
            (
                self.called(statement.subject, "zh"),
                self._terms.label(local, "zh"),
                self.called(statement.object, "zh"),
            )
        )
        en = " · ".join(
            (
                self.called(statement.subject, "en"),
                self._terms.label(local, "en"),
                self.called(statement.object, "en"),
            )
        )
        zh += f"（{period}）" if (period := _shown(statement.period)) else ""
        en += f" ({period})" if period else ""
        return (zh + "【目标】", en + " [target]") if target else (zh, en)

    def _observation(self, key: str, observation: Observation) -> Iterator[Triple]:
        iri = Iri(key)
        yield iri, A, name("qb:Observation")
        yield iri, name("qb:dataSet"), figures_iri(self._bundle.info)
        yield iri, term_iri("refEntity"), observation.entity
        yield iri, term_iri("indicator"), observation.indicator
        yield iri, term_iri("value"), decimal(observation.value)
        if observation.value_max is not None:
            yield iri, term_iri("valueMax"), decimal(observation.value_max)
        comparator = term_iri(COMPARATORS[observation.comparator])
        yield iri, term_iri("comparator"), comparator
        if observation.unit_zh:
            yield iri, term_iri("unitText"), words(observation.unit_zh)
        if observation.unit:
            yield iri, term_iri("unit"), unit_iri(observation.unit)
        if observation.factor is not None:
            yield iri, term_iri("factor"), decimal(observation.factor)
        if observation.target_set:
            target_set = entity_iri(observation.target_set)
            yield iri, term_iri("partOfTargetSet"), target_set
        yield from both(iri, LABEL, *self._observation_labels(observation))
        yield from self._claim(iri, observation)

    def _observation_labels(self, seen: Observation) -> tuple[str, str]:
        zh_word, en_word = _COMPARED[seen.comparator]
        amount = f"{seen.value:f}"
        if seen.value_max is not None:
            amount += f"–{seen.value_max:f}"
        period = _shown(seen.period)
        zh = (
            f"{self.called(seen.entity, 'zh')} · {self.called(seen.indicator, 'zh')}"
            f"：{zh_word}{amount}{seen.unit_zh}"
        ) + (f"（{period}）" if period else "")
        en = (
            f"{self.called(seen.entity, 'en')} · {self.called(seen.indicator, 'en')}"
            f": {en_word}{amount} {seen.unit_zh}".rstrip()
        ) + (f" ({period})" if period else "")
        if seen.status != ACTUAL:
            return zh + "【目标】", en + " [target]"
        return zh, en

    # -- parts --------------------------------------------------------------

    def _claim(self, iri: Iri, claim: Statement | Observation) -> Iterator[Triple]:
        """What statements and observations have in common."""
        yield iri, term_iri("status"), term_iri(claim.status)
        if claim.period.start:
            yield iri, term_iri("start"), claim.period.start
        if claim.period.end:
            yield iri, term_iri("end"), claim.period.end
        if claim.period.text:
            yield iri, term_iri("periodText"), words(claim.period.text)
        yield from self._notes(iri, claim.notes)
        yield from self._derived(iri, claim.evidence)
        yield iri, DATASET, self._info

    @staticmethod
    def _notes(iri: Iri, notes: Iterable[str]) -> Iterator[Triple]:
        for note in notes:
            yield iri, name("skos:editorialNote"), words(note, note_language(note))

    def _derived(self, iri: Iri, evidence: Iterable[Evidence]) -> Iterator[Triple]:
        for place in evidence:
            there = self._places.get(place)
            if there is None:
                there = self._places[place] = place.iri
            yield iri, DERIVED, there

    def called(self, term: Term, language: str) -> str:
        """The name of a thing or concept, or the text of a literal."""
        if not isinstance(term, Iri):
            return str(term)
        if term.value.startswith(vocab.ONTOLOGY):
            local = term.value.removeprefix(vocab.ONTOLOGY)
            return self._terms.label(local, language)
        local = term.value.removeprefix(vocab.ID)
        entity = self._known.entity(local) or self._bundle.entities[local]
        return entity.name_zh if language == "zh" else entity.name_en


def figures_iri(info: DatasetInfo) -> Iri:
    """The Data Cube dataset of a dataset's figures."""
    return Iri(f"{info.iri}-figures")


def unit_iri(unit: str) -> Iri:
    """A unit of QUDT by local name, or of UCUM by code."""
    if re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]*", unit):
        return name(f"unit:{unit}")
    return Iri("urn:ucum:" + quote(unit, safe=""))


def _address_or_text(value: str) -> Term:
    if re.match(r"https?://", value):
        return Iri(value)
    return words(value)


def _shown(period: Period) -> str:
    if period.text:
        return period.text
    bounds = [b.value for b in (period.start, period.end) if b is not None]
    return "–".join(dict.fromkeys(bounds))
