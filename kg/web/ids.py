"""``/id/<id>``: the address of a thing itself, and its triples in four formats.

A thing is not a document: its own address answers 303 and names the document
that fits the reader, a page or one of the RDF formats.

Source: Cool URIs for the Semantic Web, section 4.2 (303 URIs forwarding to one
generic document).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request

from kg import vocab
from kg.errors import NotFoundError
from kg.model import Triple
from kg.query.read import description
from kg.web import rdf
from kg.web.reading import page_of, reader

blueprint = Blueprint("ids", __name__)

# Extension, media type, writer. The first is the default for a client that takes
# anything.
FORMATS: tuple[tuple[str, str, Callable[[Iterable[Triple]], str]], ...] = (
    ("ttl", "text/turtle", rdf.turtle),
    ("nt", "application/n-triples", rdf.n_triples),
    ("jsonld", "application/ld+json", rdf.json_ld),
    ("rdf", "application/rdf+xml", rdf.rdf_xml),
)
_HTML = ("text/html", "application/xhtml+xml")


def wanted() -> str:
    """The extension that fits the Accept header; "" for a page, "-" for none."""
    accept = request.accept_mimetypes
    if not accept:
        return FORMATS[0][0]
    offered = [*_HTML, *(media for _, media, _ in FORMATS), "application/json"]
    best = accept.best_match(offered)
    if best in _HTML:
        return ""
    if best == "application/json":
        return "jsonld"
    return next((e for e, media, _ in FORMATS if media == best), "-")


@blueprint.get("/id/<path:local>")
def thing(local: str) -> Response:
    """Send the reader to the document about the thing."""
    extension = wanted()
    if extension == "-":
        return Response(
            "text/html, " + ", ".join(media for _, media, _ in FORMATS) + "\n",
            status=406,
            mimetype="text/plain",
        )
    iri = vocab.ID + local
    if extension:
        target = f"/entities/{quote(local, safe='')}.{extension}"
    else:
        target = page_of(iri)
    response = redirect(target, 303)
    response.headers["Vary"] = "Accept"
    return response  # type: ignore[return-value]


def other_format(local: str) -> Response | None:
    """Where a page's address sends a client that would rather have RDF."""
    extension = wanted() if request.accept_mimetypes else ""
    if extension in {"", "-"}:
        return None
    response = redirect(f"/entities/{quote(local, safe='')}.{extension}", 303)
    response.headers["Vary"] = "Accept"
    return response  # type: ignore[return-value]


def document(local: str, extension: str) -> Response:
    """The triples about a thing.

    Its own, the statements about it from either end with their evidence, and
    labels of what they name. Long ones come in pages: the ``Link`` header names
    the next, so that a cut answer cannot be taken for a whole one.

    Raises:
        NotFoundError: if nothing has this identifier.
    """
    _, media, write = next(f for f in FORMATS if f[0] == extension)
    page = max(request.args.get("page", 1, type=int), 1)
    triples, more = description.describe(reader().store, vocab.ID + local, page)
    if not triples:
        raise NotFoundError(
            f"Nothing has the identifier {local!r}.",
            zh=f"没有标识符为 {local!r} 的内容。",
        )
    response = Response(write(triples), content_type=f"{media}; charset=utf-8")
    if more:
        response.headers["Link"] = f'<{request.path}?page={page + 1}>; rel="next"'
    return response
