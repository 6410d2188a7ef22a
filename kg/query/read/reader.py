"""The door to the read model: bulk questions, small things kept per generation."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from kg.errors import NotFoundError
from kg.query.read import evidence as evidence_
from kg.query.read import facts as facts_
from kg.query.read import figures as figures_
from kg.query.read import names as names_
from kg.query.read import shelf_facts
from kg.query.read import terms as terms_
from kg.query.read import thing as thing_
from kg.query.read.evidence import Evidence, Source
from kg.query.read.facts import Fact, Group, Relation
from kg.query.read.figures import Figure
from kg.query.read.names import Name
from kg.query.read.terms import Terms
from kg.query.read.text import batches
from kg.query.read.thing import Thing
from kg.shelf import Keeper, Shelf
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

    def counted(self, key: str, build: Callable[[], T], read: Callable[[Any], T]) -> T:
        """As ``shelved``, but never of the generation before."""

        def found() -> T:
            shelf = self._fresh
            told = shelf.value(key) if shelf else None
            return build() if told is None else read(told)

        return self.kept(f"counted {key}", found)

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

    def recent(
        self,
        key: str,
        build: Callable[[], T],
        *,
        among: str = "recent",
        most: int = RECENT,
    ) -> T:
        """As ``kept``, for answers to what readers ask: the last few only.

        Args:
            key: of the answer.
            build: computes it.
            among: answers of a kind that are counted by themselves.
            most: how many of them are kept.
        """
        last: OrderedDict[str, T] = self.kept(among, OrderedDict)
        with self._lock:
            if key in last:
                last.move_to_end(key)
                return last[key]
        built = build()
        with self._lock:
            last[key] = built
            while len(last) > most:
                last.popitem(last=False)
        return built

    @property
    def terms(self) -> Terms:
        """The ontology's terms."""
        return self.kept("terms", lambda: terms_.terms(self.store))

    @property
    def _fresh(self) -> Shelf | None:
        """The shelf of this very generation: what it says is what the store says."""
        return self._keeper.ready() if self._keeper else None

    def names(self, iris: Iterable[str]) -> dict[str, Name]:
        """A name for each IRI (see ``names.names``)."""
        wanted = list(dict.fromkeys(iris))
        if (shelf := self._fresh) is None:
            return names_.names(self.store, wanted)
        found = shelf_facts.names(shelf, wanted)
        rest = [iri for iri in wanted if iri not in found]
        return found | (names_.names(self.store, rest) if rest else {})

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
        wanted = list(dict.fromkeys(iris))
        shelf = self._fresh
        known = shelf_facts.classes(shelf, wanted) if shelf else {}
        rest = [iri for iri in wanted if iri not in known]
        found = thing_.types(self.store, rest) if rest else {}
        return known | {iri: self.terms.most_specific(found[iri]) for iri in found}

    def memberships(self, things: Iterable[str]) -> list[Fact]:
        """The facts that put these things in a track, reached or planned."""
        wanted = list(things)
        if (shelf := self._fresh) is not None:
            return shelf_facts.memberships(shelf, wanted)
        return self.facts(facts_.memberships(self.store, wanted))

    def linked(self, things: Iterable[str], predicate: str) -> dict[str, list[str]]:
        """What a relation (a prefixed name) gives for each of these, by IRI."""
        wanted = list(things)
        shelf = self._fresh
        found = shelf_facts.linked(shelf, wanted, predicate) if shelf else None
        if found is None:
            found = facts_.linked(self.store, wanted, predicate)
        return found

    def facts(self, statements: Iterable[str]) -> list[Fact]:
        """The facts with these statement IRIs."""
        return facts_.facts(self.store, statements)

    def relations(self, iri: str) -> list[Relation]:
        """The relations of a thing both ways, in a reader's order."""
        shelf = self._fresh
        found = (
            shelf_facts.relations(shelf, iri)
            if shelf
            else facts_.relations(self.store, iri)
        )
        return sorted(found, key=lambda r: (self.terms.rank(r.predicate), r.direction))

    def groups(
        self, iri: str, relations: Iterable[Relation], limit: int = 25, offset: int = 0
    ) -> list[Group]:
        """The facts of a thing under these relations.

        At most ``limit`` for each relation, after leaving ``offset`` of each out.
        """
        wanted = list(relations)
        if (shelf := self._fresh) is not None:
            found = shelf_facts.facts_of(shelf, iri, wanted, limit, offset)
        else:
            ids = facts_.statements_of(self.store, iri, wanted, limit, offset)
            found = self.facts(ids)
        groups = {(r.predicate, r.direction, r.status): Group(r) for r in wanted}
        for fact in found:
            ends = [facts_.OUT] if fact.subject == iri else []
            ends += [facts_.IN] if str(fact.object) == iri else []
            for direction in ends:
                group = groups.get((fact.predicate, direction, fact.status))
                if group is not None:
                    group.facts.append(fact)
        return [group for group in groups.values() if group.facts]

    def facts_under(self, iri: str, relation: Relation) -> Iterator[Fact]:
        """All facts of a thing under a relation by IRI, read as they are asked for."""
        if (shelf := self._fresh) is not None:
            yield from shelf_facts.facts_under(shelf, iri, relation)
            return
        most = max(relation.total, 1)
        ids = facts_.statements_of(self.store, iri, [relation], most)
        for batch in batches(ids):
            yield from self.facts(batch)

    def evidence(self, iris: Iterable[str]) -> dict[str, Evidence]:
        """The evidence with these IRIs."""
        wanted = list(dict.fromkeys(iris))
        shelf = self._fresh
        known = shelf_facts.evidence(shelf, wanted) if shelf else {}
        rest = [iri for iri in wanted if iri not in known]
        return known | (evidence_.evidence(self.store, rest) if rest else {})

    def sources(self, iris: Iterable[str]) -> dict[str, Source]:
        """The sources with these IRIs."""
        return evidence_.sources(self.store, iris)

    def figures(self, observations: Iterable[str]) -> list[Figure]:
        """The figures with these observation IRIs."""
        return figures_.figures(self.store, observations)

    def figures_of(self, iri: str) -> list[Figure]:
        """The figures of a thing, an indicator or a target set."""
        if (shelf := self._fresh) is not None:
            return self.figures(shelf_facts.observations(shelf, iri, figures_.MOST))
        return self.figures(figures_.observations_of(self.store, iri))
