"""The desk where datasets come in, are replaced, withdrawn and restored.

Each change of a dataset is kept (``kg.curate.history``). The graph of a dataset is
replaced as a whole; facts that other datasets brought stay where they are.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from kg import vocab
from kg.curate.batch import Batch, load_batch, read_batch, save_batch
from kg.curate.build import as_problem
from kg.curate.changes import Changes, difference
from kg.curate.dangling import refuse_dangling
from kg.curate.guess import guess_mapping
from kg.curate.held import HeldImports
from kg.curate.history import WITHDRAW, Entry, History
from kg.curate.importing import Importer, form_of, types_of_others
from kg.curate.known import KnownEntities, finder, known_bodies, known_entities
from kg.curate.linking import Linker, Pair
from kg.curate.mapping import ColumnMapping, Table
from kg.curate.matching import Matcher
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.proposal import Proposal
from kg.curate.publication import publish, read_graph
from kg.curate.review import (
    DIFFERENT,
    SAME,
    Decision,
    decisions_with,
    pairs_apart,
)
from kg.curate.review import GRAPH as DECISIONS_GRAPH
from kg.curate.sheet import DEFAULT_LIMITS, SheetLimits
from kg.curate.validation import Validator
from kg.errors import AccessError, DataError, NotFoundError
from kg.model import Iri, Triple
from kg.model.facts import Origin, term_iri
from kg.store import Store
from kg.store.files import FORMATS, FileTriples, read_triples

_RESERVED = {"ontology", "inferred", "catalogue", "unnamed"}


class Desk:
    """Datasets of one store.

    Args:
        store: is read and, on ``accept`` and its like, written.
        folder: of the history, made if missing.
        validator: shapes and checks.
        shipped: ids of datasets that ship with the product; they are changed
            by building, not here.
        at_first: graphs that a store without ontology gets with its first dataset,
            so that pages have the names of classes and rules can conclude.
        limits: how much a file may hold.
        name: of the store, where several keep their histories in one folder.

    Attributes:
        progress: told the step of a proposal, how far it is and how far it goes.
        held: imports that were refused and wait for correction.
    """

    progress: Progress

    def __init__(  # noqa: PLR0913 - what a desk needs, each by name
        self,
        store: Store,
        folder: Path,
        validator: Validator,
        *,
        shipped: Iterable[str] = (),
        at_first: Mapping[str, FileTriples] = MappingProxyType({}),
        limits: SheetLimits = DEFAULT_LIMITS,
        name: str = "",
    ) -> None:
        self._store = store
        self._folder = folder
        self._history = History(folder, name)
        self._writing = threading.RLock()
        self._validator = validator
        self._shipped = frozenset(shipped)
        self._at_first = at_first
        self._limits = limits
        self.progress = silent
        self.held = HeldImports(folder / "_held")

    # -- propose ------------------------------------------------------------

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
            progress: is told in place of the desk's own.

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
            progress: is told in place of the desk's own.

        Raises:
            ConfigError: if the mapping does not fit.
        """
        progress = progress or self.progress
        own = _dataset_of(batch)
        known = known_entities(self._store, without=vocab.GRAPH + (own or "-"))
        terms = read_terms(self._validator.ontology)
        if apart is None:
            apart = pairs_apart(self._store)
        matcher = Matcher(known_bodies(self._store, known).values())
        importer = Importer(
            self._validator,
            terms,
            KnownEntities(known),
            home=home or self._folder,
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
        union = [*triples, *types_of_others(triples, KnownEntities(known))]
        subjects = {s.value for s, _, _ in triples}
        for violation in self._validator.violations(union, progress):
            if violation.focus in subjects:
                place = {violation.focus: [Origin(file, 0)]}
                problems.add(as_problem(violation, place))

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
        changes = self._changes(dataset, triples)
        progress("compare", len(triples), len(triples))
        return Proposal(
            dataset, triples, changes, problems, read, generation=generation
        )

    def _changes(self, dataset: str, triples: Sequence[Triple]) -> Changes:
        graph = vocab.GRAPH + dataset
        old = read_graph(self._store, graph) if self._holds(graph) else []
        return difference(old, triples)

    # -- decide -------------------------------------------------------------

    def accept(
        self,
        proposal: Proposal,
        *,
        who: str,
        why: str = "",
        progress: Progress | None = None,
    ) -> Entry | None:
        """Publish a proposal; ``None`` when it would change nothing.

        Args:
            proposal: without problems.
            who: answers for it.
            why: a word on the reason.
            progress: is told in place of the desk's own. Until its step is
                ``publish`` it may raise, and nothing is written.

        Raises:
            DataError: if it has problems, or its dataset is none of the users'.
        """
        self._of_users(proposal.dataset)
        proposal.problems.stop_if_any()
        if not proposal.changes:
            return None
        gone = {f.iri for f in proposal.changes.went if f.kind == "entity"}
        refuse_dangling(self._store, vocab.GRAPH + proposal.dataset, gone)
        return self._put_proposal(proposal, "import", who, why, progress=progress)

    def decide(self, decision: Decision) -> None:
        """Record what a person decides on a pair.

        A pair that an import linked is parted at once, and linked again when the
        decision is taken back: the dataset is made anew from the tables it came
        from, and both are published together.

        Raises:
            DataError: if the decision is incomplete, or the tables no longer do.
            NotFoundError: if nobody asks about the pair.
        """
        decisions = decisions_with(self._store, decision)
        dataset = self._dataset_with(decision.left)
        batch = self._kept(dataset) if dataset else None
        if batch is None or decision.choice == SAME:
            publish(self._store, {DECISIONS_GRAPH: decisions})
            return
        pair = frozenset((decision.left, decision.right))
        apart = pairs_apart(self._store) - {pair}
        parted = decision.choice == DIFFERENT
        proposal = self.propose_batch(batch, apart=apart | {pair} if parted else apart)
        proposal.problems.stop_if_any()
        if not proposal.changes:
            publish(self._store, {DECISIONS_GRAPH: decisions})
            return
        self._put_proposal(
            proposal,
            "part" if parted else "join",
            decision.who,
            decision.why,
            also={DECISIONS_GRAPH: decisions},
        )

    def _dataset_with(self, local: str) -> str:
        """The dataset of the users that describes or has linked an id, or ""."""
        answer = self._store.select(_DATASET_WITH % {"local": local})
        found = {str(row["graph"]).removeprefix(vocab.GRAPH) for row in answer}
        kept = sorted(found - self._shipped - _RESERVED)
        return kept[0] if kept else ""

    def _kept(self, dataset: str) -> Batch | None:
        """The tables that the state of a dataset came from, if they were kept."""
        path = self._history.latest_batch(dataset)
        return load_batch(path) if path else None

    def withdraw(self, dataset: str, *, who: str, why: str = "") -> Entry:
        """Take a dataset out; its history stays.

        Raises:
            NotFoundError: if the store has no such dataset.
            AccessError: if it ships with the product.
            DataError: if other datasets point to entities only it describes.
        """
        self._of_users(dataset)
        graph = vocab.GRAPH + dataset
        if not self._holds(graph):
            raise _no_dataset(dataset)
        refuse_dangling(self._store, graph)
        with self._writing:
            entry = self._entry(dataset, WITHDRAW, self._changes(dataset, ()), who, why)
            return self._put(dataset, entry, None)

    def restore(self, dataset: str, number: int, *, who: str, why: str = "") -> Entry:
        """Bring back the state that an entry of the history left.

        Raises:
            NotFoundError: if the history has no such state.
        """
        self._of_users(dataset)
        kept = self._history.state(dataset, number)
        if kept is None:
            raise NotFoundError(
                f"Dataset {dataset!r} has no state {number}.",
                zh=f"数据集 {dataset!r} 没有第 {number} 个状态。",
                hint=f"kg datasets history {dataset}",
            )
        with self._writing:
            changes = self._changes(dataset, list(read_triples(kept)))
            checksum = hashlib.sha256(kept.read_bytes()).hexdigest()
            entry = self._entry(dataset, "restore", changes, who, why, checksum)
            state = self._history.place(dataset, entry.number, ".ttl")
            shutil.copyfile(kept, state)
            return self._put(dataset, entry, state)

    def withdrawn(self) -> list[str]:
        """Ids of the datasets that this store last had withdrawn."""
        return [
            name
            for name in self._history.withdrawn()
            if not self._holds(vocab.GRAPH + name)
        ]

    def _holds(self, graph: str) -> bool:
        """Whether the store has this graph, without counting what all of them hold."""
        return self._store.ask(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")

    def history(self, dataset: str) -> list[Entry]:
        """What happened to a dataset, oldest first."""
        return self._history.of(dataset)

    def _put_proposal(
        self,
        proposal: Proposal,
        action: str,
        who: str,
        why: str,
        also: Mapping[str, list[Triple]] | None = None,
        progress: Progress | None = None,
    ) -> Entry:
        """Write a proposal's state, and publish it."""
        progress = progress or self.progress
        dataset, changes = proposal.dataset, proposal.changes
        with self._writing:
            if proposal.generation != self._store.generation:
                changes = self._changes(dataset, proposal.triples)
            number = len(self.history(dataset)) + 1
            state = self._history.place(dataset, number, ".ttl")
            tables = self._history.place(dataset, number, ".batch.json.gz")
            try:
                checksum = proposal.write(state, progress)
                if proposal.batch is not None:
                    save_batch(proposal.batch, tables)
                entry = self._entry(
                    dataset, action, changes, who, why, checksum, proposal.files
                )
                return self._put(dataset, entry, state, also, progress)
            except BaseException:
                # No state of the history: it was not published.
                state.unlink(missing_ok=True)
                tables.unlink(missing_ok=True)
                raise

    def _entry(  # noqa: PLR0913 - one row of the history
        self,
        dataset: str,
        action: str,
        changes: Changes,
        who: str,
        why: str,
        checksum: str = "",
        files: tuple[str, ...] = (),
    ) -> Entry:
        return self._history.entry(
            dataset, action, changes, who=who, why=why, checksum=checksum, files=files
        )

    def _put(
        self,
        dataset: str,
        entry: Entry,
        state: Path | None,
        also: Mapping[str, list[Triple]] | None = None,
        progress: Progress | None = None,
    ) -> Entry:
        progress = progress or self.progress
        progress("publish", 0, 1)
        # A store loads a file in bulk, where a list goes triple by triple.
        content = FileTriples((state,)) if state is not None else None
        graph = vocab.GRAPH + dataset
        publish(self._store, {**self._words(), graph: content, **(also or {})})
        self._history.add(dataset, entry)
        progress("publish", 1, 1)
        return entry

    def _words(self) -> Mapping[str, FileTriples]:
        """The ontology and its like, when the store does not have them yet."""
        return {} if self._holds(vocab.ONTOLOGY_GRAPH) else self._at_first

    def _of_users(self, dataset: str) -> None:
        if dataset in self._shipped or dataset in _RESERVED:
            raise AccessError(
                f"Dataset {dataset!r} ships with the product.",
                zh=f"数据集 {dataset!r} 随产品发布。",
                hint="Change its tables and run kg build.",
                hint_zh="请修改其数据表并运行 kg build。",
            )


_DATASET_WITH = f"""
PREFIX lv: <{vocab.ONTOLOGY}>
PREFIX rdf: <{vocab.PREFIXES["rdf"]}>
SELECT DISTINCT ?graph WHERE {{
  {{ GRAPH ?graph {{ <{vocab.ID}%(local)s> lv:dataset ?dataset }} }}
  UNION
  {{ GRAPH ?graph {{ ?st rdf:predicate lv:recordedAs ; rdf:object "%(local)s" }} }}
}}
"""


def _dataset_of(batch: Batch) -> str:
    """Local id of the dataset that a batch makes, "" if it does not say."""
    if batch.mapping is not None:
        return batch.mapping.dataset.get("id", "")
    for table in batch.tables:
        if form_of(table.name) == "dataset" and table.rows:
            return table.rows[0]["id"]
    return ""


def _no_dataset(dataset: str) -> NotFoundError:
    return NotFoundError(
        f"There is no dataset {dataset!r}.",
        zh=f"没有数据集 {dataset!r}。",
        hint="kg datasets lists them.",
        hint_zh="kg datasets 可列出全部数据集。",
    )
