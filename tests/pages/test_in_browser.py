"""Every page in a real browser: nothing from elsewhere, no fault axe can see."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from serving import serving

from kg.web.built import entry_files
from kg.wiring import Parts

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
PAGES = (
    "/",
    "/tracks",
    "/tracks/medical-devices",
    "/tracks/matrix",
    "/tracks/compare?a=medical-devices&b=cgt",
    "/entities?type=Company",
    "/entities/zgc-life-science-park",
    "/entities/gobroad-beijing",
    "/entities/lepu-medical/facts",
    "/entities/nobody-at-all",
    "/sources",
    "/sources/article?at=7",
    "/indicators",
    "/indicators/industry-revenue?unit=billion-cny",
    "/questions",
    "/questions/achieved_and_planned",
    "/questions/base_and_goals_of_target_set?view=chart",
    "/questions/neighbourhood_of_body?view=graph",
    "/questions/hubs?view=chart",
    "/questions/pilot_capacity_in_track",
    "/rankings?relation=inTrack&direction=in&by=locatedIn",
    "/ontology",
    "/ontology/rules",
    "/downloads",
    "/datasets",
    "/search?q=bjsz",
    "/insights",
    "/nothing-here",
)
LOOKS = (("zh", "light", 1440), ("en", "dark", 390))

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def address(shipped_parts: Parts) -> Iterator[str]:
    with serving(shipped_parts) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(driver: Any) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
    yield browser
    browser.close()


class Visit:
    """A page that was opened, with what it asked for and complained of."""

    def __init__(self, page: Page, home: str) -> None:
        self.page = page
        self.elsewhere: list[str] = []
        self.errors: list[str] = []
        page.on("request", lambda r: self._asked(r.url, home))
        page.on("pageerror", lambda e: self.errors.append(str(e)))
        page.on("console", lambda m: self._said(m.type, m.text))

    def _asked(self, url: str, home: str) -> None:
        if not url.startswith((home, "data:", "blob:")):
            self.elsewhere.append(url)

    def _said(self, kind: str, text: str) -> None:
        if kind == "error" and "status of 4" not in text:
            self.errors.append(text)


def visit(
    chromium: Browser, home: str, look: tuple[str, str, int], script: bool = True
) -> Visit:
    language, scheme, width = look
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="zh-CN" if language == "zh" else "en-GB",
        java_script_enabled=script,
    )
    return Visit(context.new_page(), home)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: "-".join(map(str, look)))
@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_fault_that_axe_sees(
    chromium: Browser, address: str, path: str, look: tuple[str, str, int]
) -> None:
    seen = visit(chromium, address, look)
    answer = seen.page.goto(address + path)
    assert answer is not None
    assert len(answer.body()) < 100_000
    faults = Axe().run(seen.page).response["violations"]
    assert [(f["id"], _places(f)) for f in faults] == []
    assert seen.elsewhere == []
    assert seen.errors == []
    overflow = seen.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert overflow <= 0
    seen.page.context.close()


def _places(fault: dict[str, Any]) -> list[str]:
    return [str(node["target"]) for node in fault["nodes"][:3]]


def test_pages_tell_as_much_without_script(chromium: Browser, address: str) -> None:
    """A page is whole as it comes from the server; script only adds to it."""
    plain = visit(chromium, address, ("zh", "light", 1440), script=False).page
    scripted = visit(chromium, address, ("zh", "light", 1440)).page
    for path in PAGES:
        texts = []
        for page in (plain, scripted):
            page.goto(address + path)
            told = page.locator("main").inner_text()
            texts.append(re.sub(r"[0-9a-f]{16}", "", told))  # the request's id
        assert texts[0] == texts[1], path
        assert len(texts[0]) > 20, path
    plain.context.close()
    scripted.context.close()


def test_scripts_and_styles_do_not_hold_the_first_paint(
    chromium: Browser, address: str
) -> None:
    """Scripts are modules, which wait for the page and not the page for them."""
    page = visit(chromium, address, ("en", "light", 390)).page
    for path in (*PAGES, "/sparql", "/explore"):
        page.goto(address + path)
        held = page.evaluate(
            "[...document.scripts].filter(s => s.src && s.type !== 'module'"
            " && !s.async && !s.defer).map(s => s.src)"
        )
        assert held == [], path
    page.context.close()


def test_blank_offers_names_while_it_is_typed(chromium: Browser, address: str) -> None:
    page = visit(chromium, address, ("zh", "light", 1440)).page
    page.goto(f"{address}/questions/neighbourhood_of_body")
    field = page.locator("#p-organisation")
    assert "(tsinghua-iri)" in field.input_value()
    field.fill("bjsz")
    option = page.locator("datalist option[value='百济神州 (beigene)']")
    expect(option).to_have_count(1, timeout=15_000)
    field.fill("百济神州 (beigene)")
    page.get_by_role("button", name="回答").click()
    expect(page.locator("table.answer")).to_contain_text("百济神州")
    page.context.close()


def test_evidence_opens_without_script(chromium: Browser, address: str) -> None:
    page = visit(chromium, address, ("zh", "light", 1440), script=False).page
    page.goto(f"{address}/entities/changping-laboratory")
    first = page.locator("details.why", has=page.locator("mark")).first
    expect(first.locator("mark").first).to_be_hidden()
    first.locator("summary").click()
    expect(first.locator("mark").first).to_be_visible()
    page.context.close()


def test_sentence_is_chosen_without_script(chromium: Browser, address: str) -> None:
    page = visit(chromium, address, ("zh", "light", 1440), script=False).page
    page.goto(f"{address}/sources/article")
    page.locator("a.sentence").first.click()
    expect(page.locator("aside.panel")).to_contain_text("2000")
    expect(page.locator("#here")).to_have_count(1)
    page.context.close()


needs_build = pytest.mark.skipif(
    entry_files("sparql") is None, reason="front end not built: frontend/build.py"
)


@pytest.fixture
def editor(chromium: Browser, address: str) -> Iterator[Visit]:
    seen = visit(chromium, address, ("en", "light", 1440))
    seen.page.goto(f"{address}/sparql")
    seen.page.wait_for_selector(".yasgui .CodeMirror")
    yield seen
    assert seen.elsewhere == []
    seen.page.context.close()


def write(page: Page, text: str) -> None:
    page.evaluate(
        """text => {
          const place = document.querySelector('.tabPanel.active .CodeMirror');
          place.CodeMirror.setValue(text);
          place.CodeMirror.focus();
          place.CodeMirror.setCursor(place.CodeMirror.lastLine(), 1e6);
        }""",
        text,
    )


def run(page: Page) -> None:
    page.locator(".yasqe_queryButton:visible").click()


@needs_build
def test_editor_shows_names_and_links(editor: Visit) -> None:
    page = editor.page
    page.select_option(".examples select", "firms_in_track")
    run(page)
    cell = page.locator(".yasr_results td a[href='/entities/lepu-medical']").first
    expect(cell).to_be_visible(timeout=15_000)
    assert editor.errors == []


@needs_build
def test_editor_shows_the_network_of_a_result(editor: Visit) -> None:
    page = editor.page
    page.select_option(".examples select", "firms_in_track")
    run(page)
    page.locator(".yasr_btn.select_network:visible").click(timeout=15_000)
    frame = page.locator("iframe.network-frame")
    expect(frame).to_have_attribute("src", re.compile(r"^/explore\?n=.*&embed=1$"))
    inside = page.frame_locator("iframe.network-frame")
    expect(inside.locator("main")).to_be_visible(timeout=15_000)


@needs_build
def test_editor_speaks_the_language_of_the_page(
    chromium: Browser, address: str
) -> None:
    """The editor's own words come in English only; a Chinese page has Chinese ones."""
    seen = visit(chromium, address, ("zh", "light", 1440))
    seen.page.goto(f"{address}/sparql")
    seen.page.wait_for_selector(".yasgui .CodeMirror")
    run(seen.page)
    chip = seen.page.locator(".yasr_response_chip")
    expect(chip).to_contain_text("条结果", timeout=15_000)
    words = seen.page.eval_on_selector_all(
        ".yasgui button, .yasgui a", "es => es.flatMap(e => [e.title, e.ariaLabel])"
    )
    expect(seen.page.locator(".yasr_downloadIcon:visible")).to_have_attribute(
        "title", "下载为 CSV"
    )
    told = {word for word in words if word and word.isascii() and "/" not in word}
    assert told <= {"Clear endpoint"}, "hidden: one endpoint only"
    assert not _places_of(Axe().run(seen.page).response["violations"])
    seen.page.context.close()


def _places_of(faults: list[dict[str, Any]]) -> list[Any]:
    return [(fault["id"], _places(fault)) for fault in faults]


@needs_build
def test_editor_completes_terms_with_labels_and_adds_the_prefix(
    editor: Visit,
) -> None:
    page = editor.page
    write(page, "SELECT * WHERE { ?x ")
    page.keyboard.type("lv:track", delay=60)
    page.keyboard.press("Control+Space")
    expect(
        page.locator(".CodeMirror-hint", has_text="lv:inTrack  in track")
    ).to_be_visible()
    text = page.evaluate(
        "document.querySelector('.tabPanel.active .CodeMirror').CodeMirror.getValue()"
    )
    assert text.startswith("PREFIX lv: <https://w3id.org/life-valley/ontology#>")


@needs_build
def test_editor_shows_an_error_at_its_line(editor: Visit) -> None:
    page = editor.page
    write(page, "SELECT * WHERE {\n ?x a ?y\n ?z ?a \n}")
    run(page)
    expect(page.locator(".error-line")).to_have_count(1, timeout=15_000)
    expect(page.get_by_role("button", name="Go to line 4")).to_be_visible()


@needs_build
def test_editor_cancels_a_query(editor: Visit) -> None:
    page = editor.page
    write(page, "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }")
    run(page)
    stop = page.get_by_role("button", name="Cancel the query")
    expect(stop).to_be_enabled()
    stop.click()
    expect(page.locator(".errorResult")).to_contain_text("cancelled", timeout=10_000)
    expect(stop).to_be_disabled()


@needs_build
def test_editor_takes_the_query_of_a_link(chromium: Browser, address: str) -> None:
    seen = visit(chromium, address, ("en", "light", 1440))
    seen.page.goto(f"{address}/sparql?query=ASK%20%7B%20%3Fa%20%3Fb%20%3Fc%20%7D")
    seen.page.wait_for_selector(".yasgui .CodeMirror")
    text = seen.page.evaluate(
        "document.querySelector('.tabPanel.active .CodeMirror').CodeMirror.getValue()"
    )
    assert text == "ASK { ?a ?b ?c }"
    seen.page.context.close()


def test_plain_form_answers_without_script(chromium: Browser, address: str) -> None:
    page = visit(chromium, address, ("en", "light", 390), script=False).page
    page.goto(f"{address}/sparql")
    page.fill("#query", "SELECT (1 AS ?x) {}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#sparql-result td")).to_have_text("1")
    page.context.close()
