r"""Bring in a dataset: check files, show what they would change, and publish it.

Files are CSV, TSV, XLSX (our own tables, or any columns with a mapping), Turtle
or JSON-LD. Nothing is written when anything is wrong; the same files twice
change nothing.

Examples:
  kg import --template entities                   a header row to fill in
  kg import --guess firms.xlsx > firms.toml       a mapping for its columns, to check
  kg import --mapping firms.toml firms.xlsx --dry-run
  kg import --mapping firms.toml firms.xlsx --who "A. Curator"
  kg import --mapping data/public-facts/mapping.toml \
      --tables data/tables/public-facts data/public-facts/*.csv
"""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from kg.config import Settings, load_settings
from kg.curate.build import FIRST, read_bundles
from kg.curate.files import home_of
from kg.curate.guess import guess_mapping
from kg.curate.importing import Import, Importer, table_text
from kg.curate.known import KnownEntities, finder, known_entities
from kg.curate.linking import by_ground
from kg.curate.mapping import read_mapping
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.proposal import Proposal
from kg.curate.sheet import read_tables
from kg.curate.table import FORMS
from kg.curate.validation import Validator
from kg.errors import ConfigError
from kg.wiring import build_parts, data_folder, shipped

_SHOWN = 20
NAME = "import"
HELP = "bring in a dataset from CSV, TSV, XLSX, Turtle or JSON-LD"


def configure(parser: argparse.ArgumentParser) -> None:
    """Files, and where they go."""
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--mapping", type=Path, help="TOML file for foreign columns")
    parser.add_argument("--guess", action="store_true", help="print a mapping")
    parser.add_argument("--tables", type=Path, help="write tables, not the store")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument(
        "--hold", action="store_true", help="keep refused rows for /review"
    )
    parser.add_argument("--template", choices=sorted(FORMS), help="print a header row")
    parser.add_argument("--store", help="as the setting")
    parser.add_argument("--who", default="", help="who answers for the change")
    parser.add_argument("--why", default="", help="a word on the reason")
    parser.add_argument("--data", type=Path, help="as the setting")
    parser.add_argument("--ontology", type=Path, default=shipped("ontology"))


def run(arguments: argparse.Namespace) -> int:
    """Import, and report."""
    if arguments.template:
        print(",".join(FORMS[arguments.template].columns))
        return 0
    missing = [str(path) for path in arguments.files if not path.is_file()]
    if missing or not arguments.files:
        raise ConfigError(
            f"There is no file {', '.join(missing) or 'given'}.",
            zh=f"没有文件 {'、'.join(missing) or '（未给出）'}。",
        )
    if arguments.guess:
        return _guess(arguments)
    if arguments.tables:
        return _to_tables(arguments)
    return _to_store(arguments)


def _guess(arguments: argparse.Namespace) -> int:
    parts = build_parts(_settings(arguments))
    find = finder(known_entities(parts.store, without="-").values())
    problems = Problems()
    for path in arguments.files:
        for table in read_tables(path, problems):
            print(guess_mapping(table, find))
    for problem in problems.found:
        print(problem.text("en"), file=sys.stderr)
    return 0


def _settings(arguments: argparse.Namespace) -> Settings:
    return load_settings({"store": arguments.store} if arguments.store else {})


def _to_store(arguments: argparse.Namespace) -> int:
    parts = build_parts(_settings(arguments))
    mapping = read_mapping(arguments.mapping) if arguments.mapping else None
    home = arguments.files[0].resolve().parent
    parts.desk.progress = _told
    proposal = parts.desk.propose(arguments.files, mapping, home)
    print(file=sys.stderr)
    for line in proposal_lines(proposal):
        print(line)
    who = arguments.who or getpass.getuser()
    if arguments.hold and proposal.problems and proposal.batch is not None:
        held = parts.desk.held.hold(
            proposal.batch, proposal.dataset, proposal.problems, who
        )
        print(f"refused rows are kept as {held.id}: /review / 被拒的行已暂存：/review")
    proposal.problems.stop_if_any()
    if arguments.dry_run:
        print("dry run: nothing written / 试运行：未写入")
        return 0
    entry = parts.desk.accept(proposal, who=who, why=arguments.why)
    if entry is None:
        print("nothing to change / 没有变化")
    else:
        print(f"written as state {entry.number} / 已写入，第 {entry.number} 个状态")
    return 0


def _told(step: str, done: int, whole: int) -> None:
    """Progress on stderr: one line that is written over."""
    print(f"\r{step} {done}/{whole}      ", end="", file=sys.stderr, flush=True)


def proposal_lines(proposal: Proposal) -> list[str]:
    """What was read and what it would change, for people."""
    changes = proposal.changes
    return [
        f"dataset {proposal.dataset}",
        *(f"{name}: {count} rows read" for name, count in proposal.read.items()),
        *_matching_lines(proposal),
        f"{len(changes.came)} facts come, {len(changes.went)} go,"
        f" {len(changes.changed)} change, {changes.stayed} stay,"
        f" {len(proposal.problems)} problems in {proposal.problems.rows()} rows",
        *changes.lines("zh", limit=20),
    ]


def _matching_lines(proposal: Proposal) -> list[str]:
    """What is new, known, linked and doubtful, with the grounds."""
    linked = proposal.linked
    if linked is None:
        return []
    grounds = ", ".join(f"{how} {count}" for how, count in by_ground(linked.links))
    lines = [
        f"{linked.new} entities are new, {linked.same} come under a known id,"
        f" {len(linked.links)} are linked" + (f" ({grounds})" if grounds else "") + ","
        f" {len(linked.doubts)} doubtful pairs for a person",
    ]
    for mark, matches in (("=", linked.links), ("?", linked.doubts)):
        lines += [
            f"{mark} {m.name} ({m.local}) -> {m.known} {m.score:.2f}: {m.told('en')}"
            for m in matches[:_SHOWN]
        ]
        if len(matches) > _SHOWN:
            lines.append(f"{mark} … {len(matches) - _SHOWN} more")
    return lines


def _to_tables(arguments: argparse.Namespace) -> int:
    """Write the tables of a dataset that ships; ``kg build`` does the rest."""
    data = arguments.data or data_folder(load_settings())
    validator = Validator(arguments.ontology)
    terms = read_terms(validator.ontology)
    problems = Problems()
    bundles = read_bundles(data, terms, problems, only=(FIRST,))
    problems.stop_if_any()
    first = bundles[0][1]
    importer = Importer(
        validator,
        terms,
        KnownEntities(first.entities),
        home=home_of(data),
    )
    mapping = read_mapping(arguments.mapping) if arguments.mapping else None
    found = importer.read(arguments.files, mapping)
    report(found)
    found.problems.stop_if_any()
    if arguments.dry_run:
        return 0
    arguments.tables.mkdir(parents=True, exist_ok=True)
    for form, rows in found.rows.items():
        path = arguments.tables / f"{form}.csv"
        text = table_text(form, rows)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.name}: {len(rows)} rows written", file=sys.stderr)
    return 0


def report(found: Import) -> None:
    """What was read and what it became."""
    for name, count in found.read.items():
        print(f"{name}: {count} rows read", file=sys.stderr)
    bundle = found.bundle
    print(
        f"{len(bundle.entities)} entities, {len(bundle.statements)} statements,"
        f" {len(bundle.observations)} figures, {len(bundle.sources)} sources,"
        f" {len(found.triples)} triples",
        file=sys.stderr,
    )
