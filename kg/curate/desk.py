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
from kg.curate.build import as_problem, turtle_of
from kg.curate.changes import Changes, difference
from kg.curate.facts import KnownEntities
from kg.curate.importing import Import, Importer, types_of_others
from kg.curate.known import known_entities
from kg.curate.mapping import ColumnMapping
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.publication import publish, read_graph
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
    """

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
        own = mapping.dataset.get("id", "") if mapping else ""
        known = known_entities(self._store, without=vocab.GRAPH + (own or "-"))
        importer = Importer(
            self._validator,
            read_terms(self._validator.ontology),
            KnownEntities(known),
            home=home,
            limits=self._limits,
        )
        found = importer.read(files, mapping)
        proposal = self._compared(
            found.bundle.info.id, found.triples, found.problems, found.read
        )
        proposal.files = tuple(path.name for path in files)
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
        old = read_graph(self._store, graph) if graph in self._store.graphs() else []
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
        return self._put(
            proposal.dataset, proposal.triples, proposal.text, "import", who, why,
            proposal.files,
        )  # fmt: skip

    def withdraw(self, dataset: str, *, who: str, why: str = "") -> Entry:
        """Take a dataset out; its history stays.

        Raises:
            NotFoundError: if the store has no such dataset.
            AccessError: if it ships with the product.
            DataError: if other datasets point to entities only it describes.
        """
        self._of_users(dataset)
        graph = vocab.GRAPH + dataset
        if graph not in self._store.graphs():
            raise _no_dataset(dataset)
        self._refuse_dangling(graph)
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
    ) -> Entry:
        graph = vocab.GRAPH + dataset
        old = read_graph(self._store, graph) if graph in self._store.graphs() else []
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
        if triples is not None:
            (place / f"{entry.number}.ttl").write_text(text, encoding="utf-8")
        publish(self._store, {**self._words(), graph: triples})
        with (place / "history.jsonl").open("a", encoding="utf-8") as history:
            history.write(json.dumps(asdict(entry), ensure_ascii=False) + "\n")
        return entry

    def _words(self) -> Mapping[str, FileTriples]:
        """The ontology and its like, when the store does not have them yet."""
        there = set(self._store.graphs())
        return {} if vocab.ONTOLOGY_GRAPH in there else self._at_first

    def _of_users(self, dataset: str) -> None:
        if dataset in self._shipped or dataset in _RESERVED:
            raise AccessError(
                f"Dataset {dataset!r} ships with the product.",
                zh=f"数据集 {dataset!r} 随产品发布。",
                hint="Change its tables and run kg build.",
                hint_zh="请修改其数据表并运行 kg build。",
            )

    def _refuse_dangling(self, graph: str) -> None:
        answer = self._store.select(_POINTED_TO % {"graph": graph})
        if not len(answer):
            return
        shown = ", ".join(str(row["s"]).removeprefix(vocab.ID) for row in answer)
        raise DataError(
            f"Other datasets point to what only this one describes: {shown}.",
            zh=f"其他数据集引用了仅由本数据集描述的主体：{shown}。",
            hint="Withdraw or change those datasets first.",
            hint_zh="请先撤回或修改那些数据集。",
        )


_POINTED_TO = f"""
PREFIX lv: <{vocab.ONTOLOGY}>
PREFIX skos: <{vocab.PREFIXES["skos"]}>
PREFIX rdf: <{vocab.PREFIXES["rdf"]}>
SELECT DISTINCT ?s WHERE {{
  GRAPH <%(graph)s> {{ ?s skos:prefLabel ?name }}
  GRAPH ?other {{ ?st rdf:subject|rdf:object|lv:refEntity ?s }}
  FILTER(?other != <%(graph)s>)
}} LIMIT 10
"""


def _no_dataset(dataset: str) -> NotFoundError:
    return NotFoundError(
        f"There is no dataset {dataset!r}.",
        zh=f"没有数据集 {dataset!r}。",
        hint="kg datasets lists them.",
        hint_zh="kg datasets 可列出全部数据集。",
    )


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
