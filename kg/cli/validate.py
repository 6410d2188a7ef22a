"""Validate RDF files against the shapes and the checks of the ontology.

Example: ``kg validate data/triples.ttl``; exit code 1 when anything is found.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from kg.curate.validation import Validator
from kg.store.scratch import read_triples
from kg.wiring import shipped

NAME = "validate"
HELP = "validate RDF files against shapes and checks"


def configure(parser: argparse.ArgumentParser) -> None:
    """The files, taken together as one graph."""
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--ontology", type=Path, default=shipped("ontology"))
    parser.add_argument(
        "--language", choices=("zh", "en", "both"), default="both", help="of the report"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print one line a violation and language, then the count."""
    triples = [t for path in arguments.files for t in read_triples(path)]
    found = Validator(arguments.ontology).violations(triples)
    languages = ("zh", "en") if arguments.language == "both" else (arguments.language,)
    for violation in found:
        for language in languages:
            print(violation.text(language))
    print(f"{len(triples)} triples, {len(found)} violation(s)")
    return 1 if found else 0
