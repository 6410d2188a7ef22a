"""Arrays on disk, read as memory that the system may take back when it is short.

A folder of ``.npy`` files with ``facts.json``, whole or not at all. Nothing in it is
code: files that somebody else wrote can be wrong, but run nothing.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Array = NDArray[Any]
Kept = Array | sparse.csr_array
_FACTS = "facts.json"
_MATRIX = ("data", "indices", "indptr")


def write_arrays(
    folder: Path, arrays: Mapping[str, Kept], facts: Mapping[str, Any]
) -> None:
    """Write arrays and sparse matrices by name, and facts of JSON's types.

    A reader finds the folder whole or not at all; one that is there is replaced.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=folder.parent, suffix=".part"))
    try:
        shapes: dict[str, tuple[int, ...]] = {}
        for name, value in arrays.items():
            if isinstance(value, sparse.csr_array):
                value.sort_indices()
                shapes[name] = tuple(int(n) for n in value.shape)
                for part in _MATRIX:
                    np.save(draft / f"{name}.{part}.npy", getattr(value, part))
            else:
                np.save(draft / f"{name}.npy", value)
        told = {"facts": dict(facts), "matrices": shapes}
        text = json.dumps(told, ensure_ascii=False)
        (draft / _FACTS).write_text(text, encoding="utf-8")
        draft.chmod(0o755)
        if folder.exists():
            folder.rename(draft.with_suffix(".old"))
        draft.rename(folder)
    finally:
        for left in (draft, draft.with_suffix(".old")):
            shutil.rmtree(left, ignore_errors=True)


def read_arrays(folder: Path) -> tuple[dict[str, Any], dict[str, Any]] | None:
    """The arrays by name and the facts; none if they are not there or damaged.

    Arrays are mapped, not read: what is not asked for stays on disk.
    """
    try:
        told = json.loads((folder / _FACTS).read_text(encoding="utf-8"))
        found: dict[str, Any] = {}
        for path in sorted(folder.glob("*.npy")):
            # As a plain array: the subclass costs time at each step and adds nothing.
            mapped = np.load(path, mmap_mode="r", allow_pickle=False)
            found[path.name.removesuffix(".npy")] = np.asarray(mapped)
        for name, shape in told["matrices"].items():
            parts = tuple(found.pop(f"{name}.{part}") for part in _MATRIX)
            matrix = sparse.csr_array(parts, shape=tuple(shape), copy=False)
            matrix.has_sorted_indices = True
            found[name] = matrix
        return found, told["facts"]
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None


def sweep_folders(folder: Path, kind: str, keep: int = 2) -> None:
    """Remove all but the newest folders of a kind; who has one mapped may go on."""
    found = [p for p in folder.glob(f"{kind}-*") if p.is_dir()]
    found.sort(key=lambda p: p.stat().st_mtime)
    for old in found[:-keep]:
        shutil.rmtree(old, ignore_errors=True)
