"""The parts of the score that the knowledge graph gives.

Each part lies between 0 and 1; docs/partners.md gives method, source and limit
of each. What is needed for every asker is computed once a generation; one
request touches the asker's surroundings and its candidates only.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import numpy as np
from scipy import sparse

from kg import vocab
from kg.analysis.compact import Compact
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.links import CompactLinks, Links
from kg.analysis.partners.score import Booleans, Floats, Integers
from kg.model.network import Network, Terms

# name -> (Chinese, English)
PARTS: dict[str, tuple[str, str]] = {
    "tracks": ("共同或相邻赛道", "shared and neighbouring tracks"),
    "complements": ("价值链互补", "complementary roles"),
    "shared": ("共同关联方", "shared partners"),
    "walk": ("网络邻近", "nearness in the network"),
    "places": ("地点邻近", "nearness of place"),
    "lacks": ("补足缺口", "fills a gap"),
    "attributes": ("产品与年龄", "products and age"),
    "popularity": ("知名度", "popularity"),
}
WEIGHTS: dict[str, float] = {
    "tracks": 0.28,
    "complements": 0.18,
    "shared": 0.16,
    "walk": 0.12,
    "places": 0.08,
    "lacks": 0.06,
    "attributes": 0.04,
    "popularity": 0.08,
}
THROUGH = ("memberOf", "operates", "developed", "launched", "provides", "hosts")
BOTH_WAYS = ("affiliatedWith", "partOf")
# Who is in the track of a trade plays that role too, and asks in that role only: a
# firm that sells services looks for clients, not for other sellers.
TRADES = {"ServiceProvider": "track-cro-cdmo"}
HUB = 2_000  # nobody is reached only through a thing with more links than this
CANDIDATES = 1_000
WALKERS = 500
REMEMBERED = 16  # walks of the last askers
STAGE_OF: dict[str, str] = {
    "Lab": "research",
    "University": "research",
    "Incubator": "incubation",
    "Accelerator": "acceleration",
    "Hospital": "clinical",
    "ServiceProvider": "service",
    "Investor": "capital",
    "GovernmentBody": "approval",
}


class GraphParts:
    """Candidates and parts for any organisation of a network (``PartSource``).

    Args:
        network: things and links, actual and planned.
        terms: the tree of classes.
        complements: rules of who needs whom.
        founded: IRI to year of foundation, where known.
        without: statements to leave out, as if nobody had said so.

    Attributes:
        needed: rules of who needs whom: numbers of two roles, and the weight.
    """

    def __init__(
        self,
        network: Network | Compact,
        terms: Terms,
        complements: Sequence[Complement],
        founded: Mapping[str, int] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.links = links = _links(network, terms, without)
        self.tracks = _profile(links, ("inTrack", "focusesOn"), ("subTrackOf",))
        self.tracks = _with_what_one_has(links, self.tracks)
        self.places = _profile(links, ("locatedIn",), ("partOf", "locatedIn"))
        self._track_rarity = _rarity(self.tracks)
        self._place_rarity = _rarity(self.places)
        self._tracks_of = sparse.csr_array(self.tracks.T.tocsr())
        self._places_of = sparse.csr_array(self.places.T.tocsr())
        self.stages = _stages(links)
        self._roles, self.needed = _roles(links, complements)
        self._asks = self._as_askers(complements)
        self._bridge = links.bridges()
        self._walked: dict[int, tuple[Integers, Floats]] = {}
        self._years = _years(network, founded or {})
        made = links.out(("developed", "launched"))
        self.products = np.bincount(made[:, 0], minlength=len(links)).astype(float)
        top = max(float(links.degree.max(initial=1.0)), 1.0)
        self._popularity = np.log1p(links.degree) / np.log1p(top)
        self.offered = links.agent & ~links.is_a(vocab.lv.StockExchange)

    @classmethod
    def restored(
        cls,
        links: Links,
        needed: list[tuple[int, int, float]],
        arrays: Mapping[str, Any],
    ) -> Self:
        """The parts as they were made before (``kg.analysis.partners.stored``)."""
        made = cls.__new__(cls)
        made.links, made.needed, made._walked = links, needed, {}
        vars(made).update(arrays)
        return made

    def candidates(self, asker: int) -> Integers:
        """Organisations and platforms in reach that are no partners yet.

        Those who share a track, or are two or three links away; the nearest
        ``CANDIDATES`` of them.
        """
        reached, chance = self._walk(asker)
        shared = self.tracks[[asker]].multiply(self._track_rarity) @ self._tracks_of
        found = sparse.coo_array(shared)
        # Only of what is reached: arrays of all things would cost what the graph does.
        wanted, near = _summed(
            np.concatenate((found.col, reached)),
            np.concatenate((found.data / (1 + found.data), chance * 50)),
        )
        none = [asker, *self.links.apart.get(asker, ()), *self.links.neighbours(asker)]
        fits = self.offered[wanted] & (near != 0) & ~np.isin(wanted, none)
        wanted, near = wanted[fits], near[fits]
        if len(wanted) > CANDIDATES:
            wanted = wanted[np.argpartition(-near, CANDIDATES)[:CANDIDATES]]
        return np.sort(wanted).astype(np.int64)

    def parts(self, asker: int, candidates: Integers) -> dict[str, Floats]:
        """The parts of some candidates, each from 0 to 1."""
        reached, chance = self._walk(asker)
        walked = np.zeros(len(candidates))
        _, there, here = np.intersect1d(reached, candidates, return_indices=True)
        walked[here] = chance[there]
        allocated = self._shared(asker, candidates)
        tracks = _common(self.tracks, self._track_rarity, asker, candidates)
        places = _common(self.places, self._place_rarity, asker, candidates)
        complements, another = self._complements(asker, candidates)
        # Of one track and of no other role: rather a competitor than a partner.
        fitting = np.where(another, 1.0, 0.5)
        return {
            "tracks": fitting * tracks / (tracks + 1.5),
            "complements": complements,
            "shared": allocated / (allocated + 0.7),
            "walk": walked / (walked + 0.002),
            "places": places / (places + 3.0),
            "lacks": self._lacks(asker, candidates),
            "attributes": self._attributes(asker, candidates),
            "popularity": self._popularity[candidates],
        }

    def inside(self, number: int) -> Integers:
        """Who is in a track or a place, directly or by its parts."""
        turned = (self._tracks_of, self._places_of)
        found = [m.indices[m.indptr[number] : m.indptr[number + 1]] for m in turned]
        return np.concatenate(found).astype(np.int64)

    def in_trade(self, kind: str) -> Booleans:
        """Who is in the track that stands for a kind of organisation."""
        track = self.links.number.get(vocab.ID + TRADES.get(kind, ""), -1)
        if track < 0:
            return np.zeros(len(self.links), dtype=bool)
        return np.asarray(self.tracks[:, [track]].toarray()[:, 0] >= 1)

    def _as_askers(self, complements: Sequence[Complement]) -> Floats:
        """The roles in which things ask; who is in a trade now also plays its role."""
        names = sorted({n for c in complements for n in (c.asker, c.candidate)})
        asks = self._roles.copy()
        for kind in TRADES:
            if kind in names and "Company" in names:
                firm, seller = names.index("Company"), names.index(kind)
                sellers = self.in_trade(kind) & (self._roles[:, firm] > 0)
                self._roles[sellers, seller] = 1
                asks[sellers, seller], asks[sellers, firm] = 1, 0
        return asks

    def is_founded(self, number: int) -> bool:
        """Whether the year of foundation of a thing is known."""
        return bool(self._years[number])

    def needs(self, asker: int, candidate: int) -> tuple[float, int]:
        """Best complement weight, and its number in the table (-1: none)."""
        best, number = 0.0, -1
        for i, (a, b, weight) in enumerate(self.needed):
            fits = self._asks[asker, a] and self._roles[candidate, b]
            if fits and weight > best:
                best, number = weight, i
        return best, number

    def _complements(self, asker: int, candidates: Integers) -> tuple[Floats, Booleans]:
        """Best weight of a rule, and whether one between two roles fits."""
        found = np.zeros(len(candidates))
        another = np.zeros(len(candidates), dtype=bool)
        for a, b, weight in self.needed:
            if self._asks[asker, a]:
                fits = self._roles[candidates, b]
                found = np.maximum(found, weight * fits)
                another |= (a != b) & (fits > 0)
        return found, another

    def _shared(self, asker: int, candidates: Integers) -> Floats:
        """Adamic-Adar and resource allocation over shared bridges, summed."""
        around = self.links.neighbours(asker)
        around = around[self._bridge[around] & (self.links.degree[around] <= HUB)]
        degree = np.maximum(self.links.degree[around], 2)
        worth = np.zeros(len(self.links))
        worth[around] = 0.5 / np.log(degree + 1) + 0.5 / degree
        return np.asarray(self.links.near[candidates] @ worth)

    def _walk(self, asker: int) -> tuple[Integers, Floats]:
        """Where a walk of up to three steps from the asker ends, by chance.

        Personalised PageRank cut off after three steps (damping 0.85); each
        step keeps the ``WALKERS`` likeliest places and does not pass hubs.

        Returns:
            The things in reach, ascending, and one number for each.
        """
        kept = self._walked.get(asker)
        if kept is not None:
            return kept
        place, share = np.array([asker]), np.array([1.0])
        steps = []
        for _ in range(3):
            place, share = self._step(place, share)
            others = place != asker
            place, share = place[others], share[others]
            steps.append((place, share))
            onward = self._bridge[place] & (share != 0)
            place, share = place[onward], share[onward]
            if len(place) > WALKERS:
                likeliest = np.argpartition(-share, WALKERS)[:WALKERS]
                place, share = place[likeliest], share[likeliest]
        total = _summed(
            np.concatenate([place for place, _ in steps]),
            np.concatenate([share for _, share in steps]),
        )
        if len(self._walked) >= REMEMBERED:
            self._walked.clear()
        self._walked[asker] = total
        return total

    def _step(self, place: Integers, share: Floats) -> tuple[Integers, Floats]:
        """One step of the walk: each share goes in equal parts to all around."""
        near = self.links.near
        first = near.indptr[place].astype(np.int64)
        count = near.indptr[place + 1] - first
        passable = (count > 0) & (count <= HUB)
        first, count = first[passable], count[passable]
        part = np.repeat(0.85 * share[passable] / count, count)
        within = np.arange(len(part)) - np.repeat(np.cumsum(count) - count, count)
        return _summed(near.indices[np.repeat(first, count) + within], part)

    def _lacks(self, asker: int, candidates: Integers) -> Floats:
        """Share of a candidate's stages that neither asker nor partners cover."""
        around = self.links.neighbours(asker)
        covered = self.stages[asker] + self.stages[around].sum(axis=0) > 0
        theirs = self.stages[candidates]
        missing = theirs[:, ~covered].sum(axis=1)
        return np.asarray(missing / np.maximum(theirs.sum(axis=1), 1))

    def _attributes(self, asker: int, candidates: Integers) -> Floats:
        years, own = self._years[candidates], self._years[asker]
        alike = np.exp(-np.abs(years - own) / 10) * ((years > 0) & (own > 0))
        return np.asarray(
            0.5 * alike + 0.5 * np.minimum(self.products[candidates] / 3, 1)
        )


def _links(network: Network | Compact, terms: Terms, without: frozenset[str]) -> Links:
    if isinstance(network, Network):
        return Links(network, terms, without)
    if without:
        raise ValueError("a large network is not made anew without some facts")
    return CompactLinks(network, terms)


def _years(network: Network | Compact, founded: Mapping[str, int]) -> Floats:
    """The year of foundation of each thing, or 0."""
    if isinstance(network, Compact):
        return network.founded.astype(float)
    return np.array([founded.get(iri, 0) for iri in network.nodes], dtype=float)


def _profile(links: Links, own: Sequence[str], up: Sequence[str]) -> sparse.csr_array:
    """N x n: 1 for what a thing is in, a half for what that is part of, and so on."""
    n = len(links)
    direct = _matrix(n, links.out(own))
    step = _matrix(n, links.out(up))
    found, level = direct, direct
    for depth in range(1, 4):
        level = sparse.csr_array(level @ step).sign()
        found = found.maximum(level * 0.5**depth)
    return sparse.csr_array(found)


def _with_what_one_has(links: Links, tracks: sparse.csr_array) -> sparse.csr_array:
    """Tracks of one's products, platforms and clusters count half.

    So do those of an investor's holdings; what a firm holds says less of it.
    """
    n = len(links)
    ends = links.out(THROUGH)
    both = links.out(BOTH_WAYS)
    held = links.out(("investedIn",))
    held = held[links.is_a(vocab.lv.Investor)[held[:, 0]]]
    step = _matrix(n, np.concatenate([ends, both, both[:, ::-1], held]))
    return sparse.csr_array(tracks.maximum((step @ tracks).sign() * 0.5))


def _matrix(n: int, ends: Integers) -> sparse.csr_array:
    ones = np.ones(len(ends))
    made = sparse.csr_array((ones, (ends[:, 0], ends[:, 1])), shape=(n, n))
    return sparse.csr_array(made.sign())


def _rarity(profile: sparse.csr_array) -> Floats:
    """Inverse document frequency of each column."""
    held = np.asarray(profile.sign().sum(axis=0), dtype=float)
    members = max(int((np.diff(profile.indptr) > 0).sum()), 1)
    return np.asarray(np.log1p(members / np.maximum(held, 1)) * (held > 0))


def _common(
    profile: sparse.csr_array, rarity: Floats, asker: int, candidates: Integers
) -> Floats:
    first, last = profile.indptr[asker : asker + 2]
    held = profile.indices[first:last]
    own = np.zeros(profile.shape[1])
    own[held] = profile.data[first:last] * rarity[held]
    return np.asarray(profile[candidates] @ own)


def _summed(place: Integers, worth: Floats) -> tuple[Integers, Floats]:
    """The different places, ascending, and the sum of what each is worth."""
    places, at = np.unique(place, return_inverse=True)
    total = np.bincount(at, weights=worth, minlength=len(places))
    return places.astype(np.int64), np.asarray(total, dtype=float)


def _stages(links: Links) -> Floats:
    """N x stages: 1 where a thing is at a stage, said or by its class."""
    names = sorted({*STAGE_OF.values(), *_stage_names(links)})
    column = {name: j for j, name in enumerate(names)}
    found = np.zeros((len(links), len(names)))
    for name, role in STAGE_OF.items():
        found[links.is_a(vocab.ONTOLOGY + name), column[role]] = 1
    for stage, ones in _at_stages(links):
        found[ones, column[_local(links.nodes[stage].iri)]] = 1
    return found


def _at_stages(links: Links) -> Iterator[tuple[int, Integers]]:
    """Each stage that something is said to be at, and what is."""
    ends = links.out(("atStage",))
    for stage in np.unique(ends[:, 1]).tolist():
        yield stage, ends[ends[:, 1] == stage, 0]


def _stage_names(links: Links) -> set[str]:
    return {_local(links.nodes[stage].iri) for stage, _ in _at_stages(links)}


def _local(iri: str) -> str:
    return iri.rpartition("#")[2].rpartition("/")[2]


def _roles(
    links: Links, complements: Sequence[Complement]
) -> tuple[Floats, list[tuple[int, int, float]]]:
    """Which thing plays which role of the table, and the table by number."""
    names = sorted({n for c in complements for n in (c.asker, c.candidate)})
    column = {name: j for j, name in enumerate(names)}
    found = np.zeros((len(links), len(names)))
    for place, kind in enumerate(links.kinds):
        for name in links.nearest(kind, names):
            found[links.kind == place, column[name]] = 1
    for stage, ones in _at_stages(links):
        name = _local(links.nodes[stage].iri)
        if name in column:
            found[ones, column[name]] = 1
    rules = [(column[c.asker], column[c.candidate], c.weight) for c in complements]
    return found, rules
