"""What a picture is made of, and the words round it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from kg.model.groups import GROUPS, Group
from kg.model.network import INFERRED, TARGET, Edge, Network, Terms

LONGEST_LABEL = {"zh": 12, "en": 24}


@dataclass(frozen=True, slots=True)
class Picture:
    """A network ready to be drawn.

    Attributes:
        positions: IRI to x (right) and y (up), about 1 between neighbours.
        language: ``zh`` or ``en``.
        title: shown above the picture and as the page's title.
        address: where the same is shown live; ``""`` for nowhere.
    """

    network: Network
    positions: Mapping[str, tuple[float, float]]
    terms: Terms = field(default_factory=Terms)
    language: str = "zh"
    title: str = ""
    address: str = ""

    def t(self, zh: str, en: str) -> str:
        """The text in the picture's language."""
        return zh if self.language == "zh" else en

    def label(self, iri: str) -> str:
        """The name of a node, cut where it would be too long to draw."""
        name = self.network.nodes[iri].name(self.language)
        longest = LONGEST_LABEL["zh" if any(c > "\u2e7f" for c in name) else "en"]
        return name if len(name) <= longest else name[: longest - 1] + "…"

    def counts(self) -> list[tuple[Group, int]]:
        """The groups that occur, in the order of the legend, with their counts."""
        count = Counter(node.group for node in self.network.nodes.values())
        return [(group, count[group.key]) for group in GROUPS if count[group.key]]

    def told(self, edge: Edge) -> str:
        """A link in words: the relation, that it is planned or inferred, when."""
        words = [self.terms.name(edge.predicate, self.language)]
        if edge.status == TARGET:
            words.append(self.t("目标，尚未实现", "planned, not achieved"))
        if edge.status == INFERRED:
            words.append(self.t("推断", "inferred"))
        period = "–".join(dict.fromkeys(p for p in (edge.start, edge.end) if p))
        return " · ".join([*words, period] if period else words)
