r"""Bring in a dataset: check files, show what they would change, and publish it.

Files are CSV, TSV, XLSX (our own tables, or any columns with a mapping), Turtle
or JSON-LD. Nothing is written when anything is wrong; the same files twice
change nothing.

Examples:
  kg import --guess firms.xlsx                    show a mapping for its columns
  kg import --mapping firms.toml firms.xlsx --dry-run
  kg import --mapping firms.toml firms.xlsx
  kg import --template entities                   a header row to fill in
  kg import --mapping data/public-facts/mapping.toml \
      --tables data/tables/public-facts data/public-facts/*.csv
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kg.curate.build import FIRST, read_bundles
from kg.curate.facts import KnownEntities
from kg.curate.importing import Import, Importer, table_text
from kg.curate.mapping import read_mapping
from kg.curate.ontology import read_terms
from kg.curate.problem import Problems
from kg.curate.table import FORMS
from kg.curate.triples import Writer
from kg.curate.validation import Validator
from kg.wiring import shipped

NAME = "import"
HELP = "bring in a dataset from CSV, TSV, XLSX, Turtle or JSON-LD"


def configure(parser: argparse.ArgumentParser) -> None:
    """Files, and where they go."""
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--mapping", type=Path, help="TOML file for foreign columns")
    parser.add_argument("--tables", type=Path, help="write tables, not the store")
    parser.add_argument("--dry-run", action="store_true", help="write nothing")
    parser.add_argument("--template", choices=sorted(FORMS), help="print a header row")
    parser.add_argument("--data", type=Path, default=shipped("data"))
    parser.add_argument("--ontology", type=Path, default=shipped("ontology"))


def run(arguments: argparse.Namespace) -> int:
    """Import, and report."""
    if arguments.template:
        print(",".join(FORMS[arguments.template].columns))
        return 0
    return _to_tables(arguments)


def _to_tables(arguments: argparse.Namespace) -> int:
    """Write the tables of a dataset that ships; ``kg build`` does the rest."""
    validator = Validator(arguments.ontology)
    terms = read_terms(validator.ontology)
    problems = Problems()
    bundles = read_bundles(arguments.data, terms, problems, only=(FIRST,))
    problems.stop_if_any()
    first = bundles[0][1]
    importer = Importer(
        validator,
        terms,
        KnownEntities(first.entities),
        home=arguments.data.parent,
        context=Writer(first, terms, KnownEntities()).triples(),
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
