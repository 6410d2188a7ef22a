"""What a mapping guessed for a region's first spreadsheet makes of its rows."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from kg.curate.desk import Desk, Proposal
from kg.curate.guess import guess_mapping
from kg.curate.mapping import parted, read_mapping
from kg.curate.problem import Problems
from kg.curate.sheet import read_tables
from kg.curate.validation import Validator
from kg.errors import ConfigError
from kg.model.facts import entity_iri
from kg.store.embedded import EmbeddedStore
from kg.wiring import shipped

HEADER = (
    "企业名称", "英文名", "简称", "成立时间", "所在园区", "孵化器", "赛道",
    "统一社会信用代码", "来源网址", "来源标题",
)  # fmt: skip
EGRET = (
    "虚构白鹭医疗有限公司", "Egret Devices", "白鹭、鹭科", "2011年8月", "示例园", "",
    "手术机器人|影像", "91110114MA00000000", "https://example.org/1", "第一页",
)  # fmt: skip
WHALE = (
    "虚构鲸落基因有限公司", "", "", "2020年3月5日", "北岸区", "灯塔孵化器",
    "CGT、影像；细胞与基因治疗", "", "https://example.org/2", "第二页",
)  # fmt: skip
KNOWN = {"细胞与基因治疗": "track-cgt"}

Guess = Callable[..., tuple[str, Proposal]]


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(shipped("ontology"))


@pytest.fixture
def guess(tmp_path: Path, validator: Validator) -> Guess:
    """Guess a mapping for rows, and propose them to an empty store with it."""

    def made(*rows: tuple[str, ...]) -> tuple[str, Proposal]:
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *rows])
        path = tmp_path / "firms.csv"
        path.write_text(text.getvalue(), encoding="utf-8")
        table = read_tables(path, Problems())[0]
        mapping = tmp_path / "firms.toml"
        mapping.write_text(guess_mapping(table, lambda _: ""), encoding="utf-8")
        desk = Desk(EmbeddedStore(), tmp_path / "history", validator)
        said = read_mapping(mapping)
        return mapping.read_text("utf-8"), desk.propose([path], said, tmp_path)

    return made


def labels(proposal: Proposal) -> set[str]:
    assert [p.text("en") for p in proposal.problems.found] == []
    return {fact.label_zh for fact in proposal.changes.came}


def test_cell_with_several_tracks_gives_a_statement_for_each(guess: Guess) -> None:
    found = labels(guess(EGRET, WHALE)[1])
    egret, whale = (f"{row[0]} · 所在赛道 · " for row in (EGRET, WHALE))
    assert {egret + "手术机器人", egret + "影像"} <= found
    assert {whale + "CGT", whale + "影像", whale + "细胞与基因治疗"} <= found


def test_unknown_tracks_parks_and_incubators_are_proposed(guess: Guess) -> None:
    text, proposal = guess(EGRET, WHALE)
    assert text.count("# PROPOSED 待确认") == 3
    kinds = {
        (s.value, o.value.rpartition("#")[2])  # type: ignore[union-attr]
        for s, p, o in proposal.triples
        if p.value.endswith("#type") and "ontology#" in str(o)
    }
    wanted = {"track-cgt": "Track", "track-ying-xiang": "Track", "shi-li-yuan": "Park"}
    wanted |= {"bei-an-qu": "AdministrativeArea", "deng-ta-fu-hua-qi": "Incubator"}
    assert {(entity_iri(i).value, kind) for i, kind in wanted.items()} <= kinds
    notes = [o for _, p, o in proposal.triples if p.value.endswith("editorialNote")]
    assert sum("not confirmed" in str(note) for note in notes) == len(
        {*wanted, "track-shou-shu-ji-qi-ren", "track-xi-bao-yu-ji-yin-zhi-liao"}
    )


def test_names_that_are_known_are_not_proposed(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("名称,赛道\n甲,细胞与基因治疗\n", encoding="utf-8")
    table = read_tables(path, Problems())[0]
    text = guess_mapping(table, lambda name: KNOWN.get(name, ""))
    assert "PROPOSED" not in text
    assert '"细胞与基因治疗" = "track-cgt"' in text


def test_two_names_with_one_pinyin_get_two_ids(tmp_path: Path) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("名称,赛道\n甲,医药|意药\n", encoding="utf-8")
    text = guess_mapping(read_tables(path, Problems())[0], lambda _: "")
    assert '"医药" = "track-yi-yao"' in text
    assert '"意药" = "track-yi-yao-2"' in text


def test_chinese_dates_and_credit_codes_are_read(guess: Guess) -> None:
    found = labels(guess(EGRET, WHALE)[1])
    assert f"{EGRET[0]} · 成立时间 · 2011-08" in found
    assert f"{WHALE[0]} · 成立时间 · 2020-03-05" in found
    assert any("91110114MA00000000" in one for one in found)


def test_date_that_is_none_is_refused_and_not_dropped(guess: Guess) -> None:
    _, proposal = guess((*EGRET[:3], "成立较早", *EGRET[4:]))
    told = [p.text("en") for p in proposal.problems.found]
    assert [t for t in told if "成立较早" in t and "row 2" in t]


def test_each_row_rests_on_its_own_page_with_its_title(guess: Guess) -> None:
    proposal = guess(EGRET, WHALE)[1]
    said = {str(o) for _, _, o in proposal.triples}
    assert {"第一页", "第二页", "https://example.org/1"} <= said
    rests = {str(o) for s, p, o in proposal.triples if p.value.endswith("hasSource")}
    assert len(rests) == 2


def test_page_called_differently_twice_is_one_source(guess: Guess) -> None:
    other = (*WHALE[:8], EGRET[8], "别的标题")
    text, proposal = guess(EGRET, other)
    assert labels(proposal)
    assert '"https://example.org/1" = "第一页"' in text


def test_row_without_page_is_refused(guess: Guess) -> None:
    _, proposal = guess(EGRET, (*WHALE[:8], "", ""))
    told = [p.text("en") for p in proposal.problems.found]
    assert told
    assert all("row 3" in one and "column source" in one for one in told)


def test_table_without_pages_is_not_read_until_its_own_is_filled_in(
    tmp_path: Path,
) -> None:
    path = tmp_path / "firms.csv"
    path.write_text("名称,成立时间\n甲,2020\n", encoding="utf-8")
    text = guess_mapping(read_tables(path, Problems())[0], lambda _: "")
    mapping = tmp_path / "firms.toml"
    mapping.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match="page the table was taken from"):
        read_mapping(mapping)
    mapping.write_text(text.replace("FILL-IN", "register"), encoding="utf-8")
    assert read_mapping(mapping).extra["sources"]


@pytest.mark.parametrize("cell", ["a|b", "a、b", "a；b", "a;b", " a \n b "])
def test_lists_are_parted_at_what_people_put_between(cell: str) -> None:
    assert parted(cell, ("|", "、", ";", "；", "\n")) == ["a", "b"]
