"""What curation reads and publication writes: entities, statements, evidence.

Plain values with the IRIs they get. A statement is one claim: two sources for
the same claim are two pieces of evidence on one statement; two claims that
disagree are two statements.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache

from kg import vocab
from kg.model.terms import Iri, Literal, Term

ACTUAL = "actual"
TARGET = "target"
STATUSES = (ACTUAL, TARGET)
CONFIDENCES = ("high", "medium", "low")
COMPARATORS = {
    "exact": "exact",
    "about": "about",
    "at-least": "atLeast",
    "more-than": "moreThan",
    "nearly": "nearly",
}


def entity_iri(local: str) -> Iri:
    """The IRI of an entity, dataset or source with this local id."""
    return Iri(vocab.ID + local)


@lru_cache(maxsize=4_000)
def term_iri(local: str) -> Iri:
    """The IRI of a term of the ontology with this local name."""
    return Iri(vocab.ONTOLOGY + local)


def digest(*parts: str) -> str:
    """First 16 hexadecimal digits of SHA-256 over the parts joined by ``|``.

    IRIs of ours are hashed as they are under the product's base.
    """
    text = vocab.canonical("|".join(parts))
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a fact stands in what people edit.

    Attributes:
        table: name of the file, or of file and sheet.
        row: 1 is the header, 2 the first row of data.
    """

    table: str
    row: int


@dataclass(frozen=True, slots=True)
class Source:
    """A document that facts come from.

    Attributes:
        kind: ``stored`` (its text is kept, quotes are checked against it) or
            ``cited`` (only its address and a locator are kept).
        sha256: of the stored file's bytes.
    """

    id: str
    kind: str
    title_zh: str
    title_en: str
    publisher: str = ""
    date: str = ""
    url: str = ""
    path: str = ""
    sha256: str = ""
    retrieved: str = ""
    language: str = ""
    source_class: str = ""
    note: str = ""

    @property
    def iri(self) -> Iri:
        """``id:source-<id>``."""
        return entity_iri(f"source-{self.id}")


@dataclass(frozen=True, slots=True)
class Evidence:
    """The place of a source that a fact rests on.

    A stored source gives the quote, verbatim, and its position; a cited one
    gives a locator.

    Attributes:
        source: id of the source.
        start: position of the quote's first character, counted in Unicode
            characters of the stored text from 0; -1 for a cited source.
        end: position after the quote's last character.
    """

    source: str
    confidence: str = "high"
    quote: str = ""
    start: int = -1
    end: int = -1
    prefix: str = ""
    suffix: str = ""
    locator: str = ""

    @property
    def iri(self) -> Iri:
        """The same place of the same source is one node."""
        if self.start < 0:
            name = digest(self.source, self.locator, self.confidence)
        else:
            name = f"{self.source}-{self.start}-{self.end}"
            if self.confidence != "high":
                name += f"-{self.confidence}"
        return entity_iri(f"ev-{name}")


@dataclass(frozen=True, slots=True)
class Period:
    """When something holds; each bound a year, a month or a day, or open."""

    start: Literal | None = None
    end: Literal | None = None
    text: str = ""

    def key(self) -> tuple[str, str]:
        """The two bounds as they enter a statement's name."""
        return (
            self.start.value if self.start else "",
            self.end.value if self.end else "",
        )


@dataclass(slots=True)
class Statement:
    """One claim with all that supports it.

    Attributes:
        evidence: at least one; several sources of one claim stand here.
        as_of: times for which sources say it, when they tell no start or end.
        origins: the rows that state it.
        notes: remarks of the curators.
    """

    subject: Iri
    predicate: Iri
    object: Term
    status: str = ACTUAL
    period: Period = field(default_factory=Period)
    as_of: list[Literal] = field(default_factory=list)
    evidence: list[Evidence] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def iri(self) -> Iri:
        """Named by what it claims, so that the same claim is the same node."""
        name = digest(
            self.subject.value,
            self.predicate.value,
            self.object.n3(),
            *self.period.key(),
            self.status,
        )
        return entity_iri(f"st-{name}")


@dataclass(slots=True)
class Observation:
    """One figure: what, of whom, how much, when, reached or aimed at.

    Attributes:
        value: in the unit as written (739 for 739亿元).
        value_max: the upper bound of a range, else ``None``.
        comparator: a key of ``COMPARATORS``.
        unit_zh: the unit as the source writes it.
        unit: local name of a QUDT unit, or a UCUM code.
        factor: the value times this is the value in ``unit``.
        target_set: local id of the set of targets it belongs to, or "".
    """

    entity: Iri
    indicator: Iri
    value: Decimal
    value_max: Decimal | None = None
    comparator: str = "exact"
    unit_zh: str = ""
    unit: str = ""
    factor: Decimal | None = None
    status: str = ACTUAL
    period: Period = field(default_factory=Period)
    target_set: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def iri(self) -> Iri:
        """Named by what it claims."""
        name = digest(
            self.entity.value,
            self.indicator.value,
            str(self.value),
            str(self.value_max or ""),
            self.comparator,
            self.unit_zh,
            *self.period.key(),
            self.period.text,
            self.status,
            self.target_set,
        )
        return entity_iri(f"ob-{name}")


@dataclass(slots=True)
class Entity:
    """A thing with its names.

    Attributes:
        types: local names of classes.
        english_basis: ``official``, ``translated`` or ``romanised``.
        chinese_basis: ``""``, or ``untranslated`` when no source gives a Chinese
            name and the English one stands in its place.
    """

    id: str
    types: tuple[str, ...]
    name_zh: str
    name_en: str
    english_basis: str = "official"
    chinese_basis: str = ""
    aliases_zh: tuple[str, ...] = ()
    aliases_en: tuple[str, ...] = ()
    definition_zh: str = ""
    definition_en: str = ""
    evidence: list[Evidence] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def iri(self) -> Iri:
        """``id:<id>``."""
        return entity_iri(self.id)


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """Who brought facts, when, under which licence."""

    id: str
    title_zh: str
    title_en: str
    description_zh: str = ""
    description_en: str = ""
    licence: str = ""
    rights: str = ""
    date: str = ""
    version: str = ""
    curator: str = ""

    @property
    def iri(self) -> Iri:
        """``id:dataset-<id>``."""
        return entity_iri(f"dataset-{self.id}")

    @property
    def graph(self) -> Iri:
        """The named graph that holds the dataset."""
        return Iri(vocab.GRAPH + self.id)


@dataclass(slots=True)
class Bundle:
    """A dataset in full, as it was read from its tables."""

    info: DatasetInfo
    sources: dict[str, Source] = field(default_factory=dict)
    entities: dict[str, Entity] = field(default_factory=dict)
    statements: dict[str, Statement] = field(default_factory=dict)
    observations: dict[str, Observation] = field(default_factory=dict)
