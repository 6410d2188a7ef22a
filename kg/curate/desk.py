"""The desk where datasets come in, are replaced, withdrawn and restored.

Each change of a dataset is kept (``kg.curate.history``). The graph of a dataset is
replaced as a whole; facts that other datasets brought stay where they are.
"""

from __future__ import annotations

import hashlib
import shutil
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from kg import vocab
from kg.curate.batch import Batch, load_batch, save_batch
from kg.curate.changes import Changes
from kg.curate.dangling import refuse_dangling
from kg.curate.held import HeldImports
from kg.curate.history import WITHDRAW, Entry, History
from kg.curate.progress import Progress
from kg.curate.proposal import Proposal
from kg.curate.proposing import Proposer
from kg.curate.publication import publish
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
from kg.errors import AccessError, NotFoundError
from kg.model import Triple
from kg.store import Store
from kg.store.files import FileTriples, read_triples

_RESERVED = {"ontology", "inferred", "catalogue", "unnamed"}


class Desk(Proposer):
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
        held: imports that were refused and wait for correction.
    """

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
        super().__init__(store, folder, validator, limits)
        self._history = History(folder, name)
        self._writing = threading.RLock()
        self._shipped = frozenset(shipped)
        self._at_first = at_first
        self.held = HeldImports(folder / "_held")

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
        if not self.holds(graph):
            raise _no_dataset(dataset)
        refuse_dangling(self._store, graph)
        with self._writing:
            entry = self._entry(dataset, WITHDRAW, self.changes(dataset, ()), who, why)
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
            changes = self.changes(dataset, list(read_triples(kept)))
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
            if not self.holds(vocab.GRAPH + name)
        ]

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
                changes = self.changes(dataset, proposal.triples)
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
        return {} if self.holds(vocab.ONTOLOGY_GRAPH) else self._at_first

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


def _no_dataset(dataset: str) -> NotFoundError:
    return NotFoundError(
        f"There is no dataset {dataset!r}.",
        zh=f"没有数据集 {dataset!r}。",
        hint="kg datasets lists them.",
        hint_zh="kg datasets 可列出全部数据集。",
    )
