"""The questions that ship, asked of graphs that have less, or other things."""

from __future__ import annotations

from kg.curate.publication import words
from kg.model import Iri
from kg.query.catalogue import load_catalogue
from kg.query.fitting import fitted
from kg.query.read import Reader
from kg.store.embedded import EmbeddedStore
from kg.vocab import GRAPH, ID, expand, lv
from kg.wiring import Parts, shipped

CATALOGUE = load_catalogue(shipped("queries"))
NAMES = (
    "昌平", "生命", "片区", "CGT", "三年行动", "三个翻一番", "Changping", "Valley",
)  # fmt: skip


def graph(*typed: tuple[str, str]) -> Reader:
    """A graph of these things alone, with the ontology."""
    store = EmbeddedStore()
    content = words(shipped("ontology"), shipped("queries"))
    graphs = {graph: list(files) for graph, files in content.items()}
    graphs[GRAPH + "own"] = [
        (Iri(ID + local), Iri(expand("rdf:type")), Iri(kind)) for local, kind in typed
    ]
    store.replace_graphs(graphs)
    return Reader(store)


def test_graph_that_ships_is_asked_what_the_files_say(shipped_parts: Parts) -> None:
    assert fitted(CATALOGUE, Reader(shipped_parts.store)) is CATALOGUE


def test_graph_of_others_is_asked_in_general_words() -> None:
    found = fitted(CATALOGUE, graph(("pond", lv.Park), ("track-x", lv.Track)))
    for question in found:
        for text in question.label.values():
            assert not [name for name in NAMES if name in text], question.name


def test_blank_is_filled_with_a_thing_of_the_graph() -> None:
    found = fitted(CATALOGUE, graph(("pond", lv.Park), ("track-x", lv.Track)))
    question = found.get("firms_in_track")
    assert [p.default for p in question.parameters] == [f"{ID}track-x"]
    assert f"<{ID}track-x>" in question.bind()
    assert not question.absent


def test_question_without_anything_to_fill_in_says_so() -> None:
    question = fitted(CATALOGUE, graph(("pond", lv.Park))).get("firms_in_track")
    assert "赛道" in question.absent["zh"]


def test_question_of_the_article_alone_is_not_asked_elsewhere() -> None:
    found = fitted(CATALOGUE, graph(("pond", lv.Park)))
    assert found.get("new_industrial_space").absent
    assert not found.get("how_zones_relate").absent


def test_two_blanks_of_a_class_get_two_things_or_none() -> None:
    one = fitted(CATALOGUE, graph(("a", lv.Company)))
    two = fitted(CATALOGUE, graph(("a", lv.Company), ("b", lv.Company)))
    name = "shortest_path_between_two_bodies"
    assert one.get(name).absent
    assert len({p.default for p in two.get(name).parameters}) == 2
