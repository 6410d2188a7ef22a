"""Where the HTTP server begins: first the spawner, then everything else.

The spawner loads the engine on another core while this process loads the web.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from kg.config import load_settings
from kg.store.process import prepare_spawner

if TYPE_CHECKING:
    from kg.web.front import Front


def application() -> Front:
    """The front door, from the settings of the environment."""
    settings = load_settings()
    if settings["store"].startswith("file:"):
        prepare_spawner()
    from kg.web.door import build_front, set_up_logging
    from kg.wiring import build_parts

    set_up_logging(settings)
    parts = build_parts(settings)
    front = build_front(parts)
    # After the front door: the workers of queries must be there before threads.
    threading.Thread(target=parts.warm, daemon=True).start()
    return front
