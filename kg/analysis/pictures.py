"""The picture of a large graph, of its generation or of the one before."""

from __future__ import annotations

from pathlib import Path

from kg.analysis.large import Picture, read_picture
from kg.shelf import Keeper


class Pictures:
    """Finds the picture that fits.

    Args:
        folder: where pictures lie.
        keeper: has one made that is missing.
    """

    def __init__(self, folder: Path, keeper: Keeper) -> None:
        self._folder = folder
        self._keeper = keeper
        self._picture: Picture | None = None

    def of(self, generation: str) -> Picture:
        """The picture of a generation; while it is made, the one before.

        Raises:
            PreparingError: if none was ever made.
        """
        found = self._picture
        if found is not None and found.generation == generation:
            return found
        found = read_picture(self._folder, generation)
        if found is None:
            self._keeper.start()
            found = self._picture or self._older()
        if found is None:
            raise self._keeper.not_yet()
        self._picture = found
        return found

    def _older(self) -> Picture | None:
        files = self._folder.glob("picture-*.json")
        for path in sorted(files, key=lambda p: -p.stat().st_mtime):
            name = path.name.removeprefix("picture-").removesuffix(".json")
            if (found := read_picture(self._folder, name)) is not None:
                return found
        return None
