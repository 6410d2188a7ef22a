"""What a visitor might send to hurt the service, in families.

An input is a name and an act on a running service; the act gives the status
that was seen, or a word for what happened instead.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import socket
import struct
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import quote

from tests.servers.service import Service

Act = Callable[[Service], object]


@dataclass(frozen=True)
class Input:
    """One hostile input.

    Attributes:
        family: what it attacks.
        name: what it is.
        act: sends it.
        expected: what may be seen.
    """

    family: str
    name: str
    act: Act
    expected: frozenset[object]


def asked(text: str, **parameters: str) -> Act:
    return lambda service: _status(lambda: service.query(text, **parameters))


def updated(text: str, token: str = "secret") -> Act:
    return lambda service: _status(lambda: service.update(text, token))


def got(path: str, **headers: str) -> Act:
    return lambda service: _status(lambda: service.get(path, **headers))


def posted(path: str, body: bytes, **headers: str) -> Act:
    return lambda service: _status(
        lambda: service.request("POST", path, body, **headers)
    )


def _status(call: Callable[[], tuple[int, object, bytes]]) -> object:
    try:
        return call()[0]
    except http.client.IncompleteRead:
        return "cut"
    except (http.client.HTTPException, OSError):
        return "closed"


def raw(data: bytes, *, wait: bool = True, count: int = 1) -> Act:
    """Bytes on bare connections, and what comes back on the first."""

    def act(service: Service) -> object:
        with contextlib.ExitStack() as stack:
            found: object = "left"
            for number in range(count):
                link = stack.enter_context(service.connect(5))
                with contextlib.suppress(OSError):
                    link.sendall(data)
                    if wait and number == 0:
                        found = _answer(link)
            return found

    return act


def _answer(link: socket.socket) -> object:
    try:
        head = link.recv(64)
    except TimeoutError:
        return "waits"
    except OSError:
        return "closed"
    return int(head.split()[1]) if head.startswith(b"HTTP/") else "closed"


def left_at_once(text: str) -> Act:
    """A query whose client leaves by a reset."""

    def act(service: Service) -> object:
        link = service.connect(5)
        path = "/sparql?query=" + quote(text)
        link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        link.close()
        return "left"

    return act


def slow_reader(count: int) -> Act:
    """Clients that ask for much and read nothing."""

    def act(service: Service) -> object:
        path = "/sparql?query=" + quote("SELECT * {?a ?b ?c . ?d ?e ?f} LIMIT 50000")
        with contextlib.ExitStack() as stack:
            for _ in range(count):
                link = stack.enter_context(service.connect(5))
                link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                link.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            return _answer(link)

    return act


STOPPED = frozenset({413, 504})
REFUSED = frozenset({400, 413})
FORBIDDEN = frozenset({403})
BAD = frozenset({400, 403, 404, 405, 406, 411, 413, 414, 415, 431, "closed"})
HARMLESS = frozenset({200, 204, 304}) | BAD
MANY = 3000


def _nesting() -> list[Input]:
    deep = {
        "braces": "SELECT * " + "{" * MANY + "}" * MANY,
        "brackets": "SELECT (" + "(" * MANY + "1" + ")" * MANY + " AS ?x) {}",
        "blank nodes": "SELECT * { ?s ?p " + "[ ?p " * MANY + "1" + "]" * MANY + "}",
        "collections": "SELECT * { ?s ?p " + "(" * MANY + ")" * MANY + "}",
        "not": "ASK { FILTER(" + "!" * MANY + "true) }",
        "minus": "SELECT (" + "-" * MANY + "1 AS ?x) {}",
        "paths": "ASK { ?s " + "(" * MANY + "<u:p>" + ")" * MANY + " ?o }",
        "exists": "ASK { " + "FILTER EXISTS { " * MANY + "}" * MANY + " }",
        "optionals": "ASK { " + "OPTIONAL { ?s ?p ?o " * MANY + "}" * MANY + " }",
        "sub-queries": "SELECT * { " + "{ SELECT * { " * MANY + "}}" * MANY + " }",
        "triple terms": "ASK { "
        + "<< " * MANY
        + "?s ?p ?o"
        + " >>" * MANY
        + " ?p ?o }",
    }
    return [Input("nesting", n, asked(t), REFUSED) for n, t in deep.items()]


def _long() -> list[Input]:
    either = STOPPED | REFUSED | {200}
    long = {
        "sum of 20,000": "SELECT (1" + "+1" * 20000 + " AS ?x) {}",
        "or of 20,000": "ASK { FILTER(true" + "||true" * 20000 + ") }",
        "union of 7,000": "ASK { {} " + "UNION {} " * 7000 + "}",
        "path of 640 steps": "ASK { ?s " + "/".join(["<u:p>"] * 640) + " ?o }",
        "path of alternatives": "ASK { ?s (" + "|".join(["<u:p>"] * 3000) + ")* ?o }",
        "640 optionals": "SELECT * { "
        + " ".join(f"OPTIONAL {{ ?s ?p{i} ?o{i} }}" for i in range(640))
        + " }",
        "pattern of 320": "ASK { "
        + " . ".join(f"?a{i} ?p{i} ?a{i + 1}" for i in range(320))
        + " }",
        "IN of 30,000": "SELECT * { ?s ?p ?o FILTER(?o IN ("
        + ",".join(map(str, range(30000)))
        + ")) }",
        "VALUES of 30,000": "SELECT (COUNT(*) AS ?n) { VALUES ?o { "
        + " ".join(map(str, range(30000)))
        + " } ?s ?p ?o }",
        "tokens, 400,000": "ASK { " + ";" * 400_000 + " }",
        "variables, 5,000": "SELECT * { "
        + " ".join(f"BIND({i} AS ?v{i})" for i in range(5000))
        + " }",
    }
    return [Input("length", n, asked(t), either) for n, t in long.items()]


def _work() -> list[Input]:
    three = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i"
    four = three + " . ?j ?k ?l"
    heavy = {
        "count of a cross product": f"SELECT (COUNT(*) AS ?n) {{ {three} }}",
        "cross product of four": f"SELECT (COUNT(*) AS ?n) {{ {four} }}",
        "sort of a cross product": f"SELECT * {{ {three} }} ORDER BY ?i ?c LIMIT 5",
        "distinct of a cross product": f"SELECT DISTINCT ?a ?d ?g {{ {three} }} OFFSET 90000000",
        "group of a cross product": f"SELECT ?a ?d (COUNT(*) AS ?n) {{ {three} }} GROUP BY ?a ?d ?g",
        "concatenated cross product": f"SELECT (GROUP_CONCAT(CONCAT(STR(?a),STR(?d))) AS ?x) {{ {three} }}",
        "doubled string": "SELECT (STRLEN(?v40) AS ?n) { BIND('ab' AS ?v0) "
        + " ".join(f"BIND(CONCAT(?v{i},?v{i}) AS ?v{i + 1})" for i in range(40))
        + " }",
        "replaced string": "SELECT (STRLEN(?w) AS ?n) { BIND('aaaaaaaaaa' AS ?v0) "
        + " ".join(
            f"BIND(REPLACE(?v{i},'a','aaaaaaaaaa') AS ?v{i + 1})" for i in range(12)
        )
        + " BIND(?v12 AS ?w) }",
        "path both ways for all": "SELECT (COUNT(*) AS ?n) { ?a (<u:next>|^<u:next>)* ?b . ?c (<u:next>|^<u:next>)* ?d }",
        "anything to anything": "SELECT (COUNT(*) AS ?n) { ?a (!<u:x>|^!<u:x>)* ?b . ?b (!<u:x>)* ?c . ?d ?e ?f }",
        "not exists of products": f"SELECT (COUNT(*) AS ?n) {{ {three} FILTER NOT EXISTS {{ ?a <u:no> ?i }} }}",
        "minus of products": f"SELECT (COUNT(*) AS ?n) {{ {three} MINUS {{ {three} }} }}",
        "construct of a product": f"CONSTRUCT {{ ?a ?e ?i }} {{ {four} }}",
        "ask for what is not there": f"ASK {{ {four} FILTER(STR(?a) = 'nothing') }}",
        "hashes for ever": f"SELECT (COUNT(*) AS ?n) {{ {three} FILTER(SHA512(CONCAT(STR(?a),STR(?i))) = 'x') }}",
    }
    may = STOPPED | {200, "cut"}
    return [Input("work", n, asked(t), may) for n, t in heavy.items()]


def _calls() -> list[Input]:
    places = [
        "http://127.0.0.1:1/",
        "http://localhost:1/",
        "http://2130706433:1/",
        "http://0x7f000001:1/",
        "http://[::1]:1/",
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "file:///etc/passwd",
    ]
    found = [
        Input(
            "calls",
            f"SERVICE <{place}>",
            asked(f"ASK {{ SERVICE <{place}> {{}} }}"),
            FORBIDDEN,
        )
        for place in places
    ]
    spellings = {
        "silent": "ASK { SERVICE SILENT <http://127.0.0.1:1/> {} }",
        "any case": "ASK { sErViCe<http://127.0.0.1:1/>{} }",
        "by prefix": "PREFIX e: <http://127.0.0.1:1/> ASK { SERVICE e:x {} }",
        "by base": "BASE <http://127.0.0.1:1/> ASK { SERVICE <x> {} }",
        "by variable": "ASK { VALUES ?e { <http://127.0.0.1:1/> } SERVICE ?e {} }",
        "glued to a name": "PREFIX SERVICE: <u:> PREFIX : <http://127.0.0.1:1/> ASK { SERVICE:x{} }",
        "behind a comparison": "ASK { FILTER(1<2)SERVICE#>\n<http://127.0.0.1:1/>{} }",
        "sixty thousand times": "ASK { " + "SERVICE " * 60_000 + "<u:x> {} }",
        "in NOT EXISTS": "ASK { FILTER NOT EXISTS { SERVICE <http://127.0.0.1:1/> {} } }",
    }
    found += [Input("calls", n, asked(t), FORBIDDEN) for n, t in spellings.items()]
    found += [
        Input(
            "calls",
            "glued to true",
            asked("ASK{?s ?p trueSERVICE<http://127.0.0.1:1/>{}}"),
            REFUSED,
        ),
        Input("calls", "LOAD", updated("LOAD <http://127.0.0.1:1/>"), FORBIDDEN),
        Input(
            "calls",
            "LOAD of a file",
            updated("LOAD <file:///etc/passwd> INTO GRAPH <u:g>"),
            FORBIDDEN,
        ),
        Input(
            "calls",
            "FROM a file",
            asked("SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }"),
            frozenset({200}),
        ),
        Input(
            "calls",
            "JSON-LD with a remote context",
            lambda s: _status(
                lambda: s.request(
                    "PUT",
                    "/data?graph=u:c",
                    b'{"@context":"http://127.0.0.1:1/","@id":"u:a"}',
                    Content_Type="application/ld+json",
                    Authorization="Bearer secret",
                )
            ),
            REFUSED,
        ),
    ]
    return found


def _writes() -> list[Input]:
    return [
        Input(
            "writes",
            "deep update",
            updated("DELETE WHERE " + "{" * MANY + "}" * MANY),
            REFUSED,
        ),
        Input(
            "writes",
            "update that multiplies",
            updated("INSERT { ?a ?h ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"),
            STOPPED,
        ),
        Input("writes", "no token", updated("DROP ALL", "wrong"), frozenset({401})),
        Input(
            "writes",
            "deep Turtle",
            lambda s: _status(
                lambda: s.request(
                    "PUT",
                    "/data?graph=u:t",
                    b"<u:a> <u:b> " + b"(" * 100000 + b")" * 100000 + b" .",
                    Content_Type="text/turtle",
                    Authorization="Bearer secret",
                )
            ),
            HARMLESS | STOPPED,
        ),
        Input(
            "writes",
            "deep JSON-LD",
            lambda s: _status(
                lambda: s.request(
                    "PUT",
                    "/data?graph=u:j",
                    b'{"u:p":' * 50000 + b"1" + b"}" * 50000,
                    Content_Type="application/ld+json",
                    Authorization="Bearer secret",
                )
            ),
            HARMLESS | STOPPED,
        ),
        Input(
            "writes",
            "entities that multiply",
            lambda s: _status(
                lambda: s.request(
                    "PUT",
                    "/data?graph=u:x",
                    _BILLION_LAUGHS,
                    Content_Type="application/rdf+xml",
                    Authorization="Bearer secret",
                )
            ),
            HARMLESS | STOPPED,
        ),
    ]


_BILLION_LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(
        f'<!ENTITY {chr(98 + i)} "{("&" + chr(97 + i) + ";") * 10}">'.encode()
        for i in range(12)
    )
    + b']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="u:a"><p xmlns="u:">&m;</p></rdf:Description></rdf:RDF>'
)


def _http() -> list[Input]:
    form = "application/x-www-form-urlencoded"
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: " + form.encode()
    return [
        Input(
            "http",
            "10 MB query",
            posted(
                "/sparql",
                b"ASK {} #" + b"x" * 10_000_000,
                Content_Type="application/sparql-query",
            ),
            frozenset({413}),
        ),
        Input(
            "http",
            "length that lies",
            raw(head + b"\r\nContent-Length: 99999999999\r\n\r\n"),
            frozenset({413}),
        ),
        Input(
            "http",
            "length that is none",
            raw(head + b"\r\nContent-Length: -5\r\n\r\n"),
            BAD,
        ),
        Input(
            "http",
            "two lengths",
            raw(head + b"\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nquery"),
            BAD,
        ),
        Input(
            "http",
            "length and chunks",
            raw(
                head
                + b"\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            ),
            BAD | {"waits"},
        ),
        Input(
            "http",
            "gzip bomb",
            posted(
                "/sparql",
                gzip.compress(b"query=" + b"a" * 20_000_000),
                Content_Type=form,
                Content_Encoding="gzip",
            ),
            frozenset({415}),
        ),
        Input(
            "http",
            "header flood",
            raw(
                b"GET / HTTP/1.1\r\n"
                + b"".join(b"X-%d: y\r\n" % i for i in range(20000))
                + b"\r\n"
            ),
            BAD,
        ),
        Input(
            "http",
            "header of 1 MB",
            raw(b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"y" * 1_000_000 + b"\r\n\r\n"),
            BAD,
        ),
        Input(
            "http",
            "address of 200 KB",
            raw(
                b"GET /sparql?query=" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
            ),
            BAD,
        ),
        Input("http", "no HTTP at all", raw(b"\x16\x03\x01\x02\x00\x01\x00" * 20), BAD),
        Input(
            "http",
            "new lines in a header",
            raw(
                b"GET /sparql?query=ASK{} HTTP/1.1\r\nHost: x\r\nAccept: a\r\n b\r\n\r\n"
            ),
            HARMLESS,
        ),
        Input(
            "http",
            "slow headers, 200 of them",
            raw(b"GET / HTTP/1.1\r\nX: ", wait=False, count=200),
            frozenset({"left"}),
        ),
        Input(
            "http",
            "slow bodies, 200 of them",
            raw(
                head + b"\r\nContent-Length: 1000\r\n\r\nquery=", wait=False, count=200
            ),
            frozenset({"left"}),
        ),
        Input(
            "http",
            "silent connections, 300",
            raw(b"", wait=False, count=300),
            frozenset({"left"}),
        ),
        Input(
            "http",
            "slow readers, 20",
            slow_reader(20),
            frozenset({200, 429, 503, 504, "waits"}),
        ),
        Input(
            "http",
            "client that leaves",
            left_at_once("SELECT (COUNT(*) AS ?n) {?a ?b ?c . ?d ?e ?f . ?g ?h ?i}"),
            frozenset({"left"}),
        ),
        Input(
            "http",
            "1,000 ranges of Accept",
            got(
                "/sparql?query=ASK%7B%7D",
                Accept=", ".join(f"a/b{i};q=0.{i}" for i in range(1000)),
            ),
            frozenset({406}),
        ),
        Input(
            "http",
            "20,000 form fields",
            posted(
                "/sparql", b"&".join(b"a=b" for _ in range(20000)), Content_Type=form
            ),
            frozenset({400}),
        ),
        Input(
            "http",
            "bytes that are no text",
            posted(
                "/sparql",
                bytes(range(256)) * 10,
                Content_Type="application/sparql-query",
            ),
            frozenset({400}),
        ),
        Input(
            "http",
            "lone surrogate",
            got("/sparql?query=ASK%7B%22%ED%A0%80%22%7D"),
            frozenset({400}),
        ),
        Input(
            "http", "null bytes", got("/sparql?query=ASK%7B%00%7D"), frozenset({400})
        ),
        Input(
            "http",
            "method of our own",
            raw(b"HACK /sparql HTTP/1.1\r\nHost: x\r\n\r\n"),
            BAD,
        ),
    ]


def _paths() -> list[Input]:
    names = [
        "/id/../../etc/passwd",
        "/id/%2e%2e%2f%2e%2e%2fetc%2fpasswd",
        "/entities/..%5c..%5cetc",
        "/static/..%2f..%2f..%2fetc%2fpasswd",
        "/assets/%2e%2e/%2e%2e/config.py",
        "/entities/%00",
        "/entities/" + "x" * 4000,
        "/sources/..%2f..%2fpyproject.toml",
        "/data/..%2f..%2fstore",
        "//etc/passwd",
    ]
    # Redirects to a page of ours are harmless; what counts is in the test.
    may = HARMLESS | {301, 302, 303, 308} - {200}
    return [Input("paths", name[:60], got(name), may) for name in names]


CORPUS = [
    *_nesting(),
    *_long(),
    *_work(),
    *_calls(),
    *_writes(),
    *_http(),
    *_paths(),
]
