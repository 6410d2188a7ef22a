"""The calls OpenRefine makes, in the form its documentation and code give them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient


def ask(client: FlaskClient, queries: Any) -> Any:
    answer = client.post("/reconcile", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def test_manifest_has_what_a_client_needs(shipped_client: FlaskClient) -> None:
    manifest = shipped_client.get("/reconcile").get_json()
    assert "0.2" in manifest["versions"]
    assert {
        "name",
        "identifierSpace",
        "schemaSpace",
        "view",
        "preview",
        "extend",
    } <= set(manifest)
    assert set(manifest["suggest"]) == {"entity", "type", "property"}
    assert "{{id}}" in manifest["view"]["url"]


def test_batch_of_queries_is_answered_under_its_keys(
    shipped_client: FlaskClient,
) -> None:
    """As OpenRefine sends it: a batch with type, limit and type_strict."""
    queries = {
        "q0": {"query": "乐普", "type": "Company", "type_strict": "should", "limit": 3},
        "q1": {"query": "BeiGene"},
        "q2": {"query": "百济神州（北京）生物科技有限公司"},
        "q3": {"query": "毫不存在的名字甲乙丙"},
    }
    found = ask(shipped_client, queries)
    assert set(found) == set(queries)
    best = {
        k: (v["result"][0]["id"] if v["result"] else None) for k, v in found.items()
    }
    assert best["q0"] == "lepu-medical"
    assert best["q1"] == best["q2"] == "beigene"
    assert found["q1"]["result"][0]["match"] is True
    assert {"id", "name", "type", "score", "match"} <= set(found["q1"]["result"][0])
    assert not any(c["match"] for c in found["q3"]["result"])


def test_identifier_that_proves_itself_decides(shipped_client: FlaskClient) -> None:
    query = {
        "query": "some name",
        "properties": [{"pid": "rorId", "v": "https://ror.org/041rdq190"}],
    }
    assert ask(shipped_client, {"q": query})["q"]["result"][0]["id"] == "nifdc"


def test_type_keeps_others_out(shipped_client: FlaskClient) -> None:
    found = ask(shipped_client, {"q": {"query": "昌平", "type": "Lab", "limit": 10}})
    kinds = [{t["id"] for t in c["type"]} for c in found["q"]["result"]]
    assert kinds
    assert all("Lab" in some for some in kinds)


def test_query_of_the_draft_of_version_1_is_answered(
    shipped_client: FlaskClient,
) -> None:
    body = {
        "queries": [
            {"conditions": [{"matchType": "name", "propertyValue": "乐普"}], "limit": 2}
        ]
    }
    answer = shipped_client.post("/reconcile/match", json=body).get_json()
    assert answer["results"][0]["candidates"][0]["id"] == "lepu-medical"


def test_extension_gives_values_with_names(shipped_client: FlaskClient) -> None:
    wanted = {
        "ids": ["lepu-medical", "nobody"],
        "properties": [{"id": "inTrack"}, {"id": "stockCode"}],
    }
    answer = shipped_client.post("/reconcile", data={"extend": json.dumps(wanted)})
    found = answer.get_json()
    assert [m["id"] for m in found["meta"]] == ["inTrack", "stockCode"]
    values = found["rows"]["lepu-medical"]["inTrack"]
    assert {"id": "track-medical-devices", "name": "医疗器械"} in values
    assert found["rows"]["nobody"] == {"inTrack": [], "stockCode": []}


@pytest.mark.parametrize(
    ("path", "id_"),
    [
        ("/reconcile/suggest/entity?prefix=lep", "lepu-medical"),
        ("/reconcile/suggest/type?prefix=企业", "Company"),
        ("/reconcile/suggest/property?prefix=track", "inTrack"),
    ],
)
def test_suggestion_fits_what_was_typed(
    shipped_client: FlaskClient, path: str, id_: str
) -> None:
    found = shipped_client.get(path).get_json()["result"]
    assert id_ in [one["id"] for one in found]


def test_preview_is_a_small_page_and_unknown_id_is_404(
    shipped_client: FlaskClient,
) -> None:
    assert "乐普" in shipped_client.get("/reconcile/preview?id=lepu-medical").text
    assert shipped_client.get("/reconcile/preview?id=nobody").status_code == 404


def test_callback_wraps_the_answer_and_a_script_in_it_does_not(
    shipped_client: FlaskClient,
) -> None:
    assert shipped_client.get("/reconcile?callback=jq_1").text.startswith("jq_1({")
    assert not shipped_client.get("/reconcile?callback=alert(1)").text.startswith("al")


@pytest.mark.parametrize(
    "data",
    [
        {"queries": "no json"},
        {"queries": "[]"},
        {"queries": '{"q": 1}'},
        {"queries": '{"q": {"query": ""}}'},
        {"queries": '{"q": {"query": "x", "limit": "many"}}'},
        {"queries": json.dumps({str(i): {"query": "x"} for i in range(51)})},
        {"extend": "[]"},
        {"extend": '{"ids": ["a"], "properties": [{"id": "x> } #"}]}'},
    ],
)
def test_malformed_question_is_400(
    shipped_client: FlaskClient, data: dict[str, str]
) -> None:
    assert shipped_client.post("/reconcile", data=data).status_code == 400
