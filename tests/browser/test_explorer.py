"""The explorer in a real Chromium: each thing a reader can do, in both languages."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from time import sleep

import pytest
from reader import Open

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core"


@pytest.mark.parametrize(
    ("language", "word"), [("zh", "从哪里开始"), ("en", "Where to")]
)
def test_first_visit_shows_a_picture_and_three_things_to_try(
    open_at: Open, language: str, word: str
) -> None:
    reader = open_at(f"/explore?lang={language}")
    assert len(reader.ids()) > 50
    assert word in reader.page.locator(".welcome").inner_text()
    assert reader.page.locator(".examples button").count() == 3
    assert reader.js("() => explorer.stage.names.length") >= 10
    assert reader.errors == []


def test_no_request_leaves_the_service(open_at: Open, site: str) -> None:
    reader = open_at()
    assert [u for u in reader.asked if not u.startswith((site, "data:", "blob:"))] == []


@pytest.mark.parametrize("typed", ["百济", "bjsz", "beigene", "begene"])
def test_search_opens_the_thing_however_it_is_typed(open_at: Open, typed: str) -> None:
    reader = open_at()
    reader.press("/")
    reader.find(typed)
    reader.until("explorer.store.selected.value[0] === 'beigene'")
    assert "百济神州" in reader.page.locator(".side h2").inner_text()


def test_panel_shows_the_sentence_behind_a_fact(open_at: Open) -> None:
    reader = open_at("/explore?n=lepu-medical&lang=zh")
    side = reader.page.locator(".side")
    side.locator(".why summary").first.wait_for()
    side.locator(".why summary", has_text="“").first.click()
    assert side.locator("mark").first.is_visible()
    assert "SPARQL" in side.inner_text()
    assert side.locator("a[href^='/partners']").count() == 1


def test_expand_tells_counts_and_takes_back(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=nibs&lang=en", village)
    before = reader.ids()
    assert before == {"nibs", "park", "nest"}
    reader.page.locator("#stage").focus()
    reader.js("() => explorer.store.select(['park'])")
    row = reader.page.locator(".expand-row", has_text="locatedIn").first
    row.wait_for()
    assert re.search(r"\d+/\d+", row.inner_text())
    row.click()
    reader.until("explorer.store.scene.value.nodes.size > 3")
    reader.page.locator("#stage").focus()
    reader.press("Control+z")
    assert reader.ids() == before
    reader.press("Control+y")
    assert len(reader.ids()) > 3


def test_expanding_moves_nothing_a_reader_has_seen(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=nibs&lang=en", village)
    place = "() => explorer.store.scene.value.places.get('park')"
    before = reader.js(place)
    reader.js("() => explorer.store.expand('park')")
    reader.until("explorer.store.scene.value.nodes.size > 5")
    assert reader.js(place) == before


def test_collapse_hide_pin_and_several(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.page.locator("#stage").focus()
    reader.js("() => explorer.store.select(['beigene'])")
    reader.press("Delete")
    assert "beigene" not in reader.ids()
    reader.js("() => explorer.store.select(['edigene'])")
    reader.press("f")
    assert reader.js("() => [...explorer.store.scene.value.pinned]") == ["edigene"]
    reader.js("() => explorer.store.select(['park'])")
    reader.press("-")
    assert "long" not in reader.ids()
    assert "edigene" in reader.ids()
    reader.press("Control+a")
    assert reader.page.locator(".chosen li").count() == len(reader.ids())


@pytest.mark.parametrize("language", ["zh", "en"])
def test_path_shows_every_way_with_its_evidence(
    open_at: Open, village: str, language: str
) -> None:
    reader = open_at(f"/explore?path=beigene,edigene&lang={language}", village)
    side = reader.page.locator(".side")
    side.locator(".claim-card").first.wait_for()
    assert side.locator(".paths li").count() == 2
    assert side.locator("mark").count() >= 2
    assert reader.js("() => explorer.store.lit.value.size") == 2


def test_no_path_says_so_and_offers_plans(open_at: Open, village: str) -> None:
    reader = open_at("/explore?path=lepu,lonely&lang=en", village)
    assert "No chain" in reader.page.locator(".side").inner_text()
    assert reader.page.locator(".side button", has_text="plans included").count() == 1


def test_common_neighbours_by_keyboard(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=beigene,edigene&lang=en", village)
    reader.page.locator("#stage").focus()
    reader.js("() => explorer.store.select(['beigene', 'edigene'])")
    reader.press("c")
    reader.until("explorer.store.scene.value.nodes.has('nest')")


@pytest.mark.parametrize("kind", ["radial", "tracks", "places"])
def test_layouts_place_everything(open_at: Open, village: str, kind: str) -> None:
    reader = open_at("/explore?lang=zh", village)
    before = reader.js("() => [...explorer.store.scene.value.places.values()]")
    reader.page.locator(".choice select").first.select_option(kind)
    reader.until(f"explorer.store.layout.value === '{kind}'")
    assert reader.js("() => [...explorer.store.scene.value.places.values()]") != before


def test_filters_count_live_and_legend_toggles(open_at: Open) -> None:
    reader = open_at()
    shown = "() => explorer.store.shown.value.nodes.size"
    before = reader.js(shown)
    reader.page.locator(".switches input").first.uncheck()
    after = reader.js(shown)
    assert after < before
    reader.page.locator(".switches .only").nth(1).click()
    groups = reader.js(
        "() => [...new Set([...explorer.store.shown.value.nodes]"
        ".map((id) => explorer.store.thing(id).group))]"
    )
    assert len(groups) == 1
    reader.page.locator(".notice", has_text="/").locator("button").click()
    reader.until(f"({shown})() === {before}")


def test_targets_alone_are_dashed_lines(open_at: Open) -> None:
    reader = open_at()
    reader.page.locator(".examples button").nth(2).click()
    statuses = reader.js(
        "() => [...new Set([...explorer.store.shown.value.edges]"
        ".map((k) => explorer.store.scene.value.edges.get(k).status))]"
    )
    assert statuses == ["target"]


def test_link_reopens_the_same_picture(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.js("() => explorer.store.select(['edigene'])")
    reader.js("() => explorer.store.setFilters({ groups: new Set(['lab']) })")
    reader.js("() => explorer.store.moved('nest', [3, 4])")
    reader.until(
        "location.search.includes('groups=lab') && location.search.includes('pin=')"
    )
    url = reader.page.url
    again = open_at(url.removeprefix(village), village)
    assert again.ids() == reader.ids()
    assert again.js("() => explorer.store.scene.value.places.get('nest')") == [3, 4]
    assert again.js("() => explorer.store.selected.value") == ["edigene"]
    assert again.js("() => [...explorer.store.filters.value.groups]") == ["lab"]


def test_dead_link_helps(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=no-such-thing&lang=en", village)
    assert "not in the graph" in reader.page.locator(".notices").inner_text()
    assert reader.page.locator(".notices a[href^='/search']").count() == 1
    assert len(reader.ids()) > 5


def test_isolated_thing_says_that_it_is_alone(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=lonely&lang=en", village)
    assert reader.ids() == {"lonely"}
    reader.until("document.querySelector('.side').innerText.includes('No links')")


def test_same_names_stay_two_things(open_at: Open, village: str) -> None:
    reader = open_at("/explore?lang=zh", village)
    reader.page.locator("#find").fill("同名")
    reader.until("document.querySelectorAll('#find-list [role=option]').length === 2")


def test_long_name_is_cut_on_the_canvas_and_whole_in_the_panel(
    open_at: Open, village: str
) -> None:
    reader = open_at("/explore?n=long&lang=zh", village)
    assert "长" * 200 in reader.page.locator(".side h2").inner_text()
    width = reader.js("() => document.documentElement.scrollWidth")
    assert width <= 1280


def test_hub_of_20000_is_paged(open_at: Open, hub: str) -> None:
    reader = open_at("/explore?n=park&lang=en", hub)
    assert len(reader.ids()) <= 400
    row = reader.page.locator(".expand-row").first
    row.wait_for()
    assert "20,000" in row.inner_text()
    before = len(reader.ids())
    row.click()
    reader.until(f"explorer.store.scene.value.nodes.size > {before}")
    assert len(reader.ids()) <= before + 20
    assert reader.page.locator(".minimap").count() == (1 if before > 200 else 0)


def test_large_graph_opens_as_a_map_of_communities(open_at: Open, hub: str) -> None:
    reader = open_at("/explore?lang=en", hub)
    reader.until("explorer.map && explorer.map.ids.length === 20001")
    reader.js("() => explorer.store.open('firm-7', true)")
    reader.until("explorer.store.scene.value.nodes.has('firm-7')")


def test_hostile_names_are_text_everywhere(open_at: Open, village: str) -> None:
    for language in ("zh", "en"):
        reader = open_at(f"/explore?n=evil&lang={language}", village)
        reader.js("() => explorer.store.hovered.value = 'evil'")
        reader.page.locator("#stage").focus()
        reader.press("t")
        assert reader.dialogs == []
        assert reader.page.locator("img[src=x]").count() == 0
        assert "alert(1)" in reader.page.locator(".side h2").inner_text()


@pytest.mark.parametrize(
    ("button", "file"),
    [
        ("PNG", "network.png"),
        ("SVG", "network.svg"),
        ("GEXF", "network.gexf"),
        ("GraphML", "network.graphml"),
        ("JSON", "network.json"),
        ("CSV: things", "things.csv"),
        ("CSV: links", "links.csv"),
    ],
)
def test_exports_hold_the_scene_and_no_markup(
    open_at: Open, village: str, tmp_path: Path, button: str, file: str
) -> None:
    reader = open_at("/explore?n=park&lang=en", village, accept_downloads=True)
    reader.page.locator("#stage").focus()
    reader.press("s")
    with reader.page.expect_download() as got:
        reader.page.locator(".sheet button", has_text=button).click()
    path = tmp_path / file
    got.value.save_as(path)
    assert got.value.suggested_filename == file
    if file.endswith(".png"):
        head = path.read_bytes()[:24]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert int.from_bytes(head[16:20]) > 1500
    elif file.endswith(".json"):
        assert len(json.loads(path.read_text())["nodes"]) == len(reader.ids())
    elif file.endswith(".csv"):
        assert path.read_bytes()[:3] == b"\xef\xbb\xbf"
        assert len(path.read_text().splitlines()) > 5
    else:
        text = path.read_text()
        ET.fromstring(text)
        assert "<script>" not in text
        assert "New Nest" in text


def test_gexf_and_graphml_are_read_by_networkx(
    open_at: Open, village: str, tmp_path: Path
) -> None:
    import networkx as nx

    reader = open_at("/explore?n=park&lang=en", village, accept_downloads=True)
    reader.page.locator("#stage").focus()
    reader.press("s")
    for button, read in (("GEXF", nx.read_gexf), ("GraphML", nx.read_graphml)):
        with reader.page.expect_download() as got:
            reader.page.locator(".sheet button", has_text=button).click()
        path = tmp_path / button
        got.value.save_as(path)
        assert len(read(path)) == len(reader.ids())


def test_table_says_the_same_and_stays_in_step(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.page.locator("#stage").focus()
    reader.press("t")
    rows = reader.page.locator(".drawer tbody tr")
    rows.first.wait_for()
    assert rows.count() == len(reader.ids())
    reader.page.locator(".drawer tbody button", has_text="New Nest").click()
    reader.until("explorer.store.selected.value[0] === 'nest'")
    assert reader.page.locator(".drawer tr.chosen").count() == 1


def test_sheet_of_keys_opens_and_closes(open_at: Open, village: str) -> None:
    reader = open_at("/explore?lang=en", village)
    reader.page.locator("#stage").focus()
    reader.page.keyboard.press("?")
    reader.page.locator("dialog[open]").wait_for()
    assert reader.page.locator("dialog[open] kbd").count() >= 15
    reader.page.keyboard.press("Escape")
    reader.until("!document.querySelector('dialog[open]')")


def test_arrow_walks_to_the_neighbour_that_way(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.page.locator("#stage").focus()
    reader.js("() => explorer.store.select(['park'])")
    reader.press("ArrowRight")
    chosen = reader.js("() => explorer.store.selected.value")
    assert chosen != ["park"]


def test_edge_tells_its_relation_and_sentence(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=feibiao,edigene&lang=en", village)
    key = reader.js("() => [...explorer.store.scene.value.edges.keys()][0]")
    reader.js(f"() => {{ explorer.store.selectedEdge.value = '{key}' }}")
    card = reader.page.locator(".claim-card.target")
    card.wait_for()
    assert "planned, not achieved" in card.inner_text()
    assert card.locator("mark").count() == 1


def test_calm_reader_sees_no_motion(open_at: Open, village: str) -> None:
    reader = open_at("/explore?lang=en", village, reduced_motion="reduce")
    reader.page.locator(".choice select").first.select_option("radial")
    reader.until("explorer.store.layout.value === 'radial'")
    at = "() => explorer.stage.spot('park')"
    sleep(0.1)
    first = reader.js(at)
    sleep(0.2)
    assert reader.js(at) == first


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(
    open_at: Open, village: str, scheme: str, language: str, width: int
) -> None:
    axe = AXE / "axe.min.js"
    if not axe.exists():
        pytest.skip("needs axe-core: python frontend/build.py --tools")
    reader = open_at(
        f"/explore?n=park&lang={language}",
        village,
        color_scheme=scheme,
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    )
    reader.page.locator(".why summary").first.wait_for()
    reader.page.locator("#stage").focus()
    reader.press("t")
    reader.page.add_script_tag(path=str(axe))
    found = reader.js("async () => (await axe.run()).violations")
    told = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert told == []
