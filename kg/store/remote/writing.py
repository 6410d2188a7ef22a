"""Updates and uploads to the one server that is written to."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from urllib.parse import urlencode

from kg.errors import StoreError, StoreProtocolError, StoreReadOnlyError
from kg.store.remote import results
from kg.store.remote.catalogue import genid
from kg.store.remote.endpoint import Endpoint
from kg.store.remote.options import RemoteOptions
from kg.store.remote.transport import Answer, Deadline, Request, Transport

_DONE = {200, 201, 204}
_ANSWER_BYTES = 1_000_000
_log = logging.getLogger(__name__)


class Writer:
    """Sends what changes data. Nothing here is ever sent twice by itself."""

    def __init__(
        self, options: RemoteOptions, transport: Transport, primary: Endpoint
    ) -> None:
        self._options = options
        self._transport = transport
        self._primary = primary
        self._atomic: bool | None = None

    def deadline(self) -> Deadline:
        """The time one update or upload may take."""
        return Deadline(self._options.write_timeout_s)

    @property
    def is_atomic(self) -> bool:
        """Whether one request of several updates takes effect as a whole.

        SPARQL 1.1 Update, section 2.2, says that it should. Virtuoso commits
        row by row.
        """
        if self._atomic is None:
            answer = self._primary.query("ASK {}", (), results.JSON, self.deadline())
            self._atomic = "virtuoso" not in answer.headers.get("Server", "").lower()
        return self._atomic

    def update(self, operations: Sequence[str], *, together: bool = True) -> None:
        """Send updates: in one request, or one after the other.

        Raises:
            StoreReadOnlyError: if no update address is set.
            StoreError: if the server refuses or fails.
            StoreUnreachableError: if it cannot be reached; whether the update
                took effect is then not known.
            QueryTimeoutError: likewise, when the time is over.
        """
        if not self._options.update_url:
            raise StoreReadOnlyError(
                "The remote store has no update address.",
                zh="远程存储没有配置更新地址。",
                hint="Set KG_REMOTE_UPDATE_URL and the credentials it needs.",
                hint_zh="请设置 KG_REMOTE_UPDATE_URL 及其凭据。",
            )
        texts = [" ;\n".join(operations)] if together else operations
        for text in texts:
            request = Request(
                "POST",
                self._options.update_url,
                fields=(("update", text),),
                authenticated=True,
            )
            self._check(self._transport.send(request, self.deadline(), _ANSWER_BYTES))

    def put(self, graph: str, ntriples: bytes) -> None:
        """Make this the content of a graph, by the Graph Store Protocol.

        The body has a ``Content-Length``: Virtuoso answers 201 to a chunked
        upload and stores nothing. Without a graph store address it goes as
        updates of a thousand triples each. Raises as ``update`` does.
        """
        url = self._options.graph_store_url
        if not url:
            self._insert(graph, ntriples)
            return
        mark = "&" if "?" in url else "?"
        request = Request(
            "PUT",
            f"{url}{mark}{urlencode({'graph': graph})}",
            body=ntriples,
            content_type=results.NTRIPLES,
            authenticated=True,
        )
        self._check(self._transport.send(request, self.deadline(), _ANSWER_BYTES))

    def _insert(self, graph: str, ntriples: bytes) -> None:
        lines = ntriples.decode().splitlines(keepends=True)
        self.update([f"DROP SILENT GRAPH <{graph}>"])
        for start in range(0, len(lines), 1000):
            block = "".join(lines[start : start + 1000])
            self.update([f"INSERT DATA {{ GRAPH <{graph}> {{\n{block}}} }}"])

    def count(self, graph: str) -> int:
        """How many triples the server holds in a graph."""
        answer = self._primary.query(
            "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
            (("default-graph-uri", graph),),
            results.JSON,
            self.deadline(),
        )
        found = results.solutions(answer, genid(self._options.space)).rows
        return int(str(found[0][0]))

    def ask(self, query: str, graphs: Sequence[str]) -> bool:
        """Answer an ASK over the graphs it names, on the server written to."""
        dataset = (
            ("default-graph-uri", graphs[0]),
            *(("named-graph-uri", graph) for graph in graphs),
        )
        answer = self._primary.query(query, dataset, results.JSON, self.deadline())
        return results.boolean(answer)

    def lacks(self, graph: str, part: str) -> bool:
        """Whether ``graph`` lacks a triple that ``part`` has."""
        return self.ask(
            f"ASK {{ GRAPH <{part}> {{ ?s ?p ?o }} "
            f"FILTER NOT EXISTS {{ GRAPH <{graph}> {{ ?s ?p ?o }} }} }}",
            (part, graph),
        )

    def _check(self, answer: Answer) -> None:
        if answer.status in _DONE and not answer.headers.get("X-SQL-State"):
            return
        shown = answer.body[:2000].decode("utf-8", "replace")
        _log.warning("the store answered a write with %d: %s", answer.status, shown)
        if answer.status in {401, 403} or "SR186" in shown:
            raise StoreReadOnlyError(
                "The remote store does not let these credentials write.",
                zh="远程存储不允许以当前凭据写入。",
                hint="Check KG_REMOTE_AUTH, KG_REMOTE_USER and KG_REMOTE_PASSWORD.",
                hint_zh="请检查 KG_REMOTE_AUTH、KG_REMOTE_USER、KG_REMOTE_PASSWORD。",
                context={"status": answer.status},
            )
        if answer.status in {429, 502, 503}:
            raise results.status_error(answer)
        if answer.status in _DONE or answer.status >= 500:
            raise StoreError(
                f"The remote store failed at a write (status {answer.status}).",
                zh=f"远程存储写入失败（状态码 {answer.status}）。",
                hint="The log has its words. Publish again: what was sent is kept.",
                hint_zh="原因见日志。可重新发布，已发送的部分会保留。",
                context={"status": answer.status},
            )
        raise StoreProtocolError(
            f"The remote store refuses a write (status {answer.status}).",
            zh=f"远程存储拒绝写入（状态码 {answer.status}）。",
            context={"status": answer.status},
        )
