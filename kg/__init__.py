"""Life Valley: a knowledge graph with the sentence behind every statement.

Each sub-package is a room. A room may import the rooms below it and never one
above or beside it (kept by import-linter, see ``pyproject.toml``)::

    cli -> web -> wiring -> config
        -> (curate | query | search | analysis | draw)
        -> store -> model -> vocab -> errors
"""

__version__ = "0.1.0"
