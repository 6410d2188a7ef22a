"""The read model: bulk names, facts with evidence, contradictions, figures."""

from __future__ import annotations

import pytest

from kg import vocab
from kg.errors import NotFoundError
from kg.model import Iri
from kg.query.read import Reader
from kg.query.read.evidence import fold
from kg.query.read.facts import contradictions, span
from kg.query.read.figures import disagreements, plain, said
from kg.query.read.text import is_iri, quoted, ref
from kg.store import Store


def iri(local: str) -> str:
    return vocab.ID + local


class Counting:
    """A store that counts its queries and hands them on."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.queries: list[str] = []

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    @property
    def generation(self) -> str:
        return self._store.generation

    def select(self, query: str, *, timeout_s: float = 30.0) -> object:
        self.queries.append(query)
        return self._store.select(query, timeout_s=timeout_s)


def test_names_come_in_both_languages_with_their_basis(small_reader: Reader) -> None:
    found = small_reader.names([iri("lepu"), iri("pinchi"), iri("nobody")])
    assert (found[iri("lepu")].zh, found[iri("lepu")].en) == ("乐普", "Lepu")
    assert found[iri("pinchi")].basis == "official"
    assert found[iri("nobody")].text("zh") == "nobody"


def test_names_of_a_thousand_take_few_queries(small_reader: Reader) -> None:
    store = Counting(small_reader.store)
    Reader(store).names(iri(f"x{n}") for n in range(1000))  # type: ignore[arg-type]
    assert len(store.queries) == 3


@pytest.mark.parametrize(
    "text",
    [
        "", "lepu", "https://x/a b", "https://x/<b>", 'https://x/"', "https://x/}",
        "https://x/%zz", "https://x/\u0000", "https://x/> } DROP ALL #",
        "https://x/\\u003e",
    ],
)  # fmt: skip
def test_text_that_is_no_iri_never_enters_a_query(text: str) -> None:
    assert not is_iri(text)
    with pytest.raises(NotFoundError):
        ref(text)


def test_iri_in_chinese_is_let_through() -> None:
    assert ref(iri("乐普")) == f"<{iri('乐普')}>"


def test_quoted_text_cannot_end_its_literal() -> None:
    assert quoted('a"} DELETE\n\\') == '"a\\"} DELETE\\n\\\\"'


def test_unknown_thing_is_not_found(small_reader: Reader) -> None:
    with pytest.raises(NotFoundError):
        small_reader.thing(iri("nothing-here"))


def test_thing_keeps_asserted_classes_only(small_reader: Reader) -> None:
    thing = small_reader.thing(iri("lepu"))
    assert thing.types == {vocab.ONTOLOGY + "Company"}
    assert [a.value for a in thing.aliases] == ["Lepu Medical", "乐普医疗"]


def test_planned_and_reached_never_share_a_group(small_reader: Reader) -> None:
    relations = small_reader.relations(iri("lepu"))
    groups = small_reader.groups(iri("lepu"), relations)
    for group in groups:
        assert {f.status for f in group.facts} == {group.relation.status}
    planned = [g for g in groups if g.relation.is_target]
    assert [str(f.object) for g in planned for f in g.facts] == [iri("track-implants")]


def test_groups_hold_at_most_what_was_asked_and_tell_the_rest(
    small_reader: Reader,
) -> None:
    track = iri("track-medical-devices")
    members = [
        r
        for r in small_reader.relations(track)
        if r.predicate.endswith("inTrack") and r.direction == "in"
    ]
    first = small_reader.groups(track, members, 3)[0]
    second = small_reader.groups(track, members, 3, 3)[0]
    assert (len(first.facts), first.more, len(second.facts)) == (3, 1, 1)
    assert not {f.iri for f in first.facts} & {f.iri for f in second.facts}


def test_two_sources_of_one_claim_are_two_evidences(small_reader: Reader) -> None:
    relations = small_reader.relations(iri("lepu"))
    facts = [f for g in small_reader.groups(iri("lepu"), relations) for f in g.facts]
    member = next(f for f in facts if f.object == Iri(iri("track-medical-devices")))
    places = small_reader.evidence(member.evidence).values()
    assert {p.source.id for p in places} == {"small", "page"}
    stored = next(p for p in places if p.quote)
    assert (stored.folded, stored.confidence) == (
        "已聚集乐普、品驰等一批龙头企业",
        "high",
    )
    assert next(p for p in places if p.locator).confidence == "medium"


def test_values_that_disagree_are_found(small_reader: Reader) -> None:
    relations = small_reader.relations(iri("hospital"))
    groups = small_reader.groups(iri("hospital"), relations)
    found = contradictions(f for g in groups for f in g.facts)
    assert [{str(f.object) for f in group} for group in found] == [
        {"启动装修", "竣工交付"}
    ]


def test_relations_of_which_there_may_be_many_do_not_disagree(
    small_reader: Reader,
) -> None:
    relations = small_reader.relations(iri("pinchi"))
    groups = small_reader.groups(iri("pinchi"), relations)
    assert contradictions(f for g in groups for f in g.facts) == []


def test_figures_keep_bounds_units_and_status(small_reader: Reader) -> None:
    found = small_reader.figures_of(iri("industry"))
    assert [(f.text, f.status) for f in found] == [
        ("739", "actual"), ("800", "actual"), ("1,500", "target"), (">1,500", "target")
    ]  # fmt: skip
    assert {f.unit_text for f in found} == {"亿元"}
    assert disagreements(found) == []


def test_number_with_bound_is_never_bare() -> None:
    from decimal import Decimal

    assert said(Decimal("600.0"), None, "moreThan") == ">600"
    assert said(Decimal(3), Decimal(5), "exact") == "3–5"
    assert plain(Decimal("1500000.50")) == "1,500,000.5"


def test_text_without_line_breaks_keeps_latin_words_apart() -> None:
    assert fold("启动开\n\n发建设") == "启动开发建设"
    assert fold("Life\nScience 园") == "Life Science 园"
    assert span("2023", "2025") == "2023–2025"


def test_terms_are_read_once_per_generation(small_reader: Reader) -> None:
    store = Counting(small_reader.store)
    read = Reader(store)  # type: ignore[arg-type]
    assert read.terms is read.terms
    assert len(store.queries) == 2
    assert read.terms.label(vocab.ONTOLOGY + "inTrack", "in", "zh") == "赛道主体"
