"""The door to the read model: bulk questions, small things kept per generation."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from kg.errors import NotFoundError
from kg.query.read import evidence as evidence_
from kg.query.read import facts as facts_
from kg.query.read import figures as figures_
from kg.query.read import names as names_
from kg.query.read import terms as terms_
from kg.query.read import thing as thing_
from kg.query.read.evidence import Evidence, Source
from kg.query.read.facts import Fact, Group, Relation
from kg.query.read.figures import Figure
from kg.query.read.names import Name
from kg.query.read.terms import Terms
from kg.query.read.thing import Thing
from kg.shelf import Keeper, Shelf
from kg.shelf.links import Busy, busy
from kg.store import Store

T = TypeVar("T")
RECENT = 48


class Reader:
    """Reads things, facts and evidence from a store.

    Safe to share between threads.

    Args:
        store: where everything is.
        keeper: of what was computed of a large graph; without one everything is
            asked of the store.
    """

    def __init__(self, store: Store, keeper: Keeper | None = None) -> None:
        self.store = store
        self._keeper = keeper
        self._lock = threading.Lock()
        self._kept: dict[str, Any] = {}
        self._generation = ""

    @property
    def shelf(self) -> Shelf | None:
        """What was computed of a large graph; none of a small one.

        Raises:
            PreparingError: if it is being computed for the first time.
        """
        return self._keeper.at_hand() if self._keeper else None

    def shelved(self, key: str, build: Callable[[], T], read: Callable[[Any], T]) -> T:
        """As ``kept``; of a large graph what lies on the shelf under ``key``.

        Args:
            key: as in ``shelved.FILLERS``.
            build: computes it from the store.
            read: makes it of what the filler wrote.
        """
        shelf = self.shelf
        if shelf is None:
            return self.kept(key, build)

        def found() -> T:
            told = shelf.value(key)
            return build() if told is None else read(told)

        return self.kept(f"{key} of {shelf.generation}", found)

    def kept(self, key: str, build: Callable[[], T]) -> T:
        """What ``build`` gives, computed once per generation of the store.

        For what is small and asked on every page: terms, counts, trees.
        """
        generation = self.store.generation
        with self._lock:
            if generation != self._generation:
                self._kept.clear()
                self._generation = generation
            if key in self._kept:
                value: T = self._kept[key]
                return value
        built = build()
        with self._lock:
            if generation == self._generation:
                self._kept[key] = built
        return built

    def recent(self, key: str, build: Callable[[], T]) -> T:
        """As ``kept``, for answers to what readers ask: the last few only."""
        last: OrderedDict[str, T] = self.kept("recent", OrderedDict)
        with self._lock:
            if key in last:
                last.move_to_end(key)
                return last[key]
        built = build()
        with self._lock:
            last[key] = built
            while len(last) > RECENT:
                last.popitem(last=False)
        return built

    @property
    def terms(self) -> Terms:
        """The ontology's terms."""
        return self.kept("terms", lambda: terms_.terms(self.store))

    def names(self, iris: Iterable[str]) -> dict[str, Name]:
        """A name for each IRI (see ``names.names``)."""
        return names_.names(self.store, iris)

    def thing(self, iri: str) -> Thing:
        """Describe a thing.

        Raises:
            NotFoundError: if the graph does not know it.
        """
        found = thing_.thing(self.store, iri)
        if found is None:
            raise NotFoundError(
                f"Nothing has the identifier {iri}.", zh=f"没有标识符为 {iri} 的内容。"
            )
        return found

    def types(self, iris: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """The most specific of our classes that each thing is asserted to have."""
        found = thing_.types(self.store, iris)
        return {iri: self.terms.most_specific(found[iri]) for iri in found}

    def facts(self, statements: Iterable[str]) -> list[Fact]:
        """The facts with these statement IRIs."""
        return facts_.facts(self.store, statements)

    def relations(self, iri: str) -> list[Relation]:
        """The relations of a thing both ways, in a reader's order."""
        links = self._links(iri)
        if links is None:
            found = facts_.relations(self.store, iri)
        else:
            found = [Relation(*told) for told in links.said()]
        return sorted(found, key=lambda r: (self.terms.rank(r.predicate), r.direction))

    def _links(self, iri: str) -> Busy | None:
        """The links of a thing with very many, from the shelf."""
        shelf = self._keeper.ready() if self._keeper else None
        return busy(shelf, iri) if shelf else None

    def groups(
        self, iri: str, relations: Iterable[Relation], limit: int = 25, offset: int = 0
    ) -> list[Group]:
        """The facts of a thing under these relations.

        At most ``limit`` for each relation, after leaving ``offset`` of each out.
        """
        wanted = list(relations)
        links = self._links(iri)
        if links is None:
            ids = facts_.statements_of(self.store, iri, wanted, limit, offset)
        else:
            kinds = [(r.predicate, r.direction, r.status) for r in wanted]
            ids = [st for k in kinds for st in links.statements(k, limit, offset)]
        groups = {(r.predicate, r.direction, r.status): Group(r) for r in wanted}
        for fact in self.facts(ids):
            ends = [facts_.OUT] if fact.subject == iri else []
            ends += [facts_.IN] if str(fact.object) == iri else []
            for direction in ends:
                group = groups.get((fact.predicate, direction, fact.status))
                if group is not None:
                    group.facts.append(fact)
        return [group for group in groups.values() if group.facts]

    def evidence(self, iris: Iterable[str]) -> dict[str, Evidence]:
        """The evidence with these IRIs."""
        return evidence_.evidence(self.store, iris)

    def sources(self, iris: Iterable[str]) -> dict[str, Source]:
        """The sources with these IRIs."""
        return evidence_.sources(self.store, iris)

    def figures(self, observations: Iterable[str]) -> list[Figure]:
        """The figures with these observation IRIs."""
        return figures_.figures(self.store, observations)

    def figures_of(self, iri: str) -> list[Figure]:
        """The figures of a thing, an indicator or a target set."""
        return self.figures(figures_.observations_of(self.store, iri))
