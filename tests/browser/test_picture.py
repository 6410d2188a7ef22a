"""What the explorer shows: the first picture, names, layouts, screens of each size."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pytest
from flask import Flask
from reader import Open, Reader

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

SCREENS = [(390, 844), (1440, 900)]


def boxes(reader: Reader) -> list[tuple[float, float, float, float]]:
    return [
        (
            n["x"] - n["wide"] / 2,
            n["y"] - n["px"] / 2,
            n["x"] + n["wide"] / 2,
            n["y"] + n["px"] / 2,
        )
        for n in reader.names()
    ]


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def test_first_picture_waits_for_no_request_of_its_own(open_at: Open) -> None:
    reader = open_at("/explore?lang=zh")
    asked = [u for u in reader.asked if "/api/graph" in u]
    assert asked == []
    first, touch = reader.js(
        "() => ['first-picture', 'first-touch']"
        ".map((n) => performance.getEntriesByName(n)[0].startTime)"
    )
    assert first < touch
    assert reader.page.locator(".stage .still").count() == 0  # the stage took over


def test_still_shows_things_where_the_stage_has_them(open_at: Open) -> None:
    reader = open_at("/explore?lang=en")
    reader.at_rest()
    apart = reader.js(
        """() => { const { stage, store, lensOf } = explorer;
        const { width, height } = stage.sigma.getDimensions();
        const lens = lensOf(stage.sigma.getCamera().getState(), width, height);
        return Math.max(...[...store.scene.value.places].map(([id, place]) => {
          const [x, y] = lens.at({ id, place }), [sx, sy] = stage.spot(id);
          return Math.hypot(x - sx, y - sy); })) }"""
    )
    assert apart < 0.5


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("layout", ["force", "radial", "tracks", "places"])
def test_names_are_in_the_picture_and_not_on_each_other(
    open_at: Open, screen: tuple[int, int], language: str, layout: str
) -> None:
    reader = open_at(
        f"/explore?layout={layout}&lang={language}",
        viewport={"width": screen[0], "height": screen[1]},
    )
    reader.until(f"explorer.store.layout.value === '{layout}'")
    reader.at_rest()
    placed = boxes(reader)
    assert len(placed) >= 10
    assert [p for p in combinations(placed, 2) if overlap(*p)] == []
    size = reader.js("() => explorer.stage.sigma.getDimensions()")
    assert all(b[0] >= 0 and b[2] <= size["width"] for b in placed)


@pytest.mark.parametrize("screen", SCREENS)
def test_first_picture_fills_the_window(open_at: Open, screen: tuple[int, int]) -> None:
    reader = open_at(viewport={"width": screen[0], "height": screen[1]})
    reader.at_rest()
    size = reader.js("() => explorer.stage.sigma.getDimensions()")
    xs, ys = zip(*reader.spots().values(), strict=True)
    assert max(xs) - min(xs) > 0.55 * size["width"]
    assert max(ys) - min(ys) > 0.55 * size["height"]
    assert min(xs) > 0
    assert max(xs) < size["width"]


def test_the_most_linked_have_their_names(open_at: Open) -> None:
    reader = open_at("/explore?lang=zh")
    named = {n["id"] for n in reader.names()}
    best = reader.js(
        "() => [...explorer.store.scene.value.nodes.values()]"
        ".sort((a, b) => b.degree - a.degree).slice(0, 5).map((n) => n.id)"
    )
    assert set(best) <= named


def test_things_of_a_ring_do_not_lie_on_each_other(open_at: Open) -> None:
    reader = open_at("/explore?layout=radial&lang=zh")
    reader.until("explorer.store.layout.value === 'radial'")
    places = reader.js("() => [...explorer.store.scene.value.places.values()]")
    near = [
        1
        for (x, y), (u, v) in combinations(places, 2)
        if (x - u) ** 2 + (y - v) ** 2 < 0.3**2
    ]
    assert near == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_communities_have_colours_names_and_members(
    open_at: Open, language: str
) -> None:
    reader = open_at(f"/explore?colour=community&lang={language}")
    rows = reader.page.locator(".community")
    rows.first.wait_for()
    assert rows.count() >= 5
    rows.nth(1).click()
    chosen = reader.js("() => explorer.store.selected.value")
    members = reader.js(
        "() => [...new Set(explorer.store.selected.value"
        ".map((id) => explorer.store.thing(id).community))]"
    )
    assert len(chosen) > 1
    assert len(members) == 1


def test_everything_shows_communities_by_name_and_reopens(open_at: Open) -> None:
    reader = open_at("/explore?lang=zh")
    reader.page.locator(".welcome .link", has_text="显示全部").click()
    reader.until("explorer.store.scene.value.nodes.size > 600")
    reader.at_rest()
    titles = [n["text"] for n in reader.names() if n["kind"] == "community"]
    assert len(titles) >= 8
    assert reader.page.locator(".minimap").is_visible()
    reader.until("location.search.includes('all=1')")
    assert len(reader.page.url) < 300
    again = open_at("/explore?all=1&lang=zh")
    assert again.ids() == reader.ids()


def test_small_map_shows_everything_and_moves_the_picture(open_at: Open) -> None:
    reader = open_at("/explore?all=1&lang=en")
    small = reader.page.locator(".minimap")
    small.wait_for()
    reader.at_rest()
    before = reader.js("() => explorer.stage.sigma.getCamera().getState().x")
    box = small.bounding_box()
    assert box is not None
    side = reader.page.locator(".side").bounding_box()
    assert side is None or box["x"] + box["width"] <= side["x"]  # not over the panel
    reader.page.mouse.move(box["x"] + 20, box["y"] + 50)
    reader.page.mouse.down()
    reader.page.mouse.up()
    reader.until(f"explorer.stage.sigma.getCamera().getState().x !== {before}")
    # What was pressed in the small map is now in the middle of the picture.
    reader.at_rest()
    spots = reader.spots().values()
    size = reader.js("() => explorer.stage.sigma.getDimensions()")
    left = min(x for x, _ in spots)
    assert size["width"] * 0.3 < left < size["width"] * 0.75


@pytest.mark.parametrize("screen", SCREENS)
def test_search_results_are_not_cut(open_at: Open, screen: tuple[int, int]) -> None:
    reader = open_at(viewport={"width": screen[0], "height": screen[1]})
    reader.page.locator("#find").fill("beigene")
    hits = reader.page.locator("#find-list")
    hits.wait_for()
    assert reader.js(
        """() => {
        const r = document.querySelector('#find-list').getBoundingClientRect();
        return [[r.left + 4, r.top + 20], [r.right - 4, r.top + 20]].every(([x, y]) =>
          document.elementFromPoint(x, y)?.closest('#find-list')); }"""
    )


def test_one_search_box_a_page(open_at: Open) -> None:
    for width in (390, 1440):
        reader = open_at(viewport={"width": width, "height": 900})
        boxes_ = reader.page.locator("input[type=search]").all()
        assert [b.is_visible() for b in boxes_].count(True) == 1


def test_dark_picture_is_dark(open_at: Open, village: str) -> None:
    reader = open_at("/explore?n=park&lang=en", village, color_scheme="dark")
    assert reader.js("() => explorer.stage.look.dark")
    reader.page.emulate_media(color_scheme="light")
    reader.until("!explorer.stage.look.dark")


def test_without_webgl_the_first_picture_stays(open_at: Open, village: str) -> None:
    context = open_at("/explore?lang=en", village).page.context
    page = context.new_page()
    page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {"
        " return kind.includes('webgl') ? null : get.call(this, kind, ...rest); }"
    )
    page.goto(f"{village}/explore?lang=en")
    page.locator(".notice", has_text="no WebGL").wait_for()
    assert page.locator(".stage .still").is_visible()


def test_legend_of_a_picture_taken_along(
    open_at: Open, village: str, tmp_path: Any
) -> None:
    reader = open_at("/explore?n=park&lang=en", village, accept_downloads=True)
    reader.page.locator("#stage").focus()
    reader.press("s")
    with reader.page.expect_download() as got:
        reader.page.locator(".sheet button", has_text="SVG").click()
    path = tmp_path / "network.svg"
    got.value.save_as(path)
    text = path.read_text()
    assert ">Companies<" in text
    assert "&#60;script&#62;alert(1)" in text  # a hostile name, as text
    assert "<script" not in text
    assert "<image" not in text


def test_embedded_in_another_site(open_at: Open, village: str, serve: Any) -> None:
    elsewhere = Flask("elsewhere")  # another port is another origin
    html = f"<iframe width=900 height=600 src='{village}/explore?n=park&embed=1'>"
    elsewhere.add_url_rule("/", view_func=lambda: html)
    page = open_at("/explore?lang=en", village).page.context.new_page()
    page.goto(serve(elsewhere))
    frame = page.frame_locator("iframe")
    frame.locator("html[data-explorer=ready]").wait_for()
    assert frame.locator("header.top").is_hidden()
    assert frame.locator("#stage").is_visible()
    stage = frame.locator("#stage").bounding_box()
    assert stage is not None
    assert stage["width"] > 500  # the legend waits behind its button
