"""``/downloads``: the whole graph and each dataset as files, with checksums.

A file is made at the first request of a generation, kept in the cache folder,
and served from there: with its ``ETag``, ranges, and SHA-256. One of a large graph
is handed out while it is being made. Files of older generations go when a new one
is made.
"""

from __future__ import annotations

import contextvars
import hashlib
import os
import re
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    render_template,
    request,
    send_file,
)

from kg import vocab
from kg.curate.exporting import RDF_FORMATS, Scope, dataset_ids, read_tables
from kg.curate.files import home_of
from kg.errors import NotFoundError, PreparingError, QueryTooLargeError
from kg.store.dumping import DUMPED
from kg.web.filed import PIECE_BYTES, FileAnswer, Making, Pieces
from kg.web.reading import Names
from kg.web.site import site
from kg.wiring import Parts

blueprint = Blueprint("downloads", __name__)

ALL: Final = "all"
_NETWORK: Final = {
    ".graphml": "application/graphml+xml",
    ".gexf": "application/gexf+xml",
}
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_RDF: Final = {one.suffix: one for one in RDF_FORMATS.values()}
ENDINGS: Final[dict[str, str]] = {
    **{one.suffix: one.media_type for one in RDF_FORMATS.values()},
    **_NETWORK,
    ".xlsx": _XLSX,
}
_MAKING = threading.Lock()
_STARTING = threading.Lock()
_UNDER_WAY: dict[Path, Making] = {}
_AT_ONCE_S: Final = 0.2
MOST_IN_MEMORY: Final = 2_000_000
"""Triples up to which a file is made that needs all of them in memory."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that was made.

    Attributes:
        size: in bytes.
        sha256: of the bytes, in hexadecimal.
    """

    path: Path
    size: int
    sha256: str


def _parts() -> Parts:
    parts: Parts = current_app.extensions["kg"]
    return parts


def _folder(generation: str) -> Path:
    name = re.sub(r"[^A-Za-z0-9_-]", "_", generation)
    return _parts().cache / "downloads" / name


def kept(name: str) -> Kept | None:
    """The file of this name if it was made for the present generation."""
    path = _path(name)
    told = path.with_name(f"{name}.sha256")
    if not path.is_file() or not told.is_file():
        return None
    return Kept(path, path.stat().st_size, told.read_text(encoding="ascii").split()[0])


def made(scope: str, ending: str) -> Kept | Making:
    """The file, or the draft of one that takes long; one is made at a time.

    Raises:
        QueryTooLargeError: if a large graph is not written in this format.
    """
    name = f"{scope}{ending}"
    if (found := kept(name)) is not None:
        return found
    _refuse_if_too_large(ending)
    if not _is_streamed(ending):
        with _MAKING:
            return kept(name) or _write(_draft(name), scope, ending)
    with _STARTING:
        if (found := kept(name)) is not None:
            return found
        path = _path(name)
        making = _UNDER_WAY.get(path)
        if making is None:
            making = _UNDER_WAY[path] = Making(_draft(name))
            context = contextvars.copy_context()
            threading.Thread(
                target=context.run,
                args=(_make, current_app._get_current_object(), making, scope, ending),  # type: ignore[attr-defined]
                daemon=True,
            ).start()
    making.wait(_AT_ONCE_S)
    return kept(name) or making


def _make(app: Flask, making: Making, scope: str, ending: str) -> None:
    """Write a file in a thread, whoever reads it."""
    error: BaseException | None = None
    try:
        with app.app_context(), _MAKING:
            _write(making.path, scope, ending)
    except BaseException as exc:  # noqa: BLE001 (told to those who read it)
        error = exc
    finally:
        with _STARTING:
            for path in [p for p, one in _UNDER_WAY.items() if one is making]:
                del _UNDER_WAY[path]
        making.finish(error)


def _path(name: str) -> Path:
    return _folder(_parts().store.generation) / name


def _draft(name: str) -> Path:
    """A new file beside the one that it will be; those of other generations go."""
    folder = _path(name).parent
    _clear(folder)
    folder.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".making-")
    os.close(handle)
    return Path(temporary)


def _is_streamed(ending: str) -> bool:
    """Whether the engine writes it as it reads, in no order of ours."""
    if _parts().keeper.is_small() or not hasattr(_parts().store, "dump"):
        return False
    return ending in _RDF and _RDF[ending].media_type in DUMPED


def _too_many(ending: str) -> int:
    """The triples of a graph that is not written in this format; 0 if it is."""
    if _parts().keeper.is_small() or _is_streamed(ending):
        return 0
    read = _parts().reader
    sizes: dict[str, int] = read.counted("graphs", read.store.graphs, dict)
    quads = sum(sizes.values())
    return quads if quads > MOST_IN_MEMORY else 0


def _refuse_if_too_large(ending: str) -> None:
    """Formats that need all of the graph in memory are for graphs that fit."""
    if quads := _too_many(ending):
        raise QueryTooLargeError(
            f"A graph of {quads:,} triples is not written in this format.",
            zh=f"图谱有 {quads:,} 条三元组，不提供此格式。",
            hint="Take N-Triples or N-Quads, or ask a SPARQL query for a part of it.",
            hint_zh="请下载 N-Triples 或 N-Quads，或用 SPARQL 查询其中一部分。",
            context={"max_triples": MOST_IN_MEMORY},
        )


def _clear(folder: Path) -> None:
    """Remove files of other generations; whoever reads one keeps it open."""
    for old in folder.parent.glob("*"):
        if old != folder and old.is_dir():
            for file in old.iterdir():
                file.unlink(missing_ok=True)
            old.rmdir()


def _write(draft: Path, scope: str, ending: str) -> Kept:
    """Write a draft and give it its name, with its checksum."""
    path = draft.with_name(f"{scope}{ending}")
    checksum = hashlib.sha256()
    try:
        with draft.open("wb") as file:
            for piece in _pieces(scope, ending):
                file.write(piece)
                # A reader follows: what is written must be seen.
                file.flush()
                checksum.update(piece)
        line = f"{checksum.hexdigest()}  {path.name}\n"
        path.with_name(f"{path.name}.sha256").write_text(line, encoding="ascii")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return Kept(path, path.stat().st_size, checksum.hexdigest())


def _pieces(scope: str, ending: str) -> Iterator[bytes]:
    parts = _parts()
    datasets = [] if scope == ALL else [scope]
    if _is_streamed(ending):
        graphs = Scope(parts.store, datasets).graphs
        dump: Iterator[bytes] = parts.store.dump(graphs, _RDF[ending].media_type)  # type: ignore[attr-defined]
        return dump
    if ending in _RDF:
        contents = Scope(parts.store, datasets).contents()
        return (piece.encode() for piece in _RDF[ending].write(contents))
    if ending in _NETWORK:
        return _network(datasets, ending)
    from kg.curate.export_sheet import dataset_sheets, graph_sheets, workbook

    home = home_of(parts.data)
    wanted = datasets or dataset_ids(parts.store)
    tables = {name: read_tables(parts.store, name, home).rows for name in wanted}
    sheets = dataset_sheets(tables[scope]) if datasets else graph_sheets(tables)
    return iter([workbook(sheets)])


def _network(datasets: list[str], ending: str) -> Iterator[bytes]:
    from kg.draw.netfiles import NETWORK_FORMATS

    graphs = _parts().graphs
    network = graphs.whole(f"{vocab.ID}dataset-{name}" for name in datasets)
    write = NETWORK_FORMATS[ending.removeprefix(".")]
    return (piece.encode() for piece in write(network, graphs.terms))


@blueprint.get("/downloads")
def page() -> str:
    """What there is to download."""
    datasets = dataset_ids(_parts().store)
    names = Names(f"{vocab.ID}dataset-{name}" for name in datasets)
    scopes = [(ALL, "")] + [(d, names.text(f"{vocab.ID}dataset-{d}")) for d in datasets]
    return render_template(
        "downloads.html",
        scopes=scopes,
        endings={e: media for e, media in ENDINGS.items() if not _too_many(e)},
        files={
            (scope, ending): kept(f"{scope}{ending}")
            for scope, _ in scopes
            for ending in ENDINGS
        },
    )


@blueprint.get("/downloads/<name>")
def file(name: str) -> Response:
    """One file, or its checksum.

    Raises:
        NotFoundError: if there is no such dataset or format.
    """
    wanted = name.removesuffix(".sha256")
    scope, ending = _split(wanted)
    found = made(scope, ending)
    if isinstance(found, Making):
        if name != wanted:
            raise _not_yet()
        try:
            return _growing(found, wanted, ending)
        except FileNotFoundError:  # it has its name by now
            return file(name)
    if name != wanted:
        return Response(f"{found.sha256}  {wanted}\n", mimetype="text/plain")
    media = ENDINGS[ending]
    response = send_file(
        found.path,
        mimetype=media,
        as_attachment=True,
        download_name=f"{site().file_stem}-{wanted}",
        conditional=True,
        etag=found.sha256[:32],
        max_age=0,
    )
    if media.startswith("text/"):
        response.headers["Content-Type"] = f"{media}; charset=utf-8"
    digest = b64encode(bytes.fromhex(found.sha256)).decode()
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Link"] = f'<{request.path}.sha256>; rel="describedby"'
    length = response.content_length or 0
    send_file_ = request.environ.get("kg.send_file")
    if send_file_ and request.method == "GET" and length > PIECE_BYTES:
        opened = found.path.open("rb")
        opened.seek(response.content_range.start or 0)
        send_file_(FileAnswer(opened, length))
    return response


def _not_yet() -> PreparingError:
    return PreparingError(
        "The file is being made; its checksum is known when it is done.",
        zh="文件正在生成，完成后方有校验和。",
        hint="Come back in a minute.",
        hint_zh="请稍后再来。",
        context={"retry_after_s": 60},
    )


def _growing(making: Making, name: str, ending: str) -> Response:
    """A file while it is being made: neither length nor checksum is known yet."""
    answer = FileAnswer(making.path.open("rb"), making=making)
    media = ENDINGS[ending]
    if media.startswith("text/"):
        media = f"{media}; charset=utf-8"
    send_file_ = request.environ.get("kg.send_file")
    if send_file_ and request.method == "GET":
        send_file_(answer)
        response = Response(iter(()), content_type=media)  # no length is told
    else:
        response = Response(Pieces(answer), content_type=media)
    response.headers["Content-Disposition"] = (
        f"attachment; filename={site().file_stem}-{name}"
    )
    response.headers["Cache-Control"] = "no-cache"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Link"] = f'<{request.path}.sha256>; rel="describedby"'
    return response


def _split(name: str) -> tuple[str, str]:
    scopes = [ALL, *dataset_ids(_parts().store)]
    for ending in sorted(ENDINGS, key=len, reverse=True):
        if name.endswith(ending) and name.removesuffix(ending) in scopes:
            return name.removesuffix(ending), ending
    raise NotFoundError(
        f"There is no download {name!r}.",
        zh=f"没有可下载的文件 {name!r}。",
        hint="The page /downloads lists what there is.",
        hint_zh="可下载的文件见 /downloads。",
    )
