"""Files are read, checked and compared with a store; nothing is written.

What comes of it is a proposal (``kg.curate.proposal``), which ``kg.curate.desk``
publishes.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kg import vocab
from kg.curate.batch import Batch, read_batch
from kg.curate.build import as_problem
from kg.curate.changes import Changes, difference
from kg.curate.guess import guess_mapping
from kg.curate.importing import Importer, form_of, violations_beside
from kg.curate.known import KnownEntities, finder, known_bodies, known_entities
from kg.curate.linking import Linker, Pair
from kg.curate.mapping import ColumnMapping, Table
from kg.curate.matching import Matcher
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.proposal import Proposal
from kg.curate.publication import read_graph
from kg.curate.review import pairs_apart
from kg.curate.sheet import DEFAULT_LIMITS, SheetLimits
from kg.curate.validation import Validator
from kg.errors import DataError
from kg.model import Iri, Triple
from kg.model.facts import Origin, term_iri
from kg.store import Store
from kg.store.files import FORMATS, read_triples


class Proposer:
    """Makes proposals for one store.

    Args:
        store: is read.
        home: folder that paths of stored sources start from, when nobody says.
        validator: shapes and checks.
        limits: how much a file may hold.

    Attributes:
        progress: told the step of a proposal, how far it is and how far it goes.
    """

    progress: Progress

    def __init__(
        self,
        store: Store,
        home: Path,
        validator: Validator,
        limits: SheetLimits = DEFAULT_LIMITS,
    ) -> None:
        self._store = store
        self._home = home
        self._validator = validator
        self._limits = limits
        self.progress = silent

    def propose(
        self,
        files: Sequence[Path],
        mapping: ColumnMapping | None,
        home: Path,
        progress: Progress | None = None,
    ) -> Proposal:
        """Read and check files, and compare with what is there. Writes nothing.

        Args:
            files: tables, or RDF.
            mapping: of the columns; ``None`` for our own tables.
            home: folder that paths of stored sources start from.
            progress: is told in place of the proposer's own.

        Raises:
            DataError: if a file as a whole cannot be read.
            ConfigError: if the mapping does not fit.
        """
        if any(path.suffix.lower() in FORMATS for path in files):
            return self._propose_rdf(files, progress or self.progress)
        progress = progress or self.progress
        batch = read_batch(files, Problems(), self._limits, mapping, progress)
        return self.propose_batch(batch, home, progress=progress)

    def propose_batch(
        self,
        batch: Batch,
        home: Path | None = None,
        apart: frozenset[Pair] | None = None,
        progress: Progress | None = None,
    ) -> Proposal:
        """The same for tables that are read already.

        Args:
            batch: the tables and their mapping.
            home: folder that paths of stored sources start from.
            apart: pairs told apart; those that the store's decisions tell, when
                left out.
            progress: is told in place of the proposer's own.

        Raises:
            ConfigError: if the mapping does not fit.
        """
        progress = progress or self.progress
        own = _dataset_of(batch)
        progress("known", 0, 0)
        known = known_entities(self._store, without=vocab.GRAPH + (own or "-"))
        terms = read_terms(self._validator.ontology)
        if apart is None:
            apart = pairs_apart(self._store)
        matcher = Matcher(known_bodies(self._store, known).values())
        progress("known", len(known), len(known))
        importer = Importer(
            self._validator,
            terms,
            KnownEntities(known),
            home=home or self._home,
            limits=self._limits,
            linker=Linker(matcher, terms, apart),
            progress=progress,
        )
        problems = Problems()
        for problem in batch.wrong:
            problems.add(problem)
        found = importer.take(batch, problems)
        proposal = self._compared(
            found.bundle.info.id or own,
            found.triples,
            found.problems,
            found.read,
            progress,
        )
        proposal.files, proposal.batch = batch.files, batch
        proposal.linked, proposal.bundle = found.linked, found.bundle
        proposal.entities = len(found.bundle.entities)
        proposal.shared = len(found.bundle.entities.keys() & known.keys())
        return proposal

    def guess(self, tables: Sequence[Table]) -> str:
        """A mapping for tables, in the words of the store; TOML to be read and kept."""
        find = finder(known_entities(self._store, without="-").values())
        return "\n".join(guess_mapping(table, find) for table in tables)

    def _propose_rdf(self, files: Sequence[Path], progress: Progress) -> Proposal:
        read = (t for path in files for t in read_triples(path))
        triples = list(dict.fromkeys(watched(read, progress, "read")))
        graphs = {
            (s, o)
            for s, p, o in triples
            if p == term_iri("graph") and isinstance(o, Iri)
        }
        if len(graphs) != 1:
            raise DataError(
                f"The files describe {len(graphs)} datasets; exactly one is needed.",
                zh=f"文件描述了 {len(graphs)} 个数据集，应恰为一个。",
                hint="One dcat:Dataset with lv:graph, as kg export writes it.",
                hint_zh="需要一个带 lv:graph 的 dcat:Dataset，如 kg export 所写。",
            )
        dataset = next(iter(graphs))[1].value.removeprefix(vocab.GRAPH)
        problems = Problems()
        self._check_rdf(files[0].name, dataset, triples, problems, progress)
        proposal = self._compared(dataset, triples, problems, {}, progress)
        proposal.files = tuple(path.name for path in files)
        return proposal

    def _check_rdf(
        self,
        file: str,
        dataset: str,
        triples: list[Triple],
        problems: Problems,
        progress: Progress,
    ) -> None:
        known = known_entities(self._store, without=vocab.GRAPH + dataset)
        for violation in violations_beside(
            triples, KnownEntities(known), self._validator, progress
        ):
            problems.add(as_problem(violation, {violation.focus: [Origin(file, 0)]}))

    def _compared(
        self,
        dataset: str,
        triples: list[Triple],
        problems: Problems,
        read: dict[str, int],
        progress: Progress,
    ) -> Proposal:
        progress("compare", 0, len(triples))
        generation = self._store.generation
        changes = self.changes(dataset, triples)
        progress("compare", len(triples), len(triples))
        return Proposal(
            dataset, triples, changes, problems, read, generation=generation
        )

    def changes(self, dataset: str, triples: Sequence[Triple]) -> Changes:
        """What a dataset would change that has these triples."""
        graph = vocab.GRAPH + dataset
        old = read_graph(self._store, graph) if self.holds(graph) else []
        return difference(old, triples)

    def holds(self, graph: str) -> bool:
        """Whether the store has this graph, without counting what all of them hold."""
        return self._store.ask(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")


def _dataset_of(batch: Batch) -> str:
    """Local id of the dataset that a batch makes, "" if it does not say."""
    if batch.mapping is not None:
        return batch.mapping.dataset.get("id", "")
    for table in batch.tables:
        if form_of(table.name) == "dataset" and table.rows:
            return table.rows[0]["id"]
    return ""
