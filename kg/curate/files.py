"""Which files make the ontology. Nothing slow to import here: start-up needs it."""

from __future__ import annotations

from pathlib import Path

from kg.errors import ConfigError


def home_of(data: Path) -> Path:
    """The folder that paths of stored sources start from.

    The one that holds ``data/``, so that they read ``data/sources/…``; a region's
    folder of another name is its own home, and they read ``sources/…``.
    """
    data = data.resolve()
    return data.parent if data.name == "data" else data


def ontology_files(folder: Path) -> list[Path]:
    """The files of classes, properties and schemes: not shapes, not rules.

    Raises:
        ConfigError: if the folder has none.
    """
    files = sorted(folder.glob("*.ttl")) + sorted(folder.glob("schemes/*.ttl"))
    if not files:
        raise ConfigError(
            f"There is no ontology in {folder}.",
            zh=f"{folder} 中没有本体文件。",
            hint="Expected ontology/*.ttl.",
        )
    return files
