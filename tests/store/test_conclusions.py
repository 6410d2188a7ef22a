"""What a change makes of the conclusions is what asking for all of them gives."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from kg import vocab
from kg.curate.infer import conclusions
from kg.curate.publication import first_filling, publish
from kg.model import Iri, Triple
from kg.store import conclusions as renewing
from kg.store.base import UserUpdate
from kg.store.isolated import IsolatedStore
from kg.store.migration import contents
from kg.store.scratch import ScratchStore
from kg.wiring import shipped

A = Iri(vocab.expand("rdf:type"))
KINDS = ("Company", "Investor", "Lab", "Park", "Track", "Area")
PROPERTIES = (
    *("subTrackOf", "inTrack", "focusesOn", "partOf", "locatedIn", "subsidiaryOf"),
    *("cooperatesWith", "operates", "investedIn", "incubatedBy", "foundedBy"),
)


def drawn(random: Random, count: int) -> list[Triple]:
    """Claims about twelve things, so that chains, circles and diamonds come up."""
    things = [Iri(f"{vocab.ID}drawn-{i}") for i in range(12)]
    found: list[Triple] = [
        (thing, A, Iri(vocab.ONTOLOGY + random.choice(KINDS)))
        for thing in random.sample(things, 6)
    ]
    for _ in range(count):
        s, o = random.sample(things, 2)
        found.append((s, Iri(vocab.ONTOLOGY + random.choice(PROPERTIES)), o))
    return list(dict.fromkeys(found))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedStore]:
    folder = tmp_path_factory.mktemp("conclusions")
    (folder / "data").mkdir()
    # The ontology alone: every check reads the whole store several times.
    first = first_filling(folder / "data", shipped("ontology"), None, folder)
    store = IsolatedStore(folder / "store", first=first)
    yield store
    store.close()


def inferred(store: IsolatedStore) -> set[Triple]:
    return set(contents(store, vocab.INFERRED_GRAPH))


def all_that_follows(store: IsolatedStore) -> set[Triple]:
    aside = {vocab.INFERRED_GRAPH, vocab.CATALOGUE_GRAPH, *vocab.HIDDEN_GRAPHS}
    names = set(store.graphs()) - aside
    scratch = ScratchStore(t for name in names for t in contents(store, name))
    return set(conclusions(scratch))


def check(store: IsolatedStore) -> None:
    assert inferred(store) == all_that_follows(store)
    # The default graph is the union, each triple once, and the count is right.
    names = [g for g in store.graphs() if g not in vocab.HIDDEN_GRAPHS]
    union = {t for name in names for t in contents(store, name)}
    count = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }")
    assert int(str(count.rows[0][0])) == len(union)
    assert store.verify() == ""
    assert store.quads() == len(union) + sum(store.graphs().values())


def test_random_changes_give_what_asking_for_all_gives(
    store: IsolatedStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The way of asking for everything must not come to help.
    monkeypatch.setattr("kg.curate.publication.conclusions", None)
    random = Random(5)
    graphs = [f"{vocab.GRAPH}drawn-{i}" for i in range(3)]
    for round_ in range(8):
        graph = random.choice(graphs)
        gone = round_ > 3 and random.random() < 0.25
        publish(store, {graph: None if gone else drawn(random, 14)})
        check(store)
    publish(store, dict.fromkeys(graphs))
    check(store)
    assert not any("drawn" in s.value for s, _, _ in inferred(store))


def test_claim_that_is_also_a_conclusion_stays_when_either_goes(
    store: IsolatedStore,
) -> None:
    firm, other = Iri(vocab.ID + "drawn-a"), Iri(vocab.ID + "drawn-b")
    linked = Iri(vocab.expand("org:linkedTo"))
    works = Iri(vocab.ONTOLOGY + "cooperatesWith")
    stated = {f"{vocab.GRAPH}one": [(firm, works, other)]}
    said = {f"{vocab.GRAPH}two": [(firm, linked, other)]}
    ask = f"ASK {{ {firm.n3()} {linked.n3()} {other.n3()} }}"
    publish(store, stated)
    assert store.ask(ask)
    publish(store, said)
    check(store)
    publish(store, dict.fromkeys(stated))
    check(store)
    assert store.ask(ask)
    publish(store, stated)
    publish(store, dict.fromkeys(said))
    check(store)
    assert store.ask(ask)
    publish(store, dict.fromkeys(stated))
    assert not store.ask(ask)


def test_change_that_touches_too_much_asks_for_everything(tmp_path: Path) -> None:
    import pyoxigraph as ox

    engine = ox.Store()
    for line in (
        f"<urn:p> <{A.value}> <{vocab.ONTOLOGY}DomainProperty>",
        "<urn:s> <urn:p> <urn:o>",
    ):
        engine.load(f"{line} .".encode(), ox.RdfFormat.N_TRIPLES)
    quads = list(engine.quads_for_pattern(ox.NamedNode("urn:s"), None, None, None))
    came = {(q.subject, q.predicate, q.object) for q in quads}
    changes = {"urn:g": (came, set())}
    arguments = (engine, engine, changes, [], "urn:inferred")
    assert renewing.renew(*arguments) == 0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(renewing, "SUBJECTS_LIMIT", 1)
        assert renewing.renew(*arguments) is None
    changes[vocab.ONTOLOGY_GRAPH] = (set(), came)
    assert renewing.renew(*arguments) is None


def test_conclusions_that_were_stale_are_all_made_anew(store: IsolatedStore) -> None:
    # A write that does not infer: what it says must be seen by the next publication.
    firm, other = Iri(vocab.ID + "drawn-c"), Iri(vocab.ID + "drawn-d")
    claim = f"{firm.n3()} <{vocab.ONTOLOGY}cooperatesWith> {other.n3()}"
    graph = f"{vocab.GRAPH}unseen"
    store.update(UserUpdate(f"INSERT DATA {{ GRAPH <{graph}> {{ {claim} }} }}"))
    assert inferred(store) != all_that_follows(store)
    publish(store, {f"{vocab.GRAPH}drawn-0": drawn(Random(3), 5)})
    check(store)
    publish(store, {graph: None, f"{vocab.GRAPH}drawn-0": None})
    check(store)
