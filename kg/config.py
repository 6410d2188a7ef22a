"""One table of settings: command line, environment, TOML file, default.

A name nobody knows is an error. A value may be ``env:NAME`` or ``file:PATH``,
so that a secret need not stand in a file or on a command line.
"""

from __future__ import annotations

import difflib
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg import vocab
from kg.base import PRODUCT, settings_file
from kg.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table.

    Attributes:
        name: lower case; the environment's name is ``KG_`` + upper case.
        kind: ``str``, ``int``, ``float``, ``bool`` or ``list`` (comma-separated).
        default: the value when nobody sets one, as text.
        help: one sentence with the unit.
        secret: never shown.
    """

    name: str
    kind: str
    default: str
    help: str
    secret: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting("host", "str", "127.0.0.1", "Address the server listens on."),
    Setting("port", "int", "8000", "Port the server listens on."),
    Setting(
        "base_iri",
        "str",
        PRODUCT,
        "What identifiers of this region's things and graphs start with.",
    ),
    Setting(
        "data",
        "str",
        "",
        "Folder of the region's tables, sources and built graph; empty: the one "
        "that ships.",
    ),
    Setting(
        "site_name_zh",
        "str",
        "",
        "Chinese name of the region on the pages; empty: site.toml of the data folder.",
    ),
    Setting("site_name_en", "str", "", "The same in English."),
    Setting(
        "store",
        "str",
        "file:var/store",
        "Where the graph lives: memory:, file:PATH or sparql+https://….",
    ),
    Setting("datasets", "str", "var/datasets", "Folder of the history of datasets."),
    Setting(
        "shipped",
        "bool",
        "yes",
        "Whether an embedded store is loaded with the graph of the data folder.",
    ),
    Setting(
        "remote_replicas",
        "list",
        "",
        "Further SPARQL query addresses that hold copies of a remote store.",
    ),
    Setting(
        "remote_update_url",
        "str",
        "",
        "SPARQL Update address of a remote store; empty: it is read-only.",
    ),
    Setting(
        "remote_graph_store_url",
        "str",
        "",
        "Graph Store Protocol address; empty: bulk load goes as updates, slower.",
    ),
    Setting("remote_auth", "str", "none", "none, basic, digest or bearer."),
    Setting("remote_auth_reads", "bool", "no", "Send the credentials with queries."),
    Setting("remote_user", "str", "", "User of the remote store."),
    Setting("remote_password", "str", "", "Password of that user.", True),
    Setting("remote_token", "str", "", "Bearer token of the remote store.", True),
    Setting(
        "remote_parameters",
        "list",
        "",
        "The engine's own query fields, NAME=VALUE; {timeout_ms} and {timeout_s} "
        "stand for the time left. Virtuoso: timeout={timeout_ms}.",
    ),
    Setting(
        "remote_space",
        "str",
        "urn:life-valley:",
        "IRI prefix of the graphs the product keeps for itself in a remote store.",
    ),
    Setting(
        "remote_connect_timeout_s", "float", "5", "Seconds to reach a remote store."
    ),
    Setting(
        "remote_write_timeout_s",
        "float",
        "600",
        "Seconds one update or upload to a remote store may take.",
    ),
    Setting("remote_read_retries", "int", "2", "How often a failed read is repeated."),
    Setting("remote_pool_size", "int", "8", "Connections kept to each remote server."),
    Setting("remote_batch_triples", "int", "50000", "Triples of one upload."),
    Setting(
        "remote_max_answer_bytes",
        "int",
        "268435456",
        "A longer answer of a remote store is refused; bytes.",
    ),
    Setting("remote_ca_file", "str", "", "Certificates to trust for a remote store."),
    Setting(
        "token", "str", "", "Bearer token of writers; empty: writes are off.", True
    ),
    Setting(
        "scoped_tokens",
        "list",
        "",
        "Tokens that may do less: scope+scope@token; update, data, data:IRI.",
        True,
    ),
    Setting(
        "shacl",
        "list",
        f"{vocab.GRAPH}*=reject,{vocab.UNNAMED_GRAPH}=off",
        "What a write must conform to: GRAPH=reject, warn or off; * at the end.",
    ),
    Setting("write_timeout_s", "float", "60", "Seconds a write may take."),
    Setting("write_memory_mb", "int", "2048", "MiB a write may take in its worker."),
    Setting(
        "base_url",
        "str",
        "",
        "Public address of the service, for absolute links; empty: as requested.",
    ),
    Setting(
        "cache",
        "str",
        "var/cache",
        "Folder of what can be computed again: name index, positions.",
    ),
    Setting("query_timeout_s", "float", "30", "Seconds a visitor's query may take."),
    Setting(
        "busy_timeout_s", "float", "2", "Seconds it may take while others wait for it."
    ),
    Setting("queue_timeout_s", "float", "10", "Seconds a query waits for a worker."),
    Setting("max_rows", "int", "100000", "Rows of one SELECT; more are left out."),
    Setting("max_answer_mb", "int", "64", "MiB of one answer."),
    Setting("max_memory_mb", "int", "512", "MiB a query may take in its worker."),
    Setting("max_query_kb", "int", "1024", "KiB of a query's text."),
    Setting("max_depth", "int", "128", "Brackets that may be open at once in a query."),
    Setting(
        "orders_joins",
        "bool",
        "yes",
        "Join the patterns of a query by what the store has, not by the engine's plan.",
    ),
    Setting("workers", "int", "3", "Visitors' queries that run at once."),
    Setting("house_workers", "int", "2", "Workers for the queries of our own pages."),
    Setting("max_waiting", "int", "64", "Visitors' queries that may wait."),
    Setting("max_per_client", "int", "32", "Queries one address may run or wait for."),
    Setting("cache_mb", "int", "64", "MiB of answers kept in memory; 0: none."),
    Setting(
        "service_hosts",
        "list",
        "",
        "Hosts that SERVICE may call: host, or host=address[:port]; empty: none.",
    ),
    Setting("max_upload_mb", "int", "64", "MiB of the body of a write."),
    Setting("body_timeout_s", "float", "20", "Seconds within which a body arrives."),
    Setting("header_timeout_s", "float", "10", "Seconds within which headers arrive."),
    Setting(
        "send_timeout_s",
        "float",
        "30",
        "Seconds a client may take nothing of its answer.",
    ),
    Setting(
        "stop_timeout_s", "int", "35", "Seconds to finish what runs when told to stop."
    ),
    Setting("max_connections", "int", "2048", "Connections open at once."),
    Setting("page_threads", "int", "8", "Pages made at once."),
    Setting("spool_mb", "int", "1024", "MiB of answers on their way to slow readers."),
    Setting(
        "trusted_proxies", "list", "", "Peers whose X-Forwarded-For names the client."
    ),
    Setting(
        "slow_query_s", "float", "5", "Seconds from which a request is logged as slow."
    ),
    Setting(
        "cors_origins",
        "list",
        "*",
        "Origins whose pages may read answers; *: all; empty: none.",
    ),
    Setting(
        "backup_folder", "str", "", "Folder of automatic backups; empty: none are made."
    ),
    Setting("backup_every_h", "float", "24", "Hours between two automatic backups."),
    Setting("backup_keep", "int", "7", "Automatic backups kept."),
    Setting("keep_generations", "int", "3", "Old generations kept on disk."),
    Setting("language", "str", "", "Language of pages when the reader has no wish."),
    Setting("log_level", "str", "info", "debug, info, warning or error."),
)

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off"}


@dataclass(frozen=True)
class Settings:
    """The settings in force, and where each one came from.

    Attributes:
        values: name to typed value.
        origins: name to ``command line``, ``environment``, ``file`` or ``default``.
    """

    values: Mapping[str, Any]
    origins: Mapping[str, str]

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def environment(self) -> dict[str, str]:
        """The settings that are no defaults, for a process of our own."""
        told = {True: "yes", False: "no"}
        return {
            environment_name(name): (
                ",".join(value)
                if isinstance(value, tuple)
                else told[value]
                if isinstance(value, bool)
                else str(value)
            )
            for name, value in self.values.items()
            if self.origins[name] != "default"
        }

    def shown(self) -> list[dict[str, str]]:
        """Rows for people: name, value (secrets masked), origin, help."""
        return [
            {
                "name": s.name,
                "environment": environment_name(s.name),
                "value": _masked(s, self.values[s.name]),
                "origin": self.origins[s.name],
                "help": s.help,
            }
            for s in SETTINGS
        ]


def environment_name(name: str) -> str:
    """``store`` is ``KG_STORE`` in the environment."""
    return "KG_" + name.upper()


def load_settings(
    given: Mapping[str, str] | None = None,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Settings:
    """Read the settings: what is given wins over environment, file, default.

    Args:
        given: from the command line, name to text.
        environment: ``os.environ`` when left out.
        file: a TOML file; when left out the one that ``KG_CONFIG`` of the
            environment names, else ``kg.toml`` of the working directory.

    Raises:
        ConfigError: for an unknown name or a value of the wrong kind.
    """
    environment = os.environ if environment is None else environment
    if file is None:
        file = settings_file(environment)
    from_environment = {
        key[3:].lower(): value
        for key, value in environment.items()
        if key.startswith("KG_") and key != "KG_CONFIG"
    }
    layers: list[tuple[str, Mapping[str, str]]] = [
        ("command line", given or {}),
        ("environment", from_environment),
        ("file", _read_file(file) if file else {}),
    ]
    for origin, layer in layers:
        for name in layer:
            _known(name, origin)
    values: dict[str, Any] = {}
    origins: dict[str, str] = {}
    for setting in SETTINGS:
        text, origin = setting.default, "default"
        for layer_origin, layer in layers:
            if setting.name in layer:
                text, origin = layer[setting.name], layer_origin
                break
        values[setting.name] = _typed(setting, _resolved(text, environment))
        origins[setting.name] = origin
    return Settings(values, origins)


def _known(name: str, origin: str) -> None:
    names = [s.name for s in SETTINGS]
    if name in names:
        return
    near = difflib.get_close_matches(name, names, n=1)
    raise ConfigError(
        f"There is no setting {name!r} (from {origin}).",
        zh=f"没有名为 {name!r} 的设置（来自 {origin}）。",
        hint=f"Did you mean {near[0]!r}?" if near else "See docs/settings.md.",
    )


def _read_file(path: Path) -> dict[str, str]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as exc:
        raise ConfigError(f"The settings file {path} cannot be read: {exc}") from exc
    return {
        name: ",".join(map(str, value)) if isinstance(value, list) else str(value)
        for name, value in table.items()
    }


def _resolved(text: str, environment: Mapping[str, str]) -> str:
    """Follow ``env:NAME``; ``file:`` is left to paths unless it is a secret."""
    if text.startswith("env:"):
        return environment.get(text[4:], "")
    return text


def _typed(setting: Setting, text: str) -> Any:
    try:
        if setting.secret and text.startswith("file:"):
            return Path(text[5:]).read_text(encoding="utf-8").strip()
        if setting.kind == "int":
            return int(text)
        if setting.kind == "float":
            return float(text)
        if setting.kind == "list":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        if setting.kind == "bool":
            return _boolean(text)
    except (ValueError, OSError) as exc:
        shown = "its value" if setting.secret else repr(text)
        raise ConfigError(
            f"Setting {setting.name!r} cannot be {shown}: a {setting.kind} is needed.",
            zh=f"设置 {setting.name!r} 的值无效，应为 {setting.kind}。",
            hint=setting.help,
        ) from exc
    return text


def _boolean(text: str) -> bool:
    lowered = text.lower()
    if lowered in _TRUE:
        return True
    if lowered in _FALSE:
        return False
    raise ValueError(text)


def _masked(setting: Setting, value: object) -> str:
    if setting.secret:
        return "(set)" if value else "(not set)"
    return ",".join(value) if isinstance(value, tuple) else str(value)
