"""What an answer of partner advice is made of; no logic but reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kg.analysis.partners.complements import Complement
from kg.analysis.partners.request import Request
from kg.model.network import Edge, Node

METHOD = "life-valley-partners"
VERSION = "2"
UNKNOWN: dict[str, tuple[str, str]] = {
    "track": ("赛道未知", "no track stated"),
    "place": ("地点未知", "no place stated"),
    "founded": ("成立年份未知", "year of foundation unknown"),
    "stage": ("所处环节未知", "no stage of the value chain stated"),
    "place only": (
        "理由只是同在一地，未见业务往来",
        "joined by place alone: no source tells of business between them",
    ),
    "single": ("仅有一条理由路径", "only one path of reasons"),
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """The sentence or the place in a source that a link rests on."""

    iri: str
    quote: str
    locator: str
    source: str
    title_zh: str
    title_en: str
    url: str
    confidence: str


@dataclass(frozen=True, slots=True)
class Step:
    """One link of a reason: a fact with its statement and evidence."""

    edge: Edge
    source: Node
    target: Node
    zh: str
    en: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """One path from the asker to the candidate, and as a sentence."""

    steps: tuple[Step, ...]
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A candidate with what speaks for it.

    Attributes:
        parts: name of a part to its share of the score.
        rule: the complement that fits, a rule of thumb and no fact.
        context: events, plans and areas both have to do with.
        plans: planned links of either, never counted.
        unknown: what the graph does not say, as keys of ``UNKNOWN``.
    """

    place: int
    node: Node
    score: float
    parts: Mapping[str, float]
    reasons: tuple[Reason, ...]
    rule: Complement | None
    context: tuple[Node, ...]
    plans: tuple[Step, ...]
    unknown: tuple[str, ...]

    @property
    def statements(self) -> tuple[str, ...]:
        """IRIs of the statements the reasons cite, each once."""
        found = [s.edge.statement for r in self.reasons for s in r.steps]
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer: who asked, how the request was read, the suggestions.

    Attributes:
        relaxed: what of the request was given up because nobody fitted, of
            ``near`` and ``track``, in this order.
        unread: words of the request that nothing was made of.
        linked: who fits the request and is linked with the asker already.
        unreached: who fits, and no fact within three links leads there. They
            are on record, and no suggestions.
    """

    asker: Node
    request: Request
    suggestions: tuple[Suggestion, ...]
    generation: str
    relaxed: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()
    linked: tuple[Node, ...] = ()
    unreached: tuple[Node, ...] = ()
