"""Pages and addresses of things."""

from __future__ import annotations

import csv
import io
import json
import re

import openpyxl
import pytest
import rdflib
from flask.testing import FlaskClient

HTML = {"Accept": "text/html"}
STATEMENT = re.compile(r'href="/entities/(st-[0-9a-f]{16})"')


def page(client: FlaskClient, path: str, language: str = "zh") -> str:
    joint = "&" if "?" in path else "?"
    answer = client.get(f"{path}{joint}lang={language}", headers=HTML)
    assert answer.status_code == 200, (path, answer.status_code)
    assert len(answer.data) < 100_000
    return answer.text


@pytest.mark.parametrize(
    ("accept", "target"),
    [
        ("text/html", "/entities/lepu"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "/entities/lepu"),
        ("text/turtle", "/entities/lepu.ttl"),
        ("application/n-triples", "/entities/lepu.nt"),
        ("application/ld+json", "/entities/lepu.jsonld"),
        ("application/json", "/entities/lepu.jsonld"),
        ("application/rdf+xml", "/entities/lepu.rdf"),
        ("text/html;q=0.2,text/turtle", "/entities/lepu.ttl"),
    ],
)
def test_identifier_sends_each_reader_to_a_document(
    pages: FlaskClient, accept: str, target: str
) -> None:
    answer = pages.get("/id/lepu", headers={"Accept": accept})
    assert (answer.status_code, answer.location) == (303, target)
    assert "Accept" in answer.headers["Vary"]


def test_identifier_with_no_fitting_format_is_406(pages: FlaskClient) -> None:
    assert pages.get("/id/lepu", headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@pytest.mark.parametrize(
    ("extension", "format_"),
    [("ttl", "turtle"), ("nt", "nt"), ("jsonld", "json-ld"), ("rdf", "xml")],
)
def test_every_format_holds_the_same_triples(
    pages: FlaskClient, extension: str, format_: str
) -> None:
    answer = pages.get(f"/entities/script.{extension}")
    told = rdflib.Graph().parse(data=answer.text, format=format_)
    lines = pages.get("/entities/script.nt").text
    wanted = rdflib.Graph().parse(data=lines, format="nt")
    assert len(wanted) > 30
    assert set(told) == set(wanted)


def test_document_tells_the_statement_and_its_quote(pages: FlaskClient) -> None:
    text = pages.get("/entities/pinchi.ttl").text
    assert "rdf:Statement" in text
    assert "oa:exact" in text


def test_page_shows_facts_with_quotes_in_both_languages(pages: FlaskClient) -> None:
    zh, en = page(pages, "/entities/lepu"), page(pages, "/entities/lepu", "en")
    assert "所在赛道" in zh
    assert "in track" in en
    for text in (zh, en):
        assert "已聚集乐普、品驰等一批龙头企业" in text
        assert 'href="/tracks/medical-devices"' in text
    assert "英文名为本项目所译" in zh


def test_page_keeps_targets_apart(pages: FlaskClient) -> None:
    text = page(pages, "/entities/lepu")
    facts, plans = text.split('<section class="targets"')
    listed = facts.split('id="actual"')[1]
    assert "植介入器械" not in listed
    assert "植介入器械" in plans.split("<aside")[0]


def test_page_shows_contradictions_side_by_side(pages: FlaskClient) -> None:
    text = page(pages, "/entities/hospital")
    dispute = text.split('id="disputes"')[1].split("</section>")[0]
    assert "启动装修" in dispute
    assert "竣工交付" in dispute


def test_timeline_holds_dates_and_no_other_numbers(shipped_client: FlaskClient) -> None:
    """A SEC number that begins with four digits was once taken for a year."""
    text = page(shipped_client, "/entities/beigene")
    timeline = text.split('id="timeline"')[1].split("</ol>")[0]
    assert "<time>2010</time>" in timeline
    assert "0001651308" not in timeline


def test_names_that_are_script_are_shown_as_text(pages: FlaskClient) -> None:
    for path in ("/entities/script", "/entities/park", "/entities/script/facts"):
        for language in ("zh", "en"):
            text = page(pages, path, language)
            assert "<script>alert" not in text
            assert "<img src=x" not in text
    assert "&lt;script&gt;alert(&#39;名&#39;)" in page(pages, "/entities/script")


def test_page_holds_schema_org_data_that_cannot_end_its_element(
    pages: FlaskClient,
) -> None:
    text = page(pages, "/entities/script")
    block = text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    told = json.loads(block)
    assert told["@type"] == "Corporation"
    assert told["name"][0]["@value"] == "<script>alert('名')</script>"


def test_disputed_and_planned_facts_are_not_told_to_search_engines(
    pages: FlaskClient,
) -> None:
    text = page(pages, "/entities/lepu")
    block = text.split('<script type="application/ld+json">')[1].split("</script>")[0]
    told = json.loads(block)
    assert "foundingDate" not in told
    assert [track["name"] for track in told["knowsAbout"]] == ["医疗器械"]


def test_statement_has_a_page_of_its_own(pages: FlaskClient) -> None:
    found = STATEMENT.search(page(pages, "/entities/pinchi"))
    assert found is not None
    text = page(pages, f"/entities/{found[1]}")
    assert "品驰" in text
    assert "<mark>" in text
    assert found[1] in pages.get(f"/entities/{found[1]}.ttl").text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", ["nobody", "%3Cb%3E", "a%20b", "%25zz", "x.html"])
def test_unknown_id_is_a_page_that_searches_for_it(
    pages: FlaskClient, name: str, language: str
) -> None:
    answer = pages.get(f"/entities/{name}?lang={language}", headers=HTML)
    assert answer.status_code == 404
    assert 'action="/search"' in answer.text
    assert "<b>" not in answer.text
    assert "图谱里没有" in answer.text
    assert "Nothing in the graph" in answer.text


@pytest.mark.parametrize("path", ["/entities/nobody.ttl", "/entities/nobody/facts"])
def test_unknown_id_is_404_for_programs_too(pages: FlaskClient, path: str) -> None:
    assert pages.get(path).status_code == 404


def test_fact_list_is_the_same_in_csv_and_xlsx(pages: FlaskClient) -> None:
    text = pages.get("/entities/script/facts.csv?lang=zh").data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    data = pages.get("/entities/script/facts.xlsx?lang=zh").data
    book = openpyxl.load_workbook(io.BytesIO(data))
    cells = list(book["data"].iter_rows(values_only=True))
    assert len(cells) == len(rows) + 1
    assert {row["object_name"] for row in rows} >= {"医疗器械", "生命科学园"}
    assert all(row["quote"] and row["statement"] for row in rows)
    where = cells[0].index("position_start")
    assert all(isinstance(row[where], int) for row in cells[1:])
    assert "rdf:subject" in str(book["about"]["B4"].value)


def test_list_filters_by_relation_direction_and_status(pages: FlaskClient) -> None:
    text = pages.get(
        "/entities/lepu/facts.csv?relation=inTrack&direction=out&status=target"
    ).data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["status"] for row in rows] == ["target"]


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("relation=noSuch", 404), ("direction=up", 400), ("status=done", 400),
        ("page=0", 400), ("page=x", 400), ("page=99999999999", 400),
    ],
)  # fmt: skip
def test_list_refuses_arguments_it_does_not_know(
    pages: FlaskClient, arguments: str, status: int
) -> None:
    answer = pages.get(f"/entities/lepu/facts?{arguments}", headers=HTML)
    assert answer.status_code == status
