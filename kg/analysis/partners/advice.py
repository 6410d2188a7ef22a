"""The door of partner advice: ranked suggestions, each with its reasons.

Suggestions are computed and never asserted. **No reason, no suggestion**: who
scores well but cannot be reached by facts within three links is left out.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kg import vocab
from kg.analysis.partners import wording
from kg.analysis.partners.answer import Advice, Evidence, Reason, Step, Suggestion
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.evidence import evidence_of, with_evidence
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.reasons import Path
from kg.analysis.partners.request import Request, understood, unread
from kg.analysis.partners.score import Booleans, Floats, Integers, rank
from kg.analysis.partners.state import State, prepare
from kg.errors import NotFoundError
from kg.model.network import Edge, Network, Node
from kg.store import Store

PRONOUNCED = 0.32  # spread of the weight of popularity along the dial
LISTED = 12  # who fits but is no suggestion: how many are told
# What is given up when nobody fits, one after the other.
EASED: tuple[tuple[str, ...], ...] = ((), ("near",), ("track",), ("near", "track"))
_OF_PLACE = frozenset({"locatedIn", "partOf", "inZone", "near", "supports"})
_CONTEXT = ("Event", "EventSeries", "PolicyDocument", "Area", "Cluster", "PilotCase")


class Advisor:
    """Suggests partners for the organisations of a store.

    What all askers need is computed once a generation; safe to share between
    threads.

    Args:
        store: the graph.
        complements: rules of who needs whom.
        words: other words for tracks and places, by their local names.
    """

    def __init__(
        self,
        store: Store,
        complements: Sequence[Complement],
        words: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        self._store = store
        self._complements = tuple(complements)
        self._words = dict(words or {})
        self._lock = threading.Lock()
        self._state: State | None = None

    @property
    def state(self) -> State:
        """Network and parts of the store's generation."""
        generation = self._store.generation
        state = self._state
        if state is None or state.generation != generation:
            with self._lock:
                state = self._state
                if state is None or state.generation != generation:
                    state = self._state = prepare(
                        self._store, generation, self._complements, self._words
                    )
        return state

    def parts_of(
        self, network: Network, without: frozenset[str] = frozenset()
    ) -> GraphParts:
        """The parts of another network: without some facts, or with a supposed one."""
        state = self.state
        rules, founded = self._complements, state.founded
        return GraphParts(network, state.terms, rules, founded, without)

    def number(self, iri: str) -> int:
        """The number of an organisation or platform.

        Raises:
            NotFoundError: if the network has none with this identifier.
        """
        links = self.state.parts.links
        number = links.number.get(iri, -1)
        if number < 0 or not links.agent[number]:
            raise NotFoundError(
                f"No organisation or platform has the identifier {iri}.",
                zh=f"没有标识符为 {iri} 的机构或平台。",
                hint="Search for its name first.",
                hint_zh="请先按名称搜索。",
            )
        return number

    def askers(self) -> list[Node]:
        """Every organisation and platform, the most linked first."""
        links = self.state.parts.links
        found = [links.nodes[i] for i in np.flatnonzero(links.agent)]
        return sorted(found, key=lambda node: (-node.degree, node.iri))

    def choices(self, kind: str) -> list[Node]:
        """The ``tracks`` or ``places`` one may ask for, by name."""
        state = self.state
        wanted = state.tracks if kind == "tracks" else state.places
        return sorted((state.network.nodes[i] for i in wanted), key=lambda n: n.zh)

    def advise(self, iri: str, request: Request | None = None) -> Advice:
        """Suggest partners.

        When nobody fits, the place is given up, else the track, else both.

        Args:
            iri: who asks.
            request: what for; anything when left out.

        Raises:
            NotFoundError: if nobody has this identifier.
        """
        state = self.state
        asker = self.number(iri)
        wish = understood(request or Request(), state.tracks, state.places)
        known: tuple[tuple[str, ...], Booleans] | None = None
        for given_up in EASED:
            if not all(getattr(wish, name) for name in given_up):
                continue
            fits = self._fits(wish.without(*given_up))
            found = self._found(asker, wish, fits)
            if known is None and (fits & state.parts.offered).any():
                known = given_up, fits
            if found:
                known = given_up, fits
                break
        given_up, fits = known or ((), np.zeros(len(state.parts.links), dtype=bool))
        linked, unreached = self._besides(asker, fits, found, wish)
        return Advice(
            state.parts.links.nodes[asker],
            wish,
            with_evidence(self._store, found),
            state.generation,
            given_up,
            unread(wish, state.tracks, state.places),
            linked,
            unreached,
        )

    def _found(self, asker: int, wish: Request, fits: Booleans) -> list[Suggestion]:
        """The best who fit and can be reached by facts, without evidence yet."""
        state = self.state
        weights = {**WEIGHTS, "popularity": PRONOUNCED * (0.5 - wish.novelty)}
        source = _Filtered(state.parts, fits)
        found: list[Suggestion] = []
        for one in rank(source, asker, weights, top=wish.top * 3 + 20):
            paths = state.reasons.between(asker, one.number)
            if paths and one.score > 0:
                found.append(
                    self._suggestion(
                        len(found) + 1, asker, one.number, one.score, one.parts, paths
                    )
                )
            if len(found) == wish.top:
                break
        return found

    def _besides(
        self, asker: int, fits: Booleans, found: Sequence[Suggestion], wish: Request
    ) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        """Who fits a request and is no suggestion: linked already, or unreached.

        Nobody when nothing was asked for; nobody unreached when the list is full.
        """
        if not (wish.kind or wish.track or wish.near):
            return (), ()
        parts = self.state.parts
        links = parts.links
        left = fits & parts.offered
        left[[asker, *links.apart.get(asker, ())]] = False
        left[[links.number[s.node.iri] for s in found]] = False
        partners = links.neighbours(asker)
        linked = partners[left[partners]]
        left[partners] = False
        unreached = np.flatnonzero(left) if len(found) < wish.top else partners[:0]
        return self._best_known(linked), self._best_known(unreached)

    def _best_known(self, numbers: Integers) -> tuple[Node, ...]:
        links = self.state.parts.links
        order = np.lexsort((numbers, -links.degree[numbers]))[:LISTED]
        return tuple(links.nodes[i] for i in numbers[order])

    def _fits(self, wish: Request) -> Booleans:
        """Which things a request allows."""
        parts = self.state.parts
        links = parts.links
        fits = np.ones(len(links), dtype=bool)
        if wish.kind:
            fits &= links.is_a(vocab.ONTOLOGY + wish.kind) | parts.in_trade(wish.kind)
        for iri, profile in ((wish.track, parts.tracks), (wish.near, parts.places)):
            if iri:
                number = links.number.get(iri, -1)
                if number < 0:
                    raise NotFoundError(
                        f"No track or place has the identifier {iri}.",
                        zh=f"没有标识符为 {iri} 的赛道或地点。",
                    )
                fits &= profile[:, [number]].toarray()[:, 0] > 0
        return fits

    def _suggestion(
        self,
        place: int,
        asker: int,
        number: int,
        score: float,
        parts: Mapping[str, float],
        paths: Sequence[Path],
    ) -> Suggestion:
        state = self.state
        links = state.parts.links
        node = links.nodes[number]
        _, rule = state.parts.needs(asker, number)
        ends = {links.nodes[asker].iri, node.iri}
        plans = [e for e in state.plans.get(node.iri, []) if e.target not in ends][:4]
        return Suggestion(
            place,
            node,
            score,
            parts,
            tuple(self._reason(path) for path in paths),
            self._complements[rule] if rule >= 0 else None,
            tuple(self._context(asker, number)),
            tuple(self._step(edge) for edge in plans),
            tuple(self._unknown(number, paths)),
        )

    def _context(self, asker: int, number: int) -> Iterable[Node]:
        links = self.state.parts.links
        classes = [vocab.ONTOLOGY + name for name in _CONTEXT]
        both: Integers = np.intersect1d(
            links.neighbours(asker), links.neighbours(number)
        )
        fits = links.is_a(*classes)
        return [links.nodes[i] for i in both if fits[i]]

    def _unknown(self, number: int, paths: Sequence[Path]) -> Iterable[str]:
        parts = self.state.parts
        if not parts.tracks[[number]].nnz:
            yield "track"
        if not parts.places[[number]].nnz:
            yield "place"
        if parts.links.nodes[number].iri not in self.state.founded:
            yield "founded"
        if not parts.stages[number].any():
            yield "stage"
        used = {e.predicate.removeprefix(vocab.ONTOLOGY) for p in paths for e in p.edges}
        if used <= _OF_PLACE:
            yield "place only"
        elif len(paths) == 1:
            yield "single"

    def _reason(self, path: Path) -> Reason:
        steps = tuple(self._step(edge) for edge in path.edges)
        nodes = {end.iri: end for s in steps for end in (s.source, s.target)}
        zh, en = wording.of_path(path.edges, nodes, self.state.terms)
        return Reason(steps, zh, en)

    def _step(self, edge: Edge) -> Step:
        nodes = self.state.network.nodes
        source = nodes.get(edge.source) or Node(edge.source)
        target = nodes.get(edge.target) or Node(edge.target)
        zh, en = wording.of_edge(edge, source, target, self.state.terms)
        return Step(edge, source, target, zh, en)

    def evidence(self, statements: Iterable[str]) -> dict[str, list[Evidence]]:
        """The evidence of each statement."""
        return evidence_of(self._store, statements)

    def score_without(
        self, asker: str, candidate: str, statements: Iterable[str]
    ) -> tuple[float, float]:
        """The score of a candidate with all facts, and without some of them.

        The whole network is read anew: for checks and single briefs, not for
        lists.
        """
        state = self.state
        left = self.parts_of(state.network, frozenset(statements))
        scores = []
        for parts in (state.parts, left):
            a, c = parts.links.number[asker], parts.links.number[candidate]
            values = parts.parts(a, np.array([c], dtype=np.int64))
            scores.append(sum(WEIGHTS[n] * float(v[0]) for n, v in values.items()))
        return scores[0], scores[1]


@dataclass(frozen=True, slots=True)
class _Filtered:
    """A source of parts that offers only what fits (``PartSource``)."""

    source: GraphParts
    fits: Booleans

    def candidates(self, asker: int) -> Integers:
        """The source's candidates that fit."""
        found = self.source.candidates(asker)
        return np.asarray(found[self.fits[found]])

    def parts(self, asker: int, candidates: Integers) -> dict[str, Floats]:
        """The source's parts."""
        return self.source.parts(asker, candidates)
