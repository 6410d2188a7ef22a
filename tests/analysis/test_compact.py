"""A network in arrays gives the advice and insights of one in objects."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from kg import vocab
from kg.analysis import communities
from kg.analysis.arrays import read_arrays, sweep_folders, write_arrays
from kg.analysis.compact import Compact, network_folder, read_compact
from kg.analysis.partners import insights
from kg.analysis.partners.advice import Advisor
from kg.analysis.partners.complements import Complement, read_complements
from kg.analysis.partners.request import Request
from kg.analysis.partners.stored import parts_folder, read_parts
from kg.errors import NotFoundError, PreparingError
from kg.model.network import ACTUAL
from kg.preparing import here
from kg.shelf import Keeper
from kg.wiring import Parts, shipped

ASKERS = ("tsinghua-iri", "bio2", "edigene", "lepu-medical", "gobroad-beijing")


@pytest.fixture(scope="module", name="rules")
def _rules() -> list[Complement]:
    return read_complements(shipped("data") / "complements.csv")


@pytest.fixture(scope="module", name="plain")
def _plain(shipped_parts: Parts) -> Advisor:
    return shipped_parts.advisor


@pytest.fixture(scope="module", name="folder")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


def large(parts: Parts, folder: Path, rules: list[Complement]) -> Advisor:
    """An advisor to which the graph that ships is large."""
    make = here(parts.store, folder, tuple, lambda: rules)
    keeper = Keeper(parts.store, folder / "shelf", make, small=0)
    return Advisor(parts.store, rules, keeper=keeper, folder=folder / "graphs")


@pytest.fixture(scope="module", name="compact")
def _compact(shipped_parts: Parts, folder: Path, rules: list[Complement]) -> Advisor:
    advisor = large(shipped_parts, folder, rules)
    with pytest.raises(PreparingError):
        _ = advisor.state
    advisor.wait()
    return advisor


@pytest.fixture(scope="module", name="network")
def _network(compact: Advisor) -> Compact:
    network = compact.state.network
    assert isinstance(network, Compact)
    return network


def test_compact_has_the_things_and_links_of_the_graph(
    plain: Advisor, network: Compact
) -> None:
    known = plain.state.network
    assert list(network.nodes[:]) == list(known.nodes.values())
    assert network.edges[:] == known.edges
    iris = list(known.nodes)
    assert [network.numbers[iri] for iri in iris] == list(range(len(iris)))
    assert sorted(network.numbers) == iris
    assert network.nodes.get(iris[3]) == network.nodes[iris[3]] == network.nodes[3]
    assert network.nodes.get(vocab.ID + "nobody") is None
    with pytest.raises(KeyError):
        _ = network.numbers[vocab.ID + "nobody"]


@pytest.mark.parametrize("name", ASKERS)
@pytest.mark.parametrize("wish", [Request(), Request(kind="Lab", novelty=0.8)])
def test_advice_of_a_large_network_is_the_same(
    plain: Advisor, compact: Advisor, name: str, wish: Request
) -> None:
    one, other = (a.advise(vocab.ID + name, wish) for a in (plain, compact))
    assert one.suggestions
    assert len(other.suggestions) == len(one.suggestions)
    for mine, known in zip(other.suggestions, one.suggestions, strict=True):
        # Sums in another order differ in their last digit.
        assert mine.score == pytest.approx(known.score, rel=1e-9)
        assert mine.parts == pytest.approx(known.parts, rel=1e-9)
        same = {"score": known.score, "parts": known.parts}
        assert dataclasses.replace(mine, **same) == known
    assert dataclasses.replace(other, suggestions=one.suggestions) == one


def test_askers_and_choices_are_the_same(plain: Advisor, compact: Advisor) -> None:
    assert compact.askers(40) == plain.askers(40)
    assert compact.choices("tracks") == plain.choices("tracks")
    assert compact.choices("places") == plain.choices("places")
    with pytest.raises(NotFoundError):
        compact.advise(vocab.ID + "nobody")


def test_insights_come_from_the_shelf_and_are_the_same(
    plain: Advisor, compact: Advisor
) -> None:
    one, other = insights.told(plain), insights.told(compact)
    assert one.hubs
    assert one.holes
    shown = one.communities[: insights.COMMUNITIES]
    assert other == dataclasses.replace(one, communities=shown)
    assert other.community_count == len(one.communities) > len(shown)


def test_communities_are_named_alike(plain: Advisor, network: Compact) -> None:
    known = plain.state.network
    ends = np.stack((network.source, network.target), axis=1).astype(np.int64)
    member = communities.partition(len(network), ends)
    nodes = list(known.nodes.values())
    named = communities.named(nodes, known.edges, member)
    assert communities.named_of(network, member, network.degree) == named
    actual = [e for e in known.edges if e.status == ACTUAL]
    rows = np.flatnonzero(~network.planned)
    one = communities.named(nodes, actual, member)
    assert communities.named_of(network, member, network.degree, rows) == one


def test_parts_of_other_rules_are_not_taken(
    folder: Path, compact: Advisor, network: Compact, rules: list[Complement]
) -> None:
    terms, arrays = compact.state.terms, folder / "graphs"
    assert read_parts(arrays, network, terms, rules) is not None
    assert read_parts(arrays, network, terms, rules[1:]) is None


def test_advisor_starts_from_the_files(
    shipped_parts: Parts, folder: Path, compact: Advisor, rules: list[Complement]
) -> None:
    again = large(shipped_parts, folder, rules)
    assert again.state.generation == compact.state.generation
    # What a service holds of it is mapped from disk, not read.
    assert not again.state.parts.links.ends.flags.owndata


def test_damaged_arrays_are_as_if_they_were_not_there(
    folder: Path, compact: Advisor
) -> None:
    shelf = compact.shelf()
    assert shelf is not None
    generation = shelf.generation
    path = network_folder(folder / "graphs", generation) / "source.npy"
    whole = path.read_bytes()
    try:
        path.write_bytes(whole[: len(whole) // 2])
        assert read_compact(folder / "graphs", shelf) is None
        path.write_bytes(b"")
        assert read_compact(folder / "graphs", shelf) is None
    finally:
        path.write_bytes(whole)
    assert read_compact(folder / "graphs", shelf) is not None
    assert parts_folder(folder / "graphs", generation).is_dir()


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    matrix = sparse.csr_array(np.array([[0, 2.0], [1.0, 0]]))
    for turn in range(2):  # the second time over the first
        arrays = {"one": np.arange(3) + turn, "two": matrix}
        write_arrays(tmp_path / "kind-a", arrays, {"turn": turn})
        found = read_arrays(tmp_path / "kind-a")
        assert found is not None
        assert found[1] == {"turn": turn}
        assert found[0]["one"].tolist() == [turn, turn + 1, turn + 2]
        assert (found[0]["two"] != matrix).nnz == 0
    assert [p.name for p in tmp_path.iterdir()] == ["kind-a"]
    for name in ("kind-b", "kind-c"):
        write_arrays(tmp_path / name, {}, {})
    sweep_folders(tmp_path, "kind")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["kind-b", "kind-c"]
    assert read_arrays(tmp_path / "kind-d") is None
