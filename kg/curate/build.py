"""``kg build``: from the tables people edit to the Turtle that ships.

The tables in ``data/tables`` are the first dataset; each folder below it is a
further one. A dataset becomes one file. Nothing is written unless everything
is right, and building twice gives identical bytes.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg import vocab
from kg.curate.facts import FactReader
from kg.curate.files import home_of
from kg.curate.known import KnownEntities
from kg.curate.ontology import Terms, read_terms
from kg.curate.order import SECTIONS, ranking
from kg.curate.problem import Problem, Problems
from kg.curate.triples import Writer
from kg.curate.turtle import TurtleWriter
from kg.curate.validation import Validator, Violation
from kg.errors import ConfigError
from kg.model import Triple
from kg.model.facts import Bundle, Origin

FIRST = "triples.ttl"

_HEADING = """{title_en} / {title_zh}
Built by `kg build` from the tables; edit those, not this file.
Licence of the data: {licence}. Quotes belong to their sources."""


@dataclass(frozen=True)
class Built:
    """One dataset, ready to be written.

    Attributes:
        file: name of the file in the data folder.
        text: the whole file.
    """

    file: str
    bundle: Bundle
    triples: list[Triple]
    text: str


def dataset_folders(tables: Path) -> list[Path]:
    """The folder of the first dataset, then those of the others by name.

    Raises:
        ConfigError: if there are no tables.
    """
    if not (tables / "dataset.csv").exists():
        raise ConfigError(
            f"There are no tables in {tables}.",
            zh=f"{tables} 中没有数据表。",
            hint="Expected dataset.csv, sources.csv, entities.csv and the others.",
        )
    return [
        tables,
        *sorted(p for p in tables.iterdir() if (p / "dataset.csv").exists()),
    ]


def build(data: Path, ontology: Path, base: str = vocab.BASE) -> list[Built]:
    """Build every dataset of a data folder, in memory.

    Args:
        data: holds ``tables/`` and ``sources/``.
        ontology: holds the ontology, its shapes and its checks.
        base: what the IRIs of things and graphs start with in the result; terms
            stay those of the ontology.

    Raises:
        DataError: with every problem of every table.
        ConfigError: if tables or ontology are missing.
    """
    validator = Validator(ontology)
    built = assemble(data, validator, base)
    union = dict.fromkeys(triple for one in built for triple in one.triples)
    origins = origins_of(one.bundle for one in built)
    problems = Problems()
    for violation in validator.violations(union):
        problems.add(as_problem(violation, origins))
    problems.stop_if_any()
    return built


def assemble(data: Path, validator: Validator, base: str = vocab.BASE) -> list[Built]:
    """Read the tables and make the triples, without shapes and checks.

    Raises:
        DataError: with every problem of every table.
        ConfigError: if tables or ontology are missing.
    """
    terms = read_terms(validator.ontology)
    problems = Problems()
    bundles = read_bundles(data, terms, problems)
    problems.stop_if_any()
    built, known = [], KnownEntities()
    for file, bundle in bundles:
        triples = list(Writer(bundle, terms, known).triples())
        known.add(bundle.entities.values())
        built.append(Built(file, bundle, triples, turtle_of(bundle, triples, base)))
    return built


def read_bundles(
    data: Path, terms: Terms, problems: Problems, only: Sequence[str] = ()
) -> list[tuple[str, Bundle]]:
    """Read the tables of every dataset; later ones know the earlier entities.

    Args:
        data: holds ``tables/``; paths of stored sources start beside it.
        terms: of the ontology.
        problems: takes what is wrong.
        only: names of the built files to stop at; all when empty.
    """
    known = KnownEntities()
    bundles = []
    tables = data / "tables"
    for folder in dataset_folders(tables):
        first = folder == tables
        file = FIRST if first else f"{folder.name}.ttl"
        if only and file not in only:
            continue
        shown = "tables" if first else f"tables/{folder.name}"
        reader = FactReader(terms, known, problems, home=home_of(data))
        bundle = reader.read_folder(folder, shown)
        known.add(bundle.entities.values())
        bundles.append((file, bundle))
    return bundles


def turtle_of(bundle: Bundle, triples: Iterable[Triple], base: str) -> str:
    """The canonical Turtle of a dataset, with IRIs under ``base``."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.ttl"
        write_turtle(path, bundle, triples, base)
        return path.read_text(encoding="utf-8")


def write_turtle(
    path: Path, bundle: Bundle, triples: Iterable[Triple], base: str
) -> str:
    """Write the canonical Turtle of a dataset, with IRIs under ``base``.

    Returns:
        SHA-256 of the file.
    """
    info = bundle.info
    changed = {f"<{vocab.BASE}{part}": f"<{base}{part}" for part in ("id/", "graph/")}
    return TurtleWriter().write_file(
        path,
        triples,
        rank=ranking(bundle),
        sections=SECTIONS,
        heading=_HEADING.format(
            title_en=info.title_en, title_zh=info.title_zh, licence=info.licence
        ),
        instead=changed if base != vocab.BASE else {},
    )


def origins_of(bundles: Iterable[Bundle]) -> dict[str, list[Origin]]:
    """IRI of each fact, and subject and predicate of each claim, to its rows."""
    found: dict[str, list[Origin]] = {}
    for bundle in bundles:
        for said in bundle.statements.values():
            pair = f"{said.subject.value} {said.predicate.value}"
            found.setdefault(pair, []).extend(said.origins)
        for facts in (bundle.entities, bundle.statements, bundle.observations):
            for fact in facts.values():
                found.setdefault(fact.iri.value, []).extend(fact.origins)
                for evidence in fact.evidence:
                    for suffix in ("", "-quote", "-position"):
                        place = f"{evidence.iri.value}{suffix}"
                        found.setdefault(place, []).extend(fact.origins)
    return found


def as_problem(violation: Violation, origins: dict[str, list[Origin]]) -> Problem:
    """A violation, told at the row it comes from where that is known."""
    pair = f"{violation.focus} {violation.path}"  # the row that states it, if any
    known = origins.get(pair) or origins.get(violation.focus)
    place = known[0] if known else Origin("data", 0)
    return Problem(
        place.table, place.row, "", violation.text("en"), violation.text("zh")
    )


def write(built: Iterable[Built], data: Path) -> list[str]:
    """Write what was built, each file by rename.

    Returns:
        Names of the files whose content changed.
    """
    stale = stale_files(built, data)
    for one in built:
        if one.file in stale:
            handle, temporary = tempfile.mkstemp(dir=data, prefix=f".{one.file}.")
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(one.text)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(data / one.file)
    return stale


def stale_files(built: Iterable[Built], data: Path) -> list[str]:
    """Names of the files that are missing or not what the tables give."""
    return [
        one.file
        for one in built
        if not (data / one.file).exists()
        or (data / one.file).read_bytes() != one.text.encode()
    ]
