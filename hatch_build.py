"""Hatchling's hook: the front end is built when the package is.

Node comes from a build dependency and only when there is something to build, so
that installing again costs nothing.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class FrontendHook(BuildHookInterface[Any]):
    """Builds ``frontend/`` into ``kg/web/static`` before the wheel is made."""

    PLUGIN_NAME = "custom"

    def _frontend(self) -> ModuleType:
        path = Path(self.root) / "frontend" / "build.py"
        spec = importlib.util.spec_from_file_location("frontend_build", path)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    def dependencies(self) -> list[str]:
        """Node, if the built files are not current."""
        frontend = self._frontend()
        return [] if frontend.is_current() else [str(frontend.NODE_REQUIREMENT)]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build; a failure stops the installation and says why."""
        if self._frontend().build():
            self.app.display_info("Front end built into kg/web/static")
