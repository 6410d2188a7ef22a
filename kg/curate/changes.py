"""What an import would change: facts that come, go and stay, told by their labels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.curate.assertion import LABEL, A, name
from kg.model import Iri, Literal, Triple

_FACTS = {name("rdf:Statement"): "statement", name("qb:Observation"): "figure"}
_PREFERRED = name("skos:prefLabel")
_DATASET = name("lv:dataset")
_SAYS = (LABEL, _PREFERRED)


@dataclass(frozen=True, slots=True)
class Fact:
    """A statement, a figure or an entity, as people read it."""

    iri: str
    kind: str
    label_zh: str
    label_en: str


@dataclass(frozen=True)
class Changes:
    """The difference between two states of a dataset.

    Attributes:
        came: facts only in the new state.
        went: facts only in the old one.
        changed: facts in both whose triples differ (evidence, names, notes).
        stayed: number of facts that are the same.
    """

    came: tuple[Fact, ...]
    went: tuple[Fact, ...]
    changed: tuple[Fact, ...]
    stayed: int

    def __bool__(self) -> bool:
        return bool(self.came or self.went or self.changed)

    def lines(self, language: str, limit: int = 50) -> list[str]:
        """A line a fact: ``+`` came, ``-`` went, ``~`` changed."""
        lines = []
        for mark, facts in (("+", self.came), ("-", self.went), ("~", self.changed)):
            lines += [
                f"{mark} {f.label_zh if language == 'zh' else f.label_en}"
                for f in facts[:limit]
            ]
            if len(facts) > limit:
                more = len(facts) - limit
                lines.append(
                    f"{mark} …{more}" if language == "zh" else f"{mark} … {more} more"
                )
        return lines


def difference(old: Iterable[Triple], new: Iterable[Triple]) -> Changes:
    """Compare two states of a dataset, fact by fact.

    Args:
        old: triples without repeats.
        new: triples without repeats.
    """
    before, after = _facts(old), _facts(new)
    came = tuple(after[i].fact(i) for i in sorted(after.keys() - before.keys()))
    went = tuple(before[i].fact(i) for i in sorted(before.keys() - after.keys()))
    both = sorted(before.keys() & after.keys())
    changed = tuple(after[i].fact(i) for i in both if before[i].said != after[i].said)
    return Changes(came, went, changed, len(both) - len(changed))


@dataclass(slots=True)
class _Told:
    """What a dataset says of one subject.

    Attributes:
        kind: of the fact, "" while nothing tells it.
        said: a sum over its triples, the same for the same set of them.
    """

    kind: str = ""
    zh: str = ""
    en: str = ""
    said: int = 0

    def fact(self, iri: str) -> Fact:
        """As people read it."""
        local = iri.rpartition("/")[2]
        return Fact(iri, self.kind, self.zh or local, self.en or local)


def _facts(triples: Iterable[Triple]) -> dict[str, _Told]:
    found: dict[str, _Told] = {}
    for s, p, o in triples:
        told = found.get(s.value)
        if told is None:
            told = found[s.value] = _Told()
        told.said += hash((p, o))
        if p == A and isinstance(o, Iri) and o in _FACTS:
            told.kind = _FACTS[o]
        elif p == _DATASET:
            told.kind = told.kind or "entity"
        elif p in _SAYS and isinstance(o, Literal):
            if o.language == "zh":
                told.zh = o.value
            elif o.language == "en":
                told.en = o.value
    return {iri: told for iri, told in found.items() if told.kind}
