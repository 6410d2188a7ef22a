"""One tree of errors, for every room.

::

    KGError
    ├── QueryError           the query cannot be answered as it was sent
    │   ├── QuerySyntaxError     it does not parse; has line and column
    │   ├── QueryRefusedError    the guard does not let it through
    │   ├── QueryTooLargeError   text, rows, bytes or memory over a limit
    │   ├── QueryTimeoutError    the time it may take is over
    │   ├── BusyError            no place free in the queue
    │   ├── TooManyRequestsError this client has too many queries under way
    │   ├── RequestError         a parameter is missing, doubled or malformed
    │   ├── MediaTypeError       the body is of a type that is not taken
    │   └── NotAcceptableError   the answer cannot be written as asked
    ├── StoreError           the store cannot serve
    │   ├── StoreUnreachableError
    │   ├── StoreReadOnlyError
    │   ├── StoreProtocolError   a remote store broke its contract
    │   └── PreconditionError    the generation is not the one asked for
    ├── DataError            a row, a quote, a file that cannot be taken
    ├── ValidationError      data does not conform to its shapes
    ├── NotFoundError        nothing has this identifier
    ├── AccessError          no token, or an unknown one
    │   └── ScopeError           the token may not do this
    └── ConfigError          a setting that cannot be used

Each error has a ``code`` (a stable slug), a message in English and Chinese, a
``hint`` for the person who can act on it, and a ``link`` to the rule. Whoever
shows it picks the language; nobody shows a stack trace.
"""

from __future__ import annotations

from typing import Any


class KGError(Exception):
    """Base of all errors this package raises on purpose.

    Args:
        message: one English sentence: what and where.
        zh: the same sentence in Chinese; the English one when left out.
        hint: what the reader can do about it, in English.
        hint_zh: the same in Chinese.
        link: address of the rule that was broken, if there is one.
        context: small facts safe to show to anyone (row, column, limit).
    """

    code = "error"

    def __init__(
        self,
        message: str,
        *,
        zh: str = "",
        hint: str = "",
        hint_zh: str = "",
        link: str = "",
        context: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.zh = zh or message
        self.hint = hint
        self.hint_zh = hint_zh or hint
        self.link = link
        self.context = context or {}

    def text(self, language: str) -> str:
        """The message in ``zh`` or ``en`` (anything else is ``en``)."""
        return self.zh if language == "zh" else self.message

    def advice(self, language: str) -> str:
        """The hint in ``zh`` or ``en``."""
        return self.hint_zh if language == "zh" else self.hint


class QueryError(KGError):
    """The query cannot be answered as it was sent."""

    code = "query"


class QuerySyntaxError(QueryError):
    """The query does not parse; ``context`` has ``line`` and ``column``."""

    code = "query-syntax"


class QueryRefusedError(QueryError):
    """The guard does not let the query through."""

    code = "query-refused"


class QueryTooLargeError(QueryError):
    """Text, rows, bytes or memory went over a limit."""

    code = "query-too-large"


class QueryTimeoutError(QueryError):
    """The time the query may take is over."""

    code = "query-timeout"


class BusyError(QueryError):
    """No place is free in the queue; ``context`` has ``retry_after_s``."""

    code = "busy"


class PreparingError(QueryError):
    """What a large graph needs first is being computed; see ``retry_after_s``."""

    code = "preparing"


class TooManyRequestsError(QueryError):
    """One client has too many queries under way; see ``retry_after_s``."""

    code = "too-many-requests"


class RequestError(QueryError):
    """A parameter of the request is missing, doubled or malformed."""

    code = "bad-request"


class MediaTypeError(QueryError):
    """The body is of a type, a charset or an encoding that is not taken."""

    code = "unsupported-media-type"


class NotAcceptableError(QueryError):
    """The answer cannot be written in any type the client accepts."""

    code = "not-acceptable"


class StoreError(KGError):
    """The store cannot serve."""

    code = "store"


class StoreUnreachableError(StoreError):
    """The store does not answer."""

    code = "store-unreachable"


class StoreReadOnlyError(StoreError):
    """The store was asked to write and may not."""

    code = "store-read-only"


class StoreProtocolError(StoreError):
    """A remote store answered in a way its contract does not allow."""

    code = "store-protocol"


class PreconditionError(StoreError):
    """The store is at another generation than the one asked for."""

    code = "precondition-failed"


class DataError(KGError):
    """A row, a quote or a file that cannot be taken."""

    code = "data"


class ValidationError(KGError):
    """Data does not conform to its shapes."""

    code = "validation"


class NotFoundError(KGError):
    """Nothing has this identifier."""

    code = "not-found"


class AccessError(KGError):
    """No token, or an unknown one."""

    code = "access"


class ScopeError(AccessError):
    """The token may not do this."""

    code = "scope"


class ConfigError(KGError):
    """A setting that cannot be used."""

    code = "config"
