"""The pages and the API of partner advice, on the graph that ships."""

from __future__ import annotations

import io

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook

ASK = "/partners?asker=tsinghua-iri&top=4"


def test_start_finds_the_asker_by_pinyin(shipped_client: FlaskClient) -> None:
    body = shipped_client.get("/partners?q=boyajiyin&lang=zh").get_data(as_text=True)
    assert "/partners?asker=edigene" in body


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_shows_reasons_with_quotes_and_says_computed(
    shipped_client: FlaskClient, language: str
) -> None:
    body = shipped_client.get(f"{ASK}&lang={language}").get_data(as_text=True)
    assert ("不是事实" if language == "zh" else "no facts") in body
    assert "生命科学园积极拓宽产业合作交流渠道" in body
    assert 'class="suggested"' in body
    assert 'class="stated"' in body
    assert "<script" not in body.split("<main", 1)[1]


def test_page_picked_are_compared_side_by_side(shipped_client: FlaskClient) -> None:
    body = shipped_client.get(f"{ASK}&pick=edigene&lang=en").get_data(as_text=True)
    assert "The short-list side by side" in body
    assert "/partners.xlsx?asker=tsinghua-iri&amp;top=4&amp;pick=edigene" in body


def test_table_of_the_short_list_holds_it_only(shipped_client: FlaskClient) -> None:
    address = ASK.replace("/partners", "/partners.xlsx") + "&pick=edigene&lang=en"
    book = load_workbook(io.BytesIO(shipped_client.get(address).data))
    rows = list(book["data"].iter_rows(values_only=True))
    assert [row[3] for row in rows] == ["id", "edigene"]


def test_brief_has_the_evidence_of_every_step(shipped_client: FlaskClient) -> None:
    found = shipped_client.get("/api/partners?asker=tsinghua-iri&top=4").get_json()
    one = found["suggestions"][0]
    body = shipped_client.get(
        f"/partners/brief?asker=tsinghua-iri&top=4&candidate={one['id']}&lang=en"
    ).get_data(as_text=True)
    for reason in one["reasons"]:
        for step in reason["steps"]:
            assert step["statement"].rpartition("/")[2] in body


def test_brief_of_no_candidate_is_not_found(shipped_client: FlaskClient) -> None:
    answer = shipped_client.get("/partners/brief?asker=tsinghua-iri&candidate=nobody")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/api/partners", 400),
        ("/api/partners?asker=no-such-body", 404),
        ("/api/partners?asker=edigene&novelty=2", 400),
        ("/api/partners?asker=edigene&top=many", 400),
        ("/api/partners?asker=edigene&kind=Wizard", 400),
        ("/api/partners?asker=edigene&track=track-none", 404),
        ("/partners.pdf?asker=edigene", 404),
    ],
)
def test_wrong_request_gets_the_error_body(
    shipped_client: FlaskClient, address: str, status: int
) -> None:
    answer = shipped_client.get(address)
    assert answer.status_code == status


def test_start_of_an_empty_graph_says_so(client: FlaskClient) -> None:
    body = client.get("/partners?lang=en").get_data(as_text=True)
    assert "The graph has no organisations yet." in body


def test_insights_tell_hubs_holes_and_gaps(shipped_client: FlaskClient) -> None:
    body = shipped_client.get("/insights?lang=en").get_data(as_text=True)
    for title in ("Hubs and brokers", "Communities", "Structural holes", "Gaps in"):
        assert title in body


def test_insights_what_if_names_the_steps(shipped_client: FlaskClient) -> None:
    body = shipped_client.get(
        "/insights?one=edigene&other=gobroad-beijing&lang=en"
    ).get_data(as_text=True)
    assert "steps apart now, one step then" in body


def test_insights_of_an_empty_graph_is_empty(client: FlaskClient) -> None:
    answer = client.get("/insights?lang=en")
    assert answer.status_code == 200
    assert "No organisations." in answer.get_data(as_text=True)


def test_what_if_takes_names_and_ids_alike(shipped_client: FlaskClient) -> None:
    by_id = shipped_client.get("/insights?one=edigene&other=lepu-medical&lang=zh").text
    by_name = shipped_client.get("/insights?one=博雅辑因&other=lepu&lang=zh").text
    for page in (by_id, by_name):
        assert "目前相距" in page
    assert (
        shipped_client.get("/insights?one=edigene&other=nobody-at-all").status_code
        == 404
    )


def test_insights_name_the_gaps(shipped_client: FlaskClient) -> None:
    page = shipped_client.get("/insights?lang=zh").text
    assert "“AI新药研发”有 10 家企业，但没有记录：" in page


def test_start_offers_no_stock_exchange(shipped_client: FlaskClient) -> None:
    page = shipped_client.get("/partners?lang=zh").text
    assert "asker=edigene" in page
    assert "香港联交所" not in page


def test_request_that_is_not_understood_is_told(shipped_client: FlaskClient) -> None:
    page = shipped_client.get(
        "/partners?asker=edigene&text=a law firm in Shanghai&lang=en"
    ).text
    assert "Not understood, and left out: law, shanghai" in page
    found = shipped_client.get(
        "/api/partners?asker=tsinghua-iri&text=CGT的CDMO"
    ).get_json()
    assert found["suggestions"] == []
    assert found["unreached"]
