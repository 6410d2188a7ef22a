"""Sources with statements at their places; figures as charts and tables."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg import vocab
from kg.query.read import Reader
from kg.query.read.indicators import UNITS, convert, series
from kg.query.read.sources import claims, lay, pieces, sentences
from kg.web.charts import chart

HTML = {"Accept": "text/html"}
FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "pages"
TEXT = (FIXTURES / "source.txt").read_text(encoding="utf-8")
INDICATOR = vocab.ID + "indicator-revenue"


def page(pages: FlaskClient, path: str) -> str:
    answer = pages.get(path, headers=HTML)
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    return answer.text


def test_text_is_cut_at_full_stops_not_at_line_breaks() -> None:
    text = " 标题一 标题二\n甲，在\n\n乙。丙；丁！\n戊在己"
    found = sentences(text)
    assert [text[s.start : s.end] for s in found] == [
        "标题一 标题二", "甲，在\n\n乙。", "丙；", "丁！", "戊在己"
    ]  # fmt: skip
    assert [s.heading for s in found] == [True, False, False, False, False]
    assert [s.closes for s in found] == [True, False, False, True, False]


def test_pieces_put_together_are_the_sentence(small_reader: Reader) -> None:
    found = lay(TEXT, claims(small_reader, vocab.ID + "source-small"))
    for sentence in found:
        told = "".join(piece for piece, *_ in pieces(TEXT, sentence, None))
        assert told == TEXT[sentence.start : sentence.end].replace("\n", "")
    planned = found[-1]
    assert (True, True) in {(q, t) for _, q, t, _ in pieces(TEXT, planned, None)}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_source_shows_its_text_with_what_it_gave(
    pages: FlaskClient, language: str
) -> None:
    text = page(pages, f"/sources/small?lang={language}")
    assert '<mark class="q">已聚集乐普、品驰等一批龙头企业</mark>' in text
    assert '<mark class="q plan">' in text
    silent = re.findall(r'class="sentence silent" href="\?at=(\d+)', text)
    assert len(silent) == 1
    chosen = page(pages, f"/sources/small?at={silent[0]}&lang={language}")
    assert "没有陈述依据这一句" in chosen or "No statement rests" in chosen


def test_sentence_leads_to_its_statements(pages: FlaskClient) -> None:
    text = page(pages, "/sources/small?at=1&lang=zh")
    panel = text.split('id="panel"')[1].split("</aside>")[0]
    assert "/tracks/medical-devices" in panel
    assert "22" in panel


def test_evidence_leads_to_its_very_place(pages: FlaskClient) -> None:
    facts = page(pages, "/entities/hospital?lang=zh")
    link = re.search(r'href="(/sources/small\?evidence=[^"#]+)#here"', facts)
    assert link is not None
    text = page(pages, link[1])
    assert '<mark class="q chosen">' in text
    assert text.count('id="here"') == 1


def test_changed_text_is_never_shown_as_the_source(
    small_app: Flask, pages: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(small_app.extensions, "kg.texts", {"other": "改过的文字"})
    monkeypatch.setitem(small_app.config, "SOURCES", "/nowhere")
    text = page(pages, "/sources/small?lang=zh")
    assert "只引用地址" in text
    assert "改过的文字" not in text


def test_cited_source_lists_what_it_supports(pages: FlaskClient) -> None:
    text = page(pages, "/sources/page?lang=zh")
    assert "https://example.org/lepu?a=1&amp;b=2" in text
    assert "1999" in text


@pytest.mark.parametrize(
    "path", ["/sources/none", "/sources/small?at=99", "/indicators/none.csv"]
)
def test_unknown_source_or_sentence_is_404(pages: FlaskClient, path: str) -> None:
    assert pages.get(path, headers=HTML).status_code == 404


def test_statements_file_holds_this_source_only(pages: FlaskClient) -> None:
    text = pages.get("/sources/page/statements.csv").data.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    assert {r["source_title"] for r in found} == {"乐普公司页"}
    assert {r["confidence"] for r in found} == {"medium", "low"}


def test_series_keeps_results_and_targets_apart(small_reader: Reader) -> None:
    found = series(small_reader.figures_of(INDICATOR))
    assert len(found) == 1
    assert [p.text for p in found[0].actual] == ["739", "800"]
    assert [p.text for p in found[0].target] == ["1,500", ">1,500"]


@pytest.mark.parametrize(
    ("unit", "text"),
    [
        ("billion-cny", "73.9"),
        ("million-cny", "73,900"),
        ("yi-cny", "739"),
        ("ha", "739"),
    ],
)
def test_units_are_converted_and_foreign_ones_left(
    small_reader: Reader, unit: str, text: str
) -> None:
    first = small_reader.figures_of(INDICATOR)[0]
    assert convert(first, unit).text == text


def test_mu_is_two_thirds_of_a_thousand_square_metres() -> None:
    mu = next(u for u in UNITS["M2"] if u.key == "mu")
    assert round(mu.factor * 3) == Decimal(2000)


def test_chart_draws_bounds_as_bounds(small_reader: Reader) -> None:
    drawn = chart(series(small_reader.figures_of(INDICATOR))[0])
    assert [bar.arrow for bar in drawn.bars] == ["", "", "", "up"]
    widths = [bar.width for bar in drawn.bars]
    assert widths[0] < widths[1] < widths[2] == widths[3]
    ranged = chart(series(small_reader.figures_of(vocab.ID + "indicator-firms"))[0])
    assert ranged.bars[0].start > ranged.left


@pytest.mark.parametrize("path", ["/indicators", "/indicators/revenue"])
def test_target_is_never_drawn_as_a_result(pages: FlaskClient, path: str) -> None:
    text = page(pages, f"{path}?lang=en")
    drawing = re.search(r'<svg class="bars".*?</svg>', text, re.S)
    assert drawing is not None
    bars = re.findall(
        r'<rect class="bar (\w+)".*?<text class="value".*?>(.*?)</text>',
        drawing[0],
        re.S,
    )
    assert [kind for kind, _ in bars] == ["actual", "actual", "target", "target"]
    assert all(("target" in told) == (kind == "target") for kind, told in bars)
    rows = re.findall(r"<tr( class=\"planned\")?><th", text.split("</svg>")[-1])
    assert len(rows) > 0


def test_figures_file_has_values_as_said(pages: FlaskClient) -> None:
    text = pages.get("/indicators.csv?lang=zh").data.decode("utf-8-sig")
    found = list(csv.DictReader(io.StringIO(text)))
    revenue = [r for r in found if r["indicator_name"] == "产业收入"]
    assert [(r["value"], r["comparator"], r["status"]) for r in revenue] == [
        ("739", "exact", "actual"), ("800", "exact", "actual"),
        ("1500", "exact", "target"), ("1500", "moreThan", "target"),
    ]  # fmt: skip
    assert all(r["quote"] for r in found)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_home_shows_numbers_that_are_links(pages: FlaskClient, language: str) -> None:
    text = page(pages, f"/?lang={language}")
    numbers = re.findall(r'<a href="([^"]+)"><span class="n">([\d,]+)</span>', text)
    assert len(numbers) == 6
    counts = dict(numbers)
    assert counts["/tracks"] == "3"
    assert counts["/sources"] == "2"
    for path in ("/tracks", "/sources", "/indicators"):
        assert pages.get(path, headers=HTML).status_code == 200


def test_home_of_an_empty_graph_says_so(client: FlaskClient) -> None:
    assert client.get("/?lang=zh", headers=HTML).status_code == 200
