"""The door of partner advice: ranked suggestions, each with its reasons.

Suggestions are computed and never asserted. **No reason, no suggestion**: who
scores well but cannot be reached by facts within three links is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from kg.analysis import projection
from kg.analysis.compact import Compact
from kg.analysis.partners.answer import Advice, Evidence
from kg.analysis.partners.behind import Behind
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.consult import Consultation
from kg.analysis.partners.evidence import evidence_of, with_evidence
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.request import Request, understood, unread
from kg.analysis.partners.score import Integers
from kg.analysis.partners.state import State, prepare, read_state
from kg.errors import KGError, NotFoundError, PreparingError
from kg.model.network import Network, Node
from kg.shelf import Keeper, Shelf
from kg.store import Store

AT_ONCE = 20_000  # statements up to which a new generation is read while one waits
ANEW = 60_000  # links up to which the parts are made anew for one request


class Advisor:
    """Suggests partners for the organisations of a store.

    What all askers need is computed once a generation. A large graph is read in
    the background; until then the generation before answers, if there is one.
    Safe to share between threads.

    Args:
        store: the graph.
        complements: rules of who needs whom.
        words: other words for tracks and places, by their local names.
        at_once: statements up to which a reader waits for the network.
        keeper: of what is computed of a large graph (``kg prepare``); without one
            a large graph is read as a small one is, only behind the scenes.
        folder: where the arrays of a large network lie.
    """

    def __init__(
        self,
        store: Store,
        complements: Sequence[Complement],
        words: Mapping[str, Sequence[str]] | None = None,
        *,
        at_once: int = AT_ONCE,
        keeper: Keeper | None = None,
        folder: Path = Path(),
    ) -> None:
        self._store = store
        self._complements = tuple(complements)
        self._words = dict(words or {})
        self._at_once = at_once
        self._behind = Behind(store, self._read, self.is_large)
        self._keeper = keeper
        self._folder = folder
        self._prepared: State | None = None

    @property
    def state(self) -> State:
        """Network and parts of the store's generation, or of the one before.

        Raises:
            PreparingError: if a large network is being read for the first time.
        """
        keeper = self._keeper
        shelf = keeper.at_hand() if keeper else None
        if keeper is None or shelf is None:
            return self._behind.at_hand()
        state = self._prepared
        if state is None or state.generation != shelf.generation:
            found = read_state(
                self._store, self._folder, shelf, self._complements, self._words
            )
            if found is not None:
                self._prepared = state = found
        if state is None:
            raise self.not_yet()
        return state

    def not_yet(self) -> KGError:
        """What a reader is told while a large network is prepared; has it done."""
        if self._keeper is None:
            raise ValueError("only a large network is prepared")
        self._keeper.start()
        return self._keeper.not_yet()

    def wait(self) -> State:
        """The state of the store's generation, however long it takes to read.

        Raises:
            PreparingError: if a large network could not be prepared.
        """
        if self._keeper is None or self._keeper.is_small():
            return self._behind.wait()
        try:
            return self.state
        except PreparingError:
            self._keeper.wait()
            return self.state

    def is_large(self) -> bool:
        """Whether a reader should not wait for what is made of the whole network."""
        if self._keeper is not None:
            return not self._keeper.is_small()
        return projection.size(self._store) > self._at_once

    def shelf(self) -> Shelf | None:
        """Where what was told of a large network lies; none of a small one."""
        return self._keeper.at_hand() if self._keeper else None

    def _read(self) -> State:
        generation = self._store.generation
        return prepare(self._store, generation, self._complements, self._words)

    def parts_of(
        self,
        network: Network,
        without: frozenset[str] = frozenset(),
        state: State | None = None,
    ) -> GraphParts:
        """The parts of another network: without some facts, or with a supposed one."""
        state = state or self.state
        rules, founded = self._complements, state.founded
        return GraphParts(network, state.terms, rules, founded, without)

    def number(self, iri: str, state: State | None = None) -> int:
        """The number of an organisation or platform.

        Raises:
            NotFoundError: if the network has none with this identifier.
        """
        links = (state or self.state).parts.links
        number = links.number.get(iri, -1)
        if number < 0 or not links.agent[number]:
            raise NotFoundError(
                f"No organisation or platform has the identifier {iri}.",
                zh=f"没有标识符为 {iri} 的机构或平台。",
                hint="Search for its name first.",
                hint_zh="请先按名称搜索。",
            )
        return number

    def is_asker(self, iri: str) -> bool:
        """Whether this is an organisation or a platform."""
        links = self.state.parts.links
        number = links.number.get(iri, -1)
        return number >= 0 and bool(links.agent[number])

    def askers(self, most: int | None = None) -> list[Node]:
        """Organisations and platforms that look for partners, the most linked first.

        Args:
            most: how many; all when left out.
        """
        parts = self.state.parts
        links = parts.links
        found = np.flatnonzero(parts.offered)
        if most is not None and len(found) > 4 * most:
            degree = self._degrees(found)
            least = np.partition(degree, -most)[-most]
            found = found[degree >= least]
        network = self.state.network
        if isinstance(network, Compact):
            nodes = network.nodes.many(found)
        else:
            nodes = [links.nodes[int(i)] for i in found]
        return sorted(nodes, key=lambda node: (-node.degree, node.iri))[:most]

    def _degrees(self, wanted: Integers) -> Integers:
        network, links = self.state.network, self.state.parts.links
        if isinstance(network, Compact):
            return np.asarray(network.degree[wanted], dtype=np.int64)
        return np.array([links.nodes[i].degree for i in wanted], dtype=np.int64)

    def choices(self, kind: str) -> list[Node]:
        """The ``tracks`` or ``places`` one may ask for, by name."""
        state = self.state
        wanted = state.tracks if kind == "tracks" else state.places
        return sorted((state.network.nodes[i] for i in wanted), key=lambda n: n.zh)

    def advise(self, iri: str, request: Request | None = None) -> Advice:
        """Suggest partners.

        Args:
            iri: who asks.
            request: what for; anything when left out.

        Raises:
            NotFoundError: if nobody has this identifier.
            PreparingError: if a large network is being read for the first time.
        """
        state = self.state
        asker = self.number(iri, state)
        wish = understood(request or Request(), state.tracks, state.places)
        found = Consultation(state, self._complements, asker, wish).found()
        return Advice(
            state.parts.links.nodes[asker],
            wish,
            with_evidence(self._store, found.suggestions),
            state.generation,
            found.relaxed,
            unread(wish, state.tracks, state.places),
            found.linked,
            found.unreached,
        )

    def evidence(self, statements: Iterable[str]) -> dict[str, list[Evidence]]:
        """The evidence of each statement."""
        return evidence_of(self._store, statements)

    def score_without(
        self, asker: str, candidate: str, statements: Iterable[str]
    ) -> tuple[float, float] | None:
        """The score of a candidate with all facts, and without some of them.

        The parts of the whole network are made anew: for checks and single
        briefs, not for lists; ``None`` where the network is too large for that.
        """
        state = self.state
        network = state.network
        if isinstance(network, Compact) or len(network.edges) > ANEW:
            return None
        left = self.parts_of(network, frozenset(statements), state)
        scores = []
        for parts in (state.parts, left):
            a, c = parts.links.number[asker], parts.links.number[candidate]
            values = parts.parts(a, np.array([c], dtype=np.int64))
            scores.append(sum(WEIGHTS[n] * float(v[0]) for n, v in values.items()))
        return scores[0], scores[1]
