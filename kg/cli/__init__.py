"""The commands: one file each, found by name, no work done here.

A command is a module in this folder with ``NAME``, ``HELP``, ``configure(parser)``
and ``run(arguments) -> int``. stdout is data, stderr is talk.

Exit codes: 0 done; 1 ran and found violations; 2 wrong use or configuration;
3 store unreachable or timed out; 4 refused by the guard; 70 a bug.
"""

from kg.cli.main import main

__all__ = ["main"]
