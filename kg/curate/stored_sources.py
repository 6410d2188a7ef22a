"""The stored sources of a folder, found by their checksums."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kg.curate.quote import StoredText

_NO_SOURCES = frozenset({"tables", "store", "cache", "datasets"})


@dataclass(frozen=True)
class StoredSources:
    """The stored sources of a folder, found by checksum.

    Attributes:
        paths: checksum to path, relative to the project's folder.
        texts: checksum to text.
    """

    paths: Mapping[str, str] = field(default_factory=dict)
    texts: Mapping[str, StoredText] = field(default_factory=dict)

    @classmethod
    def of(cls, home: Path) -> StoredSources:
        """Those in the folders of the data, tables apart.

        Args:
            home: holds ``data/``, or is the data folder itself (``home_of``).
        """
        paths: dict[str, str] = {}
        texts: dict[str, StoredText] = {}
        data = home / "data" if (home / "data").is_dir() else home
        for path in sorted(data.glob("*/*")):
            if path.parent.name in _NO_SOURCES or not path.is_file():
                continue
            content = path.read_bytes()
            checksum = hashlib.sha256(content).hexdigest()
            paths[checksum] = path.relative_to(home).as_posix()
            with suppress(UnicodeDecodeError):
                texts[checksum] = StoredText(content.decode("utf-8"))
        return cls(paths, texts)
