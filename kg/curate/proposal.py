"""A dataset that could be published, and what that would change."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg import vocab
from kg.curate.batch import Batch
from kg.curate.build import write_turtle
from kg.curate.changes import Changes
from kg.curate.linking import Linked
from kg.curate.problem import Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.turtle import TurtleWriter
from kg.model import Triple
from kg.model.facts import Bundle


@dataclass
class Proposal:
    """A dataset that could be published, and what that would change.

    Attributes:
        dataset: its local id.
        read: rows read, by table.
        problems: what is wrong; nothing is published when there is any.
        shared: entities that other datasets have too.
        linked: rows that were linked to what is known, or may be; ``None`` for RDF.
        batch: the tables as they were read; ``None`` for RDF.
        bundle: what the rows state; ``None`` for RDF.
        generation: of the store that it was compared with.
    """

    dataset: str
    triples: Sequence[Triple]
    changes: Changes
    problems: Problems
    read: dict[str, int] = field(default_factory=dict)
    shared: int = 0
    entities: int = 0
    files: tuple[str, ...] = ()
    linked: Linked | None = None
    batch: Batch | None = None
    bundle: Bundle | None = None
    generation: str = ""

    @property
    def text(self) -> str:
        """Its state as Turtle."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "state.ttl"
            self.write(path)
            return path.read_text(encoding="utf-8")

    def write(self, path: Path, progress: Progress = silent) -> str:
        """Write its state as Turtle, the same bytes for the same facts.

        Returns:
            SHA-256 of the file.
        """
        triples = watched(self.triples, progress, "write", len(self.triples))
        if self.bundle is not None:
            return write_turtle(path, self.bundle, triples, vocab.BASE)
        return TurtleWriter().write_file(path, triples)
