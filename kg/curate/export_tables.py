"""From the graph of a dataset back to the tables that people edit.

What a row says can be told from the triples it became; the digits of a figure
are found again by the name of its observation (``kg.curate.digits``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from kg import vocab
from kg.curate.digits import comparator_of, digits_of, plain, unit_of
from kg.curate.said import Said, local_of
from kg.curate.stored_sources import StoredSources
from kg.curate.table import FORMS, Row
from kg.model import Triple
from kg.model.facts import Entity

Rows = dict[str, list[Row]]
Cells = dict[str, str]


class TableWriter:
    """Writes the rows of one dataset.

    Args:
        triples: of its named graph.
        known: entities of other datasets, for names that are theirs to say.
        stored: where stored sources lie.
    """

    def __init__(
        self,
        triples: Iterable[Triple],
        known: Mapping[str, Entity],
        stored: StoredSources,
    ) -> None:
        self._said = Said(triples)
        self._known = known
        self._stored = stored
        self._checksums: dict[str, str] = {}

    def rows(self) -> Rows:
        """Rows by form, each form in a fixed order."""
        made = {
            "dataset": [self._dataset(s) for s in self._said.of_type("dcat:Dataset")],
            "sources": [self._source(s) for s in self._sources()],
            "entities": [c for s in self._entities() for c in self._entity(s)],
            "statements": self._in_order(
                "rdf:Statement", self._statement, FORMS["statements"].columns[:6]
            ),
            "observations": self._in_order(
                "qb:Observation", self._observation, FORMS["observations"].columns[:13]
            ),
        }
        return {
            form: [
                Row(f"{form}.csv", number, cells)
                for number, cells in enumerate(rows, 2)
            ]
            for form, rows in made.items()
        }

    def _in_order(
        self, type_: str, write: Callable[[str], list[Cells]], columns: Sequence[str]
    ) -> list[Cells]:
        groups = [write(s) for s in self._said.of_type(type_)]
        groups.sort(key=lambda rows: [rows[0].get(c, "") for c in columns])
        return [cells for rows in groups for cells in rows]

    # -- dataset and sources --------------------------------------------------

    def _dataset(self, iri: str) -> Cells:
        said = self._said
        return {
            "id": local_of(iri).removeprefix("dataset-"),
            "title_zh": said.text(iri, "dcterms:title", "zh"),
            "title_en": said.text(iri, "dcterms:title", "en"),
            "description_zh": said.text(iri, "dcterms:description", "zh"),
            "description_en": said.text(iri, "dcterms:description", "en"),
            "licence": said.one(iri, "dcterms:license"),
            "rights": said.one(iri, "dcterms:rights"),
            "date": said.one(iri, "dcterms:issued"),
            "version": said.one(iri, "dcat:version"),
            "curator": said.one(iri, "dcterms:creator"),
        }

    def _sources(self) -> list[str]:
        kinds = ("schema:NewsArticle", "schema:WebPage")
        return sorted(s for kind in kinds for s in self._said.of_type(kind))

    def _source(self, iri: str) -> Cells:
        said = self._said
        checksum = said.one(iri, "lv:sha256")
        stored = said.has_type(iri, "schema:NewsArticle")
        if stored:
            self._checksums[iri] = checksum
        return {
            "id": local_of(iri).removeprefix("source-"),
            "kind": "stored" if stored else "cited",
            "title_zh": said.text(iri, "schema:name", "zh"),
            "title_en": said.text(iri, "schema:name", "en"),
            "publisher": said.one(iri, "schema:publisher"),
            "date": said.one(iri, "schema:datePublished"),
            "url": said.one(iri, "schema:url"),
            "path": said.one(iri, "lv:storedAs")
            or (self._stored.paths.get(checksum, "") if stored else ""),
            "sha256": checksum,
            "retrieved": said.one(iri, "lv:retrieved"),
            "language": said.one(iri, "schema:inLanguage"),
            "source_class": said.one(iri, "lv:sourceClass"),
            "note": said.one(iri, "rdfs:comment"),
        }

    # -- evidence -------------------------------------------------------------

    def _evidence(self, iri: str) -> Cells:
        said = self._said
        source = said.one(iri, "oa:hasSource")
        cells = {
            "source": local_of(source).removeprefix("source-"),
            "locator": said.one(iri, "lv:locator"),
            "confidence": local_of(said.one(iri, "lv:confidence")),
        }
        if quote := said.one(f"{iri}-quote", "oa:exact"):
            cells["quote"] = quote
            start = said.one(f"{iri}-position", "oa:start")
            cells["occurrence"] = self._occurrence(source, quote, start)
        return cells

    def _occurrence(self, source: str, quote: str, start: str) -> str:
        """Which of its places in the source it is; "" if there is only one."""
        text = self._stored.texts.get(self._checksums.get(source, ""))
        places = [begin for begin, _ in text.find(quote)] if text else []
        if len(places) < 2 or not start.isdecimal() or int(start) not in places:
            return ""
        return str(places.index(int(start)) + 1)

    def _with_evidence(
        self, iri: str, cells: Cells, each: Iterable[str] = ()
    ) -> list[Cells]:
        """One row for each evidence; notes and times are spread over them."""
        notes = iter([t.value for t in self._said.all(iri, "skos:editorialNote")])
        times = iter(each)
        return [
            {
                **cells,
                **self._evidence(place.value),
                "note": next(notes, ""),
                "as_of": next(times, ""),
            }
            for place in self._said.all(iri, "prov:wasDerivedFrom")
        ] or [cells]

    # -- facts ----------------------------------------------------------------

    def _entities(self) -> Iterator[str]:
        """Things that have a name or a class of ours, and no form of their own."""
        others = {
            s
            for type_ in ("rdf:Statement", "qb:Observation", "qb:DataSet")
            for s in self._said.of_type(type_)
        }
        for iri in sorted(self._said.by_subject):
            types = self._said.all(iri, "rdf:type")
            if iri not in others and any(
                t.value.startswith(vocab.ONTOLOGY) for t in types
            ):
                yield iri

    def _entity(self, iri: str) -> list[Cells]:
        said = self._said
        types = [t.value for t in said.all(iri, "rdf:type")]
        cells = {
            "id": local_of(iri),
            "type": "|".join(
                local_of(t) for t in types if t.startswith(vocab.ONTOLOGY)
            ),
            "aliases_zh": "|".join(said.texts(iri, "skos:altLabel", "zh")),
            "aliases_en": "|".join(said.texts(iri, "skos:altLabel", "en")),
            "definition_zh": said.text(iri, "skos:definition", "zh"),
            "definition_en": said.text(iri, "skos:definition", "en"),
            **self._names(iri),
        }
        return self._with_evidence(iri, cells)

    def _names(self, iri: str) -> Cells:
        said, first = self._said, self._known.get(local_of(iri))
        zh = said.text(iri, "skos:prefLabel", "zh")
        en = said.text(iri, "skos:prefLabel", "en")
        if not zh and not en and first is not None:
            names = {"name_zh": first.name_zh, "name_en": first.name_en}
            return {**names, "name_en_basis": "official" if first.name_en else ""}
        basis = local_of(said.one(iri, "lv:englishNameBasis"))
        if said.one(iri, "lv:chineseNameBasis"):
            zh = ""
        return {"name_zh": zh, "name_en": en, "name_en_basis": basis}

    def _period(self, iri: str) -> Cells:
        said = self._said
        return {
            "status": local_of(said.one(iri, "lv:status")),
            "start": said.one(iri, "lv:start"),
            "end": said.one(iri, "lv:end"),
            "period_text": said.one(iri, "lv:periodText"),
        }

    def _statement(self, iri: str) -> list[Cells]:
        said = self._said
        cells = {
            **{
                part: local_of(said.one(iri, f"rdf:{part}"))
                for part in ("subject", "predicate", "object")
            },
            **self._period(iri),
        }
        times = [t.value for t in said.all(iri, "lv:asOf")]
        return self._with_evidence(iri, cells, times)

    def _observation(self, iri: str) -> list[Cells]:
        said = self._said
        value, value_max = digits_of(iri, said)
        cells = {
            "entity": local_of(said.one(iri, "lv:refEntity")),
            "indicator": local_of(said.one(iri, "lv:indicator")),
            "value": value,
            "value_max": value_max,
            "comparator": comparator_of(iri, said),
            "unit_zh": said.one(iri, "lv:unitText"),
            "unit": unit_of(said.one(iri, "lv:unit")),
            "factor": plain(said.one(iri, "lv:factor")),
            **self._period(iri),
            "target_set": local_of(said.one(iri, "lv:partOfTargetSet")),
        }
        return self._with_evidence(iri, cells)
