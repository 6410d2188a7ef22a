"""From the triples of a dataset back to the rows that state them.

What ``kg build`` makes of the rows is the same triples again; a test compares
them. Labels, and all else that the build derives, are not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

from kg import vocab
from kg.curate.assertion import A, name
from kg.curate.facts import Known
from kg.curate.table import FORMS, Row
from kg.model import Iri, Literal, Term, Triple
from kg.model.facts import COMPARATORS, entity_iri

Said = Mapping[Iri, list[Term]]
_COMPARATOR = {term: key for key, term in COMPARATORS.items()}
_STORED = name("schema:NewsArticle")
_SOURCES = {_STORED, name("schema:WebPage")}


class Unbuilder:
    """Reads the triples of one dataset.

    Args:
        triples: content of its named graph.
        known: entities of other datasets, which say the names of what is shared.
    """

    def __init__(self, triples: Iterable[Triple], known: Known) -> None:
        self._said: dict[Iri, dict[Iri, list[Term]]] = defaultdict(
            lambda: defaultdict(list)
        )
        for s, p, o in triples:
            if isinstance(s, Iri):
                self._said[s][p].append(o)
        self._known = known

    def rows(self) -> dict[str, list[Row]]:
        """Rows by form, in a fixed order."""
        made: dict[str, list[dict[str, str]]] = {form: [] for form in FORMS}
        for iri in sorted(self._said, key=lambda i: i.value):
            said = self._said[iri]
            kinds = said[A]
            if name("dcat:Dataset") in kinds:
                made["dataset"].append(self._dataset(said))
            elif not _SOURCES.isdisjoint(kinds):
                made["sources"].append(self._source(iri, said))
            elif name("rdf:Statement") in kinds:
                made["statements"].extend(self._statement(said))
            elif name("qb:Observation") in kinds:
                made["observations"].extend(self._observation(said))
            elif any(_is_ours(kind) for kind in kinds):
                made["entities"].extend(self._entity(iri, said))
        return {
            form: [Row(form, number, cells) for number, cells in enumerate(rows, 2)]
            for form, rows in made.items()
        }

    def _dataset(self, said: Said) -> dict[str, str]:
        graph = _one(said, "lv:graph")
        return {
            "id": graph.removeprefix(vocab.GRAPH),
            "title_zh": _one(said, "dcterms:title", "zh"),
            "title_en": _one(said, "dcterms:title", "en"),
            "description_zh": _one(said, "dcterms:description", "zh"),
            "description_en": _one(said, "dcterms:description", "en"),
            "licence": _one(said, "dcterms:license"),
            "rights": _one(said, "dcterms:rights"),
            "date": _one(said, "dcterms:issued"),
            "version": _one(said, "dcat:version"),
            "curator": _one(said, "dcterms:creator"),
        }

    @staticmethod
    def _source(iri: Iri, said: Said) -> dict[str, str]:
        return {
            "id": iri.value.removeprefix(vocab.ID + "source-"),
            "kind": "stored" if _STORED in said[A] else "cited",
            "title_zh": _one(said, "schema:name", "zh"),
            "title_en": _one(said, "schema:name", "en"),
            "publisher": _one(said, "schema:publisher"),
            "date": _one(said, "schema:datePublished"),
            "url": _one(said, "schema:url"),
            "path": _one(said, "lv:storedAs"),
            "sha256": _one(said, "lv:sha256"),
            "retrieved": _one(said, "lv:retrieved"),
            "language": _one(said, "schema:inLanguage"),
            "source_class": _one(said, "lv:sourceClass"),
            "note": _one(said, "rdfs:comment"),
        }

    def _entity(self, iri: Iri, said: Said) -> Iterator[dict[str, str]]:
        local = iri.value.removeprefix(vocab.ID)
        first = self._known.entity(local)
        kinds = [k for k in said[A] if _is_ours(k)]
        cells = {
            "id": local,
            "type": "|".join(sorted(_local(k) for k in kinds)),
            "name_zh": _one(said, "skos:prefLabel", "zh"),
            "name_en": _one(said, "skos:prefLabel", "en"),
            "name_en_basis": _local(_first(said, "lv:englishNameBasis")),
            "aliases_zh": "|".join(_all(said, "skos:altLabel", "zh")),
            "aliases_en": "|".join(_all(said, "skos:altLabel", "en")),
            "definition_zh": _one(said, "skos:definition", "zh"),
            "definition_en": _one(said, "skos:definition", "en"),
            "note": _one(said, "skos:editorialNote"),
        }
        if _first(said, "lv:chineseNameBasis") is not None:
            cells["name_zh"] = ""
        if first is not None:
            cells |= {"name_zh": first.name_zh, "name_en": first.name_en}
            cells["name_en_basis"] = "official"
        for evidence in self._evidence(said):
            yield {**cells, **evidence}

    def _statement(self, said: Said) -> Iterator[dict[str, str]]:
        thing = _first(said, "rdf:object")
        cells = {
            "subject": _id(_first(said, "rdf:subject")),
            "predicate": _local(_first(said, "rdf:predicate")),
            "object": _id(thing) if isinstance(thing, Iri) else str(thing),
            **self._claim(said),
        }
        dates = _all(said, "lv:asOf") or [""]
        notes = _all(said, "skos:editorialNote") or [""]
        for number, evidence in enumerate(self._evidence(said)):
            more = {
                "as_of": dates[number] if number < len(dates) else "",
                "note": notes[number] if number < len(notes) else "",
            }
            yield {**cells, **more, **evidence}

    def _observation(self, said: Said) -> Iterator[dict[str, str]]:
        unit = _one(said, "lv:unit")
        cells = {
            "entity": _id(_first(said, "lv:refEntity")),
            "indicator": _id(_first(said, "lv:indicator")),
            "value": _number(_one(said, "lv:value")),
            "value_max": _number(_one(said, "lv:valueMax")),
            "comparator": _COMPARATOR[_local(_first(said, "lv:comparator"))],
            "unit_zh": _one(said, "lv:unitText"),
            "unit": unit.rpartition("/")[2].rpartition(":")[2],
            "factor": _number(_one(said, "lv:factor")),
            "target_set": _id(_first(said, "lv:partOfTargetSet")),
            "note": _one(said, "skos:editorialNote"),
            **self._claim(said),
        }
        for evidence in self._evidence(said):
            yield {**cells, **evidence}

    @staticmethod
    def _claim(said: Said) -> dict[str, str]:
        return {
            "status": _local(_first(said, "lv:status")),
            "start": _one(said, "lv:start"),
            "end": _one(said, "lv:end"),
            "period_text": _one(said, "lv:periodText"),
        }

    def _evidence(self, said: Said) -> Iterator[dict[str, str]]:
        for place in sorted(said[name("prov:wasDerivedFrom")], key=str):
            if not isinstance(place, Iri):
                continue
            about = self._said[place]
            source = str(_first(about, "oa:hasSource"))
            cells = {
                "source": source.removeprefix(vocab.ID + "source-"),
                "confidence": _local(_first(about, "lv:confidence")),
                "locator": _one(about, "lv:locator"),
            }
            quote = self._said.get(Iri(f"{place}-quote"))
            if quote is not None:
                position = self._said[Iri(f"{place}-position")]
                cells["quote"] = _one(quote, "oa:exact")
                cells["position"] = _one(position, "oa:start")
            yield cells


def _first(said: Said, predicate: str) -> Term | None:
    found = said.get(name(predicate))
    return found[0] if found else None


def _all(said: Said, predicate: str, language: str = "") -> list[str]:
    return sorted(
        str(term)
        for term in said.get(name(predicate), ())
        if not language or (isinstance(term, Literal) and term.language == language)
    )


def _one(said: Said, predicate: str, language: str = "") -> str:
    found = _all(said, predicate, language)
    return found[0] if found else ""


def _is_ours(term: Term) -> bool:
    return isinstance(term, Iri) and term.value.startswith(vocab.ONTOLOGY)


def _local(term: Term | None) -> str:
    return "" if term is None else str(term).removeprefix(vocab.ONTOLOGY)


def _id(term: Term | None) -> str:
    """The id of an entity, or the local name of a concept."""
    return _local(term).removeprefix(entity_iri("").value)


def _number(text: str) -> str:
    """A number as people write it: 739, not 739.0."""
    return f"{Decimal(text).normalize():f}" if text else ""
