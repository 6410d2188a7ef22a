"""What other datasets have brought: from the tables, or from a store."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Protocol

from kg import vocab
from kg.curate.identifier import PROOFS
from kg.curate.matching import Body, body_of
from kg.curate.naming import folded
from kg.model.facts import Entity
from kg.store import Store
from kg.store.scratch import ScratchStore


class Known(Protocol):
    """What other datasets have already brought."""

    def entity(self, local: str) -> Entity | None:
        """The entity with this id, if there is one."""

    def near(self, local: str) -> str:
        """An id that is spelt nearly so, or ""."""


class KnownEntities:
    """Entities of datasets read before this one.

    Args:
        entities: by id.
    """

    def __init__(self, entities: Mapping[str, Entity] | None = None) -> None:
        self._entities = dict(entities or {})

    def entity(self, local: str) -> Entity | None:
        """The entity with this id, if there is one."""
        return self._entities.get(local)

    def near(self, local: str) -> str:
        """An id that is spelt nearly so, or ""."""
        found = difflib.get_close_matches(local, self._entities, n=1)
        return found[0] if found else ""

    def add(self, entities: Iterable[Entity]) -> None:
        """Know these too; the first who brought an id keeps it."""
        for entity in entities:
            self._entities.setdefault(entity.id, entity)


_NAMES = f"""
PREFIX lv: <{vocab.ONTOLOGY}>
PREFIX skos: <{vocab.PREFIXES["skos"]}>
SELECT ?s ?type ?name ?kind WHERE {{
  GRAPH ?g {{ ?s lv:dataset ?dataset ; a ?type .
    FILTER(STRSTARTS(STR(?type), "{vocab.ONTOLOGY}"))
    {{ ?s skos:prefLabel ?name BIND("preferred" AS ?kind) }}
    UNION {{ ?s skos:altLabel ?name BIND("other" AS ?kind) }} }}
  FILTER(STR(?g) != "%s")
}}
"""


def known_entities(store: Store | ScratchStore, *, without: str) -> dict[str, Entity]:
    """The entities of a store by id, as other datasets than one bring them.

    Args:
        store: has each dataset in its named graph.
        without: IRI of the named graph to leave out.
    """
    types: dict[str, set[str]] = defaultdict(set)
    names: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for row in store.select(_NAMES % without):
        local = str(row["s"]).removeprefix(vocab.ID)
        types[local].add(str(row["type"]).removeprefix(vocab.ONTOLOGY))
        language = getattr(row["name"], "language", "") or "en"
        kind = f"{row['kind']}-{language}"
        if (name := str(row["name"])) not in names[local][kind]:
            names[local][kind].append(name)
    return {
        local: Entity(
            local,
            tuple(sorted(types[local])),
            said["preferred-zh"][0] if said["preferred-zh"] else "",
            said["preferred-en"][0] if said["preferred-en"] else "",
            aliases_zh=tuple(said["other-zh"]),
            aliases_en=tuple(said["other-en"]),
        )
        for local, said in names.items()
    }


_FOUND = {
    "Track", "Park", "IndustryArea", "AdministrativeArea", "Incubator", "Accelerator",
}  # fmt: skip


def finder(entities: Iterable[Entity]) -> Callable[[str], str]:
    """A function from a name to the id of the track, place or incubator, or ""."""
    ids: dict[str, str] = {}
    for entity in entities:
        if set(entity.types) & _FOUND:
            names = (entity.name_zh, entity.name_en)
            for name in (*names, *entity.aliases_zh, *entity.aliases_en):
                ids.setdefault(folded(name), entity.id)
    return lambda name: ids.get(folded(name), "")


_IDENTIFIERS = f"""
PREFIX lv: <{vocab.ONTOLOGY}>
SELECT ?s ?p ?value WHERE {{
  VALUES ?p {{ {" ".join(f"lv:{scheme}" for scheme in PROOFS)} }}
  ?s ?p ?value }}
"""


def known_bodies(
    store: Store, entities: Mapping[str, Entity] | None = None
) -> dict[str, Body]:
    """What matching compares of every entity of a store, by id.

    Args:
        store: has each dataset in its named graph.
        entities: those to take, all of the store when left out.
    """
    identifiers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in store.select(_IDENTIFIERS):
        local = str(row["s"]).removeprefix(vocab.ID)
        scheme = str(row["p"]).removeprefix(vocab.ONTOLOGY)
        identifiers[local][scheme].add(str(row["value"]))
    if entities is None:
        entities = known_entities(store, without="-")
    return {
        local: body_of(entity, identifiers.get(local, {}))
        for local, entity in entities.items()
    }
