"""The graph in which a remote store keeps book of what it publishes.

A remote server has no generation, and other people's graphs may lie beside
ours. So the store keeps one small graph of its own, ``<space>catalogue``: the
generation, the graphs that are published, and the plan of a publication that is
under way. Visitors' queries do not see it, because each query names its dataset.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kg.model import Literal
from kg.store.remote import results
from kg.store.remote.transport import Deadline

if TYPE_CHECKING:
    from kg.store.remote.endpoint import Endpoint

TERMS = "urn:life-valley:store#"
EMPTY_GENERATION = "empty"


@dataclass(frozen=True, slots=True)
class Plan:
    """A publication under way, kept so that it can be finished.

    Attributes:
        serial: number of the generation it makes.
        generation: its name.
        staged: graph to the staging graphs that together are its new content;
            none for a graph that is published empty.
        removed: graphs that go.
    """

    serial: int
    generation: str
    staged: dict[str, list[str]]
    removed: list[str]

    def text(self) -> str:
        """As JSON, to be kept in the catalogue."""
        return json.dumps(
            [self.serial, self.generation, self.staged, self.removed],
            separators=(",", ":"),
        )


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The state of one server.

    Attributes:
        serial: rises with each publication; tells which replica is behind.
        generation: name of the published state.
        graphs: IRIs of the published named graphs. One may be empty: the
            servers forget such a graph, the catalogue does not.
        default: the graph that queries see as their default graph.
        swapping: a server without atomic updates is between two generations.
        plan: the publication under way.
        locks: writer's token to the second (since 1970) it was last seen.
    """

    serial: int = 0
    generation: str = EMPTY_GENERATION
    graphs: frozenset[str] = frozenset()
    default: str = ""
    swapping: bool = False
    plan: Plan | None = None
    locks: dict[str, float] = field(default_factory=dict)


def catalogue_graph(space: str) -> str:
    """IRI of the catalogue."""
    return space + "catalogue"


def default_graph(space: str) -> str:
    """IRI of the graph that is the default graph of queries at first."""
    return space + "default"


def genid(space: str) -> str:
    """Prefix of the IRIs that stand for blank nodes (RDF 1.1, section 3.5)."""
    return space + "genid/"


def read_catalogue(endpoint: Endpoint, space: str, deadline: Deadline) -> Catalogue:
    """Ask one server for its catalogue.

    Raises:
        StoreError, QueryError: as the query that asks for it.
    """
    dataset = (("default-graph-uri", catalogue_graph(space)),)
    answer = endpoint.query(
        f"SELECT ?p ?o WHERE {{ ?s ?p ?o FILTER(STRSTARTS(STR(?p), '{TERMS}')) }}",
        dataset,
        results.JSON,
        deadline,
    )
    values: dict[str, list[str]] = {}
    for predicate, value in results.solutions(answer, genid(space)).rows:
        values.setdefault(str(predicate).removeprefix(TERMS), []).append(str(value))
    locks = (text.rpartition(" ") for text in values.get("lock", ()))
    plans = values.get("plan", [])
    return Catalogue(
        serial=int(values.get("serial", ["0"])[0]),
        generation=values.get("generation", [EMPTY_GENERATION])[0],
        graphs=frozenset(values.get("graph", ())),
        default=values.get("default", [default_graph(space)])[0],
        swapping=values.get("state") == ["swapping"],
        plan=_plan(plans[0]) if plans else None,
        locks={token: float(seen) for token, _, seen in locks},
    )


def _plan(text: str) -> Plan:
    serial, generation, staged, removed = json.loads(text)
    return Plan(serial, generation, staged, removed)


def set_value(space: str, name: str, value: str | None) -> list[str]:
    """Updates that set one value of the catalogue, or remove it for ``None``."""
    graph, node = catalogue_graph(space), f"<{space}store>"
    predicate = f"<{TERMS}{name}>"
    made = [f"DELETE WHERE {{ GRAPH <{graph}> {{ {node} {predicate} ?o }} }}"]
    if value is not None:
        made.append(
            f"INSERT DATA {{ GRAPH <{graph}> "
            f"{{ {node} {predicate} {Literal(value).n3()} }} }}"
        )
    return made


def set_published(
    space: str, serial: int, generation: str, graphs: frozenset[str], default: str
) -> list[str]:
    """Updates that write a finished publication into the catalogue."""
    graph, node = catalogue_graph(space), f"<{space}store>"
    made = set_value(space, "graph", None)
    if graphs:
        lines = " ".join(
            f"{node} <{TERMS}graph> {Literal(g).n3()} ." for g in sorted(graphs)
        )
        made.append(f"INSERT DATA {{ GRAPH <{graph}> {{ {lines} }} }}")
    made += set_value(space, "serial", str(serial))
    made += set_value(space, "generation", generation)
    made += set_value(space, "default", default)
    made += set_value(space, "plan", None)
    made += set_value(space, "state", "published")
    return made
