"""Facts laid out for a page: sections by relation, reached and planned apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from kg import vocab
from kg.model import Iri, Literal, Term
from kg.model.pinyin import by_name
from kg.query.read import Evidence, Fact, Figure, Group, Source
from kg.query.read.facts import contradictions
from kg.query.read.figures import disagreements
from kg.web.reading import Names, language, reader

CONFIDENCE = {"high": ("高", "high"), "medium": ("中", "medium"), "low": ("低", "low")}
BASIS = {
    "official": ("官方英文名", "official English name"),
    "translated": ("英文名为本项目所译", "English name translated by this project"),
    "romanised": ("英文名为拼音", "English name romanised"),
}
_DATES = frozenset(
    vocab.PREFIXES["xsd"] + name for name in ("gYear", "gYearMonth", "date")
)
SOURCE_CLASS = {
    "official": ("官方", "official"),
    "filing": ("公告文件", "filing"),
    "encyclopedic": ("百科类", "encyclopedic"),
    "press": ("新闻", "press"),
    "filing copy": ("公告转载", "copy of a filing"),
    "official (mirror)": ("官方（镜像）", "official (mirror)"),
    "aggregator": ("汇编站点", "aggregator"),
    "given": ("随项目给定", "given with the project"),
}


@dataclass(slots=True)
class Section:
    """The facts under one heading.

    Attributes:
        relations: the groups behind it; two when a relation is symmetric.
    """

    label: str
    predicate: str
    is_target: bool
    facts: list[Fact] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def total(self) -> int:
        """All facts of the section, shown or not."""
        return sum(group.relation.total for group in self.groups)

    @property
    def cut(self) -> list[Group]:
        """The groups of which not all facts are shown."""
        return [group for group in self.groups if group.more > 0]


@dataclass(frozen=True, slots=True)
class Moment:
    """A point of a timeline: when, and the fact or figure that says so."""

    when: str
    sort: str
    fact: Fact | None = None
    figure: Figure | None = None


@dataclass(slots=True)
class FactPage:
    """Facts, figures and everything needed to show them.

    Attributes:
        evidence: by IRI, of every fact and figure.
        disputes: groups of facts that disagree.
        figure_disputes: groups of figures that disagree.
    """

    sections: list[Section]
    figures: list[Figure]
    names: Names
    evidence: dict[str, Evidence]
    disputes: list[list[Fact]] = field(default_factory=list)
    figure_disputes: list[list[Figure]] = field(default_factory=list)

    @property
    def actual(self) -> list[Section]:
        """What has been reached."""
        return [section for section in self.sections if not section.is_target]

    @property
    def target(self) -> list[Section]:
        """What is only planned."""
        return [section for section in self.sections if section.is_target]

    @property
    def facts(self) -> list[Fact]:
        """Every fact shown."""
        return [fact for section in self.sections for fact in section.facts]

    def behind(self, about: Fact | Figure) -> list[Evidence]:
        """The evidence of a fact or figure, quotes first."""
        found = [self.evidence[e] for e in about.evidence if e in self.evidence]
        return sorted(found, key=lambda e: (not e.quote, e.source.date, e.iri))

    def sources(self) -> list[tuple[Source, int]]:
        """The sources behind what is shown, with how many claims each supports."""
        known: dict[str, Source] = {}
        counted: Counter[str] = Counter()
        claims: list[Fact | Figure] = [*self.facts, *self.figures]
        for claim in claims:
            of_claim = {e.source.iri: e.source for e in self.behind(claim)}
            known.update(of_claim)
            counted.update(of_claim.keys())
        return [(known[iri], n) for iri, n in counted.most_common()]

    def timeline(self) -> list[Moment]:
        """What has a date, in order of time."""
        moments = [
            Moment(f.when_in(language()), f.start or f.end, fact=f)
            for f in self.facts
            if f.start or f.end
        ]
        moments += [
            Moment(str(f.object), str(f.object), fact=f)
            for f in self.facts
            if _is_date(f.object) and not (f.start or f.end)
        ]
        moments += [
            Moment(f.when_in(language()), f.start or f.end, figure=f)
            for f in self.figures
            if f.start or f.end
        ]
        return sorted(moments, key=lambda m: m.sort)


def _is_date(term: Term) -> bool:
    return isinstance(term, Literal) and term.datatype in _DATES


def sections(groups: Iterable[Group]) -> list[Section]:
    """Groups under their headings; a symmetric relation is one heading."""
    terms = reader().terms
    found: dict[tuple[str, str, bool], Section] = {}
    for group in groups:
        relation = group.relation
        direction = "" if relation.predicate in terms.symmetric else relation.direction
        key = (relation.predicate, direction, relation.is_target)
        if key not in found:
            label = terms.label(relation.predicate, relation.direction, language())
            found[key] = Section(label, relation.predicate, relation.is_target)
        found[key].groups.append(group)
        known = {fact.iri for fact in found[key].facts}
        found[key].facts += [f for f in group.facts if f.iri not in known]
    return list(found.values())


def page(
    groups: Sequence[Group], figures: Sequence[Figure], also: Iterable[str] = ()
) -> FactPage:
    """Fetch the names and evidence of facts and figures: four queries in all.

    Args:
        groups: facts by relation.
        figures: figures to show with them.
        also: further IRIs whose names are needed.
    """
    shown = [fact for group in groups for fact in group.facts]
    wanted = set(also)
    for fact in shown:
        wanted.update((fact.subject, *fact.datasets))
        if isinstance(fact.object, Iri):
            wanted.add(fact.object.value)
    for figure in figures:
        wanted.update((figure.entity, figure.indicator, figure.target_set))
    claims: list[Fact | Figure] = [*shown, *figures]
    places = {e for claim in claims for e in claim.evidence}
    found = FactPage(
        sections=sections(groups),
        figures=list(figures),
        names=Names(wanted - {""}),
        evidence=reader().evidence(places),
        disputes=contradictions(shown),
        figure_disputes=disagreements(figures),
    )
    for section in found.sections:
        section.facts.sort(
            key=lambda f: (
                f.when,
                *by_name(found.names.text(f.object), language()),
                f.iri,
            )
        )
    return found
