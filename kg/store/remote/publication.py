"""Named graphs replaced all or nothing, on a server without such an operation.

1. Stage: batches go to graphs nobody sees (``staging``). A break costs nothing.
2. The plan is written into the catalogue (where the swap is not atomic).
3. Swap: the default graph changes, the named graphs get their content, the
   catalogue gets the new generation. Where one request of several updates is
   atomic, that is one request. Elsewhere the default graph is built beside the
   old one, the catalogue says ``swapping``, and readers are refused until the
   named graphs are in place. Each step may be run again, so a swap that broke
   off is finished by the next writer.
4. The staging graphs go.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Iterable, Mapping, Sequence

from kg import vocab
from kg.errors import KGError, PreconditionError, StoreProtocolError
from kg.model import Triple
from kg.store.embedded import other_generation
from kg.store.remote.adoption import adopt
from kg.store.remote.catalogue import (
    TERMS,
    Catalogue,
    Plan,
    catalogue_graph,
    default_graph,
    genid,
    set_published,
    set_value,
)
from kg.store.remote.endpoint import Endpoint
from kg.store.remote.options import RemoteOptions
from kg.store.remote.staging import Progress, skolemised, stage
from kg.store.remote.writing import Writer

LOCK_EXPIRES_S = 120.0


class Publisher:
    """Makes generations on one server."""

    def __init__(
        self, options: RemoteOptions, writer: Writer, primary: Endpoint
    ) -> None:
        self._options = options
        self._space = options.space
        self._writer = writer
        self._primary = primary
        self._token = secrets.token_hex(8)

    def publish(
        self,
        graphs: Mapping[str, Iterable[Triple] | None],
        progress: Progress | None = None,
        expected: str = "",
    ) -> str:
        """Replace or remove graphs; see the module.

        Args:
            graphs: IRI to new content; ``None`` removes.
            progress: told of each batch that is stored.
            expected: the generation it must start from; empty for any.

        Returns:
            The new generation.

        Raises:
            PreconditionError: if another writer is at work, or the store is at
                another generation.
            StoreError, QueryTimeoutError: as ``Writer`` does; afterwards the
                old generation is served, or the next call finishes the new one.
        """
        self._lock()
        try:
            catalogue = self._recovered()
            if expected and expected != catalogue.generation:
                raise other_generation(expected, catalogue.generation)
            staged = self._stage(graphs, progress)
            plan = Plan(
                catalogue.serial + 1,
                secrets.token_hex(6),
                staged,
                [graph for graph in graphs if graph not in staged],
            )
            self._swap(catalogue, plan)
            return plan.generation
        finally:
            self._unlock()

    def adopt(self, graphs: Sequence[str], *, with_unnamed: bool) -> str:
        """Have graphs of the server count; see ``kg.store.remote.adoption``."""
        self._lock()
        try:
            return adopt(
                self._options,
                self._writer,
                self._recovered(),
                graphs,
                with_unnamed=with_unnamed,
            )
        finally:
            self._unlock()

    def recover(self) -> None:
        """Finish, or drop, a publication that broke off."""
        self._lock()
        try:
            self._recovered()
        finally:
            self._unlock()

    def _catalogue(self) -> Catalogue:
        return self._primary.catalogue(self._writer.deadline(), fresh=True)

    def _recovered(self) -> Catalogue:
        """Finish a swap that broke off; forget a plan whose swap never began."""
        catalogue = self._catalogue()
        if catalogue.plan is None:
            return catalogue
        if catalogue.swapping:
            self._swap(catalogue, catalogue.plan)
        else:
            self._writer.update(set_value(self._space, "plan", None))
        return self._catalogue()

    def _stage(
        self,
        graphs: Mapping[str, Iterable[Triple] | None],
        progress: Progress | None,
    ) -> dict[str, list[str]]:
        staged: dict[str, list[str]] = {}
        for graph, triples in graphs.items():
            if triples is None:
                continue
            done = 0

            def stored(count: int, graph: str = graph) -> None:
                nonlocal done
                done += count
                if progress is not None:
                    progress(graph, done)
                self._keep_lock()

            staged[graph] = stage(
                self._writer,
                skolemised(triples, genid(self._space)),
                self._space,
                self._options.batch_triples,
                stored,
            )
        return staged

    def _swap(self, catalogue: Catalogue, plan: Plan) -> None:
        merged = {g: self._merged(g, plan) for g, parts in plan.staged.items() if parts}
        counts = {g: self._writer.count(m) for g, m in merged.items()}
        published = (catalogue.graphs - set(plan.removed)) | set(plan.staged)
        content = [f"COPY GRAPH <{m}> TO GRAPH <{g}>" for g, m in merged.items()]
        content += [
            f"DROP SILENT GRAPH <{graph}>"
            for graph in [*plan.removed, *plan.staged]
            if graph not in merged
        ]
        if self._writer.is_atomic:
            default = catalogue.default
            first = self._changed_default(catalogue, plan, merged)
        else:
            default, first = self._default_beside(catalogue, plan, merged)
            for operation in first:
                self._writer.update([operation])
                self._keep_lock()
        finish = set_published(
            self._space, plan.serial, plan.generation, frozenset(published), default
        )
        if self._writer.is_atomic:
            self._writer.update([*first, *content, *finish])
            self._verify(default, counts)
        else:
            self._writer.update(set_value(self._space, "plan", plan.text()))
            self._writer.update(set_value(self._space, "state", "swapping"))
            for operation in content:
                self._writer.update([operation])
                self._keep_lock()
            self._verify(default, counts)
            self._writer.update(finish)
        self._primary.forget()
        self._clean(catalogue, plan, [*merged.values()], default)

    def _merged(self, graph: str, plan: Plan) -> str:
        """One graph with the whole new content of ``graph``."""
        parts = plan.staged[graph]
        if len(parts) == 1:
            return parts[0]
        whole = f"{self._space}staging/{plan.generation}/{_digest(graph)}"
        for part in parts:
            self._writer.update([f"ADD GRAPH <{part}> TO GRAPH <{whole}>"])
            self._keep_lock()
        for part in parts:
            if self._writer.lacks(whole, part):
                raise _lost(graph)
        return whole

    def _changed_default(
        self, catalogue: Catalogue, plan: Plan, merged: Mapping[str, str]
    ) -> list[str]:
        """Updates that change the default graph where it stands.

        It loses what no graph will have and gains what is new, so the price is
        that of the change.
        """
        default = catalogue.default
        changed = set(plan.staged) | set(plan.removed)
        seen = _seen(merged)
        stay = catalogue.graphs - changed - vocab.HIDDEN_GRAPHS
        keep = sorted(stay) + sorted(seen)
        kept = " ".join(
            f"FILTER NOT EXISTS {{ GRAPH <{g}> {{ ?s ?p ?o }} }}" for g in keep
        )
        made = [
            f"DELETE {{ GRAPH <{default}> {{ ?s ?p ?o }} }} "
            f"WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} {kept} }}"
            for graph in sorted(changed & catalogue.graphs - vocab.HIDDEN_GRAPHS)
        ]
        return made + [f"ADD GRAPH <{m}> TO GRAPH <{default}>" for m in seen]

    def _default_beside(
        self, catalogue: Catalogue, plan: Plan, merged: Mapping[str, str]
    ) -> tuple[str, list[str]]:
        """A new default graph beside the one that is served, for Virtuoso.

        What it commits is seen row by row, and its DELETE by pattern costs the
        square of what it removes (1,000 triples 0.1 s, 12,000 40 s), so the
        union is built anew from the graphs, at the price of the whole.
        """
        changed = set(plan.staged) | set(plan.removed)
        default = f"{default_graph(self._space)}/{plan.generation}"
        stay = catalogue.graphs - changed - vocab.HIDDEN_GRAPHS
        sources = sorted(_seen(merged)) + sorted(stay)
        return default, [
            f"CLEAR SILENT GRAPH <{default}>",
            *(f"ADD GRAPH <{graph}> TO GRAPH <{default}>" for graph in sources),
        ]

    def _verify(self, default: str, counts: Mapping[str, int]) -> None:
        for graph, expected in counts.items():
            shown = graph not in vocab.HIDDEN_GRAPHS
            if self._writer.count(graph) != expected or (
                shown and self._writer.lacks(default, graph)
            ):
                raise _lost(graph)

    def _clean(
        self, catalogue: Catalogue, plan: Plan, merged: list[str], default: str
    ) -> None:
        spare = {part for parts in plan.staged.values() for part in parts}
        spare |= set(merged)
        if catalogue.default != default:
            spare.add(catalogue.default)
        for graph in sorted(spare):
            self._writer.update([f"DROP SILENT GRAPH <{graph}>"])

    def _lock(self) -> None:
        """Take the writer's place, or find it taken.

        A lock that was not renewed for two minutes belongs to a writer that
        died. Of two that come at the same moment the lower token stays.
        """
        now = time.time()
        locks = self._catalogue().locks
        others = {t: s for t, s in locks.items() if t != self._token}
        if any(now - seen < LOCK_EXPIRES_S for seen in others.values()):
            raise _taken()
        self._write_lock(now, drop_all=True)
        alive = [
            t
            for t, seen in self._catalogue().locks.items()
            if now - seen < LOCK_EXPIRES_S
        ]
        if alive and min(alive) != self._token:
            self._unlock()
            raise _taken()

    def _write_lock(self, now: float, *, drop_all: bool = False) -> None:
        graph = catalogue_graph(self._space)
        self._locked_at = now
        mine = "" if drop_all else f"FILTER(STRSTARTS(?o, '{self._token} '))"
        self._writer.update(
            [
                f"DELETE {{ GRAPH <{graph}> {{ ?s <{TERMS}lock> ?o }} }} "
                f"WHERE {{ GRAPH <{graph}> {{ ?s <{TERMS}lock> ?o {mine} }} }}",
                f"INSERT DATA {{ GRAPH <{graph}> {{ <{self._space}store> "
                f'<{TERMS}lock> "{self._token} {now:.0f}" }} }}',
            ]
        )

    def _keep_lock(self) -> None:
        if time.time() - self._locked_at > LOCK_EXPIRES_S / 4:
            self._write_lock(time.time())

    def _unlock(self) -> None:
        graph = catalogue_graph(self._space)
        try:
            self._writer.update(
                [
                    f"DELETE {{ GRAPH <{graph}> {{ ?s <{TERMS}lock> ?o }} }} "
                    f"WHERE {{ GRAPH <{graph}> {{ ?s <{TERMS}lock> ?o "
                    f"FILTER(STRSTARTS(?o, '{self._token} ')) }} }}"
                ]
            )
        except KGError:
            # The server is gone; the lock expires, and this writer may renew it.
            return


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _taken() -> PreconditionError:
    return PreconditionError(
        "Another writer is publishing to the remote store.",
        zh="另一个写入者正在向远程存储发布。",
        hint="Wait for it; a writer that died is forgotten after two minutes.",
        hint_zh="请稍候；已中断的写入者会在两分钟后被忽略。",
    )


def _seen(merged: Mapping[str, str]) -> list[str]:
    """The staged graphs whose triples the default graph shows."""
    return [m for graph, m in merged.items() if graph not in vocab.HIDDEN_GRAPHS]


def _lost(graph: str) -> StoreProtocolError:
    return StoreProtocolError(
        f"The store lost triples of {graph} while it was published.",
        zh=f"发布 {graph} 时存储丢失了三元组。",
        hint="Publish again; see the log of the store.",
        hint_zh="请重新发布，并查看存储的日志。",
    )
