"""What the operator says about a remote store, as plain values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

AuthScheme = Literal["none", "basic", "digest", "bearer"]


@dataclass(frozen=True, slots=True)
class RemoteOptions:
    """Addresses, credentials and bounds of a remote store.

    Attributes:
        query_urls: SPARQL query endpoints; the first belongs to the server that
            is written to, the others are read replicas of it.
        update_url: SPARQL update endpoint; empty: the store is read-only.
        graph_store_url: Graph Store Protocol endpoint, for bulk load.
        auth: how updates and uploads authenticate.
        auth_reads: whether queries send the credentials too.
        user: for ``basic`` and ``digest``.
        password: for ``basic`` and ``digest``.
        token: for ``bearer``.
        parameters: form fields of the server's own that go with each query;
            ``{timeout_ms}`` and ``{timeout_s}`` stand for the time left.
        space: IRI prefix of the graphs the store keeps for itself.
        connect_timeout_s: time to reach the server.
        write_timeout_s: time of one update or upload.
        read_retries: how often a failed read is tried again.
        backoff_s: pause before the first repetition; it doubles.
        pool_size: connections kept for each server.
        batch_triples: triples of one upload.
        max_answer_bytes: a longer answer is refused.
        refresh_s: age at which the published generation is looked up anew.
        ca_file: certificates to trust instead of the system's.
    """

    query_urls: tuple[str, ...]
    update_url: str = ""
    graph_store_url: str = ""
    auth: AuthScheme = "none"
    auth_reads: bool = False
    user: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    parameters: tuple[tuple[str, str], ...] = ()
    space: str = "urn:life-valley:"
    connect_timeout_s: float = 5.0
    write_timeout_s: float = 600.0
    read_retries: int = 2
    backoff_s: float = 0.2
    pool_size: int = 8
    batch_triples: int = 50_000
    max_answer_bytes: int = 268_435_456
    refresh_s: float = 1.0
    ca_file: str = ""
