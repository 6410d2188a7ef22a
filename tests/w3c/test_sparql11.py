"""The W3C SPARQL 1.1 suite, through the guard and the engine of the service.

Provenance and licence: ``tests/w3c/sparql11/PROVENANCE.md``. The entailment
tests are left out: the service infers when it publishes, not when it answers.
"""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from rdflib import Graph
from rdflib.query import Result

from kg.errors import KGError, QuerySyntaxError
from kg.query.federation import Federation
from kg.query.guard import inspect_query
from kg.query.protocol import Operation
from kg.query.service import QueryOptions, QueryService
from kg.query.updates import inspect_update
from kg.store import steering
from kg.store.base import GraphWrite, UserUpdate
from kg.store.embedded import EmbeddedStore
from kg.store.isolated import IsolatedStore
from kg.store.joins import Joins
from kg.store.relay import Relay
from tests.w3c.compare import (
    rows_of,
    rows_of_turtle,
    same_csv,
    same_graph,
    same_rows,
)
from tests.w3c.manifest import CASES, Case, path_of

NORMALISED = "the engine keeps numbers by value: -3 of a derived type, 1.0E6"
KEEPS_TAG = "the engine's GROUP_CONCAT keeps a common language tag (mended upstream)"
LOSES_GRAPH = "the engine loses ?g of GRAPH ?g { sub-query, VALUES or MINUS }"
ZERO_LENGTH = "the engine's zero-length path leaves out terms that are not in the data"
KNOWN: dict[str, str] = {
    "csv-tsv-res/csv03": NORMALISED,
    "csv-tsv-res/tsv03": NORMALISED,
    "functions/bnode01": "the engine gives BNODE('x') one node for all rows",
    "service/service5": "the engine has no SERVICE ?variable; the guard refuses it",
    "aggregates/agg-groupconcat-04": KEEPS_TAG,
    "aggregates/agg-groupconcat-06": KEEPS_TAG,
    "aggregates/agg-empty-group-count-graph": LOSES_GRAPH,
    "bindings/graph": LOSES_GRAPH,
    "negation/graph-minus": LOSES_GRAPH,
    "property-path/zero_or_more_set_start": ZERO_LENGTH,
    "property-path/zero_or_more_set_end": ZERO_LENGTH,
    "property-path/zero_or_one_set_start": ZERO_LENGTH,
    "property-path/zero_or_one_set_end": ZERO_LENGTH,
}
TYPES = {".ttl": "text/turtle", ".rdf": "application/rdf+xml", ".nt": "text/turtle"}


def cases(*kinds: str) -> list[object]:
    """The tests of these classes; a known failure must fail."""
    return [
        pytest.param(
            case,
            id=case.name,
            marks=[pytest.mark.xfail(reason=KNOWN[case.name], strict=True)]
            if case.name in KNOWN
            else [],
        )
        for case in CASES
        if case.kind in kinds
    ]


def load(store: EmbeddedStore, graph: str, document: str) -> None:
    """Add a document of the suite to a graph."""
    file = path_of(document)
    part = (TYPES[file.suffix], file.read_bytes())
    store.write_graph(GraphWrite(graph, "merge", (part,), document))


def store_of(data: list[str], graphs: dict[str, str]) -> EmbeddedStore:
    """A store in the state a test begins with."""
    store = EmbeddedStore(union=False)
    for document in data:
        load(store, "", document)
    for name, document in graphs.items():
        load(store, name, document)
    return store


def ask(service: QueryService, text: str, base: str, accept: str) -> bytes:
    """What the service answers to a query."""
    query, offer, may_keep = service.plan(Operation(text), accept, base_iri=base)
    done = service.answer(query, offer, may_keep=may_keep)
    return done.kept.body if done.kept else b"".join(done.stream or ())


def read_text(iri: str) -> str:
    return path_of(iri).read_text(encoding="utf-8")


@pytest.mark.parametrize("case", cases("QueryEvaluationTest"))
def test_query_evaluation_gives_the_expected_result(case: Case) -> None:
    service = QueryService(store_of(case.data, case.graphs))
    with endpoints(case) as federation:
        service.federation = federation
        check_answer(service, case)


def in_other_orders(name: str) -> Callable[..., steering.Ordered]:
    """Joins backwards, looked up or hashed, whatever the data are."""

    def ordered(self: steering.Steering, text: str, joins: Joins) -> steering.Ordered:
        chains = tuple(
            tuple((part, name == "hashed" and i > 0) for i, part in enumerate(parts))
            for parts in (group.parts[::-1] for group in joins.groups)
        )
        return steering.Ordered(chains, name)

    return ordered


def has_joins(case: Case) -> bool:
    with contextlib.suppress(KGError):
        return bool(inspect_query(read_text(case.text), case.text).joins.groups)
    return False


JOINED = [c for c in CASES if c.kind == "QueryEvaluationTest" and has_joins(c)]


def test_the_suite_has_joins_that_can_be_ordered() -> None:
    assert len(JOINED) >= 10
    assert not KNOWN.keys() & {case.name for case in JOINED}


@pytest.mark.parametrize("name", ["looked-up", "hashed"])
@pytest.mark.parametrize("case", JOINED, ids=lambda case: case.name)
def test_query_evaluation_is_the_same_in_another_order(
    case: Case, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steering.Steering, "ordered", in_other_orders(name))
    test_query_evaluation_gives_the_expected_result(case)


def check_answer(service: QueryService, case: Case) -> None:
    text, result = read_text(case.text), path_of(case.result)
    form = service.inspect(Operation(text), case.text).form
    if form in {"CONSTRUCT", "DESCRIBE"}:
        got = Graph().parse(
            ask(service, text, case.text, "text/turtle"), format="turtle"
        )
        assert same_graph(got, Graph().parse(result))
        return
    if result.suffix in {".csv", ".tsv"}:
        check_table(service, case, result)
        return
    answer = Result.parse(io.BytesIO(ask(service, text, case.text, "")), format="json")
    if result.suffix in {".ttl", ".rdf"}:
        expected = rows_of_turtle(Graph().parse(result))
        assert same_rows(rows_of(answer), expected)
        return
    kind = {".srx": "xml", ".srj": "json"}[result.suffix]
    wanted = Result.parse(io.BytesIO(result.read_bytes()), format=kind)
    assert answer.type == wanted.type
    if wanted.type == "ASK":
        assert answer.askAnswer == wanted.askAnswer
    else:
        assert set(map(str, answer.vars or [])) == set(map(str, wanted.vars or []))
        assert same_rows(rows_of(answer), rows_of(wanted))


def check_table(service: QueryService, case: Case, result: Path) -> None:
    """A CSV or TSV answer: the same columns in the same order, the same rows."""
    text = read_text(case.text)
    is_csv = result.suffix == ".csv"
    accept = "text/csv" if is_csv else "text/tab-separated-values"
    got = ask(service, text, case.text, accept).decode()
    expected = result.read_text(encoding="utf-8")
    if is_csv:
        assert same_csv(got, expected)
        return
    assert got.splitlines()[0].split("\t") == expected.splitlines()[0].split("\t")
    left, right = (
        Result.parse(io.BytesIO(t.encode()), format="tsv") for t in (got, expected)
    )
    assert same_rows(rows_of(left), rows_of(right))


@pytest.mark.parametrize("case", cases("CSVResultFormatTest"))
def test_csv_result_format_is_as_expected(case: Case) -> None:
    service = QueryService(store_of(case.data, case.graphs))
    check_table(service, case, path_of(case.result))


@pytest.mark.parametrize("case", cases("UpdateEvaluationTest"))
def test_update_evaluation_leaves_the_expected_state(case: Case) -> None:
    store = store_of(case.data, case.graphs)
    text = read_text(case.text)
    inspect_update(text, base_iri=case.text, allows_load=True)
    store.update(UserUpdate(text, case.text))
    expected = store_of(case.after, case.graphs_after)
    names = {n for s in (store, expected) for n, size in s.graphs().items() if size}
    for name in ["", *names]:
        got, wanted = (_dumped(s, name) for s in (store, expected))
        assert same_graph(got, wanted), name or "default graph"


def _dumped(store: EmbeddedStore, name: str) -> Graph:
    where = "?s ?p ?o" if not name else f"GRAPH <{name}> {{ ?s ?p ?o }}"
    graph = Graph()
    triples = store.construct(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {where} }}")
    text = "\n".join(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in triples)
    return graph.parse(data=text, format="nt")


@pytest.fixture(scope="module")
def workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IsolatedStore]:
    """A store in worker processes: a syntax test must not reach the network."""
    store = IsolatedStore(tmp_path_factory.mktemp("w3c") / "store")
    yield store
    store.close()


def parses(workers: IsolatedStore, case: Case) -> bool:
    """Whether the service takes a text as syntactically right."""
    text = path_of(case.text).read_bytes().decode("utf-8", "replace")
    try:
        if "Update" in case.kind:
            inspect_update(text, base_iri=case.text, allows_load=True)
            EmbeddedStore(union=False).update(UserUpdate(text, case.text))
        else:
            service = QueryService(workers, QueryOptions(cache_bytes=0))
            seen = service.inspect(Operation(text), case.text)
            if seen.services:
                service.federation = Federation({}, lambda i, a, p: i)
                for iri, _, _ in seen.services:
                    host = urlsplit(iri).hostname or "x"
                    service.federation.hosts[host] = "127.0.0.1:9"  # type: ignore[index]
            ask(service, text, case.text, "")
    except QuerySyntaxError:
        return False
    except KGError:
        return True
    return True


@pytest.mark.parametrize(
    "case", cases("PositiveSyntaxTest11", "PositiveUpdateSyntaxTest11")
)
def test_right_syntax_is_taken(workers: IsolatedStore, case: Case) -> None:
    assert parses(workers, case)


@pytest.mark.parametrize(
    "case", cases("NegativeSyntaxTest11", "NegativeUpdateSyntaxTest11")
)
def test_wrong_syntax_is_refused(workers: IsolatedStore, case: Case) -> None:
    assert not parses(workers, case)


class endpoints:  # noqa: N801 (used as a function)
    """The endpoints of a SERVICE test, on the loopback, behind the allow-list."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def __enter__(self) -> Federation:
        if not self._case.services and "/service" not in self._case.text:
            self._relay = None
            return Federation()
        self._relay = Relay()
        services = {
            endpoint: QueryService(store_of(data, {}))
            for endpoint, data in self._case.services.items()
        }

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                endpoint = f"http://{self.headers['Host']}{self.path}"
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if endpoint not in services:
                    self.send_error(404)
                    return
                told = ask(services[endpoint], body.decode(), endpoint, "")
                self.send_response(200)
                self.send_header("Content-Type", "application/sparql-results+json")
                self.send_header("Content-Length", str(len(told)))
                self.end_headers()
                self.wfile.write(told)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        place = f"127.0.0.1:{self._server.server_port}"
        hosts = {
            f"{name}{n}.org" if n else f"{name}.org": place
            for name in ("example", "invalid")
            for n in ("", *range(1, 6))
        }
        hosts |= {urlsplit(e).hostname or "": place for e in services}
        hosts["invalid.endpoint.org"] = place
        federation = Federation(hosts, self._relay.pin)
        for service in services.values():
            service.federation = federation
        return federation

    def __exit__(self, *_: object) -> None:
        if self._relay is not None:
            self._relay.close()
            self._server.shutdown()
            self._server.server_close()


def test_whole_suite_is_run() -> None:
    """505 tests of the suite are not about entailment or the protocol."""
    run = {
        "QueryEvaluationTest",
        "CSVResultFormatTest",
        "UpdateEvaluationTest",
        "PositiveSyntaxTest11",
        "NegativeSyntaxTest11",
        "PositiveUpdateSyntaxTest11",
        "NegativeUpdateSyntaxTest11",
    }
    found = [case for case in CASES if case.kind in run]
    assert len(found) == 505
    assert set(KNOWN) <= {case.name for case in found}
