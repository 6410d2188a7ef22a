"""Which other endpoints a query may name in SERVICE. None, unless allowed.

An allowed endpoint is a host of the operator's list, and where that host is
must be allowed too: a name that resolves to this machine or to a private
network is refused unless the list pins it to that address. The query never
calls out itself: its SERVICE is pointed at a relay of ours, which calls the
address that was checked (``kg.store.relay``), so that a name cannot resolve to
another place between the check and the call.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from kg.errors import ConfigError, QueryRefusedError
from kg.query.guard import Inspected
from kg.query.tokens import position
from kg.store.base import UserQuery

Pin = Callable[[str, str, int], str]
"""Takes endpoint IRI, address and port; gives the IRI to call instead."""
MAX_SERVICES = 32  # in one query


@dataclass(frozen=True)
class Federation:
    """The operator's list.

    Attributes:
        hosts: host name to a pinned ``address:port`` or ``address``, or ``""``
            for wherever the name leads, if that is public.
        pin: hands a checked endpoint to the relay.
    """

    hosts: Mapping[str, str] = field(default_factory=dict)
    pin: Pin | None = None

    def prepare(self, query: UserQuery, seen: Inspected) -> UserQuery:
        """The query with its SERVICE endpoints checked and pointed at the relay.

        Raises:
            QueryRefusedError: if an endpoint is not allowed.
        """
        text, probe = query.text, query.probe
        if len(seen.services) > MAX_SERVICES:
            at = position(seen.text, seen.services[MAX_SERVICES][1])
            raise _refused(f"More than {MAX_SERVICES} SERVICE are not allowed", *at)
        for iri, start, end in sorted(set(seen.services), key=lambda s: -s[1]):
            target = self._target(iri, seen.text, start)
            if start == end:
                continue
            # Row limits are put behind every SERVICE, so positions still hold.
            text = f"{text[:start]}<{target}>{text[end:]}"
            probe = f"{probe[:start]}<{target}>{probe[end:]}" if probe else ""
        return replace(query, text=text, probe=probe, federated=True)

    def _target(self, iri: str, text: str, at: int) -> str:
        line, column = position(text, at)
        if not self.hosts or self.pin is None:
            raise _refused("SERVICE is not allowed here", line, column)
        try:
            parts = urlsplit(iri)
            host, port = parts.hostname or "", parts.port
        except ValueError as exc:
            raise _refused("SERVICE needs an IRI with a host", line, column) from exc
        usual = {"http": 80, "https": 443}.get(parts.scheme)
        if usual is None or parts.username is not None or host not in self.hosts:
            raise _refused(f"SERVICE <{iri[:120]}> is not allowed here", line, column)
        address, pinned_port = _split(self.hosts[host])
        if not address:
            address = self._resolved(host, line, column)
        return self.pin(iri, address, pinned_port or port or usual)

    def _resolved(self, host: str, line: int, column: int) -> str:
        try:
            found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
        except OSError as exc:
            raise _refused(f"SERVICE host {host} is not known", line, column) from exc
        addresses = {str(entry[4][0]).split("%")[0] for entry in found}
        if not all(is_public(address) for address in addresses):
            raise _refused(
                f"SERVICE host {host} leads into a private network", line, column
            )
        return sorted(addresses)[0]


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet."""
    ip = ipaddress.ip_address(address)
    mapped = getattr(ip, "ipv4_mapped", None)
    ip = mapped or ip
    return ip.is_global and not ip.is_multicast


def read_hosts(entries: tuple[str, ...]) -> dict[str, str]:
    """``host`` or ``host=address`` or ``host=address:port``, each.

    Raises:
        ConfigError: if an address is none.
    """
    hosts = {}
    for entry in entries:
        host, _, place = entry.partition("=")
        try:
            if place:
                ipaddress.ip_address(_split(place)[0])
        except ValueError as exc:
            raise ConfigError(
                f"service_hosts: {entry!r} needs an IP address after '='.",
                zh=f"service_hosts：{entry!r} 的 '=' 后须为 IP 地址。",
                hint="For example query.example.org, or lab.local=10.0.0.7:8080.",
            ) from exc
        hosts[host.strip().lower()] = place.strip()
    return hosts


def _split(place: str) -> tuple[str, int | None]:
    address, _, port = (
        place.rpartition(":") if place.count(":") == 1 else (place, "", "")
    )
    return address, int(port) if port.isdigit() else None


def _refused(what: str, line: int, column: int) -> QueryRefusedError:
    return QueryRefusedError(
        f"{what} (line {line}, column {column}).",
        zh=f"此处不允许该 SERVICE（第 {line} 行第 {column} 列）。",
        hint="This service calls only hosts that its operator has listed.",
        hint_zh="本服务只访问运维人员列出的主机。",
        link="https://www.w3.org/TR/sparql11-federated-query/#security-considerations",
        context={"line": line, "column": column, "keyword": "SERVICE"},
    )
