"""`/ontology`: the page, its anchors and the formats for programs."""

from __future__ import annotations

import hashlib
import re

import pytest
import rdflib
from flask.testing import FlaskClient
from rdflib.compare import isomorphic

from kg import vocab
from kg.web.ontology import terms

FORMATS = (
    ("ttl", "text/turtle", "turtle"),
    ("nt", "application/n-triples", "nt"),
    ("jsonld", "application/ld+json", "json-ld"),
    ("rdf", "application/rdf+xml", "xml"),
)


def shipped() -> rdflib.Graph:
    graph = rdflib.Graph()
    graph.parse(
        data="\n".join(f"{s.n3()} {p.n3()} {o.n3()} ." for s, p, o in terms().triples),
        format="nt",
    )
    return graph


@pytest.mark.parametrize("language", ["zh", "en"])
def test_ontology_page_has_an_anchor_for_every_term(
    shipped_client: FlaskClient, language: str
) -> None:
    page = shipped_client.get(
        f"/ontology?lang={language}", headers={"Accept": "text/html"}
    )
    assert page.status_code == 200
    anchors = re.findall(r' id="([^"]+)"', page.text)
    assert len(anchors) == len(set(anchors))
    names = {
        str(s).removeprefix(vocab.ONTOLOGY)
        for s, p, _ in terms().triples
        if str(s).startswith(vocab.ONTOLOGY)
        and p.value == vocab.expand("rdfs:isDefinedBy")
    }
    figures = {n for n in names if n.startswith("figure-")} | {"FigureStructure"}
    assert names - figures <= set(anchors)
    links = set(re.findall(r'href="#([^"]+)"', page.text))
    assert links <= set(anchors)


def test_ontology_page_counts_what_the_store_holds(shipped_client: FlaskClient) -> None:
    page = shipped_client.get("/ontology?lang=en", headers={"Accept": "text/html"})
    answer = shipped_client.application.extensions["kg"].store.select(
        vocab.prologue("rdf", "lv")
        + "SELECT (COUNT(*) AS ?n) { ?s rdf:predicate lv:inTrack }"
    )
    expected = str(next(iter(answer))["n"])
    entry = page.text.partition('id="inTrack"')[2].partition("</article>")[0]
    assert f">{expected} statements<" in entry


@pytest.mark.parametrize("language", ["zh", "en"])
def test_rules_shapes_and_checks_have_a_page_of_their_own(
    client: FlaskClient, language: str
) -> None:
    html = {"Accept": "text/html"}
    first = client.get(f"/ontology?lang={language}", headers=html)
    full = client.get(f"/ontology/rules?lang={language}", headers=html)
    assert (first.status_code, full.status_code) == (200, 200)
    assert len(first.data) < 100_000
    assert len(full.data) < 100_000
    anchors = set(re.findall(r' id="([^"]+)"', full.text))
    links = set(re.findall(r'href="/ontology/rules#([^"]+)"', first.text))
    assert links
    assert links <= anchors
    assert {shape.id for shape, _ in terms().shapes} <= anchors
    assert {check.name for check in terms().checks} <= anchors


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # in rdflib
@pytest.mark.parametrize(("extension", "media", "parser"), FORMATS)
def test_ontology_in_each_format_is_the_same_graph(
    client: FlaskClient, extension: str, media: str, parser: str
) -> None:
    by_name = client.get(f"/ontology.{extension}")
    by_accept = client.get("/ontology", headers={"Accept": media})
    assert by_name.data == by_accept.data
    assert by_accept.mimetype == media
    assert "Accept" in by_accept.headers["Vary"]
    assert by_accept.headers["Content-Location"] == f"/ontology.{extension}"
    read = rdflib.Graph().parse(data=by_name.data, format=parser)
    assert isomorphic(read, shipped())


def test_ontology_download_has_the_checksum_the_page_gives(client: FlaskClient) -> None:
    page = client.get("/ontology", headers={"Accept": "text/html"}).text
    for extension, _, _ in FORMATS:
        body = client.get(f"/ontology.{extension}").data
        assert hashlib.sha256(body).hexdigest() in page


def test_ontology_unchanged_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/ontology.ttl")
    again = client.get(
        "/ontology.ttl", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_ontology_in_an_unknown_format_is_refused(client: FlaskClient) -> None:
    assert client.get("/ontology", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/ontology.xls").status_code == 404


def test_ontology_version_is_this_one_or_not_found(client: FlaskClient) -> None:
    assert client.get(f"/ontology/{terms().version}").status_code == 200
    missing = client.get("/ontology/1999-01-01", headers={"Accept": "application/json"})
    assert missing.status_code == 404
    assert terms().version in missing.text
