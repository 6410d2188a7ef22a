"""A network as pictures and analysis need it: things, links, their names. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, field

ACTUAL, TARGET, INFERRED = "actual", "target", "inferred"


@dataclass(frozen=True, slots=True)
class Node:
    """A thing.

    Attributes:
        iri: its identifier.
        zh: name in Chinese, ``""`` if there is none.
        en: name in English, ``""`` if there is none.
        type: IRI of its main class, ``""`` if it has none of ours.
        group: key of its group (``kg.model.groups``).
        degree: number of statements about it in the whole graph.
    """

    iri: str
    zh: str = ""
    en: str = ""
    type: str = ""
    group: str = "other"
    degree: int = 0

    def name(self, language: str) -> str:
        """Its name in a language, else in the other, else the end of its IRI."""
        own, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return (
            own or other or self.iri.rstrip("/#").rpartition("/")[2].rpartition("#")[2]
        )


@dataclass(frozen=True, slots=True)
class Edge:
    """A link: a statement, or an inferred triple.

    Attributes:
        statement: IRI of the statement; ``""`` for an inferred triple.
        status: ``actual``, ``target`` or ``inferred``.
        start: lexical form of a year, month or day; ``""`` when open.
        end: the same.
        datasets: IRIs of the datasets that say so.
        sources: IRIs of the sources they rest on; not known in an overview.
    """

    statement: str
    source: str
    target: str
    predicate: str
    status: str = ACTUAL
    start: str = ""
    end: str = ""
    datasets: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Stable and unique: the statement, else the triple."""
        return self.statement or f"{self.source} {self.predicate} {self.target}"

    def other(self, iri: str) -> str:
        """The far end as seen from ``iri``."""
        return self.target if iri == self.source else self.source


@dataclass(slots=True)
class Network:
    """Nodes by IRI and the edges between them; every edge's ends are nodes."""

    nodes: dict[str, Node] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


@dataclass(slots=True)
class Terms:
    """Names of classes and relations, and the tree of classes.

    Attributes:
        names: IRI to Chinese and English label.
        parents: class IRI to its direct super-classes.
        inverse: relation to its labels read from the object's side.
        symmetric: relations that read the same both ways.
    """

    names: dict[str, tuple[str, str]] = field(default_factory=dict)
    parents: dict[str, set[str]] = field(default_factory=dict)
    inverse: dict[str, tuple[str, str]] = field(default_factory=dict)
    symmetric: set[str] = field(default_factory=set)

    def name(self, iri: str, language: str) -> str:
        """The label of a term in a language, else its local name."""
        zh, en = self.names.get(iri, ("", ""))
        own, other = (zh, en) if language == "zh" else (en, zh)
        return own or other or iri.rpartition("#")[2].rpartition("/")[2]
