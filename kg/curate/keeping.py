"""Keeps ``lvg:inferred`` current while writers change graphs one by one.

``kg import`` and ``kg build`` publish facts and what follows from them in one
step. A write through SPARQL Update or the Graph Store Protocol is answered when
it is durable; what follows from it is computed right after, by one thread, from
the state it read, and is published only if that is still the current one. So no
write waits for the rules, and conclusions never come from a mixture of states.
"""

from __future__ import annotations

import logging
import threading
from typing import Final

from kg import vocab
from kg.curate.infer import conclusions
from kg.curate.publication import DERIVED, premises
from kg.errors import KGError, PreconditionError
from kg.store.base import GraphWrite, ServiceStore
from kg.store.scratch import ScratchStore

LOG = logging.getLogger(__name__)
_ALIASES: Final = 100


class Conclusions:
    """Computes ``lvg:inferred`` anew after writes.

    Args:
        store: with the ontology; one without is left as it is.
        most_triples: of a store that is inferred anew by itself; a larger one
            is only said to be stale, because all its claims are read.
    """

    def __init__(self, store: ServiceStore, most_triples: int) -> None:
        self._store = store
        self._most_triples = most_triples
        self._lock = threading.Lock()
        self._is_asked = self._is_running = False
        self._same: dict[str, str] = {}
        self.state = "current"

    def note_write(self) -> None:
        """A graph was written: infer anew, soon, in a thread."""
        with self._lock:
            self._is_asked = True
            self.state = "stale"
            if self._is_running:
                return
            self._is_running = True
        threading.Thread(target=self._run, name="conclusions", daemon=True).start()

    def equal_for_writers(self, generation: str) -> set[str]:
        """Generations that differ from this one by conclusions alone.

        A writer that holds the validator of one of them has seen everything
        that writers said.
        """
        with self._lock:
            found = {generation}
            for before, after in reversed(self._same.items()):
                if after in found:
                    found.add(before)
            return found

    def _run(self) -> None:
        while True:
            with self._lock:
                if not self._is_asked:
                    self._is_running = False
                    return
                self._is_asked = False
            state = self._once()
            with self._lock:
                if not self._is_asked:
                    self.state = state

    def _once(self) -> str:
        try:
            return self.renew()
        except PreconditionError:
            with self._lock:  # somebody wrote meanwhile: look again
                self._is_asked = True
            return "stale"
        except KGError as error:
            LOG.exception("conclusions could not be computed")
            return f"stale: {error.message}"
        except Exception:
            LOG.exception("conclusions could not be computed")
            return "stale: see the log"

    def renew(self) -> str:
        """Infer anew from the current generation.

        Returns:
            ``current``, or ``stale`` with the reason.

        Raises:
            PreconditionError: if somebody wrote meanwhile; nothing is changed.
        """
        store = self._store
        generation = store.generation
        graphs = store.graphs()
        if vocab.ONTOLOGY_GRAPH not in graphs:
            return "current"  # no rules
        count = sum(graphs.values())
        if count > self._most_triples:
            return (
                f"stale: {count:,} triples are more than infer_max_triples"
                f" ({self._most_triples:,}); publish with kg import"
            )
        found = conclusions(ScratchStore(premises(store, DERIVED)))
        if not found and vocab.INFERRED_GRAPH not in graphs:
            return "current"
        lines = (f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in found)
        document = "".join(lines).encode()
        write = GraphWrite(
            vocab.INFERRED_GRAPH, "replace", (("application/n-triples", document),)
        )
        done = store.write_graph(write, expected=generation)
        with self._lock:
            if done.generation != generation:
                self._same[generation] = done.generation
                while len(self._same) > _ALIASES:
                    del self._same[next(iter(self._same))]
        return "current"
