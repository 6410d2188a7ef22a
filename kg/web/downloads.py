"""``/downloads``: the whole graph and each dataset as files, with checksums.

A file is made at the first request of a generation, kept in the cache folder,
and served from there: with its ``ETag``, ranges, and SHA-256. Files of older
generations go when a new one is made.
"""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, current_app, render_template, request, send_file

from kg import vocab
from kg.curate.exporting import RDF_FORMATS, Scope, dataset_ids, read_tables
from kg.curate.files import home_of
from kg.errors import NotFoundError
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
    path = _folder(_parts().store.generation) / name
    told = path.with_name(f"{name}.sha256")
    if not path.is_file() or not told.is_file():
        return None
    return Kept(path, path.stat().st_size, told.read_text(encoding="ascii").split()[0])


def made(scope: str, ending: str) -> Kept:
    """The file, made now if need be; one at a time, so that two wait for one."""
    name = f"{scope}{ending}"
    if (found := kept(name)) is not None:
        return found
    with _MAKING:
        if (found := kept(name)) is not None:
            return found
        folder = _folder(_parts().store.generation)
        _clear(folder)
        folder.mkdir(parents=True, exist_ok=True)
        return _write(folder / name, _pieces(scope, ending))


def _clear(folder: Path) -> None:
    """Remove files of other generations; whoever reads one keeps it open."""
    for old in folder.parent.glob("*"):
        if old != folder and old.is_dir():
            for file in old.iterdir():
                file.unlink(missing_ok=True)
            old.rmdir()


def _write(path: Path, pieces: Iterable[bytes]) -> Kept:
    checksum = hashlib.sha256()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".making-")
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
                checksum.update(piece)
        line = f"{checksum.hexdigest()}  {path.name}\n"
        path.with_name(f"{path.name}.sha256").write_text(line, encoding="ascii")
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    return Kept(path, path.stat().st_size, checksum.hexdigest())


def _pieces(scope: str, ending: str) -> Iterator[bytes]:
    parts = _parts()
    datasets = [] if scope == ALL else [scope]
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
        endings=ENDINGS,
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
