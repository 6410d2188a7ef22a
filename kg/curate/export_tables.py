"""From the graph of a dataset back to the tables that people edit.

What a row says can be told from the triples it became; the digits of a figure
are found again by the name of its observation. ``check`` builds the tables and
compares every triple, so that what tables cannot say is told and never lost.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from urllib.parse import unquote

from kg import vocab
from kg.curate.facts import FactReader
from kg.curate.known import KnownEntities
from kg.curate.ontology import Terms
from kg.curate.problem import Problems
from kg.curate.quote import StoredText
from kg.curate.table import FORMS, Row
from kg.curate.triples import Writer
from kg.model import Iri, Literal, Term, Triple
from kg.model.facts import COMPARATORS, Entity, Observation, Period
from kg.store.scratch import ScratchStore

Rows = dict[str, list[Row]]
Cells = dict[str, str]
_MOST_ZEROS = 6
_NO_SOURCES = frozenset({"tables", "store", "cache", "datasets"})
_COMPARATORS = {local: name for name, local in COMPARATORS.items()}


@dataclass(frozen=True)
class StoredSources:
    """The stored sources of a folder, found by checksum.

    Attributes:
        paths: checksum to path, relative to the project's folder.
        texts: checksum to text.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, StoredText] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Path) -> StoredSources:
        """Those in the folders of the data, tables apart.

        Args:
            home: holds ``data/``, or is the data folder itself (``home_of``).
        """
        paths: dict[str, str] = {}
        texts: dict[str, StoredText] = {}
        data = home / "data" if (home / "data").is_dir() else home
        for path in sorted(data.glob("*/*")):
            if path.parent.name in _NO_SOURCES or not path.is_file():
                continue
            content = path.read_bytes()
            checksum = hashlib.sha256(content).hexdigest()
            paths[checksum] = path.relative_to(home).as_posix()
            with suppress(UnicodeDecodeError):
                texts[checksum] = StoredText(content.decode("utf-8"))
        return cls(paths, texts)


class _Said:
    """The triples of a dataset, by subject and predicate."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.by_subject: dict[str, dict[str, list[Term]]] = defaultdict(dict)
        for s, p, o in triples:
            if isinstance(s, Iri):
                self.by_subject[s.value].setdefault(p.value, []).append(o)

    def all(self, subject: str, predicate: str) -> list[Term]:
        found = self.by_subject.get(subject, {}).get(vocab.expand(predicate), [])
        return sorted(found, key=lambda term: term.n3())

    def one(self, subject: str, predicate: str) -> str:
        found = self.all(subject, predicate)
        return found[0].value if found else ""

    def text(self, subject: str, predicate: str, language: str) -> str:
        for term in self.all(subject, predicate):
            if isinstance(term, Literal) and term.language == language:
                return term.value
        return ""

    def texts(self, subject: str, predicate: str, language: str) -> list[str]:
        return [
            term.value
            for term in self.all(subject, predicate)
            if isinstance(term, Literal) and term.language == language
        ]

    def of_type(self, type_: str) -> list[str]:
        return sorted(s for s in self.by_subject if self.has_type(s, type_))

    def has_type(self, subject: str, type_: str) -> bool:
        types = self.by_subject.get(subject, {}).get(vocab.expand("rdf:type"), ())
        return Iri(vocab.expand(type_)) in types


def _local(iri: str) -> str:
    for base in (vocab.ID, vocab.ONTOLOGY):
        if iri.startswith(base):
            return iri.removeprefix(base)
    return iri


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
        self._said = _Said(triples)
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
            "id": _local(iri).removeprefix("dataset-"),
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
            "id": _local(iri).removeprefix("source-"),
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
            "source": _local(source).removeprefix("source-"),
            "locator": said.one(iri, "lv:locator"),
            "confidence": _local(said.one(iri, "lv:confidence")),
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
            "id": _local(iri),
            "type": "|".join(_local(t) for t in types if t.startswith(vocab.ONTOLOGY)),
            "aliases_zh": "|".join(said.texts(iri, "skos:altLabel", "zh")),
            "aliases_en": "|".join(said.texts(iri, "skos:altLabel", "en")),
            "definition_zh": said.text(iri, "skos:definition", "zh"),
            "definition_en": said.text(iri, "skos:definition", "en"),
            **self._names(iri),
        }
        return self._with_evidence(iri, cells)

    def _names(self, iri: str) -> Cells:
        said, first = self._said, self._known.get(_local(iri))
        zh = said.text(iri, "skos:prefLabel", "zh")
        en = said.text(iri, "skos:prefLabel", "en")
        if not zh and not en and first is not None:
            names = {"name_zh": first.name_zh, "name_en": first.name_en}
            return {**names, "name_en_basis": "official" if first.name_en else ""}
        basis = _local(said.one(iri, "lv:englishNameBasis"))
        if said.one(iri, "lv:chineseNameBasis"):
            zh = ""
        return {"name_zh": zh, "name_en": en, "name_en_basis": basis}

    def _period(self, iri: str) -> Cells:
        said = self._said
        return {
            "status": _local(said.one(iri, "lv:status")),
            "start": said.one(iri, "lv:start"),
            "end": said.one(iri, "lv:end"),
            "period_text": said.one(iri, "lv:periodText"),
        }

    def _statement(self, iri: str) -> list[Cells]:
        said = self._said
        cells = {
            **{
                part: _local(said.one(iri, f"rdf:{part}"))
                for part in ("subject", "predicate", "object")
            },
            **self._period(iri),
        }
        times = [t.value for t in said.all(iri, "lv:asOf")]
        return self._with_evidence(iri, cells, times)

    def _observation(self, iri: str) -> list[Cells]:
        said = self._said
        value, value_max = _digits(iri, said)
        cells = {
            "entity": _local(said.one(iri, "lv:refEntity")),
            "indicator": _local(said.one(iri, "lv:indicator")),
            "value": value,
            "value_max": value_max,
            "comparator": _comparator(iri, said),
            "unit_zh": said.one(iri, "lv:unitText"),
            "unit": _unit(said.one(iri, "lv:unit")),
            "factor": _plain(said.one(iri, "lv:factor")),
            **self._period(iri),
            "target_set": _local(said.one(iri, "lv:partOfTargetSet")),
        }
        return self._with_evidence(iri, cells)


def _comparator(iri: str, said: _Said) -> str:
    local = _local(said.one(iri, "lv:comparator"))
    return _COMPARATORS.get(local, local)


def _unit(iri: str) -> str:
    if iri.startswith("urn:ucum:"):
        return unquote(iri.removeprefix("urn:ucum:"))
    return iri.removeprefix(vocab.PREFIXES["unit"])


def _plain(number: str) -> str:
    """A canonical decimal without its point when nothing is behind it."""
    return number.removesuffix(".0")


def _forms(number: str) -> list[str]:
    """Ways in which a row may have written a number of the graph."""
    if not number:
        return [""]
    plain = _plain(number)
    pointed = plain if "." in plain else plain + "."
    return [plain, *(pointed + "0" * n for n in range(1, _MOST_ZEROS + 1))]


def _digits(iri: str, said: _Said) -> tuple[str, str]:
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
                _comparator(iri, said),
                said.one(iri, "lv:unitText"),
                status=_local(said.one(iri, "lv:status")),
                period=period,
                target_set=_local(said.one(iri, "lv:partOfTargetSet")),
            )
            if claim.iri.value == iri:
                return value, bound
    return values[0], bounds[0]


@dataclass(frozen=True)
class Difference:
    """What tables say otherwise than the graph they were made from.

    Attributes:
        missing: triples of the graph that the tables do not give.
        added: triples of the tables that the graph does not have.
        problems: rows that cannot be read back.
    """

    missing: list[Triple]
    added: list[Triple]
    problems: list[str]

    def __bool__(self) -> bool:
        return bool(self.missing or self.added or self.problems)

    def told(self, most: int = 5) -> Iterator[str]:
        """A few lines for people."""
        for word, triples in (("missing", self.missing), ("added", self.added)):
            predicates = Counter(vocab.shorten(t[1].value) for t in triples)
            if triples:
                shown = ", ".join(f"{p} {n}" for p, n in predicates.most_common(most))
                yield f"{len(triples)} triples {word}: {shown}"
        yield from self.problems[:most]


def check(
    rows: Rows,
    triples: Iterable[Triple],
    terms: Terms,
    known: Mapping[str, Entity],
    home: Path,
) -> Difference:
    """Read rows as a build does, and compare with the graph they stand for.

    Args:
        rows: from ``TableWriter.rows``.
        triples: of the dataset's graph.
        terms: of the ontology.
        known: entities of other datasets.
        home: folder that paths of stored sources start from.
    """
    others, problems = KnownEntities(known), Problems()
    reader = FactReader(terms, others, problems, home)
    bundle = reader.read_rows(rows, "export")
    told = [problem.text("en") for problem in problems.found]
    if told:
        return Difference([], [], told)
    made = as_stored(Writer(bundle, terms, others).triples())
    wanted = as_stored(triples)
    return Difference(sorted_(wanted - made), sorted_(made - wanted), [])


def as_stored(triples: Iterable[Triple]) -> set[Triple]:
    """Triples as a store gives them back.

    The engine keeps the value of a number and not its spelling: ``739.0`` comes
    back as ``739``, an ``xsd:nonNegativeInteger`` as an ``xsd:integer``.
    """
    held = ScratchStore(triples)
    return set(held.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"))


def sorted_(triples: Iterable[Triple]) -> list[Triple]:
    """Triples in a fixed order, whatever kinds of terms they have."""
    return sorted(triples, key=lambda t: tuple(term.n3() for term in t))
