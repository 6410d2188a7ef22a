"""What is exported says what the graph says: compared triple by triple.

The graph has no blank nodes, so that two graphs are isomorphic exactly if they
are the same set of triples (RDF 1.1 Concepts, 3.6).
"""

from __future__ import annotations

import io
import shutil
from collections.abc import Iterable
from pathlib import Path

import networkx as nx
import openpyxl
import pyoxigraph as ox
import pytest
import rdflib
from rdflib.compare import isomorphic

from kg import vocab
from kg.cli.main import main
from kg.config import load_settings
from kg.curate.build import assemble
from kg.curate.export_sheet import Sheet, answer_sheet, workbook
from kg.curate.exporting import (
    RDF_FORMATS,
    Scope,
    Tables,
    in_build_order,
    read_tables,
)
from kg.curate.ontology import read_terms
from kg.curate.round_trip import check
from kg.curate.validation import Validator
from kg.draw.netfiles import NETWORK_FORMATS
from kg.errors import DataError, NotFoundError
from kg.model import Blank, Iri, Literal, Triple
from kg.store.terms import to_engine
from kg.wiring import Parts, build_parts, shipped

HOME = shipped("data").parent
OXIGRAPH = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "nquads": ox.RdfFormat.N_QUADS,
    "trig": ox.RdfFormat.TRIG,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
RDFLIB = {"turtle": "turtle", "jsonld": "json-ld", "rdfxml": "xml", "ntriples": "nt"}
BACK_TO_11 = """
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
CONSTRUCT { ?st a rdf:Statement ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }
WHERE { ?st rdf:reifies <<( ?s ?p ?o )>> }
"""
REIFIES = ox.NamedNode(vocab.expand("rdf:reifies"))


def quads(
    graphs: Iterable[tuple[str, list[Triple]]], *, named: bool
) -> set[tuple[object, ...]]:
    return {
        (*(to_engine(t) for t in triple), graph if named else "")
        for graph, triples in graphs
        for triple in triples
    }


def parsed(text: str, form: str) -> set[tuple[object, ...]]:
    return {
        (
            q.subject,
            q.predicate,
            q.object,
            q.graph_name.value if isinstance(q.graph_name, ox.NamedNode) else "",
        )
        for q in ox.parse(text.encode(), format=OXIGRAPH[form])
    }


@pytest.fixture(scope="module")
def whole(shipped_parts: Parts) -> list[tuple[str, list[Triple]]]:
    return list(Scope(shipped_parts.store, inferred=True).contents())


@pytest.mark.parametrize("form", sorted(OXIGRAPH))
def test_whole_graph_through_each_rdf_format_is_the_same(
    whole: list[tuple[str, list[Triple]]], form: str
) -> None:
    written = RDF_FORMATS[form]
    text = "".join(written.write(whole))
    named = written.named_graphs
    assert parsed(text, form) == quads(whole, named=named)
    if form not in {"turtle", "trig"}:
        assert "".join(written.write(reversed(whole))) == text or named


def test_whole_graph_through_rdf_12_is_the_same(
    whole: list[tuple[str, list[Triple]]],
) -> None:
    text = "".join(RDF_FORMATS["turtle12"].write(whole))
    assert text.startswith('VERSION "1.2"\n')
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    statements = ox.NamedNode(vocab.expand("rdf:Statement"))
    reified = {q.subject for q in store.quads_for_pattern(None, REIFIES, None)}
    triples = {t for _, found in whole for t in found}
    stated = {
        to_engine(s)
        for s, p, o in triples
        if p.value == vocab.expand("rdf:type") and to_engine(o) == statements
    }
    assert reified == stated
    back = {
        (q.subject, q.predicate, q.object, "") for q in store if q.predicate != REIFIES
    }
    back |= {(t.subject, t.predicate, t.object, "") for t in store.query(BACK_TO_11)}
    assert back == quads(whole, named=False)


def test_target_in_rdf_12_is_named_and_not_asserted(shipped_parts: Parts) -> None:
    contents = Scope(shipped_parts.store, ["public-facts"]).contents()
    text = "".join(RDF_FORMATS["turtle12"].write(contents))
    assert "<< id:imeik lv:locatedIn id:changping-life-valley ~ id:st-" in text
    store = ox.Store()
    store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    claim = [
        ox.NamedNode(vocab.ID + "imeik"),
        ox.NamedNode(vocab.ONTOLOGY + "locatedIn"),
        ox.NamedNode(vocab.ID + "changping-life-valley"),
    ]
    assert ox.Quad(*claim) not in store
    assert "rdf:subject" not in text
    assert "{|" in text


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph")  # of rdflib's own parser
@pytest.mark.parametrize("form", sorted(RDFLIB))
def test_article_read_by_another_library_is_isomorphic(
    shipped_parts: Parts, form: str
) -> None:
    contents = list(Scope(shipped_parts.store, ["article"]).contents())
    found, wanted = rdflib.Graph(), rdflib.Graph()
    found.parse(data="".join(RDF_FORMATS[form].write(contents)), format=RDFLIB[form])
    lines = "".join(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in contents[0][1])
    wanted.parse(data=lines, format="nt")
    assert len(wanted) == len(contents[0][1])
    assert isomorphic(found, wanted)


def test_hard_terms_survive_each_format() -> None:
    subject = Iri(vocab.ID + "hard")
    texts = ['a "b" \\ c', "two\nlines\r\tand a tab", "<&>]]> 'x'", "=1+1", "中 𠀀 é"]
    note = Iri(vocab.expand("rdfs:comment"))
    triples: list[Triple] = [(subject, note, Literal(t)) for t in texts]
    triples += [
        (subject, note, Literal("x", vocab.expand("rdf:langString"), "zh-hans")),
        (subject, note, Literal("<b>", vocab.expand("rdf:HTML"))),
        (subject, Iri("http://example.org/x/a.b-c"), Blank("b1")),
        (Blank("b1"), note, Literal("1.50", vocab.expand("xsd:decimal"))),
        (subject, Iri(vocab.expand("rdf:type")), Iri("urn:ucum:m%5B2%5D")),
    ]
    for form in sorted(OXIGRAPH):
        text = "".join(RDF_FORMATS[form].write([("", triples)]))
        found, wanted = rdflib.Graph(), rdflib.Graph()
        for graph, source in (
            (found, parsed(text, form)),
            (wanted, quads([("", triples)], named=False)),
        ):
            data = "".join(f"{s} {p} {o} .\n" for s, p, o, _ in source)
            graph.parse(data=data, format="nt")
        assert isomorphic(found, wanted), form


def test_what_xml_cannot_hold_is_refused() -> None:
    comment = Iri(vocab.expand("rdfs:comment"))
    bell: Triple = (Iri("urn:a"), comment, Literal("bell \x07"))
    number: Triple = (Iri("urn:a"), Iri("http://example.org/1"), Literal("x"))
    for triple, word in ((bell, "U\\+0007"), (number, "predicate")):
        with pytest.raises(DataError, match=word):
            "".join(RDF_FORMATS["rdfxml"].write([("", [triple])]))


# -- tables ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def tables(shipped_parts: Parts) -> list[Tables]:
    found = [
        read_tables(shipped_parts.store, dataset, HOME)
        for dataset in ("public-facts", "article")
    ]
    return in_build_order(found)


@pytest.mark.timeout(300)
def test_tables_exported_and_built_give_the_files_that_ship(
    tables: list[Tables], tmp_path: Path
) -> None:
    assert [one.dataset for one in tables] == ["article", "public-facts"]
    data = tmp_path / "data"
    for folder in ("sources", "public-facts"):
        shutil.copytree(shipped("data") / folder, data / folder)
    for one, below in zip(tables, ("tables", "tables/public-facts"), strict=True):
        (data / below).mkdir()
        for name, text in one.files().items():
            (data / below / name).write_text(text, encoding="utf-8", newline="\n")
    for built in assemble(data, Validator(shipped("ontology"))):
        wanted = (shipped("data") / built.file).read_text(encoding="utf-8")
        # The licence in the heading may be spelt as a name or as an address.
        found, shown = built.text.splitlines(), wanted.splitlines()
        assert found[2].startswith("# Licence of the data: ")
        assert [*found[:2], *found[3:]] == [*shown[:2], *shown[3:]], built.file


def test_what_tables_cannot_say_is_told(tables: list[Tables]) -> None:
    article = tables[0]
    strange: Triple = (
        Iri(vocab.ID + "lepu-medical"),
        Iri("http://xmlns.com/foaf/0.1/homepage"),
        Iri("https://example.org/"),
    )
    terms = read_terms(Validator(shipped("ontology")).ontology)
    difference = check(
        article.rows, [*article.triples, strange], terms, article.known, HOME
    )
    assert difference.missing == [strange]
    assert list(difference.told()) == ["1 triples missing: foaf:homepage 1"]
    assert not check(article.rows, article.triples, terms, article.known, HOME)


# -- workbooks and networks --------------------------------------------------------


def test_workbook_text_that_looks_like_a_formula_stays_text() -> None:
    texts = ["=1+1", "+1", "-1", "@sum", "plain", '=HYPERLINK("x")']
    content = workbook([Sheet("t", ("a",), [[t] for t in texts])])
    sheet = openpyxl.load_workbook(io.BytesIO(content))["t"]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [c.value for c in cells] == texts
    assert {c.data_type for c in cells} == {"s"}


def test_workbook_is_the_same_bytes_and_keeps_numbers() -> None:
    rows = [
        [Literal("1.5", vocab.expand("xsd:decimal")), None],
        [Literal("12345678901234567890", vocab.expand("xsd:integer")), Iri("urn:a")],
    ]
    one, two = (workbook([answer_sheet(("n", "x"), rows)]) for _ in range(2))
    assert one == two
    sheet = openpyxl.load_workbook(io.BytesIO(one)).active
    values = [[c.value for c in row] for row in sheet.iter_rows(min_row=2)]
    assert values == [[1.5, None], ["12345678901234567890", "urn:a"]]


@pytest.mark.parametrize("text", ["x" * 32_768, "bell \x07"])
def test_workbook_refuses_a_text_that_it_would_have_to_change(text: str) -> None:
    with pytest.raises(DataError, match="row 2"):
        workbook([Sheet("t", ("a",), [[text]])])


@pytest.mark.parametrize("form", ["graphml", "gexf"])
def test_network_is_read_back_with_its_names(
    shipped_parts: Parts, tmp_path: Path, form: str
) -> None:
    graphs = shipped_parts.graphs
    network = graphs.whole(with_inferred=True)
    text = "".join(NETWORK_FORMATS[form](network, graphs.terms))
    path = tmp_path / f"network.{form}"
    # networkx reads the namespaces of GEXF up to 1.2, whose part used here is one
    # with 1.3.
    older = text.replace("http://gexf.net/1.3", "http://www.gexf.net/1.2draft")
    path.write_text(older.replace('version="1.3"', 'version="1.2"'), encoding="utf-8")
    read = nx.read_graphml if form == "graphml" else nx.read_gexf
    found = read(path)
    assert set(found.nodes) == set(network.nodes)
    assert found.number_of_edges() == len(network.edges)
    assert found.is_directed()
    lepu = found.nodes[vocab.ID + "lepu-medical"]
    assert lepu["name_en"]
    assert lepu["type"] == "lv:Company"
    statuses = {data["status"] for _, _, data in found.edges(data=True)}
    assert statuses == {"actual", "target", "inferred"}


def test_network_of_a_dataset_has_only_its_links(shipped_parts: Parts) -> None:
    article = vocab.ID + "dataset-article"
    network = shipped_parts.graphs.whole([article])
    assert all(article in edge.datasets for edge in network.edges)
    assert 0 < len(network.edges) < len(shipped_parts.graphs.whole().edges)
    assert {i for e in network.edges for i in (e.source, e.target)} <= set(
        network.nodes
    )


# -- the command -------------------------------------------------------------------


def test_unknown_dataset_is_told_with_those_there(shipped_parts: Parts) -> None:
    with pytest.raises(NotFoundError, match="nothing") as caught:
        Scope(shipped_parts.store, ["nothing"])
    assert "public-facts" in caught.value.hint


@pytest.mark.timeout(300)
def test_command_writes_the_same_file_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KG_STORE", "memory:")
    one, two = tmp_path / "one.trig", tmp_path / "two.trig"
    for path in (one, two):
        assert main(["export", "--dataset", "article", "--output", str(path)]) == 0
    assert one.read_bytes() == two.read_bytes()
    told = capsys.readouterr()
    assert "SHA-256" in told.err
    assert told.out == ""
    query = tmp_path / "q.rq"
    query.write_text("SELECT ?s WHERE { ?s a lv:Lab } ORDER BY ?s", encoding="utf-8")
    query.write_text(vocab.prologue("lv") + query.read_text(encoding="utf-8"))
    answer = tmp_path / "labs.csv"
    assert main(["export", "--query", str(query), "--output", str(answer)]) == 0
    assert answer.read_text(encoding="utf-8").splitlines()[0] == "s"
    assert main(["export", "--query", str(query), "--format", "turtle"]) == 2
    book = tmp_path / "article.xlsx"
    assert main(["export", "--dataset", "article", "--output", str(book)]) == 0
    sheets = openpyxl.load_workbook(book, read_only=True).sheetnames
    assert sheets == ["dataset", "sources", "entities", "statements", "observations"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--output", "graph.unknown"],
        ["--format", "csv"],
        ["--format", "tables"],
        ["--format", "xlsx", "--inferred"],
        ["--format", "turtle", "--query", "q.rq", "--dataset", "article"],
    ],
)
def test_command_refuses_what_does_not_go_together(arguments: list[str]) -> None:
    assert main(["export", "--store", "memory:", *arguments]) == 2


def test_empty_store_exports_an_empty_graph() -> None:
    settings = load_settings({"store": "memory:", "shipped": "no"}, environment={})
    scope = Scope(build_parts(settings).store)
    for written in RDF_FORMATS.values():
        assert "lepu" not in "".join(written.write(scope.contents()))
