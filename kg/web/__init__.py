"""The web door: one blueprint for each family of addresses.

The only room that imports Flask. A blueprint is a module with ``blueprint``;
``app.py`` lists them. Pages are rendered here and work without JavaScript where
that makes sense; nothing is loaded from another host.
"""

from kg.web.app import create_app

__all__ = ["create_app"]
