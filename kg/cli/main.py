"""Finds the command, runs it, turns errors into a message and an exit code."""

from __future__ import annotations

import argparse
import importlib
import logging
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

import kg.cli
from kg.base import base_iri
from kg.errors import (
    ConfigError,
    DataError,
    KGError,
    QueryRefusedError,
    QueryTimeoutError,
    StoreError,
    ValidationError,
)

EXIT_CODES: tuple[tuple[type[KGError], int], ...] = (
    (ValidationError, 1),
    (DataError, 1),
    (QueryTimeoutError, 3),
    (QueryRefusedError, 4),
    (StoreError, 3),
    (ConfigError, 2),
    (KGError, 2),
)
BUG = 70


def commands(only: str = "") -> list[ModuleType]:
    """The modules of this folder that are commands, by name.

    Args:
        only: the one command that is wanted; all if there is none of this name.
            Loading the others costs a service a second at its start.
    """
    names = [i.name for i in pkgutil.iter_modules(kg.cli.__path__) if i.name != "main"]
    file = only.replace("-", "_")
    wanted = [file] if file in names else names
    found = (importlib.import_module(f"kg.cli.{name}") for name in wanted)
    return sorted((m for m in found if hasattr(m, "NAME")), key=lambda m: str(m.NAME))


def build_parser(only: str = "") -> argparse.ArgumentParser:
    """The parser with every command, or with the one that is wanted."""
    parser = argparse.ArgumentParser(prog="kg", description=kg.__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=kg.__version__)
    parser.add_argument("-v", "--verbose", action="store_true", help="say more")
    subparsers = parser.add_subparsers(dest="command", required=True)
    for module in commands(only):
        command = subparsers.add_parser(
            module.NAME,
            help=module.HELP,
            description=module.__doc__,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.configure(command)
        command.set_defaults(run=module.run)
    return parser


def exit_code(error: KGError) -> int:
    """The exit code of an error: that of its nearest class in the table."""
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


def told(error: KGError) -> int:
    """Tell a person what is wrong, in both languages; the exit code."""
    print(f"kg: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"    {error.hint}", file=sys.stderr)
    if error.zh != error.message:
        print(f"    {error.zh}", file=sys.stderr)
    if error.hint_zh and error.hint_zh != error.hint:
        print(f"    {error.hint_zh}", file=sys.stderr)
    return exit_code(error)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Returns:
        The exit code (see the room's docstring).
    """
    given = list(sys.argv[1:] if argv is None else argv)
    try:
        base_iri()  # every command is made of it; a wrong one is told, not traced
    except ConfigError as error:
        return told(error)
    arguments = build_parser(given[0] if given else "").parse_args(given)
    logging.basicConfig(
        level=logging.DEBUG if arguments.verbose else logging.WARNING,
        stream=sys.stderr,
        format="%(levelname)s %(name)s: %(message)s",
    )
    try:
        return int(arguments.run(arguments))
    except KGError as error:
        return told(error)
    except BrokenPipeError:
        return 0
    except Exception:
        logging.getLogger(__name__).exception("unexpected error")
        print("kg: this is a bug; the lines above tell where.", file=sys.stderr)
        return BUG
