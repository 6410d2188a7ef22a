"""The desk where datasets come in, are replaced, withdrawn and restored.

Each change of a dataset is kept: ``<folder>/<id>/<number>.ttl`` is the state it
brought, ``history.jsonl`` tells when, by whom and what. The graph of a dataset
is replaced as a whole; facts that other datasets brought stay where they are.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import MappingProxyType

from kg import vocab
from kg.curate.batch import Batch, load_batch, read_batch, save_batch
from kg.curate.build import as_problem, turtle_of
from kg.curate.changes import Changes, difference
from kg.curate.dangling import refuse_dangling
from kg.curate.facts import KnownEntities
from kg.curate.held import HeldImports
from kg.curate.importing import Import, Importer, form_of, types_of_others
from kg.curate.known import known_bodies, known_entities
from kg.curate.linking import Linked, Linker, Pair
from kg.curate.mapping import ColumnMapping
from kg.curate.matching import Matcher
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.progress import Progress, silent
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
from kg.curate.turtle import TurtleWriter
from kg.curate.validation import Validator
from kg.errors import AccessError, DataError, NotFoundError
from kg.model import Iri, Triple
from kg.model.facts import Entity, Origin, term_iri
from kg.store import Store
from kg.store.files import FORMATS, FileTriples, read_triples

_RESERVED = {"ontology", "inferred", "catalogue", "unnamed"}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a dataset's history.

    Attributes:
        number: counts from 1.
        action: ``import``, ``withdraw`` or ``restore``.
        when: UTC, ISO 8601.
        checksum: SHA-256 of the state it left, "" when withdrawn.
    """

    number: int
    action: str
    when: str
    who: str
    checksum: str
    came: int
    went: int
    changed: int
    stayed: int
    files: tuple[str, ...] = ()
    why: str = ""


@dataclass
class Proposal:
    """A dataset that could be published, and what that would change.

    Attributes:
        dataset: its local id.
        read: rows read, by table.
        refused: number of problems; nothing is published when there are any.
        shared: entities that other datasets have too.
        linked: rows that were linked to what is known, or may be; ``None`` for RDF.
        batch: the tables as they were read; ``None`` for RDF.
    """

    dataset: str
    triples: list[Triple]
    changes: Changes
    problems: Problems
    read: dict[str, int] = field(default_factory=dict)
    text: str = ""
    shared: int = 0
    entities: int = 0
    files: tuple[str, ...] = ()
    linked: Linked | None = None
    batch: Batch | None = None

    @property
    def checksum(self) -> str:
        """SHA-256 of the canonical Turtle."""
        return hashlib.sha256(self.text.encode()).hexdigest()


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

    Attributes:
        progress: told the step of a proposal, how far it is and how far it goes.
        held: imports that were refused and wait for correction.
    """

    progress: Progress

    def __init__(
        self,
        store: Store,
        folder: Path,
        validator: Validator,
        *,
        shipped: Iterable[str] = (),
        at_first: Mapping[str, FileTriples] = MappingProxyType({}),
        limits: SheetLimits = DEFAULT_LIMITS,
    ) -> None:
        self._store = store
        self._folder = folder
        self._validator = validator
        self._shipped = frozenset(shipped)
        self._at_first = at_first
        self._limits = limits
        self.progress = silent
        self.held = HeldImports(folder / "_held")

    # -- propose ------------------------------------------------------------

    def propose(
        self, files: Sequence[Path], mapping: ColumnMapping | None, home: Path
    ) -> Proposal:
        """Read and check files, and compare with what is there. Writes nothing.

        Raises:
            DataError: if a file as a whole cannot be read.
            ConfigError: if the mapping does not fit.
        """
        if any(path.suffix.lower() in FORMATS for path in files):
            return self._propose_rdf(files)
        batch = read_batch(files, Problems(), self._limits, mapping)
        self.progress("read", 1, 1)
        return self.propose_batch(batch, home)

    def propose_batch(
        self,
        batch: Batch,
        home: Path | None = None,
        apart: frozenset[Pair] | None = None,
    ) -> Proposal:
        """The same for tables that are read already.

        Args:
            batch: the tables and their mapping.
            home: folder that paths of stored sources start from.
            apart: pairs told apart; those that the store's decisions tell, when
                left out.

        Raises:
            ConfigError: if the mapping does not fit.
        """
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
            progress=self.progress,
        )
        problems = Problems()
        for problem in batch.wrong:
            problems.add(problem)
        found = importer.take(batch, problems)
        proposal = self._compared(
            found.bundle.info.id or own, found.triples, found.problems, found.read
        )
        proposal.files, proposal.batch = batch.files, batch
        proposal.linked = found.linked
        self._describe(proposal, found, known)
        return proposal

    def _describe(
        self, proposal: Proposal, found: Import, known: dict[str, Entity]
    ) -> None:
        proposal.entities = len(found.bundle.entities)
        proposal.shared = len(found.bundle.entities.keys() & known.keys())
        if found.triples:
            proposal.text = turtle_of(found.bundle, found.triples, vocab.BASE)

    def _propose_rdf(self, files: Sequence[Path]) -> Proposal:
        triples = list(dict.fromkeys(t for path in files for t in read_triples(path)))
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
        self._check_rdf(files[0].name, dataset, triples, problems)
        proposal = self._compared(dataset, triples, problems, {})
        proposal.text = TurtleWriter().write(triples)
        proposal.files = tuple(path.name for path in files)
        return proposal

    def _check_rdf(
        self, file: str, dataset: str, triples: list[Triple], problems: Problems
    ) -> None:
        known = known_entities(self._store, without=vocab.GRAPH + dataset)
        union = [*triples, *types_of_others(triples, KnownEntities(known))]
        subjects = {s.value for s, _, _ in triples}
        for violation in self._validator.violations(union):
            if violation.focus in subjects:
                place = {violation.focus: [Origin(file, 0)]}
                problems.add(as_problem(violation, place))

    def _compared(
        self,
        dataset: str,
        triples: list[Triple],
        problems: Problems,
        read: dict[str, int],
    ) -> Proposal:
        graph = vocab.GRAPH + dataset
        old = read_graph(self._store, graph) if self._holds(graph) else []
        return Proposal(dataset, triples, difference(old, triples), problems, read)

    # -- decide -------------------------------------------------------------

    def accept(self, proposal: Proposal, *, who: str, why: str = "") -> Entry | None:
        """Publish a proposal; ``None`` when it would change nothing.

        Raises:
            DataError: if it has problems, or its dataset is none of the users'.
        """
        self._of_users(proposal.dataset)
        proposal.problems.stop_if_any()
        if not proposal.changes:
            return None
        gone = {f.iri for f in proposal.changes.went if f.kind == "entity"}
        refuse_dangling(self._store, vocab.GRAPH + proposal.dataset, gone)
        return self._put(
            proposal.dataset, proposal.triples, proposal.text, "import", who, why,
            proposal.files, proposal.batch,
        )  # fmt: skip

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
        self._put(
            proposal.dataset, proposal.triples, proposal.text,
            "part" if parted else "join", decision.who, decision.why,
            proposal.files, batch, also={DECISIONS_GRAPH: decisions},
        )  # fmt: skip

    def _dataset_with(self, local: str) -> str:
        """The dataset of the users that describes or has linked an id, or ""."""
        answer = self._store.select(_DATASET_WITH % {"local": local})
        found = {str(row["graph"]).removeprefix(vocab.GRAPH) for row in answer}
        kept = sorted(found - self._shipped - _RESERVED)
        return kept[0] if kept else ""

    def _kept(self, dataset: str) -> Batch | None:
        """The tables that the state of a dataset came from, if they were kept."""
        found = [
            path
            for entry in self.history(dataset)
            for path in [self._folder / dataset / f"{entry.number}.batch.json.gz"]
            if entry.action != "withdraw" and path.exists()
        ]
        return load_batch(found[-1]) if found else None

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
        return self._put(dataset, None, "", "withdraw", who, why)

    def restore(self, dataset: str, number: int, *, who: str, why: str = "") -> Entry:
        """Bring back the state that an entry of the history left.

        Raises:
            NotFoundError: if the history has no such state.
        """
        self._of_users(dataset)
        path = self._folder / dataset / f"{number}.ttl"
        if not path.exists():
            raise NotFoundError(
                f"Dataset {dataset!r} has no state {number}.",
                zh=f"数据集 {dataset!r} 没有第 {number} 个状态。",
                hint=f"kg datasets history {dataset}",
            )
        text = path.read_text(encoding="utf-8")
        return self._put(dataset, list(read_triples(path)), text, "restore", who, why)

    def withdrawn(self) -> list[str]:
        """Ids of the datasets that were withdrawn and can be restored."""
        kept = (path.parent.name for path in self._folder.glob("*/history.jsonl"))
        return sorted(name for name in kept if not self._holds(vocab.GRAPH + name))

    def _holds(self, graph: str) -> bool:
        """Whether the store has this graph, without counting what all of them hold."""
        return self._store.ask(f"ASK {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}")

    def history(self, dataset: str) -> list[Entry]:
        """What happened to a dataset, oldest first."""
        path = self._folder / dataset / "history.jsonl"
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
        return [
            Entry(**{**json.loads(line), "files": tuple(json.loads(line)["files"])})
            for line in lines
        ]

    def _put(  # noqa: PLR0913 - one row of the history
        self,
        dataset: str,
        triples: list[Triple] | None,
        text: str,
        action: str,
        who: str,
        why: str,
        files: tuple[str, ...] = (),
        batch: Batch | None = None,
        also: Mapping[str, list[Triple]] | None = None,
    ) -> Entry:
        graph = vocab.GRAPH + dataset
        old = read_graph(self._store, graph) if self._holds(graph) else []
        changes = difference(old, triples or ())
        entry = Entry(
            len(self.history(dataset)) + 1,
            action,
            datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            who,
            hashlib.sha256(text.encode()).hexdigest() if text else "",
            len(changes.came),
            len(changes.went),
            len(changes.changed),
            changes.stayed,
            files,
            why,
        )
        place = self._folder / dataset
        place.mkdir(parents=True, exist_ok=True)
        content = None
        if triples is not None:
            state = place / f"{entry.number}.ttl"
            state.write_text(text, encoding="utf-8")
            # A store loads a file in bulk, where a list goes triple by triple.
            content = FileTriples((state,))
        if batch is not None:
            save_batch(batch, place / f"{entry.number}.batch.json.gz")
        publish(self._store, {**self._words(), graph: content, **(also or {})})
        with (place / "history.jsonl").open("a", encoding="utf-8") as history:
            history.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
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
