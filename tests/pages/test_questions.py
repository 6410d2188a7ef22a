"""The catalogue as pages: on the shipped graph, as a reader meets it."""

from __future__ import annotations

import csv
import io
import json
import re

import openpyxl
import pytest
from flask import Flask
from flask.testing import FlaskClient

from kg.config import load_settings
from kg.query.catalogue import load_catalogue
from kg.web import create_app
from kg.wiring import build_parts, shipped

HTML = {"Accept": "text/html"}
QUESTIONS = tuple(load_catalogue(shipped("queries")))


@pytest.fixture(scope="module")
def shipped_app() -> Flask:
    settings = load_settings({"store": "memory:"}, environment={})
    app = create_app(build_parts(settings))
    app.testing = False
    return app


@pytest.fixture
def asked(shipped_app: Flask) -> FlaskClient:
    return shipped_app.test_client(use_cookies=False)


def page(asked: FlaskClient, path: str, status: int = 200) -> str:
    answer = asked.get(path, headers=HTML)
    assert answer.status_code == status
    assert len(answer.data) < 100_000
    return answer.text


def test_list_has_every_question(asked: FlaskClient) -> None:
    text = page(asked, "/questions?lang=en")
    assert {f'href="/questions/{q.name}"' in text for q in QUESTIONS} == {True}
    assert "lacks data" in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.name)
def test_question_is_answered_or_says_what_is_missing(
    asked: FlaskClient, question: object, language: str
) -> None:
    name = question.name  # type: ignore[attr-defined]
    text = page(asked, f"/questions/{name}?lang={language}")
    if question.missing:  # type: ignore[attr-defined]
        assert 'id="missing"' in text
    else:
        assert '<table class="answer">' in text
    rows = asked.get(f"/questions/{name}.json?lang={language}").get_json()["rows"]
    data = asked.get(f"/questions/{name}.csv?lang={language}").data
    listed = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert len(listed) == len(rows)


def test_answer_has_names_that_are_links_and_its_sentence(asked: FlaskClient) -> None:
    text = page(asked, "/questions/firms_in_track?lang=zh")
    table = text.split('<table class="answer">')[1]
    assert '<a href="/entities/lepu-medical">乐普</a>' in table
    assert "龙头企业" in table


def rows_of(text: str) -> list[str]:
    body = text.split('<table class="answer">')[1].split("</tbody>", maxsplit=1)[0]
    return body.split("<tbody>")[1].split("<tr>")[1:]


def test_only_the_words_of_a_source_stand_in_quotation_marks(
    asked: FlaskClient,
) -> None:
    """A cited source has a place to look at; it was shown as if it were quoted."""
    rows = rows_of(page(asked, "/questions/achieved_and_planned?lang=zh"))
    quoted = [r for r in rows if "超过 290 亿元" not in r and "“已建成约" in r]
    placed = [r for r in rows if "昌平区" in r and "para 4" in r]
    assert quoted
    assert placed
    assert "“para 4" not in placed[0]
    assert re.search(r"见 <span[^>]*>para 4", placed[0])


def test_rows_that_differ_in_their_evidence_are_one(asked: FlaskClient) -> None:
    rows = rows_of(page(asked, "/questions/firms_in_track?lang=zh"))
    told = asked.get("/questions/firms_in_track.json?lang=zh").get_json()["rows"]
    said = [(r["company"], r["track"]) for r in told]
    assert len(set(said)) < len(said)
    assert len(rows) == min(50, len(set(said)))
    place = next(i for i, pair in enumerate(said) if said.count(pair) > 1)
    both = rows[list(dict.fromkeys(said)).index(said[place])]
    assert both.count('class="said"') == said.count(said[place])


def test_answer_says_how_much_each_dataset_gave(asked: FlaskClient) -> None:
    text = page(asked, "/questions/firms_in_track?lang=en")
    told = asked.get("/questions/firms_in_track.json?lang=en").get_json()["rows"]
    firms = len({row["company"] for row in told})
    line = re.search(r'<p class="fine reach">(.*?)</p>', text, re.DOTALL)
    assert line is not None
    assert f"Firm <strong>{firms}</strong>" in line[1]
    assert f"evidence <strong>{len(told)}</strong>" in line[1]
    article = sum(row["source"].endswith("source-article") for row in told)
    assert re.search(rf"dataset-article\">[^<]*</a> {article}\b", line[1])


@pytest.mark.parametrize(
    ("question", "language", "told"),
    [
        ("new_industrial_space", "zh", "约 450 万平方米"),
        ("new_industrial_space", "en", "About 450 ten thousand m²"),
        ("new_industrial_space", "en", "in the next 3–5 years"),
        ("events_in_area", "zh", "超过 50 场"),
        ("targets_and_measures_of_plan", "zh", "1–2 个"),
        ("targets_and_measures_of_plan", "zh", ">27 项<"),
        ("base_and_goals_of_target_set", "en", "1,500 hundred million CNY"),
        ("hubs", "zh", ">否<"),
    ],
)
def test_number_has_its_bound_and_unit_in_the_language_of_the_page(
    asked: FlaskClient, question: str, language: str, told: str
) -> None:
    rows = rows_of(page(asked, f"/questions/{question}?lang={language}"))
    assert any(told in row for row in rows), told


def test_blank_takes_a_name_with_its_id(asked: FlaskClient) -> None:
    """What the page itself writes into a blank that is filled by search."""
    path = "/questions/neighbourhood_of_body?lang=zh&organisation="
    named = page(asked, f"{path}乐普 (lepu-medical)")
    assert 'value="乐普 (lepu-medical)"' in named
    assert rows_of(named) == rows_of(page(asked, f"{path}lepu-medical"))
    page(asked, f"{path}乐普 (nobody-at-all)", 404)


def test_answer_without_numbers_is_counted_in_its_chart(asked: FlaskClient) -> None:
    text = page(asked, "/questions/firms_in_track?view=chart&lang=en")
    told = asked.get("/questions/firms_in_track.json?lang=en").get_json()["rows"]
    of: dict[str, set[str]] = {}
    for row in told:
        of.setdefault(row["trackName"], set()).add(row["company"])
    bars = re.findall(
        r'bar-label">.*?>([^<]+)</a>.*?bar-value">(\d+)</span>', text, re.DOTALL
    )
    assert {name: int(many) for name, many in bars} == {
        name: len(firms) for name, firms in of.items()
    }


def test_founding_years_tell_how_the_network_grows(asked: FlaskClient) -> None:
    told = asked.get("/questions/dated_relations.json?lang=en").get_json()["rows"]
    years = [row["start"] for row in told]
    assert list(map(str, years)) == sorted(map(str, years))
    founded = [r for r in told if r["relation"].endswith("#founded")]
    assert len({r["subject"] for r in founded}) > 50
    assert not any("object" in r for r in founded)


def test_blank_is_filled_by_choice(asked: FlaskClient) -> None:
    text = page(asked, "/questions/firms_in_track?track=track-cgt&lang=zh")
    assert '<option value="track-cgt" selected>' in text


def test_blank_is_filled_by_search(asked: FlaskClient) -> None:
    """Words that are no id lead to what they may mean, pinyin included."""
    for words in ("乐普", "lepu", "lp"):
        text = page(
            asked, f"/questions/neighbourhood_of_body?organisation={words}", 404
        )
        assert 'value="lepu-medical"' in text, words


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ("track=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", 400),
        ("track=a%20%7D%20DROP", 400),
        ("track=lepu-medical", 400),
        ("track=nobody-at-all", 404),
        ("view=spell", 400),
        ("page=0", 400),
    ],
)
def test_bad_blank_is_refused_in_the_page(
    asked: FlaskClient, arguments: str, status: int
) -> None:
    text = page(asked, f"/questions/firms_in_track?{arguments}", status)
    assert "<script>alert" not in text


def test_unknown_question_is_404(asked: FlaskClient) -> None:
    page(asked, "/questions/none", 404)
    assert asked.get("/questions/none.csv").status_code == 404


def test_chart_draws_a_goal_open_and_a_base_solid(asked: FlaskClient) -> None:
    text = page(asked, "/questions/base_and_goals_of_target_set?view=chart&lang=zh")
    boxes = re.findall(r'bar-box (\w+)".*?bar-value">(.*?)</span>', text, re.S)
    assert [kind for kind, _ in boxes] == ["actual", "target"] * 3
    assert all(("目标" in told) == (kind == "target") for kind, told in boxes)


def test_graph_draws_plans_dashed(asked: FlaskClient) -> None:
    text = page(asked, "/questions/neighbourhood_of_body?view=graph&lang=zh")
    assert '<svg class="links"' in text
    assert 'class="planned"' in text
    drawn = set(re.findall(r'<a href="/entities/([\w-]+)"><title>', text))
    opened = re.search(r'href="/explore\?n=([^"]+)"', text)
    assert opened is not None
    assert drawn <= set(opened[1].split(","))
    assert "tsinghua-iri" in drawn


def test_files_tell_query_and_missing_data(asked: FlaskClient) -> None:
    data = asked.get("/questions/incubated_firms.xlsx?lang=zh").data
    book = openpyxl.load_workbook(io.BytesIO(data))
    about = dict(book["about"].iter_rows(values_only=True))
    assert "incubatedBy" in str(about["查询"])
    assert "名单" in str(about["缺什么数据"])
    told = json.loads(asked.get("/questions/incubated_firms.json").data)
    assert told["missing"]["en"]


def test_page_gives_code_for_python_r_and_a_shell(asked: FlaskClient) -> None:
    text = page(asked, "/questions/firms_in_track?lang=en")
    for piece in ("urllib.request", "read.csv", "curl "):
        assert piece in text
    address = re.search(r"curl &#39;(http[^&]*)&", text)
    assert address is not None


def test_catalogue_can_be_asked_itself(shipped_app: Flask) -> None:
    found = shipped_app.extensions["kg"].store.select(
        """PREFIX sh: <http://www.w3.org/ns/shacl#>
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?label WHERE {
          ?question a sh:SPARQLSelectExecutable ; rdfs:label ?label ; sh:select ?text .
          FILTER(LANG(?label) = "zh" && CONTAINS(?text, "lv:inTrack"))
        }"""
    )
    assert "医疗器械赛道有哪些企业？" in {str(row["label"]) for row in found}
