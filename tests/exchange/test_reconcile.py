"""The calls that OpenRefine makes, and those of both specifications.

Forms of the calls: OpenRefine 3.x (``StandardReconConfig``: ``q0`` …, ``type``,
``type_strict``, ``properties`` with ``pid`` and ``v``, ``limit`` only if it is not
the default; ``GuessTypesOfColumnCommand``: ``query`` and ``limit`` 3;
``ReconciledDataExtensionJob``: ``extend`` with ``ids`` and ``properties``), and the
examples of the specifications with our own things.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from kg.curate.comparing import resemblance, shortened
from kg.curate.matching import core


def ask(client: FlaskClient, queries: object, lang: str = "zh") -> dict[str, Any]:
    answer = client.post(
        "/reconcile",
        data={"queries": json.dumps(queries, ensure_ascii=False)},
        headers={"Accept-Language": lang},
    )
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.get_json()
    return body


def first(client: FlaskClient, query: object) -> dict[str, Any]:
    found = ask(client, {"q0": query})["q0"]["result"]
    best: dict[str, Any] = found[0]
    return best


# -- manifests ---------------------------------------------------------------------


def test_manifest_has_what_version_02_demands(shipped_client: FlaskClient) -> None:
    said = shipped_client.get("/reconcile").get_json()
    assert said["versions"] == ["0.2"]
    assert said["identifierSpace"] == "https://w3id.org/life-valley/id/"
    assert said["schemaSpace"] == "https://w3id.org/life-valley/ontology#"
    assert "{{id}}" in said["view"]["url"]
    assert "{{id}}" in said["preview"]["url"]
    for kind in ("entity", "property", "type"):
        one = said["suggest"][kind]
        path = one["service_url"].removeprefix("http://localhost") + one["service_path"]
        assert shipped_client.get(f"{path}?prefix=").status_code == 200
        assert "${id}" in one["flyout_service_path"]
    proposed = said["extend"]["propose_properties"]
    path = proposed["service_url"].removeprefix("http://localhost")
    address = f"{path}{proposed['service_path']}?type=Company"
    assert shipped_client.get(address).status_code == 200
    assert {"id": "Company", "name": "企业"} in said["defaultTypes"] or said[
        "defaultTypes"
    ]
    assert shipped_client.get("/reconcile/help").status_code == 200


def test_manifest_of_the_draft_has_its_own_form(shipped_client: FlaskClient) -> None:
    said = shipped_client.get("/reconcile/v1").get_json()
    assert said["versions"] == ["1.0-draft"]
    assert said["view"]["url"].endswith("/id/{id}")
    assert said["suggest"] == {"entity": True, "property": True, "type": True}
    assert said["standardizedScore"] is True
    assert "identifierSpace" not in said


# -- queries -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "百济神州",
        "BeiGene",
        "ＢＥＩＧＥＮＥ",
        "beigene",
        "https://w3id.org/life-valley/id/beigene",
        "Q30260298",
        "https://ror.org/012v2c923",
        "SSE:688235",
    ],
)
def test_name_in_either_script_and_identifier_find_the_firm(
    shipped_client: FlaskClient, text: str
) -> None:
    found = first(shipped_client, {"query": text})
    assert found["id"] == "beigene"
    assert found["match"] is True
    assert found["score"] == 100
    assert {f["id"] for f in found["features"]} & {"name_exact", "identifier", "id"}


@pytest.mark.parametrize(
    ("text", "feature"),
    [("baijishenzhou", "pinyin"), ("bjsz", "pinyin")],
)
def test_pinyin_proposes_and_does_not_decide(
    shipped_client: FlaskClient, text: str, feature: str
) -> None:
    found = first(shipped_client, {"query": text})
    assert found["id"] == "beigene"
    assert found["match"] is False
    assert feature in {f["id"] for f in found["features"]}


def test_registered_name_proposes_the_firm_it_is_known_as(
    shipped_client: FlaskClient,
) -> None:
    result = ask(shipped_client, {"q0": {"query": "北京百济神州生物科技有限公司"}})[
        "q0"
    ]["result"]
    found = next(c for c in result if c["id"] == "beigene")
    told = {f["id"]: f["value"] for f in found["features"]}
    assert told["short_form"] < 90
    assert found["match"] is False


def test_openrefine_batch_with_type_and_properties(shipped_client: FlaskClient) -> None:
    body = ask(
        shipped_client,
        {
            "q0": {
                "query": "百济神州",
                "type": "Company",
                "type_strict": "should",
                "properties": [
                    {"pid": "founded", "v": 2010},
                    {
                        "pid": "locatedIn",
                        "v": {"id": "changping-district", "name": "昌平区"},
                    },
                ],
            },
            "q1": {"query": "乐普", "type": "Company", "type_strict": "should"},
            "q2": {"query": "zzzzqqqq", "limit": 3},
        },
    )
    assert list(body) == ["q0", "q1", "q2"]
    best = body["q0"]["result"][0]
    assert (best["id"], best["score"], best["match"]) == ("beigene", 100, True)
    told = {f["id"]: f["value"] for f in best["features"]}
    assert told["property:founded"] == 100
    assert told["property:locatedIn"] == 100
    assert told["type"] is True
    assert {"id": "Company"}.items() <= best["type"][0].items()
    assert all(isinstance(t["name"], str) for t in best["type"])
    assert body["q1"]["result"][0]["id"] == "lepu-medical"
    assert body["q2"]["result"] == []


def test_openrefine_guesses_types_with_three_candidates(
    shipped_client: FlaskClient,
) -> None:
    queries = {
        f"q{i}": {"query": t, "limit": 3} for i, t in enumerate(["百济", "北京"])
    }
    for one in ask(shipped_client, queries).values():
        assert 0 < len(one["result"]) <= 3
        scores = [c["score"] for c in one["result"]]
        assert scores == sorted(scores, reverse=True)
        assert all(
            {"id", "name", "type", "score", "match"} <= set(c) for c in one["result"]
        )


def test_wider_type_fits_and_wrong_type_lowers_the_score(
    shipped_client: FlaskClient,
) -> None:
    fits = first(shipped_client, {"query": "百济神州", "type": "Organization"})
    wrong = first(shipped_client, {"query": "百济神州", "type": "Track"})
    assert (fits["id"], fits["match"]) == ("beigene", True)
    assert wrong["match"] is False
    assert wrong["score"] < fits["score"]


def test_query_by_get_is_the_same(shipped_client: FlaskClient) -> None:
    queries = json.dumps({"q0": {"query": "百济神州"}})
    answer = shipped_client.get("/reconcile", query_string={"queries": queries})
    assert answer.get_json()["q0"]["result"][0]["id"] == "beigene"


def test_namesakes_are_left_to_a_person(shipped_client: FlaskClient) -> None:
    result = ask(shipped_client, {"q0": {"query": "Wang Yu"}})["q0"]["result"]
    both = {c["id"]: c["score"] for c in result if c["score"] == 100}
    assert set(both) == {"wang-yu-immunotech", "wang-yu-rossum"}
    assert not any(c["match"] for c in result)


# -- the 1.0 draft -----------------------------------------------------------------


def test_draft_match_answers_in_order_with_conditions(
    shipped_client: FlaskClient,
) -> None:
    name = {"matchType": "name", "propertyValue": "百济神州"}
    founded = {"matchType": "property", "propertyId": "founded"}
    body = {
        "queries": [
            {"conditions": [name], "type": "Company", "limit": 5},
            {"conditions": [{"matchType": "id", "propertyValue": "lepu-medical"}]},
            {
                "conditions": [
                    name,
                    {**founded, "propertyValue": "1999", "required": True},
                ]
            },
            {
                "conditions": [
                    name,
                    {
                        **founded,
                        "propertyValue": ["2010", "1999"],
                        "matchQuantifier": "all",
                        "required": True,
                    },
                ]
            },
            {
                "conditions": [
                    name,
                    {
                        **founded,
                        "propertyValue": "1999",
                        "matchQuantifier": "none",
                        "required": True,
                    },
                ]
            },
        ]
    }
    answer = shipped_client.post("/reconcile/v1/match", json=body)
    results = [one["candidates"] for one in answer.get_json()["results"]]
    assert results[0][0]["id"] == "beigene"
    assert results[1][0]["id"] == "lepu-medical"
    assert "beigene" not in {c["id"] for c in results[2]}
    assert "beigene" not in {c["id"] for c in results[3]}
    assert results[4][0]["id"] == "beigene"
    assert all(f["name"] for f in results[0][0]["features"])
    assert all(0 <= c["score"] <= 100 for one in results for c in one)


# -- suggest, propose, extend, preview ---------------------------------------------


def test_suggest_entity_pages_and_takes_an_id(shipped_client: FlaskClient) -> None:
    def ids(address: str) -> list[str]:
        return [e["id"] for e in shipped_client.get(address).get_json()["result"]]

    assert ids("/reconcile/suggest/entity?prefix=百济")[0] == "beigene"
    assert ids("/reconcile/suggest/entity?prefix=lepu-medical")[0] == "lepu-medical"
    both = ids("/reconcile/suggest/entity?prefix=bei&limit=4")
    assert both[2:] == ids("/reconcile/suggest/entity?prefix=bei&limit=2&cursor=2")
    assert both[2:] == ids("/reconcile/v1/suggest/entity?prefix=bei&limit=2&offset=2")
    assert len(ids("/reconcile/v1/suggest/entity?prefix=")) == 10


def test_suggest_type_and_property_by_name_and_id(shipped_client: FlaskClient) -> None:
    for prefix in ("Comp", "企业"):
        answer = shipped_client.get(f"/reconcile/suggest/type?prefix={prefix}")
        assert "Company" in {x["id"] for x in answer.get_json()["result"]}, prefix
    for prefix in ("inTrack", "成立"):
        answer = shipped_client.get(f"/reconcile/suggest/property?prefix={prefix}")
        assert answer.get_json()["result"], prefix
    assert shipped_client.get("/reconcile/suggest/colour?prefix=a").status_code == 404


def test_proposed_properties_are_those_of_the_type(shipped_client: FlaskClient) -> None:
    address = "/reconcile/extend/propose?type=Company&limit=12"
    body = shipped_client.get(address).get_json()
    ids = [p["id"] for p in body["properties"]]
    assert (body["type"], body["limit"], len(ids)) == ("Company", 12, 12)
    assert {"name_en", "inTrack"} <= set(ids)
    people = shipped_client.get("/reconcile/extend/propose?type=Person").get_json()
    assert "stockCode" not in {p["id"] for p in people["properties"]}


EXTEND = {
    "ids": ["beigene", "lepu-medical", "no-such-thing"],
    "properties": [
        {"id": "inTrack", "settings": {"limit": "1"}},
        {"id": "founded"},
        {"id": "name_en"},
        {"id": "stockCode"},
    ],
}


def test_data_extension_in_the_form_of_openrefine(shipped_client: FlaskClient) -> None:
    answer = shipped_client.post("/reconcile", data={"extend": json.dumps(EXTEND)})
    body = answer.get_json()
    assert [m["id"] for m in body["meta"]] == [
        "inTrack",
        "founded",
        "name_en",
        "stockCode",
    ]
    row = body["rows"]["beigene"]
    assert len(row["inTrack"]) == 1
    assert row["inTrack"][0]["id"].startswith("track-")
    assert row["founded"] == [{"str": "2010"}]
    assert row["name_en"] == [{"str": "BeiGene"}]
    assert len(row["stockCode"]) >= 4
    assert body["rows"]["no-such-thing"] == {
        "inTrack": [],
        "founded": [],
        "name_en": [],
        "stockCode": [],
    }


def test_data_extension_of_the_draft_has_rows_in_order(
    shipped_client: FlaskClient,
) -> None:
    body = shipped_client.post("/reconcile/v1/extend", json=EXTEND).get_json()
    assert [row["id"] for row in body["rows"]] == EXTEND["ids"]
    cells = {p["id"]: p["values"] for p in body["rows"][0]["properties"]}
    assert cells["founded"] == [{"str": "2010"}]


def test_preview_may_stand_in_any_frame_and_runs_nothing(
    shipped_client: FlaskClient,
) -> None:
    answer = shipped_client.get("/reconcile/preview?id=beigene")
    policy = answer.headers["Content-Security-Policy"]
    assert "frame-ancestors *" in policy
    assert "script-src" not in policy
    assert "default-src 'none'" in policy
    assert "百济神州" in answer.text
    assert (
        "frame-ancestors 'self'"
        in shipped_client.get("/").headers["Content-Security-Policy"]
    )
    assert shipped_client.get("/reconcile/preview?id=<script>").status_code == 404
    flyout = shipped_client.get("/reconcile/flyout/entity?id=beigene").get_json()
    assert flyout["id"] == "beigene"
    assert "<h1>" in flyout["html"]
    assert shipped_client.get("/reconcile/flyout/type?id=Company").status_code == 200


@pytest.mark.parametrize("blank", ["", "  ", "\u3000"])
def test_blank_cell_has_no_candidates_and_spoils_no_batch(
    shipped_client: FlaskClient, blank: str
) -> None:
    """OpenRefine sends a cell of spaces like any other."""
    found = ask(shipped_client, {"q0": {"query": blank}, "q1": {"query": "百济神州"}})
    assert found["q0"] == {"result": []}
    assert found["q1"]["result"][0]["id"] == "beigene"


# -- limits and errors ---------------------------------------------------------------


@pytest.mark.parametrize(
    "queries",
    [
        "{",
        "[]",
        '{"q0": 1}',
        '{"q0": {}}',
        '{"q0": {"query": 1}}',
        '{"q0": {"query": "a", "limit": 0}}',
        '{"q0": {"query": "a", "properties": [{"v": "x"}]}}',
        '{"q0": {"query": "a", "properties": {"pid": "x"}}}',
        '{"q0": {"query": "a", "type": [1]}}',
        "[" * 100_000,
    ],
)
def test_bad_batch_is_told_in_the_one_error_body(
    shipped_client: FlaskClient, queries: str
) -> None:
    answer = shipped_client.post("/reconcile", data={"queries": queries})
    body = answer.get_json()
    assert (answer.status_code, body["ok"], body["code"]) == (400, False, "bad-request")
    assert body["messages"]["zh"]
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"queries": {}},
        {"queries": [{"conditions": []}]},
        {"queries": [{"conditions": [{"matchType": "colour", "propertyValue": "a"}]}]},
        {"queries": [{"conditions": [{"matchType": "name"}]}]},
        {
            "queries": [
                {"conditions": [{"matchType": "property", "propertyValue": "a"}]}
            ]
        },
        {
            "queries": [
                {
                    "type": ["a"],
                    "conditions": [{"matchType": "name", "propertyValue": "a"}],
                }
            ]
        },
    ],
)
def test_bad_draft_batch_is_refused(shipped_client: FlaskClient, body: object) -> None:
    assert shipped_client.post("/reconcile/v1/match", json=body).status_code == 400


def test_limits_of_batch_body_and_type(shipped_client: FlaskClient) -> None:
    many = json.dumps({f"q{i}": {"query": "a"} for i in range(51)})
    answer = shipped_client.post("/reconcile", data={"queries": many})
    assert (answer.status_code, answer.get_json()["context"]["limit"]) == (413, 50)
    long = shipped_client.post("/reconcile", data={"queries": "x" * 1_100_000})
    assert long.status_code == 413
    text = shipped_client.post(
        "/reconcile/v1/match", data="{}", content_type="text/plain"
    )
    assert text.status_code == 415
    ids = {"ids": ["a"] * 1001, "properties": [{"id": "founded"}]}
    assert shipped_client.post("/reconcile/v1/extend", json=ids).status_code == 413
    assert shipped_client.post("/reconcile", data={}).status_code == 400


def test_jsonp_is_refused_and_every_origin_may_ask(
    shipped_client: FlaskClient,
) -> None:
    assert shipped_client.get("/reconcile?callback=f").status_code == 400
    asked = shipped_client.options(
        "/reconcile/v1/match",
        headers={
            "Origin": "https://x.example",
            "Access-Control-Request-Method": "POST",
        },
    )
    assert asked.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in asked.headers["Access-Control-Allow-Methods"]
    assert "Content-Type" in asked.headers["Access-Control-Allow-Headers"]
    lost = shipped_client.get("/reconcile/nothing")
    assert lost.status_code == 404
    assert lost.headers["Access-Control-Allow-Origin"] == "*"


# -- names ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("BeiGene", "beigene", 100, 100),
        ("乐普医疗", "乐普医疗股份有限公司", 96, 96),
        ("Lepu Medical", "Lepu Medical Co., Ltd.", 96, 96),
        ("百济神州", "百奥赛图", 0, 60),
        ("", "x", 0, 0),
    ],
)
def test_resemblance_of_names(one: str, other: str, least: float, most: float) -> None:
    assert least <= resemblance(one, other) <= most


def test_shortened_name_loses_form_place_and_trade_in_turn() -> None:
    found = list(shortened("北京百济神州生物科技有限公司"))
    assert found == [
        ("北京百济神州生物科技", 1),
        ("百济神州生物科技", 2),
        ("百济神州", 3),
    ]
    assert core("Lepu Medical (Beijing) Co., Ltd.") == "lepumedical"
    assert list(shortened("有限公司")) == []
