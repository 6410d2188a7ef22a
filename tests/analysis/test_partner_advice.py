"""Advice on the graph: reasons, faithfulness, requests, plans, suggestions as data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kg import vocab
from kg.analysis import projection
from kg.analysis.partners import report, suggested
from kg.analysis.partners.advice import Advisor
from kg.analysis.partners.answer import Suggestion
from kg.analysis.partners.complements import read_complements
from kg.analysis.partners.network import PARTS, WEIGHTS
from kg.analysis.partners.request import Request, read_words, understood, unread
from kg.analysis.partners.wording import PHRASES
from kg.curate.files import ontology_files
from kg.curate.publication import publish
from kg.errors import DataError, NotFoundError, PreparingError
from kg.model import Iri, Triple
from kg.store.embedded import EmbeddedStore
from kg.store.scratch import read_triples
from kg.wiring import Parts, shipped
from tests.support.village import Village

ASKERS = (
    "tsinghua-iri", "bio2", "edigene", "beigene", "lepu-medical", "shukun",
    "nibs", "changping-laboratory", "gobroad-beijing", "beijing-drug-inspection",
)  # fmt: skip


@pytest.fixture(scope="module")
def advisor(shipped_parts: Parts) -> Advisor:
    return shipped_parts.advisor


def of(name: str) -> str:
    return vocab.ID + name


@pytest.mark.parametrize("name", ASKERS)
def test_advise_every_suggestion_has_reasons_of_actual_facts(
    advisor: Advisor, name: str
) -> None:
    advice = advisor.advise(of(name))
    assert advice.suggestions
    for one in advice.suggestions:
        assert one.reasons
        assert set(one.parts) == set(PARTS)
        for reason in one.reasons:
            assert 2 <= len(reason.steps) <= 3
            assert reason.zh
            assert reason.en
            ends = _walked(reason.steps, of(name))
            assert ends == one.node.iri
            for step in reason.steps:
                assert step.edge.status == "actual"
                assert step.edge.statement
                assert any(e.quote or e.locator for e in step.evidence)


def _walked(steps, start: str) -> str:
    for step in steps:
        start = step.edge.other(start)
    return start


@pytest.mark.parametrize("name", ASKERS)
def test_score_without_cited_links_falls(advisor: Advisor, name: str) -> None:
    """Faithful: the reasons shown carry the score."""
    for one in advisor.advise(of(name), Request(top=5)).suggestions:
        whole, left = advisor.score_without(of(name), one.node.iri, one.statements)
        assert left < whole - 0.02


def test_advise_leaves_out_existing_partners(advisor: Advisor) -> None:
    found = advisor.advise(of("tsinghua-iri"), Request(top=100)).suggestions
    links = advisor.state.parts.links
    partners = {
        links.nodes[i].iri for i in links.neighbours(links.number[of("tsinghua-iri")])
    }
    assert of("beijing-drug-inspection") in partners
    assert not partners & {s.node.iri for s in found}
    assert of("tsinghua-iri") not in {s.node.iri for s in found}


def test_advise_reasons_differ_in_their_middle(advisor: Advisor) -> None:
    for one in advisor.advise(of("edigene")).suggestions:
        middles = [m for r in one.reasons for m in _middles(r.steps, of("edigene"))]
        assert len(middles) == len(set(middles))


def _middles(steps, start: str) -> set[str]:
    found = set()
    for step in steps[:-1]:
        start = step.edge.other(start)
        found.add(start)
    return found


def test_advise_kind_and_track_are_kept(advisor: Advisor) -> None:
    wish = Request(kind="Company", track=of("track-medical-devices"), top=50)
    found = advisor.advise(of("tsinghua-iri"), wish).suggestions
    parts = advisor.state.parts
    track = parts.links.number[of("track-medical-devices")]
    assert found
    for one in found:
        number = parts.links.number[one.node.iri]
        assert one.node.type == vocab.lv.Company
        assert parts.tracks[[number]].toarray()[0, track] > 0


def test_advise_nobody_fits_gives_up_the_place_first(advisor: Advisor) -> None:
    advice = advisor.advise(
        of("tsinghua-iri"),
        Request(kind="Hospital", near=of("dengzhuang-industrial-park")),
    )
    assert advice.suggestions
    assert advice.relaxed == ("near",)


def test_advise_novelty_prefers_the_little_known(advisor: Advisor) -> None:
    def links(novelty: float) -> float:
        found = advisor.advise(of("edigene"), Request(novelty=novelty)).suggestions
        return float(np.mean([s.node.degree for s in found]))

    assert links(1.0) < links(0.0)


def test_advise_unknown_asker_raises(advisor: Advisor) -> None:
    with pytest.raises(NotFoundError, match="No organisation"):
        advisor.advise(of("nobody-at-all"))


@pytest.mark.parametrize(
    ("text", "kind", "track", "near"),
    [
        ("a CDMO for CGT near 昌平", "ServiceProvider", "t-cgt", "p-cp"),
        ("找细胞与基因治疗方向的医院", "Hospital", "t-cgt", ""),
        ("investors", "Investor", "", ""),
        ("something else", "", "", ""),
    ],
)
def test_understood_reads_kind_track_and_place(
    text: str, kind: str, track: str, near: str
) -> None:
    tracks = {"t-cgt": ["CGT", "细胞与基因治疗"], "t-g": ["基因"]}
    places = {"p-cp": ["昌平", "Changping"]}
    found = understood(Request(text=text), tracks, places)
    assert (found.kind, found.track, found.near) == (kind, track, near)


@pytest.mark.parametrize(
    "wrong", [{"novelty": 1.5}, {"top": 0}, {"top": 101}, {"kind": "Wizard"}]
)
def test_request_out_of_bounds_raises(wrong: dict[str, object]) -> None:
    with pytest.raises(DataError):
        Request(**wrong)  # type: ignore[arg-type]


def village() -> EmbeddedStore:
    """Two firms that share a lab by facts, a third by a plan only."""
    made = Village()
    for name in ("one", "two", "three"):
        made.thing(name, "Company", f"{name}公司")
    made.thing("lab", "Lab", "实验室")
    for name in ("one", "two"):
        made.says(name, "cooperatesWith", "lab")
    made.says("three", "cooperatesWith", "lab", status="target")
    store = EmbeddedStore()
    publish(store, {vocab.ONTOLOGY_GRAPH: ontology()})
    return made.into(store)


def ontology() -> list[Triple]:
    return [
        t for path in ontology_files(shipped("ontology")) for t in read_triples(path)
    ]


def test_advise_plans_are_no_facts() -> None:
    rules = read_complements(shipped("data") / "complements.csv")
    advisor = Advisor(village(), rules)
    assert _names(advisor.advise(of("one")).suggestions) == ["two"]
    assert _names(advisor.advise(of("three")).suggestions) == []


def _names(found: tuple[Suggestion, ...]) -> list[str]:
    return [s.node.iri.removeprefix(vocab.ID) for s in found]


def test_save_keeps_suggestions_out_of_plain_queries() -> None:
    store = village()
    rules = read_complements(shipped("data") / "complements.csv")
    advice = Advisor(store, rules).advise(of("one"))
    before = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows
    suggested.save(store, advice)
    suggested.save(store, advice)
    after = store.select("SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }").rows
    assert before == after
    found = store.select(
        vocab.prologue("lv", "prov")
        + f"""SELECT ?who ?st WHERE {{ GRAPH <{vocab.SUGGESTIONS_GRAPH}> {{
        ?s a prov:Entity ; lv:suggestedTo <{of("one")}> ; lv:suggests ?who ;
        prov:wasDerivedFrom ?st ; lv:score ?score }} }}"""
    )
    assert {str(r["who"]) for r in found} == {of("two")}
    assert len(found) == 2


def test_complements_weight_out_of_range_names_the_row(tmp_path: Path) -> None:
    table = tmp_path / "complements.csv"
    table.write_text(
        "asker,candidate,weight,why_zh,why_en\nLab,Company,2,a,b\n", encoding="utf-8"
    )
    with pytest.raises(DataError, match="row 2"):
        read_complements(table)


def test_complements_name_classes_and_stages_of_the_ontology() -> None:
    stages = {"incubation", "pilot", "clinical", "translation", "research",
              "manufacturing", "approval"}  # fmt: skip
    for rule in read_complements(shipped("data") / "complements.csv"):
        for name in (rule.asker, rule.candidate):
            assert hasattr(vocab.lv, name) or name in stages


def test_report_rows_have_a_cell_a_column(advisor: Advisor) -> None:
    advice = advisor.advise(of("edigene"), Request(top=3))
    for language, columns in report.COLUMNS.items():
        assert {len(row) for row in report.rows(advice, language)} == {len(columns)}
    assert report.as_json(advice)["computed"] is True


def test_weights_name_parts() -> None:
    assert set(WEIGHTS) == set(PARTS)


def small_advisor(*links: tuple[str, str, str]) -> Advisor:
    """Firms one, two, three, labs l1, l2, a service firm; these links."""
    made = Village()
    for name in ("one", "two", "three"):
        made.thing(name, "Company", f"{name}公司")
    for name in ("l1", "l2"):
        made.thing(name, "Lab", f"{name}实验室")
    made.thing("cro1", "ServiceProvider", "外包一")
    made.thing("cro2", "ServiceProvider", "外包二")
    made.thing("track-cro-cdmo", "Track", "外包服务")
    for subject, predicate, object_ in links:
        made.says(subject, predicate, object_)
    store = EmbeddedStore()
    publish(store, {vocab.ONTOLOGY_GRAPH: ontology()})
    made.into(store)
    return Advisor(store, read_complements(shipped("data") / "complements.csv"))


def test_advise_perhaps_the_same_is_neither_reason_nor_candidate() -> None:
    advisor = small_advisor(
        ("one", "possiblySameAs", "two"),
        ("one", "cooperatesWith", "l2"),
        ("two", "cooperatesWith", "l2"),
    )
    assert _names(advisor.advise(of("one")).suggestions) == []


def test_advise_former_partner_is_left_out() -> None:
    advisor = small_advisor(
        ("one", "endedPartnershipWith", "two"),
        ("one", "cooperatesWith", "l1"),
        ("two", "cooperatesWith", "l1"),
        ("three", "cooperatesWith", "l1"),
    )
    assert _names(advisor.advise(of("one")).suggestions) == ["three"]


def test_parts_same_track_without_complement_counts_half() -> None:
    advisor = small_advisor(
        ("cro1", "inTrack", "track-cro-cdmo"),
        ("cro2", "inTrack", "track-cro-cdmo"),
        ("one", "inTrack", "track-cro-cdmo"),
    )
    parts = advisor.state.parts
    number = parts.links.number
    pair = np.array([number[of("cro2")], number[of("one")]])
    rival, client = parts.parts(number[of("cro1")], pair)["tracks"]
    assert rival == pytest.approx(client / 2)


def test_advise_service_kind_takes_who_is_in_that_trade() -> None:
    advisor = small_advisor(
        ("two", "inTrack", "track-cro-cdmo"),
        ("one", "cooperatesWith", "l1"),
        ("two", "cooperatesWith", "l1"),
        ("three", "cooperatesWith", "l1"),
    )
    found = advisor.advise(of("one"), Request(text="a CDMO")).suggestions
    assert _names(found) == ["two"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("在昌平找CGT的CDMO", "ServiceProvider"),
        ("an investor for a hospital", "Investor"),
        ("医院的投资方", "Investor"),
    ],
)
def test_understood_takes_the_kind_that_is_asked_for(text: str, kind: str) -> None:
    assert understood(Request(text=text), {}, {}).kind == kind


def test_unread_tells_the_words_nothing_was_made_of() -> None:
    places = {"p-cp": ["昌平", "Changping"]}
    for text, left in (
        ("a law firm in Shanghai", ("law", "shanghai")),
        ("昌平的量子计算公司", ("量子计算",)),
        ("我们想找昌平附近的医院合作伙伴", ()),
    ):
        assert unread(understood(Request(text=text), {}, places), {}, places) == left


def test_words_of_the_table_name_what_the_graph_has(advisor: Advisor) -> None:
    state = advisor.state
    words = read_words(shipped("data") / "request-words.csv")
    known = {iri.removeprefix(vocab.ID) for iri in (*state.tracks, *state.places)}
    assert set(words) <= known
    asked = advisor.advise(of("tsinghua-iri"), Request(text="AI制药的投资人"))
    assert asked.request.track == of("track-ai-drug-discovery")


def test_advise_who_fits_without_a_path_is_told_apart(advisor: Advisor) -> None:
    """The sources join no CDMO with it: nobody is suggested, one is on record."""
    advice = advisor.advise(
        of("tsinghua-iri"), Request(text="a CDMO for CGT near 昌平")
    )
    assert advice.suggestions == ()
    assert [n.iri for n in advice.unreached] == [of("sun-novo")]
    assert advice.relaxed == ("track",)
    regulators = advisor.advise(of("tsinghua-iri"), Request(kind="GovernmentBody"))
    assert of("beijing-drug-inspection") in {n.iri for n in regulators.linked}


def test_advise_two_of_a_kind_are_one_clause(advisor: Advisor) -> None:
    found = advisor.advise(of("lepu-medical"), Request(kind="Company")).suggestions
    pins = next(s for s in found if s.node.iri == of("pins-medical"))
    assert "乐普与品驰都属于“植介入器械”赛道。" in [r.zh for r in pins.reasons]
    assert any(
        r.en.startswith("Lepu Medical and PINS Medical are both in the track")
        for r in pins.reasons
    )


def test_advise_firm_of_a_trade_looks_for_clients(advisor: Advisor) -> None:
    """A contract-service firm is not told to buy what it sells."""
    found = advisor.advise(of("biocytogen"), Request(top=5)).suggestions
    assert {s.rule.asker for s in found if s.rule} == {"ServiceProvider"}


def test_phrases_say_every_relation_of_the_graph(advisor: Advisor) -> None:
    links = advisor.state.parts.links
    used = {e.predicate for e in links.edges + links.plans}
    assert {p.removeprefix(vocab.ONTOLOGY) for p in used} <= set(PHRASES)


def test_state_large_graph_is_read_in_the_background() -> None:
    rules = read_complements(shipped("data") / "complements.csv")
    store = village()
    advisor = Advisor(store, rules, at_once=0)
    with pytest.raises(PreparingError, match="first time"):
        advisor.advise(of("one"))
    first = advisor.wait()
    assert _names(advisor.advise(of("one")).suggestions) == ["two"]
    store.replace_graphs({"urn:g": [(Iri("urn:a"), Iri("urn:b"), Iri("urn:c"))]})
    assert advisor.state is first  # the one before answers meanwhile
    assert advisor.wait().generation == store.generation != first.generation


def test_read_network_is_the_projection_without_its_trimmings(
    shipped_parts: Parts, advisor: Advisor
) -> None:
    state = advisor.state
    whole = projection.whole(shipped_parts.store, state.terms)
    assert [e.key for e in state.network.edges] == [e.key for e in whole.edges]
    assert set(state.network.nodes) == set(whole.nodes)
    for iri, node in whole.nodes.items():
        mine = state.network.nodes[iri]
        assert (mine.zh, mine.en, mine.type, mine.group) == (
            node.zh, node.en, node.type, node.group,
        )  # fmt: skip
