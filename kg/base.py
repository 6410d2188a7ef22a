"""What identifiers start with: the one setting that must be known before all others.

A process serves, builds or imports one region, and a region has one base IRI:
its things are ``<base>id/…``, its graphs ``<base>graph/…``. ``kg.vocab`` makes
its constants from it when it is loaded, so it is read here, from the same two
places as every other setting that a program gets at its start: the environment
(``KG_BASE_IRI``) and the settings file (``base_iri``).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

from kg.errors import ConfigError

PRODUCT = "https://w3id.org/life-valley/"
SETTINGS_FILE = "kg.toml"
_BASE = re.compile(r"https?://[^\s<>\"{}|\\^`]+[/#]")


def settings_file(environment: Mapping[str, str]) -> Path | None:
    """The TOML file of settings: what ``KG_CONFIG`` names, else ``kg.toml`` here."""
    if environment.get("KG_CONFIG"):
        return Path(environment["KG_CONFIG"])
    here = Path(SETTINGS_FILE)
    return here if environment is os.environ and here.is_file() else None


def checked(base: str) -> str:
    """The base, if it can be one.

    Raises:
        ConfigError: if it is no web address that ends with ``/`` or ``#``.
    """
    if not _BASE.fullmatch(base):
        raise ConfigError(
            f"{base!r} cannot be a base: it starts with http and ends with / or #.",
            zh=f"{base!r} 不能作为基础 IRI：应以 http 开头，以 / 或 # 结尾。",
            hint="For example https://example.org/delta/ (setting base_iri).",
            hint_zh="例如 https://example.org/delta/（设置 base_iri）。",
        )
    return base


def base_iri(environment: Mapping[str, str] | None = None) -> str:
    """The base of this process: environment, settings file, that of the product.

    A file that cannot be read is told by who reads all settings, not here.

    Raises:
        ConfigError: if it can be no base.
    """
    environment = os.environ if environment is None else environment
    said = environment.get("KG_BASE_IRI", "")
    if not said and (file := settings_file(environment)):
        try:
            said = str(tomllib.loads(file.read_text("utf-8")).get("base_iri", ""))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
            said = ""
    return checked(said) if said else PRODUCT
