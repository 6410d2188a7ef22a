"""A picture is one file that asks nobody for anything and shows names as text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from village import small_village

from kg import vocab
from kg.analysis.graphs import Graphs
from kg.cli import main
from kg.draw import Picture, picture_html, picture_svg
from kg.store.embedded import EmbeddedStore
from kg.web.explore import LINKS

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module", name="pictures")
def _pictures(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Picture]:
    store = small_village().into(EmbeddedStore())
    graphs = Graphs(store, tmp_path_factory.mktemp("graphs"))
    network = graphs.from_triples(store.construct(LINKS))
    places = graphs.positions(network, "force")
    return {
        language: Picture(network, places, graphs.terms, language, "<b>图</b>")
        for language in ("zh", "en")
    }


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-Hans"), ("en", "en")])
def test_page_has_doctype_language_and_nothing_from_elsewhere(
    pictures: dict[str, Picture], language: str, tag: str
) -> None:
    html = picture_html(pictures[language])
    assert html.startswith("<!doctype html>")
    parser = _Tags()
    parser.feed(html)
    assert ("html", {"lang": tag}) in parser.tags
    assert not [t for t, a in parser.tags if a.get("src") or t in {"link", "img"}]
    assert not re.search(r"url\((?!\s*[\"']?data:)", html.split("</style>")[0])


def test_hostile_names_and_title_are_text(pictures: dict[str, Picture]) -> None:
    for language in ("zh", "en"):
        html, svg = picture_html(pictures[language]), picture_svg(pictures[language])
        for text in (html, svg):
            assert "<img src=x" not in text
            assert "<script>alert(1)" not in text
            assert "<b>图</b>" not in text
            assert "&lt;b&gt;图&lt;/b&gt;" in text


def test_labels_are_in_the_readers_language(pictures: dict[str, Picture]) -> None:
    assert "乐普" in picture_svg(pictures["zh"])
    assert ">Lepu<" in picture_svg(pictures["en"])


def test_planned_links_are_dashed_and_said_to_be(pictures: dict[str, Picture]) -> None:
    svg = picture_svg(pictures["en"])
    assert len(re.findall("stroke-dasharray", svg)) == 1
    assert "planned, not achieved · 2025" in svg
    assert '"dashes": true' in picture_html(pictures["en"])


def test_legend_has_the_shapes_of_the_picture(pictures: dict[str, Picture]) -> None:
    html = picture_html(pictures["en"])
    legend = html[html.index("<header>") : html.index("</header>")]
    marks = re.findall(r'<path d="([^"]+)" fill="(#\w+)"', legend)
    shapes = {group.shape for group, _ in pictures["en"].counts()}
    drawn = {"dot" if s in {"box", "ellipse", "dot"} else s for s in shapes}
    assert len({path for path, _ in marks}) == len(drawn)
    assert len({colour for _, colour in marks}) == len(shapes)


def test_long_name_is_cut_in_the_picture_and_whole_in_its_title(
    pictures: dict[str, Picture],
) -> None:
    svg = picture_svg(pictures["zh"])
    assert "长" * 11 + "…" in svg
    assert "长" * 200 in svg


def test_empty_network_is_an_empty_picture() -> None:
    from kg.model.network import Network

    assert picture_svg(Picture(Network(), {})).startswith("<svg")


def test_command_writes_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query, output = tmp_path / "q.rq", tmp_path / "picture.html"
    query.write_text(LINKS)
    monkeypatch.chdir(tmp_path)
    told = ["draw", "--store", "memory:", "--query", str(query)]
    assert main([*told, "--output", str(output)]) == 0
    assert "zgc-life-science-park" in output.read_text()


def test_command_refuses_an_empty_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    query = tmp_path / "q.rq"
    query.write_text("CONSTRUCT { ?s ?p ?o } WHERE { ?s <urn:none> ?o . ?s ?p ?o }")
    told = ["draw", "--store", "memory:", "--query", str(query)]
    assert main([*told, "--output", str(tmp_path / "p.html")]) == 1
    assert "0 things" in capsys.readouterr().err


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium")
def test_page_makes_no_request_and_draws(
    pictures: dict[str, Picture], tmp_path: Path, driver: Any
) -> None:
    file = tmp_path / "p.html"
    file.write_text(picture_html(pictures["zh"]), encoding="utf-8")
    asked: list[str] = []
    dialogs: list[str] = []
    browser = driver.chromium.launch(
        executable_path=str(CHROMIUM), args=["--no-sandbox", "--disable-gpu"]
    )
    page = browser.new_context(offline=True).new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    page.goto(file.as_uri())
    page.wait_for_selector("canvas")
    drawn = page.evaluate(
        "() => { const c = document.querySelector('canvas');"
        "const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;"
        "return d.some((v, i) => i % 4 === 3 && v > 0) }"
    )
    browser.close()
    assert asked == [file.as_uri()]
    assert dialogs == []
    assert drawn
    assert vocab.ID in file.read_text()
