"""Puts datasets into a store: each in its named graph, with what follows.

Graphs of a store, besides one for each dataset (``lvg:<dataset>``):

* ``lvg:ontology``: classes, properties, schemes and rules. It is part of the
  default graph, because pages and queries need the labels of what they show.
* ``lvg:questions``: the catalogue of questions, so that it can be asked itself.
* ``lvg:inferred``: the conclusions of the rules; they follow each change.
* ``lvg:catalogue``: which graph came from which file, by checksum.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.curate.assertion import LABEL, A, both, name
from kg.curate.files import ontology_files
from kg.curate.infer import read_rules
from kg.errors import DataError
from kg.model import Iri, Literal, Triple
from kg.model.facts import term_iri
from kg.store import Store
from kg.store.files import FileTriples, read_triples
from kg.store.filling import Filling
from kg.store.scratch import ScratchStore

Content = Sequence[Triple] | FileTriples

QUESTIONS_GRAPH = vocab.GRAPH + "questions"


@dataclass(frozen=True)
class Shipped:
    """A graph that ships with the product.

    Attributes:
        graph: IRI of its named graph.
        files: that hold its triples.
        checksum: SHA-256 over their names and bytes.
    """

    graph: str
    files: tuple[Path, ...]
    checksum: str

    def triples(self) -> FileTriples:
        """What the files say."""
        return FileTriples(self.files)


def shipped_graphs(
    data: Path, ontology: Path, questions: Path | None = None
) -> list[Shipped]:
    """The graphs that ship: ontology, questions, and one for each ``data/*.ttl``."""
    found = [_shipped(vocab.ONTOLOGY_GRAPH, ontology_files(ontology))]
    if questions is not None and (files := sorted(questions.rglob("*.ttl"))):
        found.append(_shipped(QUESTIONS_GRAPH, files))
    for path in sorted(data.glob("*.ttl")):
        graph = graph_of(path)
        if not graph.startswith(vocab.GRAPH):
            raise _other_base(path, graph)
        found.append(_shipped(graph, [path]))
    return found


def _other_base(path: Path, graph: str) -> DataError:
    base = graph.rpartition("graph/")[0] or graph
    return DataError(
        f"{path.name} was built with the base {base}, the service has {vocab.BASE}.",
        zh=f"{path.name} 是用基础 IRI {base} 生成的，而服务的是 {vocab.BASE}。",
        hint="Build it again with kg build, or set base_iri to what it was.",
        hint_zh="请重新运行 kg build，或把 base_iri 改回原值。",
    )


def _shipped(graph: str, files: Sequence[Path]) -> Shipped:
    checksum = hashlib.sha256()
    for path in files:
        checksum.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return Shipped(graph, tuple(files), checksum.hexdigest())


def graph_of(path: Path) -> str:
    """The named graph a built file belongs to: its dataset says so, early on.

    Raises:
        DataError: if no dataset in the file names a graph.
    """
    wanted = term_iri("graph")
    for _, predicate, term in read_triples(path):
        if predicate == wanted and isinstance(term, Iri):
            return term.value
    raise DataError(
        f"{path.name} has no dataset that names its graph (lv:graph).",
        zh=f"{path.name} 中没有指明命名图（lv:graph）的数据集。",
        hint="Build it with kg build.",
        hint_zh="请用 kg build 生成。",
    )


def ensure_shipped(
    store: Store, data: Path, ontology: Path, questions: Path | None = None
) -> list[str]:
    """Load what ships into a store, as far as it is not there already.

    A graph is replaced when its files are not those it was loaded from, and
    removed when it ships no more. Other graphs are left alone.

    Returns:
        IRIs of the graphs that changed.
    """
    wanted = {one.graph: one for one in shipped_graphs(data, ontology, questions)}
    known = known_checksums(store)
    changed = [g for g, one in wanted.items() if known.get(g) != one.checksum]
    gone = [g for g in known if g not in wanted]
    if changed or gone:
        graphs: dict[str, Content | None] = {
            graph: wanted[graph].triples() for graph in changed
        }
        graphs |= dict.fromkeys(gone)
        checksums = {graph: one.checksum for graph, one in wanted.items()}
        publish(store, graphs, checksums)
    return sorted([*changed, *gone])


def first_filling(
    data: Path, ontology: Path, questions: Path | None, folder: Path
) -> Filling:
    """What ships, for a new store: no comparing, and inference by the engine.

    ``ensure_shipped`` of the same folders then finds nothing to do.

    Args:
        data: folder of the built files.
        ontology: folder of the ontology.
        questions: folder of the questions.
        folder: for a file that must stay until the store was filled.
    """
    graphs = shipped_graphs(data, ontology, questions)
    register = folder / "catalogue.nt"
    with register.open("w", encoding="utf-8") as out:
        for s, p, o in catalogue({one.graph: one.checksum for one in graphs}):
            out.write(f"{s.n3()} {p.n3()} {o.n3()} .\n")
    terms = next(one for one in graphs if one.graph == vocab.ONTOLOGY_GRAPH)
    scratch = ScratchStore()
    scratch.load(terms.triples())
    return Filling(
        {one.graph: one.files for one in graphs} | {vocab.CATALOGUE_GRAPH: [register]},
        [rule.construct for rule in read_rules(scratch)],
        vocab.INFERRED_GRAPH,
    )


def words(ontology: Path, questions: Path) -> dict[str, FileTriples]:
    """What a store needs beside any region's facts: ontology and questions."""
    return {
        vocab.ONTOLOGY_GRAPH: FileTriples(tuple(ontology_files(ontology))),
        QUESTIONS_GRAPH: FileTriples(tuple(sorted(questions.rglob("*.ttl")))),
    }


def known_checksums(store: Store) -> dict[str, str]:
    """Graph to checksum of what was loaded into it, from the catalogue."""
    answer = store.select(
        f"SELECT ?g ?sum WHERE {{ GRAPH <{vocab.CATALOGUE_GRAPH}>"
        f" {{ ?g <{term_iri('sha256')}> ?sum }} }}"
    )
    return {str(row["g"]): str(row["sum"]) for row in answer}


def publish(
    store: Store,
    graphs: Mapping[str, Content | None],
    shipped: Mapping[str, str] | None = None,
) -> str:
    """Replace or remove graphs, with what follows from them, all or nothing.

    Args:
        store: is written once.
        graphs: named graph to its triples; ``None`` removes it.
        shipped: graph to checksum for the catalogue; it stays as it is when
            left out.

    Returns:
        The new generation.
    """
    changes: dict[str, Content | None] = dict(graphs)
    if shipped is not None:
        changes[vocab.CATALOGUE_GRAPH] = list(catalogue(shipped))
    return store.replace_graphs(changes, conclude=True)


def read_graph(store: Store, graph: str) -> list[Triple]:
    """The triples of one named graph."""
    return store.construct(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}",
        timeout_s=600,
    )


def catalogue(shipped: Mapping[str, str]) -> Iterable[Triple]:
    """What the catalogue says of the graphs that ship."""
    for graph, checksum in sorted(shipped.items()):
        iri = Iri(graph)
        local = graph.removeprefix(vocab.GRAPH)
        yield iri, A, name("sd:NamedGraph")
        yield from both(iri, LABEL, f"命名图 {local}", f"Named graph {local}")
        yield iri, term_iri("sha256"), Literal(checksum)
