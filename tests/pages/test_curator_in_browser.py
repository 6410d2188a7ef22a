"""The curator's pages in a real browser: a long import, and /review by keyboard."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from serving import serving

from kg.config import load_settings
from kg.curate.review import OPEN, Decision, queue
from kg.wiring import Parts, build_parts

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]
TOKEN = "a-token-for-tests"
SLOW_MS = 120_000  # a machine may be busy; nothing here is measured

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine"),
]


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Parts:
    folder = tmp_path_factory.mktemp("datasets")
    given = {"store": "memory:", "token": TOKEN, "datasets": str(folder)}
    return build_parts(load_settings(given, environment={}))


@pytest.fixture(scope="module")
def address(parts: Parts) -> Iterator[str]:
    with serving(parts) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(driver: Any) -> Iterator[Browser]:
    browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "long.csv"
    rows = (
        f"安{n}生物科技有限公司,医疗器械,https://example.org/{n}" for n in range(1500)
    )
    path.write_text("企业名称,赛道,来源\n" + "\n".join(rows), encoding="utf-8")
    return path


@pytest.fixture
def gate(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Holds a dry run at a count until it is opened, however fast the machine is."""
    event, look = threading.Event(), parts.desk.propose

    def held(files: Any, mapping: Any, home: Path, progress: Any) -> Any:
        progress("read", 700, 1500)
        event.wait(SLOW_MS / 1000)
        return look(files, mapping, home, progress)

    monkeypatch.setattr(parts.desk, "propose", held)
    yield event
    event.set()


def opened(chromium: Browser, url: str, *, script: bool = True) -> tuple[Page, list]:  # type: ignore[type-arg]
    context = chromium.new_context(locale="en-GB", java_script_enabled=script)
    page = context.new_page()
    page.set_default_timeout(SLOW_MS)
    complaints: list[str] = []
    page.on("pageerror", lambda e: complaints.append(str(e)))
    page.on(
        "console", lambda m: complaints.append(m.text) if m.type == "error" else None
    )
    page.goto(url)
    return page, complaints


def send(page: Page, action: str, sheet: Path | None = None) -> None:
    form = page.locator('form[action="/datasets/import"]')
    form.get_by_label("Token", exact=True).fill(TOKEN)
    form.get_by_label("Who", exact=True).fill("A. Curator")
    if sheet is not None:
        form.get_by_label("Files").set_input_files(sheet)
    form.locator(f'button[value="{action}"]').click()
    page.wait_for_url("**/datasets/jobs/*")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
def test_long_import_shows_how_far_it_is_and_ends_in_its_report(
    chromium: Browser,
    address: str,
    parts: Parts,
    sheet: Path,
    gate: threading.Event,
    *,
    script: bool,
) -> None:
    page, complaints = opened(chromium, f"{address}/datasets", script=script)
    send(page, "guess", sheet)
    expect(page.locator("textarea")).to_have_value(re.compile("FILL-IN|企业名称"))
    before = parts.store.generation
    send(page, "look")
    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "700")
    expect(page.get_by_role("status")).to_have_text("Reading")
    if script:
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()
    # The browser is closed and opened again: the import went on.
    job = page.url
    page.context.close()
    gate.set()
    page, more = opened(chromium, job, script=script)
    expect(page.get_by_role("heading", name="Dry run")).to_be_visible(timeout=SLOW_MS)
    expect(page.locator(".tally")).to_contain_text("long.csv: 1500 rows")
    assert parts.store.generation == before
    assert complaints + more == []
    page.context.close()


def test_long_import_is_cancelled(
    chromium: Browser, address: str, parts: Parts, sheet: Path, gate: threading.Event
) -> None:
    page, _ = opened(chromium, f"{address}/datasets")
    send(page, "guess", sheet)
    expect(page.locator("textarea")).to_be_visible()
    before = parts.store.generation
    send(page, "look")
    form = page.locator('form[action^="/datasets/jobs/"]')
    form.get_by_label("Token").fill(TOKEN)
    form.get_by_role("button", name="Cancel").click()
    gate.set()
    expect(page.get_by_role("alert")).to_contain_text("cancelled")
    assert parts.store.generation == before
    page.context.close()


def waiting(parts: Parts) -> dict[tuple[str, str], str]:
    """Each pair of the queue and what was decided on it."""
    return {
        (str(row["a"]).rpartition("/")[2], str(row["b"]).rpartition("/")[2]): (
            str(row["decision"]).rpartition("#")[2] if "decision" in row else ""
        )
        for row in queue(parts.store, "pairs")
    }


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.textContent.trim()"))


def named(page: Page) -> str:
    """Name of the field, or value of the button, that has the focus."""
    return str(page.evaluate("(e => e.value || e.name)(document.activeElement)"))


def press(page: Page, *keys: str) -> None:
    """Press keys by name; whatever is no name is typed."""
    for key in keys:
        if key in {"Enter", "Tab", "Control+a"} or len(key) == 1:
            page.keyboard.press(key)
        else:
            page.keyboard.type(key)


def tab_to(page: Page, text: str) -> None:
    """Go on with the tab key, as a person without a mouse does."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if text in focused(page):
            return
    raise AssertionError(f"the tab key does not reach {text}")


def test_review_is_walked_by_keyboard_alone(
    chromium: Browser, address: str, parts: Parts
) -> None:
    pairs = list(waiting(parts))
    page, complaints = opened(chromium, f"{address}/review?lang=en")
    said = page.get_by_role("status")
    tab_to(page, "Decide")
    first = focused(page)
    page.keyboard.press("d")  # nothing is typed yet: the form opens and says so
    expect(said).to_contain_text("Fill in")
    assert named(page) == "who"
    press(page, "A. Curator", "Tab", "s, d and j are letters here", "Tab", "wrong")
    press(page, "Enter")  # Enter in a field is no decision
    assert named(page) == "same"
    press(page, "Tab", "Enter")
    expect(said).to_contain_text("token")
    expect(page.locator("input[name=token]:focus")).to_have_count(1)
    assert set(waiting(parts).values()) == {""}
    press(page, "Control+a", TOKEN, "Tab", "Tab", "Enter")
    expect(said).to_contain_text("Recorded")
    expect(said).to_contain_text("not the same")
    assert waiting(parts)[pairs[0]] == "differentBodyFrom"
    second = focused(page)  # the focus went on
    assert "Decide" in second
    assert second != first
    page.keyboard.press("s")  # who and token are known by now
    expect(page.locator("form.pair .state").nth(1)).to_contain_text("A. Curator")
    assert waiting(parts)[pairs[1]] == "sameBodyAs"
    page.keyboard.press("u")
    expect(said).to_contain_text(": open")
    assert waiting(parts)[pairs[1]] == ""
    assert focused(page) == second
    page.keyboard.press("k")
    assert focused(page) == first
    page.keyboard.press("o")
    expect(page.locator("form.pair .state").first).to_have_text("open")
    expect(said).to_contain_text(": open")
    assert set(waiting(parts).values()) == {""}
    result = Axe().run(page)
    assert result.violations_count == 0, result.generate_report()
    # The browser complains of the token that was refused, and of nothing else.
    assert [text for text in complaints if "401" not in text] == []
    page.context.close()


def test_review_without_script_goes_on_to_the_next_pair(
    chromium: Browser, address: str, parts: Parts
) -> None:
    pairs = list(waiting(parts))
    page, _ = opened(chromium, f"{address}/review?lang=en", script=False)
    page.locator("form.pair:has(details.decide) summary").first.focus()
    press(page, "Enter", "Tab", "A. Curator", "Tab", "Tab", TOKEN)
    press(page, "Tab", "Tab", "Enter")
    expect(page.get_by_role("status")).to_contain_text("are not the same")
    assert waiting(parts)[pairs[0]] == "differentBodyFrom"
    second = page.locator("form.pair:has(details.decide) summary").nth(1)
    expect(second).to_be_focused()
    parts.desk.decide(Decision(*pairs[0], OPEN, "A. Curator", ""))
    page.context.close()
