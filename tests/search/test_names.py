"""Names are found in Chinese, English and pinyin, and a slip is forgiven."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from village import Village, small_village

from kg import vocab
from kg.errors import DataError
from kg.search import NameIndex, Names, Wish, keys
from kg.store.embedded import EmbeddedStore


@pytest.fixture(scope="module", name="names")
def _names(tmp_path_factory: pytest.TempPathFactory) -> Names:
    store = small_village().into(EmbeddedStore())
    return Names(store, tmp_path_factory.mktemp("names"))


def first(names: Names, text: str, **wish: str) -> str:
    found = names.search(Wish(text, **wish))  # type: ignore[arg-type]
    return found[0].iri.removeprefix(vocab.ID) if found else ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("百济", "beigene"),
        ("百济神州", "beigene"),
        ("bjsz", "beigene"),
        ("BJSZ", "beigene"),
        ("baijishen", "beigene"),
        ("beigene", "beigene"),
        ("Bei Gene", "beigene"),
        ("ＢｅｉＧｅｎｅ", "beigene"),
        ("begene", "beigene"),
        ("biegene", "beigene"),
        ("百计神州", "beigene"),
        ("百齐神州", "beigene"),
        ("神州", "beigene"),
        ("nibs", "nibs"),
        ("CGT", "track-cgt"),
        ("cgt", "track-cgt"),
        ("yiliaoqixie", "track-devices"),
        ("ylqx", "track-devices"),
        ("基因治疗创新", "cell-centre"),
    ],
)
def test_name_is_found_however_it_is_typed(
    names: Names, text: str, expected: str
) -> None:
    assert first(names, text) == expected


def test_polyphonic_name_is_found_by_either_reading() -> None:
    pairs = keys.pinyin("乐普")
    assert {full for full, _ in pairs} >= {"lepu", "yuepu"}


def test_phrase_decides_the_reading() -> None:
    assert keys.syllables_of("重庆") == ["chong", "qing"]
    assert keys.syllables_of("重要") == ["zhong", "yao"]


def test_nonsense_finds_nothing(names: Names) -> None:
    assert names.search(Wish("qqqqqqqqq")) == []


@pytest.mark.parametrize(
    "text", ['"', "' OR 1", "*", "a NEAR b", "(", "-", "%", "\x00"]
)
def test_special_characters_are_only_text(names: Names, text: str) -> None:
    names.search(Wish(text))


def test_same_name_gives_both_things(names: Names) -> None:
    found = {m.iri.removeprefix(vocab.ID) for m in names.search(Wish("同名"))}
    assert found == {"twin-a", "twin-b"}


def test_filters_by_group_class_and_track(names: Names) -> None:
    assert first(names, "细胞", type="platform") == "cell-centre"
    assert first(names, "细胞", type=vocab.ONTOLOGY + "Track") == "track-cgt"
    cgt = vocab.ID + "track-cgt"
    found = names.search(Wish("", track=cgt))
    assert {m.iri.removeprefix(vocab.ID) for m in found} == {"edigene", "cell-centre"}


def test_empty_query_gives_the_most_linked(names: Names) -> None:
    found = names.search(Wish("", limit=3))
    assert found[0].iri == vocab.ID + "park"
    assert found[0].weight >= found[1].weight >= found[2].weight


def test_statements_and_sources_are_no_names(names: Names) -> None:
    iris = {m.iri for m in names.search(Wish("", limit=100))}
    assert not [i for i in iris if "/st-" in i or "/ev-" in i or "/source-" in i]


def test_changed_data_are_found_after_the_index_is_renewed(tmp_path: Path) -> None:
    store = small_village().into(EmbeddedStore())
    names = Names(store, tmp_path)
    assert first(names, "新来者") == ""
    village = Village()
    village.thing("newcomer", "Company", "新来者", "Newcomer")
    village.into(store)
    names.search(Wish("新来者"))
    names.wait()
    assert first(names, "新来者") == "newcomer"
    assert len(list(tmp_path.glob("*.sqlite"))) == 1


def test_half_written_file_is_made_anew(tmp_path: Path) -> None:
    store = small_village().into(EmbeddedStore())
    (tmp_path / f"names-{store.generation}.sqlite").write_bytes(b"half")
    assert first(Names(store, tmp_path), "百济") == "beigene"


def test_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "names.sqlite"
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    base.commit()
    base.close()
    with pytest.raises(DataError):
        NameIndex(path)
