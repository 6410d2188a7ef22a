"""The web door: one blueprint for each family of addresses.

The only room that imports Flask. A blueprint is a module with ``blueprint``;
``app.py`` lists them. Pages are rendered here and work without JavaScript where
that makes sense; nothing is loaded from another host.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from kg.wiring import Parts

__all__ = ["create_app"]


def create_app(parts: Parts) -> Flask:
    """Build the application around the parts (loads Flask only now)."""
    from kg.web import app

    return app.create_app(parts)
