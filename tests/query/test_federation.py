"""Which endpoints SERVICE may name, by where they are."""

from __future__ import annotations

import pytest

from kg.errors import ConfigError, QueryRefusedError
from kg.query.federation import Federation, is_public, read_hosts
from kg.query.guard import inspect_query
from kg.store.base import UserQuery


def prepared(federation: Federation, iri: str) -> UserQuery:
    seen = inspect_query(f"ASK {{ SERVICE <{iri}> {{ ?s ?p ?o }} }}")
    return federation.prepare(UserQuery(seen.text, "ASK", "text/csv"), seen)


def pin(iri: str, address: str, port: int) -> str:
    return f"http://relay/{address}/{port}"


def test_host_that_is_pinned_is_called_at_its_address() -> None:
    federation = Federation(read_hosts(("lab.example=10.0.0.7:8080",)), pin)
    query = prepared(federation, "http://lab.example/sparql")
    assert "<http://relay/10.0.0.7/8080>" in query.text
    assert query.federated


@pytest.mark.parametrize(
    "iri",
    [
        "http://other.example/",
        "http://lab.example.evil/",
        "http://user@lab.example/",
        "ftp://lab.example/",
        "file:///etc/passwd",
        "http:///",
        "relative",
    ],
)
def test_endpoint_that_is_not_listed_is_refused(iri: str) -> None:
    federation = Federation(read_hosts(("lab.example=10.0.0.7",)), pin)
    with pytest.raises(QueryRefusedError):
        prepared(federation, iri)


def test_number_of_endpoints_of_one_query_is_bounded() -> None:
    federation = Federation(read_hosts(("lab.example=10.0.0.7",)), pin)
    for count, is_refused in ((32, False), (33, True)):
        seen = inspect_query(
            "ASK { " + "SERVICE <http://lab.example/> {} " * count + "}"
        )
        query = UserQuery(seen.text, "ASK", "text/csv")
        if is_refused:
            with pytest.raises(QueryRefusedError, match="More than 32"):
                federation.prepare(query, seen)
        else:
            assert federation.prepare(query, seen).federated


def test_listed_host_that_leads_inside_is_refused() -> None:
    with pytest.raises(QueryRefusedError, match="private"):
        prepared(Federation(read_hosts(("localhost",)), pin), "http://localhost/")


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
def test_address_inside_is_not_public(address: str) -> None:
    assert not is_public(address)


def test_public_address_is_public() -> None:
    assert is_public("93.184.216.34")
    assert is_public("2606:2800:220:1::1")


def test_pin_that_is_no_address_is_an_error() -> None:
    with pytest.raises(ConfigError):
        read_hosts(("lab.example=elsewhere",))
