"""The door of partner advice: ranked suggestions, each with its reasons.

Suggestions are computed and never asserted. **No reason, no suggestion**: who
scores well but cannot be reached by facts within three links is left out.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from kg import vocab
from kg.analysis import projection
from kg.analysis.partners import wording
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.network import WEIGHTS, GraphParts
from kg.analysis.partners.reasons import Path, Reasons
from kg.analysis.partners.request import Request, understood
from kg.analysis.partners.score import Booleans, Floats, Integers, rank
from kg.errors import NotFoundError
from kg.model.network import Edge, Network, Node, Terms
from kg.store import Store

TRADES = {"ServiceProvider": "track-cro-cdmo"}  # kind to track of that trade
METHOD = "life-valley-partners"
VERSION = "1"
PRONOUNCED = 0.32  # spread of the weight of popularity along the dial
_FOUNDED = "SELECT ?s ?year WHERE { ?s lv:founded ?year }"
_ALIASES = """SELECT ?s ?name WHERE {{ VALUES ?s {{ {iris} }}
  ?s skos:prefLabel|skos:altLabel ?name }}"""
_EVIDENCE = """SELECT ?st ?ev ?quote ?locator ?source ?title ?url ?confidence WHERE {{
  {values} ?st prov:wasDerivedFrom ?ev . ?ev oa:hasSource ?source .
  OPTIONAL {{ ?ev oa:hasSelector ?sel . ?sel oa:exact ?quote }}
  OPTIONAL {{ ?ev lv:locator ?locator }}
  OPTIONAL {{ ?ev lv:confidence ?confidence }}
  OPTIONAL {{ ?source schema:name ?title }}
  OPTIONAL {{ ?source schema:url ?url }} }}"""
_PROLOGUE = vocab.prologue("lv", "skos", "prov", "oa", "schema")


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


UNKNOWN: dict[str, tuple[str, str]] = {
    "track": ("赛道未知", "no track stated"),
    "place": ("地点未知", "no place stated"),
    "founded": ("成立年份未知", "year of foundation unknown"),
    "stage": ("所处环节未知", "no stage of the value chain stated"),
    "single": ("仅有一条理由路径", "only one path of reasons"),
}
_CONTEXT = ("Event", "EventSeries", "PolicyDocument", "Area", "Cluster", "PilotCase")


@dataclass(slots=True)
class _State:
    generation: str
    network: Network
    terms: Terms
    parts: GraphParts
    reasons: Reasons
    founded: dict[str, int]
    tracks: dict[str, list[str]] = field(default_factory=dict)
    places: dict[str, list[str]] = field(default_factory=dict)
    plans: dict[str, list[Edge]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Advice:
    """The answer: who asked, how the request was read, the suggestions.

    Attributes:
        relaxed: what of the request was given up because nobody fitted, of
            ``near`` and ``track``, in this order.
    """

    asker: Node
    request: Request
    suggestions: tuple[Suggestion, ...]
    generation: str
    relaxed: tuple[str, ...] = ()


class Advisor:
    """Suggests partners for the organisations of a store.

    What all askers need is computed once a generation; safe to share between
    threads.
    """

    def __init__(self, store: Store, complements: Sequence[Complement]) -> None:
        self._store = store
        self._complements = tuple(complements)
        self._lock = threading.Lock()
        self._state: _State | None = None

    @property
    def state(self) -> _State:
        """Network and parts of the store's generation."""
        generation = self._store.generation
        state = self._state
        if state is None or state.generation != generation:
            with self._lock:
                state = self._state
                if state is None or state.generation != generation:
                    state = self._state = self._made(generation)
        return state

    def _made(self, generation: str) -> _State:
        terms = projection.read_terms(self._store)
        network = projection.whole(self._store, terms)
        founded = {}
        for row in self._store.select(_PROLOGUE + _FOUNDED):
            text = str(row["year"])[:4]
            if text.isdigit():
                founded[str(row["s"])] = int(text)
        parts = GraphParts(network, terms, self._complements, founded)
        state = _State(generation, network, terms, parts, Reasons(parts.links), founded)
        state.tracks = self._names(parts.links.is_a(vocab.lv.Track), state)
        state.places = self._names(parts.links.is_a(vocab.lv.Area), state)
        plans = defaultdict(list)
        for edge in parts.links.plans:
            plans[edge.source].append(edge)
            plans[edge.target].append(edge)
        state.plans = dict(plans)
        return state

    def _names(self, wanted: Booleans, state: _State) -> dict[str, list[str]]:
        nodes = state.parts.links.nodes
        iris = [nodes[i].iri for i in np.flatnonzero(wanted)]
        found: dict[str, list[str]] = {iri: [] for iri in iris}
        for batch in projection.batches(iris):
            inside = " ".join(f"<{iri}>" for iri in batch if projection.is_iri(iri))
            query = _PROLOGUE + _ALIASES.format(iris=inside)
            for row in self._store.select(query):
                found[str(row["s"])].append(str(row["name"]))
        return found

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

        When nobody fits, the place is given up first, then the track.

        Args:
            iri: who asks.
            request: what for; anything when left out.

        Raises:
            NotFoundError: if nobody has this identifier.
        """
        state = self.state
        asker = self.number(iri)
        wish = understood(request or Request(), state.tracks, state.places)
        found = self._found(asker, wish)
        given_up: list[str] = []
        eased = wish
        for name in ("near", "track"):
            if not found and getattr(wish, name):
                given_up.append(name)
                eased = _without(eased, name)
                found = self._found(asker, eased)
        return Advice(
            state.parts.links.nodes[asker],
            wish,
            tuple(self._with_evidence(found)),
            state.generation,
            tuple(given_up) if found else (),
        )

    def _found(self, asker: int, wish: Request) -> list[Suggestion]:
        """The best who fit and can be reached by facts, without evidence yet."""
        state = self.state
        weights = {**WEIGHTS, "popularity": PRONOUNCED * (0.5 - wish.novelty)}
        source = _Filtered(state.parts, self._fits(wish))
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

    def _fits(self, wish: Request) -> Booleans:
        """Which things a request allows."""
        parts = self.state.parts
        links = parts.links
        fits = np.ones(len(links), dtype=bool)
        if wish.kind:
            fits &= links.is_a(vocab.ONTOLOGY + wish.kind) | self._in_trade(wish.kind)
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

    def _in_trade(self, kind: str) -> Booleans:
        """Who is in the track that stands for a kind: a firm that sells services."""
        parts = self.state.parts
        track = parts.links.number.get(vocab.ID + TRADES.get(kind, ""), -1)
        if track < 0:
            return np.zeros(len(parts.links), dtype=bool)
        return np.asarray(parts.tracks[:, [track]].toarray()[:, 0] >= 1)

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
            tuple(self._unknown(number, len(paths))),
        )

    def _context(self, asker: int, number: int) -> Iterable[Node]:
        links = self.state.parts.links
        classes = [vocab.ONTOLOGY + name for name in _CONTEXT]
        both: Integers = np.intersect1d(
            links.neighbours(asker), links.neighbours(number)
        )
        fits = links.is_a(*classes)
        return [links.nodes[i] for i in both if fits[i]]

    def _unknown(self, number: int, paths: int) -> Iterable[str]:
        parts = self.state.parts
        if not parts.tracks[[number]].nnz:
            yield "track"
        if not parts.places[[number]].nnz:
            yield "place"
        if parts.links.nodes[number].iri not in self.state.founded:
            yield "founded"
        if not parts.stages[number].any():
            yield "stage"
        if paths == 1:
            yield "single"

    def _reason(self, path: Path) -> Reason:
        steps = tuple(self._step(edge) for edge in path.edges)
        zh, en = wording.of_path([(s.zh, s.en) for s in steps])
        return Reason(steps, zh, en)

    def _step(self, edge: Edge) -> Step:
        nodes = self.state.network.nodes
        source = nodes.get(edge.source) or Node(edge.source)
        target = nodes.get(edge.target) or Node(edge.target)
        zh, en = wording.of_edge(edge, source, target, self.state.terms)
        return Step(edge, source, target, zh, en)

    def _with_evidence(self, found: Sequence[Suggestion]) -> list[Suggestion]:
        """The suggestions with the evidence of every cited link, in one query."""
        cited = [st for one in found for st in one.statements]
        cited += [s.edge.statement for one in found for s in one.plans]
        table = self.evidence(cited)

        def backed(step: Step) -> Step:
            found = tuple(table.get(step.edge.statement, ()))
            return Step(step.edge, step.source, step.target, step.zh, step.en, found)

        return [
            Suggestion(
                one.place,
                one.node,
                one.score,
                one.parts,
                tuple(
                    Reason(tuple(backed(s) for s in r.steps), r.zh, r.en)
                    for r in one.reasons
                ),
                one.rule,
                one.context,
                tuple(backed(s) for s in one.plans),
                one.unknown,
            )
            for one in found
        ]

    def evidence(self, statements: Iterable[str]) -> dict[str, list[Evidence]]:
        """The evidence of each statement."""
        rows: dict[tuple[str, str], dict[str, str]] = {}
        for batch in projection.batches(statements):
            query = _EVIDENCE.format(values=projection.values("st", batch))
            for row in self._store.select(_PROLOGUE + query):
                kept = rows.setdefault((str(row["st"]), str(row["ev"])), {})
                for name, term in row.items():
                    language = getattr(term, "language", "")[:2]
                    kept[name + ("_" + language if name == "title" else "")] = str(term)
        found: dict[str, list[Evidence]] = defaultdict(list)
        for (statement, iri), texts in sorted(rows.items()):
            plain = texts.get("title_", "")
            found[statement].append(
                Evidence(
                    iri,
                    texts.get("quote", ""),
                    texts.get("locator", ""),
                    texts["source"],
                    texts.get("title_zh") or plain or texts.get("title_en", ""),
                    texts.get("title_en") or plain or texts.get("title_zh", ""),
                    texts.get("url", ""),
                    texts.get("confidence", "").rpartition("#")[2],
                )
            )
        return dict(found)

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


def _without(wish: Request, name: str) -> Request:
    return replace(wish, near="") if name == "near" else replace(wish, track="")


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
