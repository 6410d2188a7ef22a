"""Finds out what a server does differently, by questions that need no data.

Nothing above relies on what comes out: the product's own queries stay within
what every server answers alike. It is for the operator, on the health page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg.errors import KGError
from kg.store.remote import results
from kg.store.remote.replicas import Replicas
from kg.store.remote.transport import Deadline


@dataclass(frozen=True, slots=True)
class Finding:
    """One question and what came of it.

    Attributes:
        name: what was asked, in a few words.
        as_standard: whether the answer is the one of SPARQL 1.1.
        answer: what came, or the code of the error.
    """

    name: str
    as_standard: bool
    answer: str


_QUESTIONS: Final = (
    ("integer division keeps the fraction", "(STR(ROUND(30 / 7 * 10)) AS ?x)", "43"),
    ("a computed truth is a boolean", "(STR(DATATYPE(1 = 1)) AS ?x)", "boolean"),
    ("an error leaves unbound", "(COALESCE(1 / 0, 'none') AS ?x)", "none"),
    ("a tagged literal is a langString", "(STR(DATATYPE('a'@en)) AS ?x)", "langString"),
    ("Chinese text is measured", "(STR(STRLEN('生命谷')) AS ?x)", "3"),
    ("an IRI part is encoded", "(ENCODE_FOR_URI('园') AS ?x)", "%E5%9B%AD"),
)
_TEXTS: Final = (
    *((name, f"SELECT {part} WHERE {{ }}", want) for name, part, want in _QUESTIONS),
    (
        "Chinese separators join",
        "SELECT (GROUP_CONCAT(?v; SEPARATOR='、') AS ?x) "
        "WHERE { VALUES ?v { 'a' 'a' } }",
        "a、a",
    ),
    (
        "the sum of nothing is zero",
        "SELECT (STR(SUM(?v)) AS ?x) WHERE { ?v <urn:life-valley:none> ?w }",
        "0",
    ),
    (
        "a path of no length reaches its start",
        "SELECT (STR(COUNT(*)) AS ?x) "
        "WHERE { <urn:a> <urn:life-valley:none>* <urn:a> }",
        "1",
    ),
    (
        "five thousand values are taken",
        "SELECT (STR(COUNT(*)) AS ?x) WHERE { VALUES ?v { "
        + " ".join(map(str, range(5000)))
        + " } }",
        "5000",
    ),
)


def probe(replicas: Replicas, timeout_s: float = 5.0) -> list[Finding]:
    """Ask each question once.

    Raises:
        StoreUnreachableError: if no server answers the first.
    """
    server = replicas.query("ASK { }", results.JSON, Deadline(timeout_s))
    findings = [Finding("server", True, server.headers.get("Server", "not told"))]
    for name, text, wanted in _TEXTS:
        try:
            answer = replicas.query(text, results.JSON, Deadline(timeout_s))
            rows = results.solutions(answer, "urn:none").rows
            found = str(rows[0][0]) if rows and rows[0] else "no row"
        except KGError as error:
            found = error.code
        findings.append(Finding(name, found.endswith(wanted), found[:60]))
    return findings
