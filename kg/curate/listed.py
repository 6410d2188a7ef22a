"""The datasets that a store holds, as their own descriptions have them."""

from __future__ import annotations

from dataclasses import dataclass

from kg import vocab
from kg.store import Store


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset of a store, as its own description has it."""

    id: str
    title_zh: str
    title_en: str
    licence: str
    date: str
    version: str
    curator: str
    triples: int
    statements: int
    entities: int


def list_datasets(store: Store) -> list[Listed]:
    """Every dataset that the store holds, by id."""
    sizes = store.graphs()
    found = []
    for row in store.select(_DATASETS):
        cells = {key: str(term) for key, term in row.items()}
        graph = cells["graph"]
        found.append(
            Listed(
                graph.removeprefix(vocab.GRAPH),
                cells.get("zh", ""),
                cells.get("en", ""),
                cells.get("licence", ""),
                cells.get("date", ""),
                cells.get("version", ""),
                cells.get("curator", ""),
                sizes.get(graph, 0),
                _count(store, graph, "?x a rdf:Statement"),
                _count(store, graph, "?x skos:prefLabel|skos:altLabel ?name"),
            )
        )
    return sorted(found, key=lambda one: one.id)


def _count(store: Store, graph: str, pattern: str) -> int:
    answer = store.select(
        vocab.prologue("rdf", "skos")
        + "SELECT (COUNT(DISTINCT ?x) AS ?n)"
        + f" WHERE {{ GRAPH <{graph}> {{ {pattern} }} }}"
    )
    return int(str(answer.rows[0][0]))


_DATASETS = f"""
PREFIX lv: <{vocab.ONTOLOGY}>
PREFIX dcat: <{vocab.PREFIXES["dcat"]}>
PREFIX dcterms: <{vocab.PREFIXES["dcterms"]}>
SELECT ?graph ?zh ?en ?licence ?date ?version ?curator WHERE {{
  ?d a dcat:Dataset ; lv:graph ?graph .
  OPTIONAL {{ ?d dcterms:title ?zh FILTER(LANG(?zh) = "zh") }}
  OPTIONAL {{ ?d dcterms:title ?en FILTER(LANG(?en) = "en") }}
  OPTIONAL {{ ?d dcterms:license ?licence }}
  OPTIONAL {{ ?d dcterms:issued ?date }}
  OPTIONAL {{ ?d dcat:version ?version }}
  OPTIONAL {{ ?d dcterms:creator ?curator }}
}}
"""
