"""Walking: several at once, hubs, paths, the trail, kept views, touch, the map."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from reader import Open

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_rectangle_with_shift_chooses_what_it_holds(
    open_at: Open, village: str
) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.js("() => explorer.store.select([])")
    reader.at_rest()
    spots = reader.spots()
    box = reader.page.locator("#stage").bounding_box()
    assert box is not None
    two = sorted(spots.values(), key=lambda s: s[0])[:2]
    left, top = min(s[0] for s in two) - 25, min(s[1] for s in two) - 25
    right, bottom = max(s[0] for s in two) + 25, max(s[1] for s in two) + 25
    inside = {
        i for i, (x, y) in spots.items() if left <= x <= right and top <= y <= bottom
    }
    camera = reader.js("() => explorer.stage.sigma.getCamera().getState()")
    mouse, keyboard = reader.page.mouse, reader.page.keyboard
    keyboard.down("Shift")
    mouse.move(box["x"] + left, box["y"] + top)
    mouse.down()
    mouse.move(box["x"] + right, box["y"] + bottom, steps=4)
    mouse.up()
    keyboard.up("Shift")
    reader.until("explorer.store.selected.value.length > 1")
    assert set(reader.js("() => explorer.store.selected.value")) == inside
    assert reader.js("() => explorer.stage.sigma.getCamera().getState()") == camera


def test_pointer_drags_things_and_the_picture(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.js("() => explorer.store.select([])")
    reader.at_rest()
    box = reader.page.locator("#stage").bounding_box()
    assert box is not None
    mouse = reader.page.mouse

    def drag(start: list[float], by: tuple[int, int]) -> None:
        mouse.move(box["x"] + start[0], box["y"] + start[1])
        mouse.down()
        mouse.move(box["x"] + start[0] + by[0], box["y"] + start[1] + by[1], steps=5)
        # A hand that stops before it lets go: sigma throws the picture on when the
        # last move is less than 100 ms ago.
        reader.page.wait_for_timeout(250)
        mouse.up()
        reader.at_rest()

    for zoom in (1, 0.7):  # a thing and the picture follow the pointer at any zoom
        reader.js(f"() => explorer.stage.zoom({zoom})")
        reader.at_rest()
        before = reader.spots()
        drag(before["nest"], (40, -30))
        after = reader.spots()
        assert after["nest"] == pytest.approx(
            [before["nest"][0] + 40, before["nest"][1] - 30], abs=2
        )
        assert after["park"] == pytest.approx(before["park"], abs=1)
    assert "nest" in reader.js("() => [...explorer.store.scene.value.pinned]")
    before = reader.spots()
    drag([300, 90], (60, 50))
    after = reader.spots()
    for thing, (x, y) in before.items():
        assert after[thing] == pytest.approx([x + 60, y + 50], abs=4)


def test_wheel_zooms_about_the_pointer(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    reader.at_rest()
    x, y = before = reader.spots()["nest"]
    box = reader.page.locator("#stage").bounding_box()
    assert box is not None
    reader.page.mouse.move(box["x"] + x, box["y"] + y)
    for _ in range(2):
        reader.page.mouse.wheel(0, -240)
        reader.at_rest()
    ratio = reader.js("() => explorer.stage.sigma.getCamera().getState().ratio")
    assert ratio < 1
    assert reader.spots()["nest"] == pytest.approx(before, abs=4)


def test_hub_of_20000_grows_by_pages_with_counts(open_at: Open, hub: str) -> None:
    reader = open_at("/explore?n=park&lang=en", hub)
    row = reader.page.locator(".expand-item").first
    row.wait_for()
    start = len(reader.ids())
    for added in (20, 220, 420):
        button = row.locator(".expand-row") if added == 20 else row.locator(".more-of")
        button.click()
        reader.until(
            f"!explorer.store.busy.value && explorer.store.scene.value.nodes.size"
            f" === {start + added}"
        )
        assert f"{start - 1 + added:,}/20,000" in row.inner_text()
    places = reader.js("() => [...explorer.store.scene.value.places.values()]")
    assert not any(
        (x - u) ** 2 + (y - v) ** 2 < 0.4**2
        for (x, y), (u, v) in combinations(places, 2)
    )
    reader.at_rest()
    size = reader.js("() => explorer.stage.sigma.getDimensions()")
    assert all(
        0 <= x <= size["width"] and 0 <= y <= size["height"]
        for x, y in reader.spots().values()
    )
    told = [n["text"] for n in reader.names() if n["kind"] == "relation"]
    assert len(told) <= 1  # a hub says its relation once
    reader.page.locator("#stage").focus()
    reader.press("Control+z")
    assert len(reader.ids()) == start + 220


@pytest.mark.parametrize("language", ["zh", "en"])
def test_paths_on_the_real_graph_come_into_view_with_evidence(
    open_at: Open, language: str
) -> None:
    reader = open_at(f"/explore?lang={language}")
    reader.page.locator(".examples button").nth(1).click()
    side = reader.page.locator(".side")
    side.locator(".claim-card .evidence").first.wait_for()
    reader.at_rest()
    ends = reader.js(
        "() => [...explorer.store.lit.value].flatMap((k) => {"
        " const e = explorer.store.scene.value.edges.get(k); return [e.s, e.t] })"
    )
    size = reader.js("() => explorer.stage.sigma.getDimensions()")
    spots, named = reader.spots(), {n["id"] for n in reader.names()}
    for end in ends:
        assert 0 < spots[end][0] < size["width"]
        assert 0 < spots[end][1] < size["height"]
        assert end in named
    assert side.locator(".evidence a[href^='/sources/']").count() >= 1


def test_trail_goes_back_to_before_any_step(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=nibs&lang=en", village)
    before = reader.ids()
    reader.js("() => explorer.store.expand('park')")
    reader.until("!explorer.store.busy.value")
    reader.js("() => explorer.store.hide(['nest'])")
    reader.js("() => explorer.store.pin(['park'])")
    reader.page.locator(".steps").click()
    steps = reader.page.locator(".trail-list button")
    assert steps.count() == 3
    assert "Hide" in steps.nth(1).inner_text()
    steps.last.click()
    assert reader.ids() == before
    assert reader.js("() => explorer.store.redoable.value") == 3


@pytest.mark.parametrize(
    ("language", "keep", "remove"),
    [("zh", "保存", "删除视图"), ("en", "Keep", "Remove the view")],
)
def test_view_is_kept_by_name_and_reopened(
    open_at: Open, village: str, language: str, keep: str, remove: str
) -> None:
    reader = open_at(f"/explore?n=nibs&lang={language}", village)
    name = "<b>我的</b> view"
    reader.js("() => explorer.store.moved('park', [2, 3])")
    reader.page.locator("#stage").focus()
    reader.press("s")
    sheet = reader.page.locator(".sheet")
    sheet.locator("form input").fill(name)
    sheet.locator("form button", has_text=keep).click()
    link = sheet.locator(".chosen a", has_text="view")
    assert link.inner_text() == name
    reader.page.goto(village + "/explore?lang=" + language)
    reader.ready()
    reader.page.locator("#stage").focus()
    reader.press("s")
    reader.page.locator(".sheet .chosen a").click()
    reader.page.wait_for_load_state()
    reader.ready()
    assert reader.ids() == {"nibs", "park", "nest"}
    assert reader.js("() => explorer.store.scene.value.places.get('park')") == [2, 3]
    reader.page.locator("#stage").focus()
    reader.press("s")
    reader.page.locator(f".sheet [aria-label^='{remove}']").click()
    assert reader.page.locator(".sheet .chosen a").count() == 0
    assert reader.dialogs == []


def test_finger_chooses_and_walks(open_at: Open, village: str) -> None:
    reader = open_at(
        "/explore?n=park&lang=zh",
        village,
        viewport={"width": 390, "height": 844},
        has_touch=True,
        is_mobile=True,
    )
    reader.js("() => explorer.store.select([])")
    reader.at_rest()
    box = reader.page.locator("#stage").bounding_box()
    assert box is not None
    x, y = reader.spots()["park"]
    reader.page.touchscreen.tap(box["x"] + x, box["y"] + y)
    reader.until("explorer.store.selected.value[0] === 'park'")
    assert reader.page.locator(".side h2").inner_text() == "中关村生命科学园"
    reader.page.locator(".legend-toggle").tap()
    assert reader.page.locator(".switches").first.is_visible()
    assert reader.js("() => document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("language", ["zh", "en"])
def test_map_of_a_large_graph_has_its_table(
    open_at: Open, hub: str, language: str
) -> None:
    reader = open_at(f"/explore?lang={language}", hub)
    reader.until("explorer.map")
    reader.page.locator("#stage").focus()
    reader.press("t")
    rows = reader.page.locator(".drawer tbody tr")
    rows.first.wait_for()
    assert rows.count() >= 100
    reader.page.locator("#tab-communities").click()
    assert "20,001" in rows.first.inner_text()
    reader.page.locator("#tab-things").click()
    rows.first.locator("button").click()
    reader.until("explorer.store.scene.value.nodes.has('park')")


@pytest.mark.parametrize(
    ("language", "told"), [("zh", "没有共同邻居"), ("en", "share no neighbour")]
)
def test_two_things_that_share_nothing_say_so(
    open_at: Open, village: str, language: str, told: str
) -> None:
    reader = open_at(f"/explore?n=lepu,park&lang={language}", village)
    reader.page.locator("#stage").focus()
    reader.js("() => explorer.store.select(['lepu', 'park'])")
    reader.press("c")
    reader.page.locator(".notice", has_text=told).wait_for()


def test_filters_that_leave_nothing_say_so(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village)
    groups = ["area", "company", "lab", "incubator", "platform", "track", "other"]
    reader.js(f"() => explorer.store.setFilters({{ groups: new Set({groups}) }})")
    nothing = reader.page.locator(".nothing")
    assert "Nothing passes" in nothing.inner_text()
    nothing.locator("button", has_text="Clear").click()
    reader.until("explorer.store.shown.value.nodes.size > 3")


def test_service_that_does_not_answer_is_told(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=zh", village)
    reader.page.route("**/api/graph/expand**", lambda route: route.abort())
    before = reader.ids()
    reader.js("() => void explorer.store.expand('park')")
    reader.page.locator(".notice.bad", has_text="没有回应").wait_for()
    assert reader.ids() == before  # the old picture stays


def test_what_is_being_prepared_comes_by_itself(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=lepu&lang=en", village)
    body = {"error": "The network is being prepared.", "code": "preparing"}
    left = [1]

    def answer(route: Any) -> None:
        if left and left.pop():
            route.fulfill(status=503, headers={"Retry-After": "1"}, json=body)
        else:
            route.continue_()

    reader.page.route("**/api/graph/ego**", answer)
    reader.js("() => void explorer.store.open('park')")
    reader.page.locator(".notice", has_text="prepares its picture").wait_for()
    reader.until("explorer.store.scene.value.nodes.has('nest')")
    assert reader.page.locator(".notice.bad").count() == 0


STATES: dict[str, tuple[str, Any]] = {
    "first visit": ("/explore", None),
    "search open": ("/explore", ["/", "b", "e", "i"]),
    "keys": ("/explore?n=park", ["?"]),
    "share": ("/explore?n=park", ["s"]),
    "path": ("/explore?path=beigene,edigene", None),
    "several": ("/explore?n=park", ["Control+a"]),
    "communities": ("/explore?colour=community", None),
    "table": ("/explore?layout=tracks", ["t"]),
    "embedded": ("/explore?n=park&embed=1", None),
}


@pytest.mark.parametrize("state", list(STATES))
@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
def test_no_state_has_a_fault_that_axe_sees(
    open_at: Open, village: str, state: str, language: str, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    address, keys = STATES[state]
    address += ("&" if "?" in address else "?") + f"lang={language}"
    reader = open_at(address, village, color_scheme=scheme, bypass_csp=True)
    reader.page.locator("#stage").focus()
    for key in keys or []:
        reader.press(key)
    if state == "search open":
        reader.page.locator("#find-list li").first.wait_for()
    if state in {"keys", "share", "table"}:
        reader.page.locator("dialog[open], .drawer").wait_for()
    found = Axe().run(reader.page).response["violations"]
    told = [(v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found]
    assert told == []
