"""Streams one synthetic ecosystem; the same size and seed give the same bytes.

Nothing is kept: what a relation points to is drawn by rank, with a power law,
so that few bodies have very many relations, as in real networks, and memory
does not grow with the size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from random import Random

from bench.generator import words
from bench.generator.shape import Shape
from kg import vocab

LV, ID = vocab.ONTOLOGY, vocab.ID
GRAPH = vocab.GRAPH + "synthetic"
DATASET = f"<{ID}dataset-synthetic>"
_A = f"<{vocab.expand('rdf:type')}>"
_LABEL = f"<{vocab.expand('rdfs:label')}>"
_NAME = f"<{vocab.expand('skos:prefLabel')}>"
_DERIVED = f"<{vocab.expand('prov:wasDerivedFrom')}>"
_STATEMENT = f"<{vocab.expand('rdf:Statement')}>"
_SUBJECT, _PREDICATE, _OBJECT = (
    f"<{vocab.expand('rdf:' + n)}>" for n in ("subject", "predicate", "object")
)
_XSD = "http://www.w3.org/2001/XMLSchema#"
_YEAR = f"^^<{_XSD}gYear>"
_SOURCES = 1000
HUB_POWER = 3.0
"""Rank of a target is ``n * u**3``: the body of rank r is met with r**(-2/3)."""


def lv(local: str) -> str:
    """A term of the ontology, as N-Triples."""
    return f"<{LV}{local}>"


def entity(local: str) -> str:
    """An entity, as N-Triples."""
    return f"<{ID}{local}>"


class Ecosystem:
    """An ecosystem of so many organisations.

    Args:
        organisations: how many.
        shape: of the real graph.
        seed: another seed, another ecosystem.
    """

    def __init__(self, organisations: int, shape: Shape, seed: int = 42) -> None:
        self.organisations = organisations
        self._shape = shape
        self._seed = seed
        self._kinds = list(shape.kinds)
        self._weights = list(shape.kinds.values())
        self.investors = max(3, int(organisations * shape.kinds["Investor"]))
        self.parks = max(5, int(organisations**0.5))
        leaves = shape.sub_tracks
        self.tracks = list(shape.top_tracks)
        self.sub_tracks = [f"{t}-{i}" for t in self.tracks for i in range(leaves)]
        self.leaves = [f"{t}-{i}" for t in self.sub_tracks for i in range(leaves)]

    def lines(self) -> Iterator[str]:
        """The triples, as lines of N-Triples without the final dot."""
        yield from self._frame()
        for number in range(self.organisations):
            yield from self._organisation(number)

    def _frame(self) -> Iterator[str]:
        random = Random(self._seed)
        zh, en = "合成的创新生态", "A synthetic ecosystem"
        yield from _typed(
            DATASET, ("dcat:Dataset", "void:Dataset"), (zh, en), label=True
        )
        yield f"{DATASET} <{vocab.expand('dcterms:title')}> {_text(zh, 'zh')}"
        yield f"{DATASET} <{vocab.expand('dcterms:title')}> {_text(en, 'en')}"
        licence = "<https://creativecommons.org/publicdomain/zero/1.0/>"
        yield f"{DATASET} <{vocab.expand('dcterms:license')}> {licence}"
        yield f"{DATASET} {lv('graph')} <{GRAPH}>"
        for i in range(min(_SOURCES, self.organisations)):
            source = entity(f"source-synthetic-{i}")
            name = (f"合成来源第 {i} 号", f"Synthetic source {i}")
            yield from _typed(
                source, ("schema:WebPage", "prov:Entity"), name, label=True
            )
            title, url = vocab.expand("schema:name"), vocab.expand("schema:url")
            yield f"{source} <{title}> {_text(name[0], 'zh')}"
            yield f"{source} <{title}> {_text(name[1], 'en')}"
            yield f'{source} <{url}> "https://example.org/{i}"^^<{_XSD}anyURI>'
        yield from self._track_tree()
        for i in range(self.parks):
            park = entity(f"syn-park-{i}")
            core = words.syllables(random, 3)
            name = (f"{core[0]}科学园", f"{core[1]} Science Park")
            yield from self._thing(park, "Park", name, self._evidence(f"park-{i}", i))

    def _track_tree(self) -> Iterator[str]:
        parents = {
            child: child.rpartition("-")[0] for child in self.sub_tracks + self.leaves
        }
        for number, track in enumerate(self.tracks + self.sub_tracks + self.leaves):
            evidence = self._evidence(f"track-{number}", number)
            name = (f"赛道 {track[6:]}", f"Track {track[6:]}")
            yield from self._thing(entity(track), "Track", name, evidence)
            scheme = entity("scheme-tracks")
            yield f"{entity(track)} <{vocab.expand('skos:inScheme')}> {scheme}"
            if track in parents:
                yield from _stated(
                    entity(track),
                    "subTrackOf",
                    entity(parents[track]),
                    evidence[0],
                    name,
                    False,
                )

    def _evidence(self, key: str, number: int) -> tuple[str, list[str]]:
        """The IRI of an evidence, and its triples."""
        iri = entity(f"ev-{_digest(key)}")
        page = number % 97 + 1
        lines = list(
            _typed(
                iri,
                ("oa:SpecificResource", "prov:Entity"),
                (f"合成证据，第 {page} 页", f"Synthetic evidence, page {page}"),
                label=True,
            )
        )
        source = f"source-synthetic-{number % min(_SOURCES, self.organisations)}"
        lines += [
            f"{iri} <{vocab.expand('oa:hasSource')}> {entity(source)}",
            f"{iri} {lv('confidence')} {lv('medium')}",
            f"{iri} {lv('locator')} {_text(f'page {page}', 'en')}",
        ]
        return iri, lines

    def _thing(
        self, iri: str, kind: str, name: words.Name, evidence: tuple[str, list[str]]
    ) -> Iterator[str]:
        yield from evidence[1]
        yield from _typed(iri, (lv(kind), "prov:Entity"), name, label=False)
        yield f"{iri} {lv('englishNameBasis')} {lv('romanised')}"
        yield f"{iri} {_DERIVED} {evidence[0]}"
        yield f"{iri} {lv('dataset')} {DATASET}"

    def kind(self, number: int) -> str:
        """The class of an organisation; the last are investors."""
        if number >= self.organisations - self.investors:
            return "Investor"
        random = Random(self._seed * 1_000_003 + number)
        kind = random.choices(self._kinds, self._weights)[0]
        return "Company" if kind == "Investor" else kind

    def _organisation(self, number: int) -> Iterator[str]:
        kind = self.kind(number)
        random = Random(self._seed * 7_919 + number)
        iri = entity(f"syn-org-{number}")
        name = words.organisation(random, kind)
        evidence = self._evidence(f"org-{number}", number)
        yield from self._thing(iri, kind, name, evidence)
        # A pair may be drawn twice; it is one statement.
        relations = dict.fromkeys(self._relations(number, kind, random))
        for predicate, target in relations:
            planned = random.random() < self._shape.targets
            yield from _stated(iri, predicate, target, evidence[0], name, planned)
        if random.random() < self._shape.persons:
            person, who = entity(f"syn-person-{number}"), words.person(random)
            yield from self._thing(person, "Person", who, (evidence[0], []))
            yield from _stated(iri, "foundedBy", person, evidence[0], name, False)
        if random.random() < self._shape.products:
            made, what = entity(f"syn-product-{number}"), words.product(random, number)
            yield from self._thing(made, "Product", what, (evidence[0], []))
            yield from _stated(iri, "developed", made, evidence[0], name, False)

    def _relations(
        self, number: int, kind: str, random: Random
    ) -> Iterator[tuple[str, str]]:
        """The predicate and object of each statement about an organisation."""
        often = self._shape.statements
        year = 1990 + int(35 * random.random() ** 0.5)
        yield "founded", f'"{year}"{_YEAR}'
        yield "locatedIn", entity(f"syn-park-{_rank(random, self.parks)}")
        if kind == "Investor":
            for _ in range(
                _several(random, often["investedIn"] / self._shape.kinds["Investor"])
            ):
                yield "investedIn", entity(f"syn-org-{self._other(random, number)}")
        else:
            for _ in range(1 + _several(random, often["inTrack"])):
                yield "inTrack", entity(self.leaves[_rank(random, len(self.leaves))])
        for predicate in (
            "cooperatesWith",
            "subsidiaryOf",
            "spinOffOf",
            "incubatedBy",
            "supplies",
        ):
            for _ in range(_several(random, often.get(predicate, 0.0))):
                yield predicate, entity(f"syn-org-{self._other(random, number)}")
        if random.random() < often.get("address", 0.0):
            yield "address", _text(f"合成路 {number} 号", "zh")
        if random.random() < often.get("website", 0.0):
            site = f"https://example.org/organisation/{number}"
            yield "website", f'"{site}"^^<{_XSD}anyURI>'

    def _other(self, random: Random, number: int) -> int:
        found = _rank(random, self.organisations)
        return found if found != number else (found + 1) % self.organisations


def _rank(random: Random, count: int) -> int:
    return int(count * random.random() ** HUB_POWER)


def _several(random: Random, mean: float) -> int:
    """A whole number with this mean, zero often and large at times."""
    if mean <= 0:
        return 0
    return int(random.expovariate(1.0 / (mean + 0.5)))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _text(text: str, language: str) -> str:
    return f'"{text}"@{language}'


def _typed(
    iri: str, kinds: tuple[str, ...], name: words.Name, *, label: bool
) -> Iterator[str]:
    for kind in kinds:
        named = kind if kind.startswith("<") else f"<{vocab.expand(kind)}>"
        yield f"{iri} {_A} {named}"
    predicate = _LABEL if label else _NAME
    yield f"{iri} {predicate} {_text(name[0], 'zh')}"
    yield f"{iri} {predicate} {_text(name[1], 'en')}"


def _stated(
    subject: str,
    predicate: str,
    target: str,
    evidence: str,
    name: words.Name,
    planned: bool,
) -> Iterator[str]:
    """One statement with its evidence; the plain triple only if it is actual."""
    status = "target" if planned else "actual"
    key = f"{subject[1:-1]}|{LV}{predicate}|{target}|||{status}"
    iri = entity(f"st-{_digest(key)}")
    if not planned:
        yield f"{subject} {lv(predicate)} {target}"
    yield f"{iri} {_A} {_STATEMENT}"
    yield f"{iri} {_LABEL} {_text(f'{name[0]} · {predicate}', 'zh')}"
    yield f"{iri} {_LABEL} {_text(f'{name[1]} · {predicate}', 'en')}"
    yield f"{iri} {_SUBJECT} {subject}"
    yield f"{iri} {_PREDICATE} {lv(predicate)}"
    yield f"{iri} {_OBJECT} {target}"
    yield f"{iri} {lv('status')} {lv(status)}"
    yield f"{iri} {lv('dataset')} {DATASET}"
    yield f"{iri} {_DERIVED} {evidence}"
