"""Spreadsheets come in whole or not at all, and say what they would change."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from kg import vocab
from kg.curate.batch import load_batch, read_batch, save_batch
from kg.curate.desk import Desk, Proposal
from kg.curate.guess import guess_mapping
from kg.curate.headers import guess_headers
from kg.curate.known import finder, known_entities
from kg.curate.listed import list_datasets
from kg.curate.mapping import mapping_of, read_mapping
from kg.curate.problem import Problems
from kg.curate.publication import ensure_shipped
from kg.curate.sheet import SheetLimits, read_tables
from kg.curate.validation import Validator
from kg.errors import AccessError, ConfigError, DataError, NotFoundError
from kg.store.embedded import EmbeddedStore
from kg.wiring import shipped

HEADER = ("名称", "英文名", "赛道", "园区", "成立时间", "来源")
FIRMS = [
    ("新元基因", "Xinyuan Gene", "细胞与基因治疗", "中关村生命科学园", "2019-03", "https://example.org/a"),
    ("甲乙医疗", "", "医疗器械", "中关村科技园区昌平园", "2015", "https://example.org/b"),
]  # fmt: skip


@pytest.fixture(scope="module")
def shipped_store() -> EmbeddedStore:
    store = EmbeddedStore()
    ensure_shipped(store, shipped("data"), shipped("ontology"))
    return store


@pytest.fixture(scope="module")
def validator() -> Validator:
    return Validator(shipped("ontology"))


@pytest.fixture
def desk(shipped_store: EmbeddedStore, validator: Validator, tmp_path: Path) -> Desk:
    return Desk(
        shipped_store,
        tmp_path / "datasets",
        validator,
        shipped=["article", "public-facts"],
        limits=SheetLimits(max_bytes=2_000_000, max_rows=2_000),
    )


@pytest.fixture
def sheet(tmp_path: Path) -> Callable[..., Path]:
    """Write a CSV of firms."""

    def write(
        rows: list[tuple[str, ...]] | None = None,
        *,
        encoding: str = "utf-8",
        name: str = "firms.csv",
    ) -> Path:
        text = io.StringIO()
        csv.writer(text).writerows([HEADER, *(FIRMS if rows is None else rows)])
        path = tmp_path / name
        path.write_bytes(text.getvalue().encode(encoding))
        return path

    return write


def mapped(desk: Desk, path: Path, dataset: str = "firms") -> Proposal:
    """Propose with the mapping that is guessed for the file."""
    known = known_entities(desk._store, without="-")
    problems = Problems()
    table = read_tables(path, problems)[0]
    text = guess_mapping(table, finder(known.values()))
    toml = path.with_suffix(".toml")
    toml.write_text(text, encoding="utf-8")
    said = read_mapping(toml)
    said.dataset["id"] = dataset  # type: ignore[index]
    return desk.propose([path], said, path.parent)


def test_headers_in_chinese_and_english_are_guessed() -> None:
    assert guess_headers(HEADER) == {
        "name_zh": "名称",
        "name_en": "英文名",
        "inTrack": "赛道",
        "locatedIn": "园区",
        "founded": "成立时间",
        "url": "来源",
    }
    found = guess_headers(
        ("Company name", "Sector", "Year founded", "Source URL", "Mood")
    )
    assert set(found) == {"name_zh", "inTrack", "founded", "url"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_sheet_in_each_encoding_gives_the_same_facts(
    desk: Desk, sheet: Callable[..., Path], encoding: str
) -> None:
    proposal = mapped(desk, sheet(encoding=encoding))
    assert [p.text("en") for p in proposal.problems.found] == []
    labels = {fact.label_zh for fact in proposal.changes.came}
    assert "新元基因 · 所在赛道 · 细胞与基因治疗" in labels
    assert proposal.read == {"firms.csv": 2}
    assert vocab.GRAPH + "firms" not in desk._store.graphs()


def test_same_file_twice_changes_nothing_and_withdrawing_leaves_the_others(
    desk: Desk, sheet: Callable[..., Path]
) -> None:
    store = desk._store
    before = store.graphs()
    entry = desk.accept(mapped(desk, sheet()), who="a curator", why="test")
    assert entry is not None
    assert (entry.number, entry.went, entry.stayed) == (1, 0, 0)
    assert {d.id for d in list_datasets(store)} >= {"firms", "article", "public-facts"}
    assert desk.accept(mapped(desk, sheet()), who="a curator") is None
    fewer = mapped(desk, sheet(FIRMS[:1]))
    assert {f.label_zh for f in fewer.changes.went} >= {"甲乙医疗"}
    desk.accept(fewer, who="b curator")
    desk.restore("firms", 1, who="a curator")
    desk.withdraw("firms", who="a curator", why="over")
    assert [e.action for e in desk.history("firms")] == [
        "import", "import", "restore", "withdraw",
    ]  # fmt: skip
    assert store.graphs() == before


def test_unknown_dataset_cannot_be_withdrawn_and_a_shipped_one_not_changed(
    desk: Desk, sheet: Callable[..., Path]
) -> None:
    with pytest.raises(NotFoundError):
        desk.withdraw("nothing", who="x")
    with pytest.raises(NotFoundError):
        desk.restore("nothing", 3, who="x")
    with pytest.raises(AccessError):
        desk.withdraw("article", who="x")
    with pytest.raises(AccessError):
        desk.accept(mapped(desk, sheet(), "article"), who="x")
    assert desk.history("nothing") == []


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (("丙公司", "", "", "", "2023年春", "https://example.org/c"), "object"),
        (("丙公司", "", "医疗器械", "", "", "no address"), "url"),
        (("", "", "医疗器械", "", "", "https://example.org/c"), "id"),
        (("丙公司", "", "", "", "", ""), "source"),
    ],
)
def test_bad_cell_is_told_at_its_row_and_nothing_is_written(
    desk: Desk,
    sheet: Callable[..., Path],
    row: tuple[str, ...],
    column: str,
) -> None:
    generation = desk._store.generation
    proposal = mapped(desk, sheet([row]))
    with pytest.raises(DataError):
        desk.accept(proposal, who="x")
    places = {(p.table, p.row, p.column) for p in proposal.problems.found}
    assert ("firms.csv", 2, column) in places
    assert all(p.text("zh") != p.text("en") for p in proposal.problems.found)
    assert desk._store.generation == generation


def test_id_that_means_another_thing_is_refused(
    desk: Desk, sheet: Callable[..., Path]
) -> None:
    proposal = mapped(
        desk, sheet([("NIBS", "NIBS", "", "", "", "https://example.org/c")])
    )
    texts = [p.text("zh") for p in proposal.problems.found]
    assert any("在其他数据集中已是“北京生命科学研究所”" in text for text in texts)


def problems_of(path: Path, **limits: int) -> list[tuple[int, str, str]]:
    problems = Problems()
    read_tables(path, problems, SheetLimits(**limits))
    return [(p.row, p.column, p.text("en") + p.text("zh")) for p in problems.found]


def test_merged_cells_and_formulas_are_told_at_their_cells(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    page = book.active
    page.title = "机构"
    page.append(["name", "year"])
    page.append(["a", "=1+1"])
    page.append(["b", 2001])
    page.append(["c", "#N/A"])
    page.merge_cells("A3:A4")
    book.save(tmp_path / "x.xlsx")
    found = problems_of(tmp_path / "x.xlsx")
    assert [(row, column) for row, column, _ in found] == [(2, "B"), (4, "B"), (3, "A")]
    assert all("x.xlsx#机构" in text for _, _, text in found)


def test_workbook_gives_a_table_a_sheet_with_plain_numbers_and_dates(
    tmp_path: Path,
) -> None:
    import datetime

    book = openpyxl.Workbook()
    book.active.append(["name", "year", "day", "share"])
    book.active.append(["a", 2001, datetime.date(2024, 2, 3), 0.5])
    book.create_sheet("empty")
    other = book.create_sheet("other")
    other.append([None, None])
    other.append(["x"])
    other.append(["y"])
    book.save(tmp_path / "x.xlsx")
    problems = Problems()
    tables = read_tables(tmp_path / "x.xlsx", problems)
    assert not problems
    assert [t.name for t in tables] == ["x.xlsx#Sheet", "x.xlsx#other"]
    assert dict(tables[0].rows[0].cells) == {
        "name": "a", "year": "2001", "day": "2024-02-03", "share": "0.5",
    }  # fmt: skip
    assert tables[1].rows[0].number == 3


@pytest.mark.parametrize(
    ("text", "row", "word"),
    [
        ("a,a\n1,2\n", 1, "twice"),
        ("a,b,c\n1,2\n", 2, "2 cells"),
        ("a,b\n1,2,3\n", 2, "no header"),
        ('a,b\n1,"2\n', 2, "breaks off"),
    ],
)
def test_half_rows_and_double_headers_are_told(
    tmp_path: Path, text: str, row: int, word: str
) -> None:
    (tmp_path / "x.csv").write_text(text)
    found = problems_of(tmp_path / "x.csv")
    assert found
    assert found[0][0] == row
    assert word in found[0][2]


def test_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"\0" * 60_000_000)
    with pytest.raises(DataError, match="unpacks"):
        read_tables(path, Problems())


def test_workbook_with_a_document_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "xl/workbook.xml", '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'
        )
    with pytest.raises(DataError):
        read_tables(path, Problems())


@pytest.mark.parametrize(
    ("name", "content", "limits"),
    [
        ("big.csv", b"a,b\n" + b"1,2\n" * 1000, {"max_bytes": 1000}),
        ("long.csv", b"a,b\n" + b"1,2\n" * 1000, {"max_rows": 10}),
        ("wide.csv", b",".join(b"c%d" % i for i in range(99)), {"max_columns": 20}),
        ("noise.csv", bytes(range(128, 256)) * 9, {}),
        ("zero.csv", b"a\0b\n1,2\n", {}),
        ("old.xls", b"\xd0\xcf\x11\xe0", {}),
        ("not.xlsx", b"hello", {}),
        ("picture.png", b"\x89PNG", {}),
    ],
)
def test_file_that_cannot_be_taken_is_refused_in_both_languages(
    tmp_path: Path, name: str, content: bytes, limits: dict[str, int]
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_tables(tmp_path / name, Problems(), SheetLimits(**limits))
    assert name in caught.value.message
    assert name in caught.value.zh
    assert caught.value.zh != caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "said",
    [
        {"rows": [{"from": "a", "to": "nothing"}]},
        {"rows": [{"from": "a", "to": "entities", "set": {"colour": "x"}}]},
        {"dataset": {"colour": "x"}},
        {"rulez": []},
        {"extra": {"things": []}},
        {"lookup": {"a": {"file": "x"}}},
    ],
)
def test_mapping_with_an_unknown_word_is_refused(said: dict[str, object]) -> None:
    with pytest.raises(ConfigError):
        mapping_of(said, "m.toml")


@pytest.mark.parametrize("template", ["{nothing}", "{a|nothing}"])
def test_mapping_that_names_what_is_not_there_is_refused(
    desk: Desk, tmp_path: Path, template: str
) -> None:
    (tmp_path / "x.csv").write_text("a,b\n1,2\n")
    said = {"rows": [{"from": "x.csv", "to": "entities", "set": {"id": template}}]}
    with pytest.raises(ConfigError):
        desk.propose([tmp_path / "x.csv"], mapping_of(said, "m"), tmp_path)


def test_turtle_of_a_dataset_comes_in_and_one_without_evidence_does_not(
    desk: Desk, sheet: Callable[..., Path], tmp_path: Path
) -> None:
    text = mapped(desk, sheet()).text
    (tmp_path / "d.ttl").write_text(text, encoding="utf-8")
    proposal = desk.propose([tmp_path / "d.ttl"], None, tmp_path)
    assert [p.text("en") for p in proposal.problems.found] == []
    assert len(proposal.changes.came) > 4
    bare = text + "\nid:xin-yuan-ji-yin lv:inTrack id:track-vaccines .\n"
    (tmp_path / "d.ttl").write_text(bare, encoding="utf-8")
    refused = desk.propose([tmp_path / "d.ttl"], None, tmp_path)
    assert any("evidence" in p.text("en") for p in refused.problems.found)


def test_formula_is_still_wrong_when_the_tables_are_read_again(
    desk: Desk, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.append(["名称", "成立时间"])
    book.active.append(["新元基因", "=2000+19"])
    book.save(tmp_path / "x.xlsx")
    batch = read_batch([tmp_path / "x.xlsx"], Problems())
    save_batch(batch, tmp_path / "kept.gz")
    again = load_batch(tmp_path / "kept.gz")
    assert again == batch
    [problem] = desk.propose_batch(again).problems.found
    assert (problem.table, problem.row, problem.column) == ("x.xlsx#Sheet", 2, "B")
    place = ("x.xlsx#Sheet", 2)
    mended = again.corrected({place: {"名称": "新元基因", "成立时间": "2019"}})
    assert mended.wrong == ()
    assert dict(mended.tables[0].rows[0].cells) == {
        "名称": "新元基因", "成立时间": "2019",
    }  # fmt: skip
    (tmp_path / "kept.gz").write_bytes(b"damaged")
    with pytest.raises(DataError, match="damaged"):
        load_batch(tmp_path / "kept.gz")


@pytest.mark.parametrize("suffix", [".ttl", ".nt"])
def test_graph_of_a_dataset_that_shares_a_thing_comes_in_again(
    desk: Desk, sheet: Callable[..., Path], tmp_path: Path, suffix: str
) -> None:
    """As ``kg export`` writes it: who had the thing first names it."""
    row = ("百济神州", "BeiGene", "医疗器械", "", "2010", "https://example.org/c")
    proposal = mapped(desk, sheet([*FIRMS, row], name="shared.csv"), "shared")
    assert proposal.linked is not None
    assert proposal.shared == 1
    desk.accept(proposal, who="a")
    path = tmp_path / f"shared{suffix}"
    if suffix == ".ttl":
        path.write_text(proposal.text, encoding="utf-8")
    else:
        lines = (f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in proposal.triples)
        path.write_text("".join(lines), encoding="utf-8")
    again = desk.propose([path], None, tmp_path)
    assert [p.text("en") for p in again.problems.found] == []
    assert not again.changes
    desk.withdraw("shared", who="a")
