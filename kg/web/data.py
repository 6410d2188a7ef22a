"""``/data``: the Graph Store HTTP Protocol, to read for all, to write with a token.

``?graph=IRI`` and ``?default`` name a graph indirectly; ``/data/PATH`` is a graph
whose IRI is the address itself. ``?default`` is what was written without naming
a graph; the default graph of queries holds all graphs.

Source: SPARQL 1.1 Graph Store HTTP Protocol, sections 4 and 5.
"""

from __future__ import annotations

import re
import uuid
from email.message import EmailMessage
from urllib.parse import quote

from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from kg.errors import MediaTypeError, RequestError
from kg.query.media import GRAPHS, HTML, choose
from kg.query.protocol import require_iri, single
from kg.query.service import Answered, AnswerStream
from kg.store.base import GRAPH_TYPES, GraphWrite
from kg.web.sparql import (
    address_pairs,
    client_address,
    endpoint_address,
    respond,
    service,
)
from kg.web.update import expected_generation, parts, refuse_if_there, written

blueprint = Blueprint("data", __name__)
_DOCUMENTS = tuple(offer for offer in GRAPHS if offer.written != HTML)
_ALIASES = {
    "application/x-turtle": "text/turtle",
    "application/xml": "application/rdf+xml",
    "text/xml": "application/rdf+xml",
    "application/json": "application/ld+json",
    "text/plain": "application/n-triples",
}
_METHODS = ["GET", "PUT", "POST", "DELETE"]
# What an IRI cannot have stays percent-encoded, as it was in the address.
_NO_IRI = re.compile(r"[\x00-\x20<>\"{}|^`\\%]")


@blueprint.route("/data", methods=_METHODS)
@blueprint.route("/data/", methods=_METHODS)
@blueprint.route("/data/<path:name>", methods=_METHODS)
def data(name: str = "") -> Response:
    """One operation on one graph."""
    graph = _graph(name)
    if request.method in {"GET", "HEAD"}:
        if graph is None:
            raise _no_graph_named()
        return _read(graph)
    authorization = request.headers.get("Authorization", "")
    parts().access.require(authorization, "data", graph or "")
    if graph is None:
        if request.method != "POST":
            raise _no_graph_named()
        return _create()
    if request.method == "DELETE":
        return _write(GraphWrite(graph, "remove", limits=parts().write_limits), 204)
    refuse_if_there(parts().store.has_graph(graph) and bool(graph))
    return _write(
        GraphWrite(
            graph,
            "replace" if request.method == "PUT" else "merge",
            _documents(),
            graph or endpoint_address("/data"),
            parts().write_limits,
        ),
        204,
    )


def _escaped(found: re.Match[str]) -> str:
    return f"%{ord(found[0]):02X}"


def _graph(name: str) -> str | None:
    """IRI of the graph a request names; ``""`` the default, ``None`` none.

    Raises:
        RequestError: if it names two, or no absolute IRI.
    """
    pairs = address_pairs()
    named, default = single(pairs, "graph"), single(pairs, "default")
    if name:
        if named is not None or default is not None:
            raise RequestError(
                "The address names a graph already.",
                zh="地址已指明了图。",
                hint="Use /data?graph=IRI, or /data/PATH alone.",
                hint_zh="请使用 /data?graph=IRI，或仅用 /data/路径。",
            )
        address = endpoint_address(_NO_IRI.sub(_escaped, request.path))
        return require_iri(address, "address")
    if named is not None and default is not None:
        raise RequestError(
            "Give 'graph' or 'default', not both.",
            zh="'graph' 与 'default' 只能二选一。",
        )
    if default is not None:
        return ""
    return None if named is None else require_iri(named, "graph")


def _no_graph_named() -> RequestError:
    return RequestError(
        "The request names no graph.",
        zh="请求没有指明图。",
        hint="Use ?default, ?graph=IRI or /data/PATH.",
        hint_zh="请使用 ?default、?graph=IRI 或 /data/路径。",
        link="https://www.w3.org/TR/sparql11-http-rdf-update/#graph-identification",
    )


def _read(graph: str) -> Response:
    accept = request.headers.get("Accept", "")
    is_browser = "text/html" in accept
    wished = request.args.get("format", "")
    offer = choose("" if is_browser else accept, wished, _DOCUMENTS)
    store = parts().store
    suffix = GRAPH_TYPES.index(offer.written)
    etag = f"{store.generation}-{suffix}"
    if etag in request.if_none_match:
        response = Response(status=304)
        response.set_etag(etag)
        return response
    answer = store.read_graph(
        graph,
        offer.written,
        service().options.limits,
        client=client_address(),
        is_gone=request.environ.get("kg.is_gone"),
    )
    done = Answered(offer, answer.generation, stream=AnswerStream(answer))
    response = respond(done)
    response.set_etag(f"{answer.generation}-{suffix}")
    response.headers["Cache-Control"] = "public, no-cache"
    return response


def _create() -> Response:
    """POST to the store itself: a new graph, named by us."""
    graph = endpoint_address(f"/data/{uuid.uuid4()}")
    write = GraphWrite(graph, "merge", _documents(), graph, parts().write_limits)
    return _write(write, 204, location=graph)


def _write(write: GraphWrite, status: int, location: str = "") -> Response:
    done = parts().store.write_graph(
        write, expected=expected_generation(), check=parts().policy.check
    )
    is_new = done.created and write.graph != ""
    if is_new and not location:
        location = f"{endpoint_address('/data')}?graph={quote(write.graph, safe='')}"
        if write.graph.startswith(endpoint_address("/data/")):
            location = write.graph
    return written(done, 201 if is_new else status, location if is_new else "")


def _documents() -> tuple[tuple[str, bytes], ...]:
    """The documents of the body: itself, or the parts of a form.

    Raises:
        MediaTypeError: if one is of a type that is not taken.
    """
    content_type = request.headers.get("Content-Type", "")
    if content_type.lower().startswith("multipart/form-data"):
        files = [f for _, f in request.files.items(multi=True)]
        if not files:
            raise RequestError(
                "The form has no file.",
                zh="表单中没有文件。",
                hint="Send each document as a file with its Content-Type.",
                hint_zh="请把每个文档作为带 Content-Type 的文件提交。",
            )
        return tuple(_part(file) for file in files)
    body = request.get_data(cache=False, parse_form_data=False)
    return ((_document_type(content_type), body),)


def _part(file: FileStorage) -> tuple[str, bytes]:
    return _document_type(file.content_type or ""), file.stream.read()


def _document_type(content_type: str) -> str:
    message = EmailMessage()
    message["Content-Type"] = content_type or "none/none"
    media_type = message.get_content_type() if content_type else ""
    media_type = _ALIASES.get(media_type, media_type)
    charset = str(message.get_param("charset") or "utf-8").lower()
    is_xml = media_type == "application/rdf+xml"
    if media_type in GRAPH_TYPES and (is_xml or charset in {"utf-8", "utf8"}):
        return media_type
    raise MediaTypeError(
        f"A document of type {content_type[:100] or 'none'} is not taken.",
        zh=f"不接受类型为 {content_type[:100] or '（无）'} 的文档。",
        hint="Use " + ", ".join(GRAPH_TYPES) + " in UTF-8.",
        hint_zh="可用：" + "、".join(GRAPH_TYPES) + "，编码为 UTF-8。",
    )
