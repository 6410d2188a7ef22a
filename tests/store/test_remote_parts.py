"""The small parts of the remote store, each on its own."""

from __future__ import annotations

import re

import pytest

from kg.config import load_settings
from kg.errors import ConfigError, StoreReadOnlyError
from kg.model import Iri, Literal
from kg.model.terms import XSD
from kg.store.remote import RemoteOptions, RemoteStore
from kg.store.remote.auth import DigestAuth, build_auth
from kg.store.remote.breaker import CircuitBreaker
from kg.store.remote.staging import canonical
from kg.wiring import build_store, remote_options


def fields(header: str) -> dict[str, str]:
    return {
        m[1]: m[2] or m[3] for m in re.finditer(r'(\w+)=(?:"([^"]*)"|([^,]+))', header)
    }


@pytest.mark.parametrize(
    ("algorithm", "response"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        (
            "SHA-256",
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
)
def test_digest_matches_the_example_of_rfc_7616(
    monkeypatch: pytest.MonkeyPatch, algorithm: str, response: str
) -> None:
    """RFC 7616, section 3.9.1."""
    cnonce = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    monkeypatch.setattr("secrets.token_hex", lambda _: cnonce)
    auth = DigestAuth("Mufasa", "Circle of Life")
    assert auth.header("GET", "http://www.example.org/dir/index.html") is None
    assert auth.challenged(
        'Digest realm="http-auth@example.org", qop="auth, auth-int", '
        f"algorithm={algorithm}, "
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    header = auth.header("GET", "http://www.example.org/dir/index.html")
    assert header is not None
    found = fields(header)
    assert found["response"] == response
    assert found["nc"] == "00000001"
    second = auth.header("GET", "http://www.example.org/dir/index.html")
    assert second is not None
    assert fields(second)["nc"] == "00000002"


@pytest.mark.parametrize(
    "challenge", ['Basic realm="x"', "Digest realm=x", "Digest nonce=a, algorithm=X"]
)
def test_challenge_that_cannot_be_met_is_not_tried(challenge: str) -> None:
    assert not DigestAuth("u", "p").challenged(challenge)


def test_basic_and_bearer_headers_are_sent() -> None:
    basic = build_auth(
        RemoteOptions(("http://x/",), auth="basic", user="u", password="p")
    )
    assert basic.header("GET", "http://x/") == "Basic dTpw"
    bearer = build_auth(RemoteOptions(("http://x/",), auth="bearer", token="t"))
    assert bearer.header("GET", "http://x/") == "Bearer t"


@pytest.mark.parametrize("auth", ["basic", "digest", "bearer"])
def test_authentication_without_its_secret_is_refused(auth: str) -> None:
    with pytest.raises(ConfigError):
        RemoteStore(RemoteOptions(("http://x/",), auth=auth))  # type: ignore[arg-type]


def test_breaker_opens_tries_once_and_closes() -> None:
    now = [0.0]
    breaker = CircuitBreaker(threshold=2, pause_s=2, clock=lambda: now[0])
    breaker.failed()
    assert breaker.allows()
    breaker.failed()
    assert breaker.state == "open"
    assert not breaker.allows()
    now[0] = 2.5
    assert breaker.state == "half-open"
    assert breaker.allows()
    assert not breaker.allows(), "one try at a time"
    breaker.failed()
    assert breaker.wait_s == 4.0, "the pause doubles"
    now[0] = 7.0
    assert breaker.allows()
    breaker.succeeded()
    assert breaker.state == "closed"
    assert breaker.allows()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Literal("01", XSD + "integer"), Literal("1", XSD + "integer")),
        (Literal("1.50", XSD + "decimal"), Literal("1.5", XSD + "decimal")),
        (Literal("1e8", XSD + "double"), Literal("1E8", XSD + "double")),
        (Literal("1", XSD + "boolean"), Literal("true", XSD + "boolean")),
    ],
)
def test_literals_of_one_value_are_one(one: Literal, other: Literal) -> None:
    assert canonical(one) == canonical(other)


def test_literal_that_is_no_number_is_kept() -> None:
    odd = Literal("many", XSD + "integer")
    assert canonical(odd) == odd
    assert canonical(Iri("urn:x")) == Iri("urn:x")


def test_store_without_update_address_takes_no_writes() -> None:
    store = RemoteStore(RemoteOptions(("http://127.0.0.1:9/",)))
    with pytest.raises(StoreReadOnlyError):
        store.writer.update(["CLEAR ALL"])


def settings(**given: str):  # type: ignore[no-untyped-def]
    return load_settings({"store": "sparql+https://db.example/sparql", **given}, {})


def test_settings_become_options() -> None:
    found = settings(
        remote_replicas="sparql+https://a.example/q,https://b.example/q",
        remote_parameters="timeout={timeout_ms}",
        remote_auth="digest",
        remote_user="u",
    )
    options = remote_options(found)
    assert options.query_urls == (
        "https://db.example/sparql",
        "https://a.example/q",
        "https://b.example/q",
    )
    assert options.parameters == (("timeout", "{timeout_ms}"),)
    assert isinstance(build_store(found), RemoteStore)


@pytest.mark.parametrize(
    "given", [{"remote_auth": "kerberos"}, {"remote_parameters": "timeout"}]
)
def test_settings_that_do_not_fit_are_refused(given: dict[str, str]) -> None:
    found = settings(**given)
    with pytest.raises(ConfigError):
        build_store(found)


def test_password_is_not_in_the_options_text() -> None:
    assert "hidden" not in repr(RemoteOptions(("http://x/",), password="hidden"))
