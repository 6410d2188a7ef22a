"""What a change makes of the conclusions is what asking for all of them gives."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg import vocab
from kg.curate.files import ontology_files
from kg.curate.infer import conclusions
from kg.curate.publication import first_filling, publish, read_graph
from kg.model import Blank, Iri, Literal, Triple
from kg.store import conclusions as renewing
from kg.store.base import CURRENT, STALE, UserUpdate
from kg.store.embedded import EmbeddedStore
from kg.store.files import read_triples
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


def test_random_changes_give_what_asking_for_all_gives(store: IsolatedStore) -> None:
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


def test_conclusions_that_were_stale_are_all_made_anew(store: IsolatedStore) -> None:
    # A replacement that does not infer: the next publication must see what it says.
    firm, other = Iri(vocab.ID + "drawn-c"), Iri(vocab.ID + "drawn-d")
    claim = (firm, Iri(vocab.ONTOLOGY + "cooperatesWith"), other)
    graph = f"{vocab.GRAPH}unseen"
    store.replace_graphs({graph: [claim]})
    assert inferred(store) != all_that_follows(store)
    assert store.conclusions == STALE
    # A write at its own price cannot mend that, and does not say that it did.
    store.update(UserUpdate("INSERT DATA { <urn:a> <urn:b> <urn:c> }"))
    assert store.conclusions == STALE
    publish(store, {f"{vocab.GRAPH}drawn-0": drawn(Random(3), 5)})
    assert store.conclusions == CURRENT
    check(store)
    publish(store, {graph: None, f"{vocab.GRAPH}drawn-0": None})
    check(store)


def test_publishing_nothing_makes_stale_conclusions_current(
    store: IsolatedStore,
) -> None:
    assert store.conclusions == CURRENT
    before = store.generation
    assert publish(store, {}) == before, "there was nothing to do"
    store.replace_graphs({f"{vocab.GRAPH}drawn-0": drawn(Random(8), 9)})
    assert store.conclusions == STALE
    publish(store, {})
    assert store.conclusions == CURRENT
    check(store)
    publish(store, {f"{vocab.GRAPH}drawn-0": None})


def test_backup_keeps_whether_conclusions_are_current(
    store: IsolatedStore, tmp_path: Path
) -> None:
    publish(store, {f"{vocab.GRAPH}drawn-0": drawn(Random(8), 9)})
    store.backup(tmp_path / "current")
    store.replace_graphs({f"{vocab.GRAPH}drawn-0": drawn(Random(9), 9)})
    store.backup(tmp_path / "stale")
    store.restore(tmp_path / "current")
    assert store.conclusions == CURRENT
    check(store)
    store.restore(tmp_path / "stale")
    assert store.conclusions == STALE
    publish(store, {f"{vocab.GRAPH}drawn-0": None})
    check(store)


# In process, where it can be told which way was taken ------------------------


@cache
def terms() -> list[Triple]:
    return [
        t for path in ontology_files(shipped("ontology")) for t in read_triples(path)
    ]


def in_memory() -> EmbeddedStore:
    store = EmbeddedStore()
    publish(store, {vocab.ONTOLOGY_GRAPH: terms()})
    return store


def refuse(*_: object, **__: object) -> int:
    pytest.fail("this way must not be taken")


# Much to begin with and little that changes, or everything would be touched.
THINGS = [Iri(f"{vocab.ID}drawn-{i}") for i in range(6)]
WALKED = ("subTrackOf", "inTrack", "partOf", "locatedIn", "cooperatesWith")
CLAIM = st.tuples(
    st.sampled_from([*THINGS, Blank("b")]),
    st.sampled_from([Iri(vocab.ONTOLOGY + name) for name in WALKED]),
    st.sampled_from([*THINGS, Blank("b"), Literal("not a thing")]),
)
KIND = st.tuples(
    st.sampled_from([*THINGS, Blank("b")]),
    st.just(A),
    st.sampled_from(
        [Iri(vocab.ONTOLOGY + kind) for kind in KINDS]
        + [Iri(vocab.expand(kind)) for kind in ("org:Organization", "schema:Place")]
    ),
)
# What a rule may conclude, and somebody says.
SAID = st.tuples(
    st.sampled_from(THINGS),
    st.sampled_from(
        [
            Iri(vocab.expand(name))
            for name in ("skos:broader", "org:linkedTo", "org:classification")
        ]
    ),
    st.sampled_from(THINGS),
)
FACT = st.one_of(CLAIM, CLAIM, KIND, SAID)
BEGINNING = st.lists(FACT, min_size=15, max_size=30, unique=True)
CONTENT = st.lists(FACT, max_size=3, unique=True)
NAMES = st.sampled_from(
    [*(f"{vocab.GRAPH}drawn-{i}" for i in range(2)), vocab.SUGGESTIONS_GRAPH]
)
CHANGES = st.lists(
    st.tuples(st.booleans(), st.dictionaries(NAMES, st.none() | CONTENT, min_size=1)),
    min_size=4,
    max_size=8,
)


def as_update(graphs: dict[str, list[Triple] | None]) -> UserUpdate:
    """The same as a protocol write."""
    parts = []
    for number, (graph, content) in enumerate(graphs.items()):
        parts.append(f"DROP SILENT GRAPH <{graph}>")
        if content is not None:
            said = " ".join(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in content)
            # SPARQL 1.1 Update, 4.1.1: no label twice in a request.
            said = said.replace("_:b ", f"_:b{number} ")
            parts.append(f"INSERT DATA {{ GRAPH <{graph}> {{ {said} }} }}")
    return UserUpdate(" ;\n".join(parts), touched=frozenset(graphs))


def check_in_memory(store: EmbeddedStore) -> None:
    every = {g: set(read_graph(store, g)) for g in store.graphs()}
    asserted = set[Triple]().union(
        *(
            content
            for graph, content in every.items()
            if graph not in {vocab.INFERRED_GRAPH, *vocab.HIDDEN_GRAPHS}
        )
    )
    follows = set(conclusions(ScratchStore(asserted)))
    assert every[vocab.INFERRED_GRAPH] == follows
    everything = store.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert set(everything) == asserted | follows
    rows = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows
    assert int(str(rows[0][0])) == len(asserted | follows)
    quads = len(asserted | follows) + sum(len(content) for content in every.values())
    assert store.basis.quads == quads


@pytest.mark.parametrize("way", ["touched", "all"])
@pytest.mark.parametrize("held", [50_000, 3])
@settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(beginning=BEGINNING, changes=CHANGES)
def test_every_way_gives_what_asking_for_all_gives(
    way: str,
    held: int,
    beginning: list[Triple],
    changes: list[tuple[bool, dict[str, list[Triple] | None]]],
) -> None:
    """Published or written, by what is touched or by all, in memory or streamed."""
    store = in_memory()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kg.store.union.IN_MEMORY", held)
        if way == "touched":
            patch.setattr(renewing, "conclude_all", refuse)
        else:
            patch.setattr(renewing, "SUBJECTS_MOST", -1)
            patch.setattr(renewing, "_conclude_about", refuse)
        publish(store, {f"{vocab.GRAPH}drawn": beginning})
        for is_write, graphs in changes:
            if is_write:
                store.update(as_update(graphs))
            else:
                publish(store, graphs)
    check_in_memory(store)


def test_touching_more_than_pays_asks_for_everything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store = in_memory()
    company = Iri(vocab.ONTOLOGY + "Company")
    few, many = (
        [(Iri(f"urn:firm:{i}"), A, company) for i in range(renewing.SUBJECTS_LEAST + n)]
        for n in (-1, 1)
    )
    with monkeypatch.context() as patch:
        patch.setattr(renewing, "conclude_all", refuse)
        publish(store, {"urn:g": few})
        publish(store, {"urn:g": None})
        with pytest.raises(pytest.fail.Exception):
            publish(store, {"urn:g": many})
    publish(store, {"urn:g": many})
    check_in_memory(store)


@pytest.mark.parametrize(
    "claim",
    [
        (Iri("urn:Mine"), Iri(vocab.expand("rdfs:subClassOf")), Iri("urn:Thing")),
        (Iri("urn:p"), A, Iri(vocab.ONTOLOGY + "DomainProperty")),
        (
            Iri(vocab.ONTOLOGY + "inTrack"),
            A,
            Iri(vocab.expand("owl:SymmetricProperty")),
        ),
    ],
)
def test_terms_that_a_data_set_declares_are_seen(
    claim: Triple,
) -> None:
    """Whatever stands in the default graph counts, the ontology's graph or not."""
    store = in_memory()
    above = Iri(vocab.expand("rdfs:subPropertyOf"))
    facts: list[Triple] = [
        (Iri("urn:x"), A, Iri("urn:Mine")),
        (Iri("urn:Mine"), A, Iri(vocab.expand("owl:Class"))),
        (Iri("urn:x"), Iri("urn:p"), Iri("urn:y")),
        (Iri("urn:p"), above, Iri("urn:above")),
        (THINGS[0], Iri(vocab.ONTOLOGY + "inTrack"), THINGS[1]),
    ]
    publish(store, {"urn:facts": facts})
    before = set(read_graph(store, vocab.INFERRED_GRAPH))
    publish(store, {"urn:terms": [claim]})
    assert set(read_graph(store, vocab.INFERRED_GRAPH)) > before
    check_in_memory(store)
    store.update(UserUpdate("DROP GRAPH <urn:terms>", touched=frozenset(["urn:terms"])))
    assert set(read_graph(store, vocab.INFERRED_GRAPH)) == before


def test_writer_cannot_spoil_the_conclusions() -> None:
    store = in_memory()
    publish(store, {"urn:g": drawn(Random(1), 10)})
    before = set(read_graph(store, vocab.INFERRED_GRAPH))
    assert before
    inferred_graph = f"<{vocab.INFERRED_GRAPH}>"
    store.update(UserUpdate(f"DROP GRAPH {inferred_graph}"))
    assert set(read_graph(store, vocab.INFERRED_GRAPH)) == before
    store.update(
        UserUpdate(f"INSERT DATA {{ GRAPH {inferred_graph} {{ <urn:a> a <urn:B> }} }}")
    )
    assert set(read_graph(store, vocab.INFERRED_GRAPH)) == before
    check_in_memory(store)


def test_rules_that_go_take_their_conclusions_along() -> None:
    store = in_memory()
    publish(store, {"urn:g": drawn(Random(1), 10)})
    publish(store, {vocab.ONTOLOGY_GRAPH: None})
    assert set(store.graphs()) == {"urn:g"}
    everything = store.construct("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }")
    assert set(everything) == set(drawn(Random(1), 10))
