"""Who may write: bearer tokens and what each may do.

Source: RFC 6750. A token's scopes are ``update`` (any SPARQL Update), ``data``
(the graph store, any graph) or ``data:IRI`` (that graph alone).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field

from kg.errors import AccessError, ConfigError, ScopeError, StoreReadOnlyError

SCOPES = ("update", "data")


@dataclass(frozen=True, slots=True)
class Token:
    """A token and its scopes."""

    value: str = field(repr=False)
    scopes: frozenset[str]


class Access:
    """The tokens there are.

    Args:
        full: a token for everything; empty for none.
        scoped: ``scope+scope@token``, each.

    Raises:
        ConfigError: if a scope is unknown or a token is missing.
    """

    def __init__(self, full: str = "", scoped: tuple[str, ...] = ()) -> None:
        self._tokens = [Token(full, frozenset(SCOPES))] if full else []
        self._tokens += [_read(entry) for entry in scoped]

    @property
    def is_open(self) -> bool:
        """Whether anybody may write at all."""
        return bool(self._tokens)

    def require(self, authorization: str, action: str, graph: str = "") -> None:
        """Raise unless the bearer may do this.

        Args:
            authorization: the Authorization header.
            action: ``update`` or ``data``.
            graph: IRI of the graph, for ``data``.

        Raises:
            StoreReadOnlyError: if writes are off.
            AccessError: if there is no token, or an unknown one.
            ScopeError: if the token may not do this.
        """
        if not self._tokens:
            raise StoreReadOnlyError(
                "Writes are off.",
                zh="写入未开启。",
                hint="The operator turns them on by setting a token (KG_TOKEN).",
                hint_zh="运维人员设置令牌（KG_TOKEN）后即可写入。",
            )
        scheme, _, given = authorization.partition(" ")
        token = self._find(given.strip()) if scheme.lower() == "bearer" else None
        if token is None:
            raise AccessError(
                "A bearer token is needed.",
                zh="需要 Bearer 令牌。",
                hint="Send Authorization: Bearer TOKEN.",
                hint_zh="请发送 Authorization: Bearer 令牌。",
                link="https://www.rfc-editor.org/rfc/rfc6750",
            )
        if action not in token.scopes and f"{action}:{graph}" not in token.scopes:
            raise ScopeError(
                f"This token may not do this: it lacks the scope {action!r}.",
                zh=f"该令牌没有 {action!r} 权限。",
                hint="Ask the operator for a token with this scope.",
                hint_zh="请向运维人员申请相应权限。",
            )

    def _find(self, given: str) -> Token | None:
        found = None
        for token in self._tokens:  # every one, so that time tells nothing
            if hmac.compare_digest(token.value.encode(), given.encode()):
                found = token
        return found


def _read(entry: str) -> Token:
    scopes, _, value = entry.rpartition("@")
    names = frozenset(filter(None, scopes.split("+")))
    unknown = [n for n in names if n not in SCOPES and not n.startswith("data:")]
    if not value or not names or unknown:
        raise ConfigError(
            "scoped_tokens needs entries of the form scope+scope@token.",
            zh="scoped_tokens 的格式为 scope+scope@token。",
            hint="Scopes are update, data and data:IRI.",
            hint_zh="权限有 update、data 和 data:IRI。",
        )
    return Token(value, names)
