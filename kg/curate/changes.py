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
    """Compare two states of a dataset, fact by fact."""
    before, after = _facts(old), _facts(new)
    came = tuple(after[i][0] for i in sorted(after.keys() - before.keys()))
    went = tuple(before[i][0] for i in sorted(before.keys() - after.keys()))
    both = sorted(before.keys() & after.keys())
    changed = tuple(after[i][0] for i in both if before[i][1] != after[i][1])
    return Changes(came, went, changed, len(both) - len(changed))


def _facts(triples: Iterable[Triple]) -> dict[str, tuple[Fact, frozenset[str]]]:
    kinds: dict[str, str] = {}
    labels: dict[str, dict[str, str]] = {}
    said: dict[str, set[str]] = {}
    for s, p, o in triples:
        iri = s.value
        said.setdefault(iri, set()).add(f"{p.value} {o.n3()}")
        if p == A and isinstance(o, Iri) and o in _FACTS:
            kinds[iri] = _FACTS[o]
        elif p == _DATASET:
            kinds.setdefault(iri, "entity")
        elif p in _SAYS and isinstance(o, Literal):
            labels.setdefault(iri, {})[o.language] = o.value
    return {
        iri: (_fact(iri, kind, labels.get(iri, {})), frozenset(said[iri]))
        for iri, kind in kinds.items()
    }


def _fact(iri: str, kind: str, labels: dict[str, str]) -> Fact:
    local = iri.rpartition("/")[2]
    return Fact(iri, kind, labels.get("zh", local), labels.get("en", local))
