"""The network in pieces: neighbours, paths, overview, evidence; all by ETag."""

from __future__ import annotations

import json
import re
import struct
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from village import hub_village, small_village

from kg import vocab
from kg.config import load_settings
from kg.model import Iri, Literal
from kg.web import create_app
from kg.wiring import Parts, build_parts


def parts_of(village: Any) -> Parts:
    parts = build_parts(
        load_settings({"store": "memory:", "shipped": "no"}, environment={})
    )
    village.into(parts.store)
    return parts


@pytest.fixture(scope="module", name="api")
def _api() -> FlaskClient:
    return create_app(parts_of(small_village())).test_client()


@pytest.fixture(scope="module", name="hub")
def _hub() -> FlaskClient:
    return create_app(parts_of(hub_village(3000))).test_client()


def get(client: FlaskClient, path: str, **query: object) -> Any:
    answer = client.get("/api/graph/" + path, query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.get_json()


def ids(body: Any) -> set[str]:
    return {node["id"] for node in body["nodes"]}


def test_expand_counts_every_kind_before_it_shows_any(api: FlaskClient) -> None:
    body = get(api, "expand", id="edigene", limit=0)
    counted = {
        (r["relation"], r["direction"], r["status"]): r["total"]
        for r in body["relations"]
    }
    assert counted == {
        ("lv:inTrack", "out", "actual"): 1,
        ("lv:locatedIn", "out", "actual"): 1,
        ("lv:incubatedBy", "out", "actual"): 1,
        ("lv:supports", "in", "target"): 1,
    }
    assert body["items"] == []
    assert body["total"] == 4


def test_expand_by_relation_group_and_direction(api: FlaskClient) -> None:
    body = get(api, "expand", id="park", relation="lv:locatedIn", group="lab")
    assert body["items"] == ["nibs"]
    assert get(api, "expand", id="park", direction="out")["items"] == ["changping"]
    planned = get(api, "expand", id="edigene", status="target")
    assert planned["items"] == ["feibiao"]
    assert [e["status"] for e in planned["edges"] if e["p"] == "lv:supports"] == [
        "target"
    ]


def test_expand_brings_the_links_to_what_is_shown(api: FlaskClient) -> None:
    body = get(api, "expand", id="edigene", group="incubator", shown="park,nibs")
    pairs = {(e["s"], e["t"]) for e in body["edges"]}
    assert ("nest", "park") in pairs
    assert ("nest", "nibs") in pairs


def test_pages_of_a_hub_cover_it_once_and_stay_stable(hub: FlaskClient) -> None:
    seen: list[str] = []
    after = ""
    while True:
        body = get(hub, "expand", id="park", after=after, limit=200)
        assert body["total"] == 3000
        seen += body["items"]
        after = body["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 3000


def test_page_starts_after_its_key_whatever_was_shown(hub: FlaskClient) -> None:
    first = get(hub, "expand", id="park", limit=5)
    again = get(hub, "expand", id="park", limit=5, shown=",".join(first["items"]))
    assert again["items"] == first["items"]
    following = get(hub, "expand", id="park", limit=5, after=first["after"])
    assert not set(following["items"]) & set(first["items"])


def test_expand_can_leave_out_what_is_shown(hub: FlaskClient) -> None:
    first = get(hub, "expand", id="park", limit=5)["items"]
    more = get(hub, "expand", id="park", limit=5, new=1, shown=",".join(first))
    assert not set(more["items"]) & set(first)
    assert more["total"] == 3000


def test_ego_grows_with_its_depth(api: FlaskClient) -> None:
    near = get(api, "ego", id="lepu", depth=1)
    far = get(api, "ego", id="lepu", depth=2)
    assert ids(near) == {"lepu", "track-devices", "pins"}
    assert ids(near) < ids(far)
    assert near["positions"]["lepu"] == [0.0, 0.0]


def test_ego_of_a_hub_says_that_it_is_cut(hub: FlaskClient) -> None:
    body = get(hub, "ego", id="park", limit=50)
    assert body["cut"] is True
    assert len(body["nodes"]) == 50


def test_ego_of_an_isolated_thing_is_the_thing(api: FlaskClient) -> None:
    assert ids(get(api, "ego", id="lonely")) == {"lonely"}


def test_path_gives_all_shortest_ones_with_statements(api: FlaskClient) -> None:
    body = get(api, "path", **{"from": "beigene", "to": "edigene"})
    assert body["length"] == 2
    assert len(body["paths"]) == 2
    statements = {e["id"] for e in body["edges"]}
    assert all(st in statements for p in body["paths"] for hop in p for st in hop)
    middles = ids(body) - {"beigene", "edigene"}
    assert middles == {"park", "nest"}


def test_path_uses_plans_only_when_asked(api: FlaskClient) -> None:
    without = get(api, "path", **{"from": "feibiao", "to": "edigene"})
    with_plans = get(api, "path", **{"from": "feibiao", "to": "edigene", "targets": 1})
    assert (without["length"], with_plans["length"]) == (2, 1)


def test_path_to_what_is_not_linked_is_empty(api: FlaskClient) -> None:
    body = get(api, "path", **{"from": "lepu", "to": "lonely"})
    assert body["paths"] == []
    assert body["length"] == -1


def test_path_respects_the_longest(api: FlaskClient) -> None:
    body = get(api, "path", **{"from": "beigene", "to": "changping", "longest": 1})
    assert body["paths"] == []


def test_common_neighbours(api: FlaskClient) -> None:
    body = get(api, "common", a="beigene", b="edigene")
    assert ids(body) == {"beigene", "edigene", "park", "nest"}


def test_scene_gives_links_and_names_what_is_missing(api: FlaskClient) -> None:
    body = get(api, "scene", ids="lepu,pins,no-such-thing")
    assert ids(body) == {"lepu", "pins"}
    assert body["missing"] == ["no-such-thing"]
    assert [e["p"] for e in body["edges"]] == ["lv:cooperatesWith"]
    assert body["edges"][0]["start"] == "2021"
    assert body["edges"][0]["sources"] == ["source-village"]


def test_scene_by_post_takes_a_list(api: FlaskClient) -> None:
    answer = api.post("/api/graph/scene", json={"ids": ["lepu"], "layout": "none"})
    assert ids(answer.get_json()) == {"lepu"}
    assert "positions" not in answer.get_json()


@pytest.mark.parametrize("kind", ["force", "radial", "tracks", "places"])
def test_layout_places_every_thing(api: FlaskClient, kind: str) -> None:
    names = "lepu,pins,edigene,track-devices,track-cgt,track-bio,park,lonely"
    places = get(api, "layout", ids=names, layout=kind)["positions"]
    assert set(places) == set(names.split(","))
    assert len({tuple(p) for p in places.values()}) == len(places)
    if kind == "tracks":
        assert places["track-bio"][0] < places["track-cgt"][0] < places["edigene"][0]


def test_overview_has_positions_communities_and_measures(api: FlaskClient) -> None:
    body = get(api, "overview")
    assert body["large"] is False
    assert set(body["positions"]) == ids(body)
    node = next(n for n in body["nodes"] if n["id"] == "park")
    assert node["rank"] > 0
    assert node["between"] > 0
    assert sum(c["size"] for c in body["communities"]) == len(body["nodes"])
    assert not [e for e in body["edges"] if e["status"] == "inferred" and e["id"]]


def test_overview_as_arrays_says_the_same(api: FlaskClient) -> None:
    whole = get(api, "overview")
    data = api.get("/api/graph/overview?format=binary&lang=zh").data
    assert data[:4] == b"KGO1"
    size = struct.unpack("<I", data[4:8])[0]
    header = json.loads(data[8 : 8 + size])
    n = header["nodes"]
    assert n == len(whole["nodes"])
    at = 8 + size
    x = np.frombuffer(data[at : at + 4 * n], dtype="<f4")
    lines = data.decode("utf-8", "ignore").split("\n")
    assert any("乐普" in line for line in lines)
    assert float(x.max()) == pytest.approx(
        max(p[0] for p in whole["positions"].values()), abs=1e-3
    )


def test_large_overview_holds_counts_only(hub: FlaskClient) -> None:
    body = get(hub, "overview")
    assert body["large"] is True
    assert body["nodes_total"] == 3001
    assert body["nodes"] == []


def test_communities_are_named_by_what_members_share(api: FlaskClient) -> None:
    found = get(api, "communities")["communities"]
    assert "医疗器械" in {c["zh"] for c in found}
    assert found[0]["size"] == max(c["size"] for c in found)


def test_about_tells_facts_with_the_quote_in_its_context(api: FlaskClient) -> None:
    body = get(api, "about", id="lepu", lang="zh")
    assert body["zh"] == "乐普"
    facts = [f for r in body["relations"] for f in r["facts"]]
    evidence = facts[0]["evidence"][0]
    assert evidence["quote"] == "乐普是医疗器械龙头企业"
    assert evidence["prefix"].endswith("孵化服务。")
    assert evidence["source"] == "村报"
    assert evidence["date"] == "2023-05-01"


def test_evidence_of_a_statement(api: FlaskClient) -> None:
    edge = get(api, "scene", ids="feibiao,edigene")["edges"][0]
    body = get(api, "evidence", st=edge["id"], lang="en")
    claim = body["statements"][0]
    assert claim["status"] == "target"
    assert claim["subject"] == "Feibiao Accelerator"
    assert claim["evidence"][0]["quote"]


def test_construct_draws_the_links_it_makes(api: FlaskClient) -> None:
    query = vocab.prologue("lv") + "CONSTRUCT WHERE { ?s lv:inTrack ?o }"
    body = get(api, "construct", query=query)
    assert {"lepu", "track-devices", "track-cgt"} <= ids(body)
    assert {e["status"] for e in body["edges"]} == {"actual"}
    assert set(body["positions"]) == ids(body)


def test_select_draws_the_things_in_its_rows(api: FlaskClient) -> None:
    query = vocab.prologue("lv", "id") + "SELECT ?s { ?s lv:inTrack id:track-devices }"
    body = get(api, "construct", query=query)
    assert ids(body) == {"lepu", "pins", "twin-b"}
    assert "lv:cooperatesWith" in {e["p"] for e in body["edges"]}


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("ASK {}", 400),
        ("CONSTRUCT {", 400),
        ("", 400),
        ("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 403),
    ],
)
def test_query_is_guarded_as_everywhere(
    api: FlaskClient, query: str, status: int
) -> None:
    answer = api.get("/api/graph/construct", query_string={"query": query})
    assert answer.status_code == status


def test_answer_is_not_sent_twice_until_the_data_change() -> None:
    parts = parts_of(small_village())
    client = create_app(parts).test_client()
    first = client.get("/api/graph/ego?id=lepu")
    head = {"If-None-Match": first.headers["ETag"]}
    assert client.get("/api/graph/ego?id=lepu", headers=head).status_code == 304
    named = (Iri("urn:s"), Iri("urn:p"), Literal("new"))  # the same again is no change
    parts.store.replace_graphs({"urn:other": [named]})
    assert client.get("/api/graph/ego?id=lepu", headers=head).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("expand", 400),
        ("expand?id=nobody", 404),
        ("expand?id=lepu&limit=9999", 400),
        ("expand?id=lepu&direction=up", 400),
        ("expand?id=lepu&relation=%3E%20.%20%3Fx", 200),
        ("ego?id=%3E+%3Fs+%3Fp+%3Fo", 404),
        ("ego?id=lepu&depth=4", 400),
        ("path?from=lepu", 400),
        ("path?from=lepu&to=nobody", 404),
        ("scene?layout=spiral", 400),
        ("about?id=nobody", 404),
        ("overview?format=xml", 400),
    ],
)
def test_bad_input_is_told(api: FlaskClient, path: str, status: int) -> None:
    answer = api.get("/api/graph/" + path)
    assert answer.status_code == status
    assert answer.is_json


def test_description_covers_every_api_address(api: FlaskClient) -> None:
    told = set(api.get("/api/openapi.json").get_json()["paths"])
    rules = (str(rule) for rule in api.application.url_map.iter_rules())
    # A part of an address is <converter:name> in Flask and {name} in OpenAPI.
    served = {re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule) for rule in rules}
    assert {path for path in told if path.startswith("/api/")} == {
        rule for rule in served if rule.startswith("/api/")
    }
    assert told <= served, "an address is described that nobody serves"
