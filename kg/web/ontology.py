"""``/ontology``: the words of the graph, for people and for programs.

A browser gets the page, a program the same ontology in the RDF format it asks
for. Anchors are local names, so that the IRI of a term leads to its entry.
"""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from flask import Blueprint, Response, render_template, request

from kg import vocab
from kg.errors import NotFoundError, PreparingError, QueryTimeoutError
from kg.query.read.shelved import term_uses
from kg.web.ids import FORMATS, wanted
from kg.web.reading import reader
from kg.web.termlist import TermList, term_list
from kg.web.termmap import class_map, subclasses
from kg.wiring import shipped

blueprint = Blueprint("ontology", __name__)
LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Download:
    """One serialisation of the ontology.

    Attributes:
        size: in bytes.
        sha256: of the bytes, in hexadecimal.
    """

    extension: str
    media_type: str
    body: bytes
    sha256: str

    @property
    def size(self) -> int:
        """In bytes."""
        return len(self.body)


def terms() -> TermList:
    """The ontology that ships."""
    return term_list(shipped("ontology"))


@lru_cache(maxsize=8)
def _download(folder: Path, extension: str) -> Download:
    _, media, write = next(f for f in FORMATS if f[0] == extension)
    body = write(term_list(folder).triples).encode()
    return Download(extension, media, body, hashlib.sha256(body).hexdigest())


def download(extension: str) -> Download:
    """The ontology in one of the formats, by extension."""
    return _download(shipped("ontology"), extension)


def counts() -> dict[str, int]:
    """Uses of each term in the store's present data; none if it takes too long."""
    read = reader()
    try:
        return read.shelved("term uses", lambda: term_uses(read), dict)
    except (QueryTimeoutError, PreparingError):
        LOG.warning("terms were not counted: the store took too long")
        return {}


@blueprint.get("/ontology")
def page() -> Response:
    """The page, or the ontology in the format the reader asks for."""
    extension = wanted()
    if extension == "-":
        return Response(
            "text/html, " + ", ".join(media for _, media, _ in FORMATS) + "\n",
            status=406,
            mimetype="text/plain",
        )
    if extension:
        response = _send(extension)
        response.headers["Content-Location"] = f"/ontology.{extension}"
    else:
        response = Response(_page())
    response.vary.add("Accept")
    return response


@blueprint.get("/ontology.<extension>")
def file(extension: str) -> Response:
    """The ontology in one format.

    Raises:
        NotFoundError: if there is no such format.
    """
    if extension not in {e for e, _, _ in FORMATS}:
        raise NotFoundError(
            f"The ontology does not come as {extension!r}.",
            zh=f"本体没有 {extension!r} 格式。",
            hint="It comes as ttl, nt, jsonld and rdf.",
            hint_zh="可用格式：ttl、nt、jsonld、rdf。",
        )
    return _send(extension)


@blueprint.get("/ontology/rules")
def rules() -> str:
    """The machinery in full: rules with their SPARQL, shapes, checks."""
    return render_template("ontology_rules.html", terms=terms())


@blueprint.get("/ontology/<version>")
def version(version: str) -> Response:
    """The version IRI: this release holds one version only.

    Raises:
        NotFoundError: if it is another version.
    """
    if version != terms().version:
        raise NotFoundError(
            f"This service has version {terms().version} of the ontology.",
            zh=f"本服务的本体版本为 {terms().version}。",
            hint="Earlier versions are in the project's history.",
            hint_zh="更早的版本见项目历史。",
        )
    return page()


def _send(extension: str) -> Response:
    found = download(extension)
    response = Response(found.body, content_type=f"{found.media_type}; charset=utf-8")
    response.set_etag(found.sha256[:32])
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.cache_control.max_age = 3600
    return response.make_conditional(request)  # type: ignore[return-value]


def _page() -> str:
    listed, used = terms(), counts()
    below = subclasses(listed)
    things = {iri: sum(used.get(c, 0) for c in under) for iri, under in below.items()}
    return render_template(
        "ontology.html",
        terms=listed,
        iri=vocab.ONTOLOGY.rstrip("#"),
        namespace=vocab.ONTOLOGY,
        used=used,
        things=things,
        map=class_map(listed, things, used),
        downloads=[download(extension) for extension, _, _ in FORMATS],
    )
