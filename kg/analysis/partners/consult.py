"""One consultation: an asker and a request on the network of one generation.

Everything here reads one ``State``, so that an answer never mixes generations.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from kg import vocab
from kg.analysis.partners import wording
from kg.analysis.partners.answer import Reason, Step, Suggestion
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.reasons import Path
from kg.analysis.partners.request import Request
from kg.analysis.partners.score import Booleans, Floats, Integers, rank
from kg.analysis.partners.state import State
from kg.errors import NotFoundError
from kg.model.network import Edge, Node

PRONOUNCED = 0.32  # spread of the weight of popularity along the dial
LISTED = 12  # who fits but is no suggestion: how many are told
# What is given up when nobody fits, one after the other.
EASED: tuple[tuple[str, ...], ...] = ((), ("near",), ("track",), ("near", "track"))
_OF_PLACE = frozenset({"locatedIn", "partOf", "inZone", "near", "supports"})
_CONTEXT = ("Event", "EventSeries", "PolicyDocument", "Area", "Cluster", "PilotCase")


@dataclass(frozen=True, slots=True)
class Found:
    """What a consultation found, evidence not yet read; see ``Advice``."""

    suggestions: list[Suggestion]
    relaxed: tuple[str, ...]
    linked: tuple[Node, ...]
    unreached: tuple[Node, ...]


class Consultation:
    """Finds the suggestions of one asker.

    Args:
        state: the network and its parts.
        complements: the rules the parts were made with.
        asker: number of who asks.
        wish: what for, its words read.
    """

    def __init__(
        self,
        state: State,
        complements: Sequence[Complement],
        asker: int,
        wish: Request,
    ) -> None:
        self._state = state
        self._complements = complements
        self._asker = asker
        self._wish = wish

    def found(self) -> Found:
        """The suggestions; when nobody fits, the place is given up, else the track.

        Raises:
            NotFoundError: if the request names a track or place nobody knows.
        """
        parts, wish = self._state.parts, self._wish
        known: tuple[tuple[str, ...], Booleans] | None = None
        found: list[Suggestion] = []
        for given_up in EASED:
            if not all(getattr(wish, name) for name in given_up):
                continue
            fits = self._fits(wish.without(*given_up))
            found = self._best(fits)
            if found or (known is None and (fits & parts.offered).any()):
                known = given_up, fits
            if found:
                break
        given_up, fits = known or ((), np.zeros(len(parts.links), dtype=bool))
        return Found(found, given_up, *self._besides(fits, found))

    def _best(self, fits: Booleans) -> list[Suggestion]:
        """The best who fit and can be reached by facts, without evidence yet."""
        state, wish = self._state, self._wish
        weights = {**WEIGHTS, "popularity": PRONOUNCED * (0.5 - wish.novelty)}
        source = _Filtered(state.parts, fits)
        found: list[Suggestion] = []
        for one in rank(source, self._asker, weights, top=wish.top * 3 + 20):
            paths = state.reasons.between(self._asker, one.number)
            if paths and one.score > 0:
                found.append(
                    self._suggestion(
                        len(found) + 1, one.number, one.score, one.parts, paths
                    )
                )
            if len(found) == wish.top:
                break
        return found

    def _besides(
        self, fits: Booleans, found: Sequence[Suggestion]
    ) -> tuple[tuple[Node, ...], tuple[Node, ...]]:
        """Who fits a request and is no suggestion: linked already, or unreached.

        Nobody when nothing was asked for; nobody unreached when the list is full.
        """
        asker, wish = self._asker, self._wish
        if not (wish.kind or wish.track or wish.near):
            return (), ()
        parts = self._state.parts
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
        links = self._state.parts.links
        order = np.lexsort((numbers, -links.degree[numbers]))[:LISTED]
        return tuple(links.nodes[i] for i in numbers[order])

    def _fits(self, wish: Request) -> Booleans:
        """Which things a request allows."""
        parts = self._state.parts
        links = parts.links
        fits = np.ones(len(links), dtype=bool)
        if wish.kind:
            fits &= links.is_a(vocab.ONTOLOGY + wish.kind) | parts.in_trade(wish.kind)
        for iri in (wish.track, wish.near):
            if iri:
                number = links.number.get(iri, -1)
                if number < 0:
                    raise NotFoundError(
                        f"No track or place has the identifier {iri}.",
                        zh=f"没有标识符为 {iri} 的赛道或地点。",
                    )
                inside = np.zeros(len(links), dtype=bool)
                inside[parts.inside(number)] = True
                fits &= inside
        return fits

    def _suggestion(
        self,
        place: int,
        number: int,
        score: float,
        parts: Mapping[str, float],
        paths: Sequence[Path],
    ) -> Suggestion:
        state, asker = self._state, self._asker
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
            tuple(self._context(number)),
            tuple(self._step(edge) for edge in plans),
            tuple(self._unknown(number, paths)),
        )

    def _context(self, number: int) -> Iterable[Node]:
        links = self._state.parts.links
        classes = [vocab.ONTOLOGY + name for name in _CONTEXT]
        both: Integers = np.intersect1d(
            links.neighbours(self._asker), links.neighbours(number)
        )
        return [links.nodes[i] for i in both[links.is_a(*classes, of=both)]]

    def _unknown(self, number: int, paths: Sequence[Path]) -> Iterable[str]:
        parts = self._state.parts
        if not parts.tracks[[number]].nnz:
            yield "track"
        if not parts.places[[number]].nnz:
            yield "place"
        if not parts.is_founded(number):
            yield "founded"
        if not parts.stages[number].any():
            yield "stage"
        used = {
            e.predicate.removeprefix(vocab.ONTOLOGY) for p in paths for e in p.edges
        }
        if used <= _OF_PLACE:
            yield "place only"
        elif len(paths) == 1:
            yield "single"

    def _reason(self, path: Path) -> Reason:
        steps = tuple(self._step(edge) for edge in path.edges)
        nodes = {end.iri: end for s in steps for end in (s.source, s.target)}
        zh, en = wording.of_path(path.edges, nodes, self._state.terms)
        return Reason(steps, zh, en)

    def _step(self, edge: Edge) -> Step:
        nodes = self._state.network.nodes
        source = nodes.get(edge.source) or Node(edge.source)
        target = nodes.get(edge.target) or Node(edge.target)
        zh, en = wording.of_edge(edge, source, target, self._state.terms)
        return Step(edge, source, target, zh, en)


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
