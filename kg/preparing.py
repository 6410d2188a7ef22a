"""Computes what a large graph needs once per generation: shelf, names, picture.

In a process of its own, so that no page waits for it: the service starts it when
the data have changed (``in_a_process``), an operator may (``kg prepare``).
"""

from __future__ import annotations

import fcntl
import logging
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

from kg.analysis import projection
from kg.analysis.adjacency import prepare_adjacency
from kg.analysis.compact import prepare_compact
from kg.analysis.large import prepare_picture
from kg.analysis.partners import insights
from kg.analysis.partners.complements import Complement
from kg.analysis.partners.state import read_state
from kg.analysis.partners.stored import write_parts
from kg.config import Settings
from kg.curate.listed import list_datasets
from kg.errors import KGError, QueryTooLargeError
from kg.query.catalogue import Question
from kg.query.read import Reader
from kg.query.read.kept_answers import ANSWERED
from kg.query.read.kept_answers import fillers as answer_fillers
from kg.query.read.shelved import FILLERS
from kg.search import prepare_names
from kg.shelf import Keeper, Shelf, write_shelf
from kg.shelf.build import Fillers
from kg.shelf.keeper import file_name, sweep
from kg.shelf.shelf import answers_of
from kg.shelf.stream import Patient
from kg.store import Store

LOG = logging.getLogger(__name__)
Progress = Callable[[str], None]


def prepare(
    store: Store,
    cache: Path,
    progress: Progress,
    questions: Iterable[Question] = (),
    complements: Sequence[Complement] = (),
) -> bool:
    """Compute what pages need of the whole graph, as far as it is missing.

    Args:
        store: at one generation; best a ``Snapshot``.
        cache: the folder of the setting ``cache``.
        progress: told each step as it begins.
        questions: whose answers are kept.
        complements: rules of who needs whom, for partner advice.

    Returns:
        False if another process is at it.

    Raises:
        KGError: as the store does.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "preparing.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        shelf = _shelf(store, cache / "shelf", progress)
        progress("indexing names")
        prepare_names(
            cache / "names",
            shelf,
            lambda count: progress(f"indexing names: {count:,} things"),
        )
        _network(store, cache / "graphs", shelf, complements, progress)
        # Last, and one by one: they take longest, and no page waits for them.
        answers = answer_fillers(
            Patient(store),
            questions,
            shelf,
            lambda part: progress(f"answering the catalogue: {part}"),
        )
        for key, name, make in answers:
            progress(f"answering the catalogue: {name}")
            try:
                shelf.add(key, make)
            except QueryTooLargeError as error:
                progress(f"left out: {name}: {error}")
            except KGError:
                LOG.exception("the answer to %s is not kept", name)
        shelf.add(ANSWERED, lambda: True)
    return True


def _network(
    store: Store,
    folder: Path,
    shelf: Shelf,
    complements: Sequence[Complement],
    progress: Progress,
) -> None:
    """The network in arrays, and what is computed of it."""
    progress("reading the network")
    network = prepare_compact(folder, shelf)
    prepare_adjacency(folder, network)
    progress("preparing partner advice")
    terms = projection.read_terms(Patient(store))
    write_parts(folder, network, terms, complements)
    progress("drawing the network")
    prepare_picture(
        folder, network, lambda part: progress(f"drawing the network: {part}")
    )
    progress("finding hubs, communities and gaps")
    state = read_state(Patient(store), folder, shelf, complements, {})
    if state is not None:

        def tell(part: str) -> None:
            progress(f"finding hubs, communities and gaps: {part}")

        shelf.add(insights.KEY, lambda: insights.plain(insights.told_of(state, tell)))


def _shelf(store: Store, folder: Path, progress: Progress) -> Shelf:
    path = folder / file_name("shelf", store.generation, "sqlite")
    if path.exists():
        try:
            return Shelf(path)
        except KGError:
            path.unlink()
    write_shelf(path, store, fillers(Patient(store)), progress)
    sweep(folder, "shelf")
    kept = {answers_of(path) for path in folder.glob("shelf-*.sqlite")}
    for old in set(folder.glob("answers-*")) - kept:
        shutil.rmtree(old, ignore_errors=True)
    return Shelf(path)


def fillers(store: Store) -> Fillers:
    """The values of a shelf that upper rooms compute, by key."""
    reader = Reader(store)
    made: dict[str, Callable[[], object]] = {
        key: lambda fill=fill: fill(reader)  # type: ignore[misc]
        for key, fill in FILLERS.items()
    }
    return made | {"datasets": lambda: [asdict(d) for d in list_datasets(store)]}


def in_a_process(settings: Settings) -> Callable[[], None]:
    """Have ``kg prepare`` do it; the call returns when it has ended."""

    def run() -> None:
        environment = {**os.environ, **settings.environment(), "KG_SHIPPED": "no"}
        command = [sys.executable, "-m", "kg", "prepare", "--background"]
        ended = subprocess.run(command, env=environment, check=False)  # noqa: S603
        if ended.returncode:
            LOG.error("kg prepare ended with %d", ended.returncode)

    return run


def here(
    store: Store,
    cache: Path,
    questions: Callable[[], Iterable[Question]] = tuple,
    complements: Callable[[], Sequence[Complement]] = tuple,
) -> Callable[[], None]:
    """Do it in this process: for a store that no other process can open."""
    return lambda: _said(prepare(store, cache, LOG.debug, questions(), complements()))


def _said(done: bool) -> None:
    if not done:
        LOG.info("another process prepares this graph")


def keeper_of(
    store: Store,
    cache: Path,
    settings: Settings,
    questions: Callable[[], Iterable[Question]],
    complements: Callable[[], Sequence[Complement]],
) -> Keeper:
    """The keeper of a service's shelf."""
    in_memory = settings["store"].startswith("memory:")
    making = (
        here(store, cache, questions, complements)
        if in_memory
        else in_a_process(settings)
    )
    return Keeper(store, cache / "shelf", making)
