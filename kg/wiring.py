"""Builds the parts from settings; the only place that chooses an adapter."""

from __future__ import annotations

import atexit
import logging
import shutil
import tempfile
import threading
import uuid
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from kg import vocab
from kg.base import PRODUCT
from kg.config import Settings
from kg.curate.policy import Policy
from kg.curate.publication import ensure_shipped, first_filling, graph_of, words
from kg.errors import ConfigError, KGError, PreparingError
from kg.model import Triple
from kg.preparing import keeper_of
from kg.query.access import Access
from kg.query.catalogue import Catalogue, load_catalogue
from kg.query.federation import Federation, read_hosts
from kg.query.read import Reader, tracks
from kg.query.service import QueryOptions, QueryService
from kg.search import Names
from kg.shelf import Keeper
from kg.store import Limits, ServiceStore
from kg.store.embedded import EmbeddedStore
from kg.store.isolated import IsolatedOptions, IsolatedStore
from kg.store.pool import PoolOptions
from kg.store.relay import Relay
from kg.store.remote import RemoteOptions, RemoteStore
from kg.store.remote.options import AuthScheme
from kg.vocab import GRAPH

if TYPE_CHECKING:
    from kg.analysis.graphs import Graphs
    from kg.analysis.partners.advice import Advisor
    from kg.analysis.partners.complements import Complement
    from kg.curate.desk import Desk
    from kg.curate.jobs import Jobs

_MIB = 1024 * 1024


LOG = logging.getLogger(__name__)
_MAKING = threading.Lock()
CORE = 150  # things in the explorer's first picture


@dataclass(frozen=True)
class Parts:
    """The parts a door (web, cli) works with."""

    settings: Settings
    store: ServiceStore

    @cached_property
    def cache(self) -> Path:
        """Folder of what can be computed again; of this process for ``memory:``."""
        if self.settings["store"].startswith("memory:"):
            folder = tempfile.mkdtemp(prefix="kg-")
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
            return Path(folder)
        return Path(self.settings["cache"])

    def warm(self, rehearse: Callable[[], object] = lambda: None) -> None:
        """Compute what the first reader would wait for; an error is only told.

        Args:
            rehearse: called when pages can be shown, before what takes longest.
        """
        try:
            if self.keeper.is_small():
                self.names.index()
                self.graphs.core(CORE)
            else:
                self._warm_large()
            rehearse()
            if not self.keeper.is_small() and (shelf := self.keeper.ready()):
                shelf.preload()
            self.advisor.wait()
        except KGError:
            if isinstance(self.store, IsolatedStore) and self.store.is_closed:
                return  # the service was stopped meanwhile
            LOG.exception("the first answers will take longer")

    def _warm_large(self) -> None:
        """Open what lies prepared, so that the first readers need not wait for it."""
        try:
            self.keeper.at_hand()
        except PreparingError:
            LOG.info("a large graph is prepared in the background")
        self.keeper.wait()
        tracks.tree(self.reader)
        self.names.index()
        self.graphs.picture()

    @cached_property
    def graphs(self) -> Graphs:
        """The network of the store: neighbours, paths, overview, layouts."""
        from kg.analysis.graphs import Graphs  # numpy and networkx: half a second

        return Graphs(self.store, self.cache / "graphs", self.keeper)

    @cached_property
    def keeper(self) -> Keeper:
        """What pages need of the whole of a large graph, by generation."""
        return keeper_of(
            self.store,
            self.cache,
            self.settings,
            questions,
            lambda: complements(self.settings),
        )

    @cached_property
    def reader(self) -> Reader:
        """The read model of pages."""
        return Reader(self.store, self.keeper)

    @cached_property
    def advisor(self) -> Advisor:
        """Suggests partners, with reasons."""
        from kg.analysis.partners.advice import Advisor
        from kg.analysis.partners.request import read_words

        return Advisor(
            self.store,
            complements(self.settings),
            read_words(_table(self.settings, "request-words.csv")),
            keeper=self.keeper,
            folder=self.cache / "graphs",
        )

    @cached_property
    def data(self) -> Path:
        """The folder of the region's data."""
        return data_folder(self.settings)

    @cached_property
    def access(self) -> Access:
        """Who may write."""
        return Access(self.settings["token"], self.settings["scoped_tokens"])

    @cached_property
    def policy(self) -> Policy:
        """What a write must conform to."""
        return Policy(shipped("ontology"), self._describe, self.settings["shacl"])

    @cached_property
    def write_limits(self) -> Limits:
        """What a write may take."""
        return Limits(
            timeout_s=self.settings["write_timeout_s"],
            max_memory_bytes=self.settings["write_memory_mb"] * _MIB,
            max_bytes=1 << 40,
        )

    def _describe(self, iris: Sequence[str]) -> list[Triple]:
        """The triples that have one of these as subject."""
        if not iris:
            return []
        values = " ".join(f"<{iri}>" for iri in iris)
        return self.store.construct(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {values} }} ?s ?p ?o }}"
        )

    @cached_property
    def queries(self) -> QueryService:
        """Answers visitors' queries."""
        hosts = read_hosts(self.settings["service_hosts"])
        federation = Federation(hosts, Relay().pin) if hosts else Federation()
        return QueryService(self.store, query_options(self.settings), federation)

    @cached_property
    def desk(self) -> Desk:
        """Where datasets come in, are replaced, withdrawn and restored."""
        # SHACL is slow to import, and seldom needed.
        from kg.curate.desk import Desk
        from kg.curate.validation import Validator

        return Desk(
            self.store,
            Path(self.settings["datasets"]),
            Validator(shipped("ontology")),
            shipped=[graph_of(p).removeprefix(GRAPH) for p in self.data.glob("*.ttl")],
            at_first=words(shipped("ontology"), shipped("queries")),
            name=_name_of_store(self.settings["store"]),
        )

    @property
    def jobs(self) -> Jobs:
        """Imports in the background; made once, whichever thread asks first."""
        from kg.curate.background import jobs_of

        with _MAKING:
            made: Jobs | None = vars(self).get("_jobs")
            if made is None:
                folder = Path(self.settings["datasets"]) / "_jobs"
                made = vars(self)["_jobs"] = jobs_of(self.desk, folder)
        return made

    def stop_jobs(self) -> None:
        """Break off imports in the background, if there ever were any."""
        with _MAKING:
            made: Jobs | None = vars(self).get("_jobs")
        if made is not None:
            made.stop()

    @cached_property
    def names(self) -> Names:
        """The name index of the store's generation."""
        return Names(self.store, self.cache / "names", self.keeper)


def _name_of_store(setting: str) -> str:
    """Under what a store's own histories are told from those of others.

    One in memory is another one at each start.
    """
    if setting.startswith("memory:"):
        return f"memory:{uuid.uuid4().hex}"
    if setting.startswith("file:"):
        return f"file:{Path(setting.removeprefix('file:')).resolve()}"
    return setting


def shipped(name: str) -> Path:
    """Folder of what ships with the product: ``data``, ``ontology``, ``queries``.

    From a checkout it is the checkout's own folder; installed, the copy in the
    package. Ontology and questions name some things (the scheme of the tracks);
    for a region with another base they are given with that base.
    """
    here = Path(__file__).resolve().parent
    packed = here / "_shipped" / name
    found = packed if packed.exists() else here.parent / name
    if vocab.BASE == PRODUCT or name == "data":
        return found
    return _rebased(found)


@lru_cache
def _rebased(folder: Path) -> Path:
    """A copy of a folder of RDF files with the region's base, until the end."""
    copy = Path(tempfile.mkdtemp(prefix="kg-base-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    for path in folder.rglob("*"):
        if path.suffix in {".ttl", ".rq"}:
            text = path.read_text(encoding="utf-8")
            for part in ("id/", "graph/"):
                text = text.replace(PRODUCT + part, vocab.BASE + part)
            target = copy / path.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
    return copy


def data_folder(settings: Settings) -> Path:
    """The folder of the region's tables, sources and built graph.

    Raises:
        ConfigError: if the setting names no folder.
    """
    named = settings["data"]
    folder = Path(named) if named else shipped("data")
    if not folder.is_dir():
        raise ConfigError(
            f"There is no data folder {named!r}.",
            zh=f"没有数据文件夹 {named!r}。",
            hint="Setting data; kg new FOLDER makes one.",
            hint_zh="设置 data；kg new 文件夹 可新建。",
        )
    return folder


def _table(settings: Settings, name: str) -> Path:
    """The region's own table for partner advice, or the one that ships."""
    own = data_folder(settings) / name
    return own if own.is_file() else shipped("data") / name


def complements(settings: Settings) -> list[Complement]:
    """The rules of who needs whom."""
    from kg.analysis.partners.complements import read_complements

    return read_complements(_table(settings, "complements.csv"))


def questions() -> Catalogue:
    """The questions that ship."""
    return load_catalogue(shipped("queries"))


def query_options(settings: Settings) -> QueryOptions:
    """What one visitor may ask."""
    return QueryOptions(
        limits=Limits(
            timeout_s=settings["query_timeout_s"],
            max_rows=settings["max_rows"],
            max_bytes=settings["max_answer_mb"] * _MIB,
            max_memory_bytes=settings["max_memory_mb"] * _MIB,
        ),
        max_query_bytes=settings["max_query_kb"] * 1024,
        max_depth=settings["max_depth"],
        cache_bytes=settings["cache_mb"] * _MIB,
        orders_joins=settings["orders_joins"],
    )


def isolation(settings: Settings) -> IsolatedOptions:
    """How an embedded store on disk runs what it is asked."""
    return IsolatedOptions(
        visitors=PoolOptions(
            workers=settings["workers"],
            max_waiting=settings["max_waiting"],
            max_per_client=settings["max_per_client"],
            queue_timeout_s=settings["queue_timeout_s"],
            busy_timeout_s=settings["busy_timeout_s"],
        ),
        house_workers=settings["house_workers"],
        max_memory_bytes=settings["max_memory_mb"] * _MIB,
        keep_generations=settings["keep_generations"],
    )


def build_store(settings: Settings) -> ServiceStore:
    """Open the store the settings name.

    Raises:
        ConfigError: if no adapter knows the scheme, or a setting does not fit.
    """
    scheme, _, rest = settings["store"].partition(":")
    if scheme == "memory":
        return EmbeddedStore()
    if scheme == "file":
        return IsolatedStore(Path(rest), isolation(settings))
    if scheme in {"sparql+http", "sparql+https"}:
        return RemoteStore(remote_options(settings))
    raise ConfigError(
        f"No store adapter for {scheme!r}.",
        zh=f"没有适用于 {scheme!r} 的存储适配器。",
        hint="Use memory:, file:PATH or sparql+https://….",
    )


def remote_options(settings: Settings) -> RemoteOptions:
    """What the settings say about a remote store.

    Raises:
        ConfigError: if the scheme of authentication is not known, or a query
            field is not written as ``NAME=VALUE``.
    """
    auth = settings["remote_auth"]
    if auth not in get_args(AuthScheme):
        raise ConfigError(
            f"There is no authentication {auth!r}.",
            zh=f"没有名为 {auth!r} 的认证方式。",
            hint="KG_REMOTE_AUTH is none, basic, digest or bearer.",
        )
    fields = [text.partition("=") for text in settings["remote_parameters"]]
    if any(not name or not mark for name, mark, _ in fields):
        raise ConfigError(
            "KG_REMOTE_PARAMETERS must be written as NAME=VALUE.",
            zh="KG_REMOTE_PARAMETERS 应写作 NAME=VALUE。",
        )
    return RemoteOptions(
        query_urls=tuple(
            address.removeprefix("sparql+")
            for address in (settings["store"], *settings["remote_replicas"])
        ),
        update_url=settings["remote_update_url"],
        graph_store_url=settings["remote_graph_store_url"],
        auth=auth,
        auth_reads=settings["remote_auth_reads"],
        user=settings["remote_user"],
        password=settings["remote_password"],
        token=settings["remote_token"],
        parameters=tuple((name, value) for name, _, value in fields),
        space=settings["remote_space"],
        connect_timeout_s=settings["remote_connect_timeout_s"],
        write_timeout_s=settings["remote_write_timeout_s"],
        read_retries=settings["remote_read_retries"],
        pool_size=settings["remote_pool_size"],
        batch_triples=settings["remote_batch_triples"],
        max_answer_bytes=settings["remote_max_answer_bytes"],
        ca_file=settings["remote_ca_file"],
    )


def build_parts(settings: Settings) -> Parts:
    """Build every part the settings ask for.

    An embedded store is given what ships with the product, as far as it does
    not have it; a remote one is loaded by its operator.
    """
    if settings["base_iri"] != vocab.BASE:
        raise ConfigError(
            f"base_iri is {settings['base_iri']!r}, but the program began with"
            f" {vocab.BASE!r}.",
            zh=f"base_iri 为 {settings['base_iri']!r}，但程序启动时为 {vocab.BASE!r}。",
            hint="Set it in the environment (KG_BASE_IRI) or in kg.toml.",
            hint_zh="请在环境变量 KG_BASE_IRI 或 kg.toml 中设置。",
        )
    data = data_folder(settings)
    scheme, _, rest = str(settings["store"]).partition(":")
    if not settings["shipped"] or scheme not in {"memory", "file"}:
        return Parts(settings=settings, store=build_store(settings))
    if scheme == "file" and not (Path(rest) / "CURRENT").exists():
        store: ServiceStore = _new_store(Path(rest), data, settings)
    else:
        store = build_store(settings)
    ensure_shipped(store, data, shipped("ontology"), shipped("queries"))
    return Parts(settings=settings, store=store)


def _new_store(root: Path, data: Path, settings: Settings) -> IsolatedStore:
    """A store on disk that is filled with what ships when it is made."""
    with tempfile.TemporaryDirectory(prefix="kg-first-") as folder:
        first = first_filling(
            data, shipped("ontology"), shipped("queries"), Path(folder)
        )
        return IsolatedStore(root, isolation(settings), first)
