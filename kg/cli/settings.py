"""Show every setting, its value and where it came from.

Example: ``kg settings``
"""

from __future__ import annotations

import argparse

from kg.config import load_settings

NAME = "settings"
HELP = "show every setting, its value and where it came from"


def configure(parser: argparse.ArgumentParser) -> None:
    """No arguments."""


def run(arguments: argparse.Namespace) -> int:
    """Print one setting a line, tab-separated: name, value, origin, help."""
    for row in load_settings().shown():
        print("\t".join((row["name"], row["value"], row["origin"], row["help"])))
    return 0
