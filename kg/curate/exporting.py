"""What can be taken out of a store, and in which formats.

A ``Scope`` is all of the graph or some datasets of it. RDF formats hold its
named graphs (or their union, where a format knows none), tables and workbooks
its datasets in the form that people edit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.curate import export_rdf as rdf
from kg.curate.export_rdf12 import MEDIA_TYPE, turtle_12
from kg.curate.export_tables import Rows, TableWriter
from kg.curate.importing import table_text
from kg.curate.known import known_entities
from kg.curate.publication import read_graph
from kg.curate.stored_sources import StoredSources
from kg.errors import NotFoundError
from kg.model import Iri, Triple
from kg.model.facts import Entity
from kg.store import Store

Tell = Callable[[str], None]
_PREFERRED = vocab.expand("skos:prefLabel")


@dataclass(frozen=True, slots=True)
class RdfFormat:
    """One way to write RDF.

    Attributes:
        name: as on the command line.
        suffix: what file names end in.
        media_type: without charset.
        named_graphs: whether it keeps which graph a triple stands in.
        write: the writer.
    """

    name: str
    suffix: str
    media_type: str
    named_graphs: bool
    write: rdf.Write


RDF_FORMATS: dict[str, RdfFormat] = {
    one.name: one
    for one in (
        RdfFormat("turtle", ".ttl", "text/turtle", False, rdf.turtle),
        RdfFormat("ntriples", ".nt", "application/n-triples", False, rdf.n_triples),
        RdfFormat("nquads", ".nq", "application/n-quads", True, rdf.n_quads),
        RdfFormat("trig", ".trig", "application/trig", True, rdf.trig),
        RdfFormat("jsonld", ".jsonld", "application/ld+json", False, rdf.json_ld),
        RdfFormat("rdfxml", ".rdf", "application/rdf+xml", False, rdf.rdf_xml),
        RdfFormat("turtle12", "-1.2.ttl", MEDIA_TYPE, False, turtle_12),
    )
}


class Scope:
    """Some graphs of a store, read one by one when they are written.

    Args:
        store: is only read.
        datasets: local ids; all of the graph when empty, the ontology with it.
        inferred: whether ``lvg:inferred`` is one of them.
        tell: takes a line each time a graph has been read.

    Raises:
        NotFoundError: if there is no such dataset.
    """

    def __init__(
        self,
        store: Store,
        datasets: Iterable[str] = (),
        *,
        inferred: bool = False,
        tell: Tell = lambda line: None,
    ) -> None:
        self._store = store
        self._tell = tell
        there = store.graphs()
        wanted = [vocab.GRAPH + name for name in dict.fromkeys(datasets)]
        for graph in wanted:
            if graph not in there:
                raise _no_dataset(graph, there)
        derived = {vocab.INFERRED_GRAPH, vocab.CATALOGUE_GRAPH}
        self.graphs = sorted(wanted or set(there) - derived)
        if inferred and vocab.INFERRED_GRAPH in there:
            self.graphs.append(vocab.INFERRED_GRAPH)

    def contents(self) -> Iterator[tuple[str, list[Triple]]]:
        """Each graph with its triples in order."""
        for graph in self.graphs:
            triples = rdf.ordered(read_graph(self._store, graph))
            self._tell(f"{vocab.shorten(graph)}: {len(triples):,} triples read")
            yield graph, triples

    def datasets(self) -> list[str]:
        """Ids of those graphs that are datasets: a ``dcat:Dataset`` names them."""
        named = {
            str(row["g"])
            for row in self._store.select(
                vocab.prologue("lv", "dcat")
                + "SELECT ?g WHERE { ?d a dcat:Dataset ; lv:graph ?g }"
            )
        }
        return [g.removeprefix(vocab.GRAPH) for g in self.graphs if g in named]


def dataset_ids(store: Store) -> list[str]:
    """Ids of every dataset of a store."""
    return Scope(store).datasets()


def _no_dataset(graph: str, there: Iterable[str]) -> NotFoundError:
    name = graph.removeprefix(vocab.GRAPH)
    names = ", ".join(sorted(g.removeprefix(vocab.GRAPH) for g in there))
    return NotFoundError(
        f"There is no dataset {name!r}.",
        zh=f"没有数据集 {name!r}。",
        hint=f"There are: {names}.",
        hint_zh=f"现有：{names}。",
    )


# -- tables -------------------------------------------------------------------


@dataclass(frozen=True)
class Tables:
    """A dataset in the form that people edit.

    Attributes:
        dataset: its id.
        rows: by form.
        triples: of its graph, to compare with.
        known: entities of other datasets that its rows may name.
    """

    dataset: str
    rows: Rows
    triples: list[Triple]
    known: Mapping[str, Entity]

    def files(self) -> dict[str, str]:
        """File name to CSV text; forms without rows are left out."""
        return {
            f"{form}.csv": table_text(form, rows)
            for form, rows in self.rows.items()
            if rows
        }


def read_tables(store: Store, dataset: str, home: Path) -> Tables:
    """Turn a dataset of a store back into rows.

    Args:
        store: is only read.
        dataset: its id.
        home: the project's folder, in which stored sources lie.

    Raises:
        NotFoundError: if there is no such dataset.
    """
    scope = Scope(store, [dataset])
    triples = next(iter(scope.contents()))[1]
    graph = scope.graphs[0]
    named = {s.value for s, p, _ in triples if p.value == _PREFERRED}
    known = {
        local: entity
        for local, entity in known_entities(store, without=graph).items()
        if vocab.ID + local not in named
    }
    rows = TableWriter(triples, known, StoredSources.of(home)).rows()
    return Tables(dataset, rows, triples, known)


def in_build_order(tables: Iterable[Tables]) -> list[Tables]:
    """Datasets so that names are said before they are used; else by id.

    The first is the one whose folder holds those of the others.
    """
    waiting = sorted(tables, key=lambda one: one.dataset)
    said = {one.dataset: _says(one.triples) for one in waiting}
    done: list[Tables] = []
    while waiting:
        free = [
            one
            for one in waiting
            if not any(
                _uses(one) & said[other.dataset]
                for other in waiting
                if other is not one
            )
        ]
        chosen = (free or waiting)[0]
        done.append(chosen)
        waiting.remove(chosen)
    return done


def _says(triples: Iterable[Triple]) -> set[str]:
    return {s.value for s, p, _ in triples if p.value == _PREFERRED}


def _uses(tables: Tables) -> set[str]:
    """Entities that a dataset speaks of and leaves to others to name."""
    objects = {o.value for _, _, o in tables.triples if isinstance(o, Iri)}
    spoken = {s.value for s, _, _ in tables.triples} | objects
    return spoken - _says(tables.triples)
