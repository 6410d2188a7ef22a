"""RDF files, read triple by triple or named, for a store to load as they are."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph as ox

from kg.errors import DataError
from kg.model import Triple
from kg.store.terms import model_triple

FORMATS: dict[str, ox.RdfFormat] = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}


@dataclass(frozen=True)
class FileTriples:
    """The triples of RDF files; a store may load the files as they are.

    Attributes:
        paths: each with a suffix of ``FORMATS`` and triples in one graph only.
    """

    paths: tuple[Path, ...]

    def __iter__(self) -> Iterator[Triple]:
        for path in self.paths:
            yield from read_triples(path)


def read_triples(path: Path, suffix: str = "") -> Iterator[Triple]:
    """Read the triples of an RDF file, whatever graph they stand in.

    Args:
        path: of the file.
        suffix: tells the format when the file's own suffix does not.

    Raises:
        DataError: if the format is unknown or the file does not parse; the
            message has line and column.
    """
    suffix = suffix or path.suffix.lower()
    if suffix not in FORMATS:
        raise DataError(
            f"{path.name}: {suffix or 'no suffix'} is not a format of RDF known here.",
            zh=f"{path.name}：无法识别的 RDF 格式 {suffix}。",
            hint="Use " + ", ".join(FORMATS) + ".",
            hint_zh="可用：" + "、".join(FORMATS) + "。",
        )
    with telling(path):
        for quad in ox.parse(path=str(path), format=FORMATS[suffix]):
            yield model_triple(quad)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn what the parser raises into an error that names the file."""
    try:
        yield
    except (SyntaxError, ValueError, OSError) as exc:
        raise DataError(
            f"{path.name} cannot be read: {exc}",
            zh=f"无法读取 {path.name}：{exc}",
            hint="Correct the file at the position given.",
            hint_zh="请在所示位置修正文件。",
        ) from exc
