"""``/sparql``: the query endpoint for programs, and a page for people.

Source: SPARQL 1.1 Protocol, section 2.1; Service Description, section 2.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Blueprint, Response, current_app, g, render_template, request

from kg import vocab
from kg.errors import KGError
from kg.model import Triple
from kg.query.description import count, service_description, void
from kg.query.media import GRAPHS, HTML, choose
from kg.query.protocol import Operation, read_operation
from kg.query.service import Answered, QueryService
from kg.store.base import Limits, UserQuery
from kg.web import rdf
from kg.web.errors import error_response
from kg.web.reading import reader
from kg.web.replies import home_address, read_pairs, reply, unchanged
from kg.web.site import site

blueprint = Blueprint("sparql", __name__)

_WRITERS: dict[str, Callable[[list[Triple]], str]] = {
    "text/turtle": rdf.turtle,
    "application/n-triples": rdf.n_triples,
    "application/rdf+xml": rdf.rdf_xml,
    "application/ld+json": rdf.json_ld,
}
SHOWN_ROWS = 1000
EXAMPLE = """PREFIX lv: <https://w3id.org/life-valley/ontology#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>

SELECT ?firm ?name ?track WHERE {
  ?firm lv:inTrack ?track ; skos:prefLabel ?name .
  FILTER(LANG(?name) = "zh")
}
LIMIT 50
"""


def service() -> QueryService:
    """What answers the queries of this application."""
    found: QueryService = current_app.extensions["kg"].queries
    return found


def address_pairs() -> list[tuple[str, str]]:
    """Parameters of the address; bytes that are no UTF-8 are refused."""
    return read_pairs(request.query_string)


def body_bytes() -> bytes:
    """The body, whatever its type: the form is read by ``kg.query.protocol``."""
    return request.get_data(cache=False, parse_form_data=False)


def endpoint_address(path: str = "/sparql") -> str:
    """Public address of a path of this service."""
    home = current_app.extensions["kg"].settings["base_url"]
    if not home:
        named = request.environ.get("HTTP_HOST")
        home = home_address(request.scheme, named, request.server)
    return str(home).rstrip("/") + path


def client_address() -> str:
    """Who asks, for fairness: the address the request came from."""
    return request.remote_addr or "-"


@blueprint.route("/sparql", methods=["GET", "POST"])
@blueprint.route("/sparql/", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query, describe the service, or show the page."""
    error = request.environ.get("kg.error")
    if error is not None:  # the front door asked already (kg.web.direct)
        raise error
    accept = request.headers.get("Accept", "")
    method = "GET" if request.method == "HEAD" else request.method
    operation = read_operation(
        "query",
        method,
        request.headers.get("Content-Type", ""),
        address_pairs(),
        body_bytes() if method == "POST" else b"",
    )
    if operation.text is None and method == "GET":
        return _described(accept, operation.wished)
    return _answered(operation, accept)


def _described(accept: str, wished: str) -> Response:
    offer = choose(accept, wished, GRAPHS)
    if offer.written == HTML:
        return _page("", {})
    triples = service_description(
        endpoint_address(),
        _graphs(),
        is_federated=bool(service().federation.hosts),
    )
    return document(triples, offer.content_type, offer.written)


def _graphs() -> dict[str, int]:
    """The named graphs and their sizes, counted once for a generation."""
    return reader().counted("graphs", reader().store.graphs, dict)


def document(triples: list[Triple], content_type: str, written: str) -> Response:
    """Triples as a document."""
    response = Response(_WRITERS[written](triples), content_type=content_type)
    response.vary.add("Accept")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/.well-known/void")
def well_known_void() -> Response:
    """VoID of the graph as it is."""
    rdf_only = tuple(offer for offer in GRAPHS if offer.written != HTML)
    wished = request.args.get("format", "")
    accept = request.headers.get("Accept", "")
    # A browser gets Turtle: there is no page of this.
    is_browser = "text/html" in accept and not wished
    offer = choose("" if is_browser else accept, wished, rdf_only)
    store = reader().store
    counts: dict[str, Any] = reader().counted("void", lambda: count(store), dict)
    addresses = endpoint_address("/"), endpoint_address()
    triples = void(counts, _graphs(), *addresses, site().title)
    return document(triples, offer.content_type, offer.written)


def _answered(operation: Operation, accept: str) -> Response:
    try:
        query, offer, may_keep = service().plan(
            operation, accept, base_iri=endpoint_address(), client=client_address()
        )
    except KGError as error:
        if operation.text and _is_for_people(accept, operation):
            return _page(operation.text, {"error": error})
        raise
    if offer.written == HTML:
        return _shown(operation, query)
    if may_keep:
        etag = service().etag(query, offer, bom=operation.bom)
        same = unchanged(etag, request.headers.get("If-None-Match", ""))
        if same is not None:
            response = Response(status=304, headers=same.headers)
            del response.headers["Content-Type"]
            return response
    answered = service().answer(
        query,
        offer,
        may_keep=may_keep,
        bom=operation.bom,
        is_gone=request.environ.get("kg.is_gone"),
    )
    return respond(answered)


def _is_for_people(accept: str, operation: Operation) -> bool:
    if operation.wished:
        return operation.wished == "html"
    first = accept.split(",", maxsplit=1)[0].split(";", maxsplit=1)[0].strip().lower()
    return first == HTML


def respond(answered: Answered) -> Response:
    """The HTTP response of an answer."""
    is_head = request.method == "HEAD"
    made = reply(
        answered,
        accept_encoding=request.headers.get("Accept-Encoding", ""),
        is_head=is_head,
        max_rows=service().options.limits.max_rows,
    )
    if made.stream is None and answered.kept is None:
        response = Response()
        response.automatically_set_content_length = False
    else:
        response = Response(made.body if made.stream is None else made.stream)
    response.headers.update(made.headers)
    return response


def _shown(operation: Operation, query: UserQuery) -> Response:
    """The page with the answer as a table."""
    text = operation.text or ""
    answering = service()
    try:
        narrow = Operation(
            text,
            operation.default_graphs,
            operation.named_graphs,
            operation.timeout_s,
        )
        limited = answering.plan(
            narrow,
            "",
            base_iri=query.base_iri,
            client=query.client,
            limits=_page_limits(),
        )
        user_query, offer, may_keep = limited
        answered = answering.answer(
            user_query,
            offer,
            may_keep=may_keep,
            is_gone=request.environ.get("kg.is_gone"),
        )
    except KGError as error:
        return _page(text, {"error": error})
    body = b"".join([answered.kept.body] if answered.kept else answered.stream or ())
    found: dict[str, Any] = {"is_cut": answered.row_limit_reached}
    if query.form == "SELECT":
        told = json.loads(body)
        found |= {
            "variables": told["head"]["vars"],
            "rows": told["results"]["bindings"],
        }
    elif query.form == "ASK":
        found["boolean"] = json.loads(body)["boolean"]
    else:
        found["document"] = body.decode("utf-8")
    return _page(text, found)


def _page_limits() -> Limits:
    return replace(service().options.limits, max_rows=SHOWN_ROWS)


def _page(text: str, found: dict[str, Any]) -> Response:
    error = found.get("error")
    status = 200
    if isinstance(error, KGError):
        status = error_response(error).status_code
    page = render_template(
        "sparql.html",
        query=text or EXAMPLE,
        asked=bool(text),
        found=found,
        shown_rows=SHOWN_ROWS,
        error_text=error.text(g.get("language", "zh")) if error else "",
        error_hint=error.advice(g.get("language", "zh")) if error else "",
        prefixes=vocab.PREFIXES,
    )
    response = Response(page, status=status, content_type="text/html; charset=utf-8")
    response.vary.update(("Accept", "Accept-Encoding"))
    response.headers["Cache-Control"] = "no-cache"
    return response
