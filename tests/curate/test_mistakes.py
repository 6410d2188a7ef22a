"""Mistakes of a first-time curator, each told once, at its place, with the way out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.cli.main import main
from kg.curate.build import build
from kg.errors import DataError

EXAMPLE = Path(__file__).parents[2] / "examples" / "cloudtop-bay"


@pytest.fixture
def region(tmp_path: Path) -> Path:
    return shutil.copytree(EXAMPLE, tmp_path / "bay", symlinks=True)


def replaced(table: str, old: str, new: str) -> Callable[[Path], None]:
    def spoil(region: Path) -> None:
        path = region / "tables" / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    return spoil


def saved_as_gbk(region: Path) -> None:
    path = region / "tables" / "entities.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))


def without_sources(region: Path) -> None:
    (region / "tables" / "sources.csv").unlink()


def without_article(region: Path) -> None:
    (region / "sources" / "article.txt").unlink()


MISTAKES = [
    (
        replaced("entities", "paper-crane,Company", "paper-crane,企业"),
        "row 8, column type",
        "'Company'",
    ),
    (
        replaced("statements", "paper-crane,inTrack", "paper-crane,所在赛道"),
        "row 6, column predicate",
        "'inTrack'",
    ),
    (
        replaced("statements", "paper-crane,inTrack", "纸鹤生物,inTrack"),
        "row 6, column subject",
        "'paper-crane'",
    ),
    (replaced("statements", "2018-04", "2018年4月"), "row 7, column object", "2018-04"),
    (
        replaced("statements", "cloud-ladder,target", "cloud-ladder,planned"),
        "row 14, column status",
        "target",
    ),
    (
        replaced(
            "statements", "inTrack,track-dream-medicine", "inTrack,paper-boat-park"
        ),
        "statements.csv, row 6",
        "in a track",
    ),
    (
        replaced("observations", "indicator-firms,40,", "indicator-firms,40余,"),
        "row 2, column value",
        "comparator",
    ),
    (
        replaced("entities", "Biologics,translated", "Biologics,"),
        "column name_en_basis",
        "translated",
    ),
    (
        replaced("entities", ",source,quote\n", ",source\n"),
        "entities.csv, row 1",
        "header row",
    ),
    (replaced("statements", ",", ";"), "statements.csv, row 1", "comma delimited"),
    (saved_as_gbk, "entities.csv, row 1", "CSV UTF-8"),
    (without_sources, "tables/sources.csv", "--template sources"),
    (without_article, "row 2, column path", "'bay'"),
]


@pytest.mark.parametrize(("spoil", "place", "advice"), MISTAKES)
def test_mistake_is_told_once_with_the_way_out(
    region: Path,
    ontology: Path,
    spoil: Callable[[Path], None],
    place: str,
    advice: str,
) -> None:
    spoil(region)
    with pytest.raises(DataError) as caught:
        build(region, ontology)
    problems = caught.value.context["problems"]
    assert len(problems) == 1, problems
    english = problems[0]["messages"]["en"]
    assert place in english
    assert advice in english
    assert any("一" <= c <= "鿿" for c in problems[0]["messages"]["zh"])


def test_example_as_it_is_has_no_mistake(region: Path, ontology: Path) -> None:
    assert len(build(region, ontology)[0].bundle.entities) == 14


def test_new_folder_is_laid_out_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "delta"
    assert main(["new", str(folder), "--name-zh", "三角湾", "--curator", "A"]) == 0
    assert "kg build" in capsys.readouterr().out
    assert 'name_zh = "三角湾"' in (folder / "site.toml").read_text(encoding="utf-8")
    assert main(["build", "--data", str(folder)]) == 0
    before = sorted(folder.rglob("*"))
    assert main(["new", str(folder)]) == 2
    assert "已存在" in capsys.readouterr().err
    assert sorted(folder.rglob("*")) == before
