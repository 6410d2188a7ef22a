"""Basic, digest and bearer authentication.

urllib3 has no digest authentication, and Virtuoso's write endpoints take no
other; RFC 7616 is small enough to keep here (MD5 and SHA-256, ``qop=auth``).
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
import threading
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

from kg.errors import ConfigError
from kg.store.remote.options import RemoteOptions

_FIELD = re.compile(r'(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))')


class Auth(Protocol):
    """Gives the ``Authorization`` header of a request."""

    def header(self, method: str, url: str) -> str | None:
        """The header's value, ``None`` to send none."""

    def challenged(self, www_authenticate: str) -> bool:
        """Take the server's challenge; whether a second try makes sense."""


class NoAuth:
    """Sends nothing."""

    def header(self, method: str, url: str) -> str | None:
        """``None``."""
        return None

    def challenged(self, www_authenticate: str) -> bool:
        """``False``."""
        return False


class FixedAuth(NoAuth):
    """The same header with each request: basic (RFC 7617), bearer (RFC 6750)."""

    def __init__(self, value: str) -> None:
        self._value = value

    def header(self, method: str, url: str) -> str | None:
        """The value given."""
        return self._value


class DigestAuth:
    """Digest authentication (RFC 7616), safe to share between threads.

    The server's nonce is used again with a rising count until the server
    refuses it, so that a batch costs one request and not two.
    """

    def __init__(self, user: str, password: str) -> None:
        self._user = user
        self._password = password
        self._lock = threading.Lock()
        self._challenge: dict[str, str] = {}
        self._count = 0

    def header(self, method: str, url: str) -> str | None:
        """The response to the last challenge; ``None`` before the first."""
        with self._lock:
            challenge = dict(self._challenge)
            self._count += 1
            count = self._count
        if not challenge:
            return None
        return self._response(challenge, count, method, url)

    def challenged(self, www_authenticate: str) -> bool:
        """Keep the challenge; ``False`` when it cannot be met or was met wrongly.

        A nonce that is merely old comes with ``stale=true`` or is a new one.
        """
        scheme, _, rest = www_authenticate.partition(" ")
        if scheme.lower() != "digest":
            return False
        challenge = {m[1].lower(): m[2] or m[3] or "" for m in _FIELD.finditer(rest)}
        if _algorithm(challenge) not in _ALGORITHMS or "nonce" not in challenge:
            return False
        with self._lock:
            self._challenge = challenge
            self._count = 0
        return True

    def _response(
        self, challenge: dict[str, str], count: int, method: str, url: str
    ) -> str:
        digest = _ALGORITHMS[_algorithm(challenge)]
        parts = urlsplit(url)
        uri = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        realm, nonce = challenge.get("realm", ""), challenge["nonce"]
        cnonce, nc = secrets.token_hex(8), f"{count:08x}"
        secret = digest(f"{self._user}:{realm}:{self._password}")
        if challenge.get("algorithm", "").lower().endswith("-sess"):
            secret = digest(f"{secret}:{nonce}:{cnonce}")
        request = digest(f"{method}:{uri}")
        fields = [
            f'username="{self._user}"',
            f'realm="{realm}"',
            f'nonce="{nonce}"',
            f'uri="{uri}"',
        ]
        if "auth" in challenge.get("qop", ""):
            answer = digest(f"{secret}:{nonce}:{nc}:{cnonce}:auth:{request}")
            fields += ["qop=auth", f"nc={nc}", f'cnonce="{cnonce}"']
        else:
            answer = digest(f"{secret}:{nonce}:{request}")
        fields.append(f'response="{answer}"')
        fields += [
            f'{name}="{challenge[name]}"' for name in ("opaque",) if name in challenge
        ]
        if "algorithm" in challenge:
            fields.append(f"algorithm={challenge['algorithm']}")
        return "Digest " + ", ".join(fields)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_ALGORITHMS: dict[str, Callable[[str], str]] = {"MD5": _md5, "SHA-256": _sha256}


def _algorithm(challenge: dict[str, str]) -> str:
    return challenge.get("algorithm", "MD5").upper().removesuffix("-SESS")


def build_auth(options: RemoteOptions) -> Auth:
    """The authentication the options ask for.

    Raises:
        ConfigError: if what the scheme needs is not given.
    """
    if options.auth == "none":
        return NoAuth()
    if options.auth == "bearer":
        _demand(options.token, "remote_token", options.auth)
        return FixedAuth(f"Bearer {options.token}")
    _demand(options.user, "remote_user", options.auth)
    if options.auth == "digest":
        return DigestAuth(options.user, options.password)
    pair = base64.b64encode(f"{options.user}:{options.password}".encode()).decode()
    return FixedAuth(f"Basic {pair}")


def _demand(value: str, name: str, scheme: str) -> None:
    if not value:
        raise ConfigError(
            f"Authentication {scheme!r} needs the setting {name!r}.",
            zh=f"认证方式 {scheme!r} 需要设置 {name!r}。",
        )
