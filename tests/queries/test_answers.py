"""What the catalogue answers from the article, against what the article says.

Short answers stand here as they were read from the text. Long ones are worked
out from the tables in plain Python, without SPARQL.
"""

from __future__ import annotations

import csv
import re
import time
from collections import defaultdict
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

from kg import vocab
from kg.curate.publication import publish, shipped_graphs
from kg.model import Iri
from kg.query.catalogue import Question, load_catalogue
from kg.store import Store
from kg.store.embedded import EmbeddedStore
from kg.wiring import Parts

ROOT = Path(__file__).parents[2]
CATALOGUE = load_catalogue(ROOT / "queries")
ARTICLE = vocab.GRAPH + "article"
LIMIT_S = 2.0
PARK, TEAMS = "zgc-life-science-park", ("atlatl-beijing", "bio2", "tsinghua-iri")
VALLEY = "changping-life-valley"
NOT_NEIGHBOURS = {"hasRole", "atStage"}


@pytest.fixture(scope="module", params=["article alone", "all that ships"])
def store(request: pytest.FixtureRequest, shipped_parts: Parts) -> Store:
    """A store that has the article, alone or with the data sets that ship too.

    Asked of the article, both must answer the same.
    """
    return shipped_parts.store if request.param == "all that ships" else article_store()


@cache
def article_store() -> Store:
    """The article with what follows from it: no further dataset."""
    graphs = {
        g.graph: g.triples()
        for g in shipped_graphs(ROOT / "data", ROOT / "ontology")
        if g.graph in {ARTICLE, vocab.ONTOLOGY_GRAPH}
    }
    found = EmbeddedStore()
    publish(found, graphs)
    return found


@cache
def article() -> str:
    text = (ROOT / "data" / "sources" / "article.txt").read_text("utf-8")
    return re.sub(r"\s", "", text)


@cache
def table(name: str) -> list[dict[str, str]]:
    with (ROOT / "data/tables" / f"{name}.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def ask(
    store: Store, key: str, columns: str, language: str = "zh", **given: str
) -> list[tuple[str, ...]]:
    """The rows of an answer: these columns, local ids for IRIs."""
    question = CATALOGUE.get(key)
    began = time.process_time()
    answer = store.select(question.bind(given, language, "article"))
    assert time.process_time() - began < LIMIT_S
    assert answer.variables == tuple(c.name for c in question.columns)
    for row in answer:
        assert re.sub(r"\s", "", str(row["quote"])) in article()
        assert str(row["source"]) == vocab.ID + "source-article"
        assert str(row["evidence"]).startswith(vocab.ID + "ev-article-")
    return [
        tuple(
            re.split(r"[/#]", str(term))[-1]
            if isinstance(term := row.get(column), Iri)
            else "".join(str(term or "").split())
            for column in columns.split()
        )
        for row in answer
    ]


def figure(thing: str, indicator: str, rest: str) -> tuple[str, ...]:
    """A row of a figure: comparator, value, upper value, unit and status follow."""
    return (thing, f"indicator-{indicator}", "", *rest.split(" "))


def each(subject: str, *others: str) -> set[tuple[str, ...]]:
    return {(subject, other) for other in others}


EXPECTED: dict[str, tuple[str, set[tuple[str, ...]]]] = {
    "1": (
        "company companyName track",
        {
            ("lepu-medical", "乐普", "track-medical-devices"),
            ("pins-medical", "品驰", "track-medical-devices"),
        },
    ),
    "2": (
        "thing relation tied status",
        {
            ("lotuslake", "inTrack", "track-cgt", "actual"),
            ("cgt-innovation-centre", "inTrack", "track-cgt", "actual"),
            ("cgt-small-loop", "focusesOn", "track-cgt", "actual"),
            ("frontier-technology-belt", "focusesOn", "track-cgt", "actual"),
            ("life-valley-cgt-conference", "focusesOn", "track-cgt", "actual"),
            ("tsinghua-iri", "memberOf", "cgt-small-loop", "actual"),
            ("beijing-drug-inspection", "memberOf", "cgt-small-loop", "actual"),
            ("new-era-group", "memberOf", "cgt-small-loop", "actual"),
            (PARK, "hosts", "cgt-small-loop", "actual"),
            (PARK, "hosts", "life-valley-cgt-conference", "actual"),
            ("case-cgt-centre", "concerns", "cgt-innovation-centre", "actual"),
        },
    ),
    "7": (
        "indicatorName base basePeriod goal goalPeriod unit",
        {
            ("产业收入", "739", "2021年", "1500", "到“十四五”末", "亿元"),
            ("工业产值", "282", "2021年", "600", "到“十四五”末", "亿元"),
            ("研发投入", "51", "2021年", "100", "到“十四五”末", "亿元"),
        },
    ),
    "8": (
        "team stageName",
        {t for team in TEAMS for t in each(team, "孵化", "加速", "转化")},
    ),
    "9": (
        "bodyName",
        {
            ("昌平实验室",),
            ("北京生命科学研究所",),
            ("北京脑科学与类脑研究中心",),
            ("国家蛋白质科学中心",),
        },
    ),
    "11": (
        "platformName state status",
        {
            ("国际研究型医院", "主体竣工并启动装修", "actual"),
            ("国际研究型医院", "主体竣工交付", "actual"),
            ("荷塘生华细胞与基因治疗创新中心", "投产", "actual"),
            ("华辉安健大分子药物中试平台", "投产", "actual"),
        },
    ),
    "12": (
        "companyName total unit",
        {("北启生物", "68", "家"), ("健达九州", "68", "家")},
    ),
    "15": (
        "length step subject relation object",
        {
            ("2", "1", PARK, "supports", "tsinghua-iri"),
            ("2", "2", "beiqi-bio", "locatedIn", PARK),
        },
    ),
    "16": (
        "case scope state",
        {
            ("case-research-hospital", "全国首家", "主体竣工交付"),
            ("case-dct", "全国首个", "试点任务完成"),
            ("case-cgt-centre", "全国全市首创", "落地"),
            ("case-filing-is-approval", "首批试点", "首批试点落地"),
            ("case-support-policy", "全市首个", "出台"),
        },
    ),
    "18": (
        "thing what text comparatorName value valueMax unit status",
        {
            figure("three-year-plan", "plan-fields", "确切 7  大方面 actual"),
            figure("three-year-plan", "plan-measures", "确切 27  项 actual"),
            figure(PARK, "revenue-growth", "至少 20  % target"),
            figure(
                "changping-life-valley", "industry-revenue", "超过 1500  亿元 target"
            ),
            figure(PARK, "new-scientist-founded-firms", "确切 50  家 target"),
            figure(PARK, "annual-international-cases", "确切 1 2 个 target"),
            *(
                ("three-breakthroughs", "aim", text, "", "", "", "", "target")
                for text in (
                    "实现科技创新能力突破",
                    "实现开放发展水平突破",
                    "实现产业发展质量突破",
                )
            ),
            *(
                ("three-year-targets", "aim", text, "", "", "", "", "target")
                for text in (
                    "诞生一批具有全球影响力的原创成果",
                    "进一步加快建设具有全球领先水平的“生命谷”",
                    "跑出“两区”建设“加速度”",
                )
            ),
        },
    ),
    "19": (
        "parkName",
        {
            ("中关村科技园区昌平园",),
            ("科技园西翼扩展区",),
            ("沙河产业园区",),
            ("马池口产业园区",),
            ("邓庄产业园区",),
        },
    ),
    "20": (
        "fieldName status approved approvedUnit",
        {
            ("体外诊断设备和试剂", "target", "22", "个"),
            ("生物医用材料和植介入器械", "target", "22", "个"),
            ("高值耗材", "target", "22", "个"),
            ("医用影像设备", "target", "22", "个"),
        },
    ),
    "23": (
        "comparatorName value unit period yearsMin yearsMax status",
        {("约", "450", "万平方米", "未来3—5年", "3", "5", "target")},
    ),
    "26": (
        "eventName period comparatorName total unit",
        {
            (event, "2022年以来", "超过", "50", "场")
            for event in (
                "首届北京·昌平生命科学国际论坛",
                "北京脑科学国际学术大会",
                "中国创新创业大赛北京赛区生物医药行业赛",
                "生命谷CGT（细胞基因治疗）产业创新大会",
            )
        },
    ),
    "27": (
        "zone relation other",
        {
            ("ftz-changping-cluster", "partOf", "ftz-sci-tech-area"),
            ("ftz-sci-tech-area", "partOf", "beijing-ftz"),
            ("beijing-ftz", "partOf", "two-zones"),
            ("services-opening-zone", "partOf", "two-zones"),
            ("beijing-ftz", "partOf", "three-national-zones"),
            ("services-opening-zone", "partOf", "three-national-zones"),
            ("zgc-innovation-zone", "partOf", "three-national-zones"),
            ("beijing-ftz", "grantsPolicyTo", PARK),
            ("services-opening-zone", "grantsPolicyTo", PARK),
            ("zgc-innovation-zone", "grantsPolicyTo", PARK),
            ("three-national-zones", "grantsPolicyTo", PARK),
        },
    ),
}


@pytest.mark.parametrize("key", sorted(EXPECTED, key=int))
def test_answer_is_what_the_article_says(store: Store, key: str) -> None:
    columns, expected = EXPECTED[key]
    rows = ask(store, key, columns)
    assert set(rows) == expected
    assert len(rows) == len(expected), "no row comes twice"


@pytest.mark.parametrize("question", CATALOGUE.questions, ids=lambda q: q.name)
def test_answer_has_as_many_rows_in_english(store: Store, question: Question) -> None:
    zh = store.select(question.bind(language="zh", dataset="article"))
    en = store.select(question.bind(language="en", dataset="id:dataset-article"))
    assert len(zh) == len(en)
    if question.answerable == "more-data":
        assert not len(zh), "the article does not answer it"
    else:
        assert len(zh), "the article answers it"


def test_english_answer_has_english_names(store: Store) -> None:
    rows = ask(store, "1", "companyName trackName", "en")
    assert set(rows) == {
        ("LepuMedical", "Medicaldevices"),
        ("PINSMedical", "Medicaldevices"),
    }


def links() -> list[dict[str, str]]:
    """Statements between two entities that are neither roles nor stages."""
    ids = {row["id"] for row in table("entities")}
    return [
        row
        for row in table("statements")
        if row["object"] in ids and row["predicate"] not in NOT_NEIGHBOURS
    ]


def as_triple(row: dict[str, str]) -> tuple[str, str, str, str]:
    return (row["subject"], row["predicate"], row["object"], row["status"])


@pytest.mark.parametrize("body", ["tsinghua-iri", "beigene", "miit", "shukun"])
def test_neighbourhood_is_that_of_the_tables(store: Store, body: str) -> None:
    near = {as_triple(r) for r in links() if body in {r["subject"], r["object"]}}
    around = {t for s, _, o, _ in near for t in (s, o)} - {body}
    far = {as_triple(r) for r in links() if {r["subject"], r["object"]} & around} - near
    rows = ask(store, "10", "hop subject relation object status", organisation=body)
    assert {r[1:] for r in rows if r[0] == "1"} == near
    assert {r[1:] for r in rows if r[0] == "2"} == far


def test_hubs_have_the_neighbours_of_the_tables(store: Store) -> None:
    neighbours: dict[str, set[str]] = defaultdict(set)
    relations: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for row in links():
        if row["status"] != "actual":
            continue
        subject, _, object_, _ = as_triple(row)
        for one, other in ((subject, object_), (object_, subject)):
            neighbours[one].add(other)
            relations[one].add((*as_triple(row), row["start"], row["end"]))
    ranked = sorted((-len(neighbours[n]), -len(relations[n]), n) for n in neighbours)[
        :20
    ]
    rows = ask(store, "22", "thing neighbours relations")
    assert rows == [(name, str(-n), str(-r)) for n, r, name in ranked]
    assert rows[0][0] == PARK
    bodies = ask(store, "22", "thing isOrganisation")
    assert ("tsinghua-iri", "true") in bodies
    assert (PARK, "false") in bodies


def number(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def test_achieved_and_planned_are_those_of_the_tables(store: Store) -> None:
    names = {row["id"]: row["name_zh"] for row in table("entities")}
    expected = {
        (r["status"], r["entity"], r["indicator"], "", r["value"], r["value_max"])
        for r in table("observations")
    }
    expected |= {
        (
            r["status"],
            r["subject"],
            r["predicate"],
            {"approval": "审评审批", "mainBase": "主阵地"}.get(
                r["object"], "".join(names.get(r["object"], r["object"]).split())
            ),
            "",
            "",
        )
        for r in table("statements")
        if r["status"] == "target" or r["predicate"] == "stageOfWork"
    }
    rows = ask(store, "5", "status thing what text value valueMax")
    assert {(*r[:4], number(r[4]), number(r[5])) for r in rows} == expected
    assert {r[0] for r in rows} == {"actual", "target"}


def test_dated_relations_are_those_of_the_tables(store: Store) -> None:
    ids = {row["id"] for row in table("entities")}
    expected = {
        (r["start"], *as_triple(r))
        for r in table("statements")
        if r["start"] and r["object"] in ids
    }
    rows = ask(store, "40", "start subject relation object status")
    assert set(rows) == expected
    assert [r[0] for r in rows] == sorted(r[0] for r in rows)
    assert CATALOGUE.get("40").missing


def test_shortest_path_crosses_four_steps(store: Store) -> None:
    given = {"from": "tsinghua-iri", "to": "lepu-medical"}
    rows = ask(store, "15", "length step subject object", **given)
    assert [r[:2] for r in rows] == [("4", str(n)) for n in (1, 2, 3, 4)]
    assert set(rows[3][2:]) == {"lepu-medical", "medical-device-area"}
    for before, after in pairwise(rows):
        assert set(before[2:]) & set(after[2:])


def test_shortest_path_is_one_step_between_partners(store: Store) -> None:
    given = {"from": "new-era-group", "to": "tsinghua-iri"}
    rows = ask(store, "15", "length relation", **given)
    assert rows == [("1", "cooperatesWith")]


@pytest.mark.parametrize("other", ["beigene", "tsinghua-iri"])
def test_shortest_path_is_empty_without_a_way(store: Store, other: str) -> None:
    """BeiGene has its drugs and InnoCare only; and nobody has a path to itself."""
    assert not ask(store, "15", "length", **{"from": "tsinghua-iri", "to": other})


def test_track_question_rolls_up_fields_of_devices(store: Store) -> None:
    """What is tied to a field is tied to the track above it."""
    rows = ask(store, "2", "thing tied status", track="track-medical-devices")
    assert ("medical-device-area", "track-high-value-consumables", "target") in rows
    assert ("lepu-medical", "track-medical-devices", "actual") in rows


def test_answer_from_all_datasets_keeps_what_the_article_says(
    shipped_parts: Parts,
) -> None:
    """Further data add rows and sources; they take nothing away."""
    bound = CATALOGUE.get("1").bind()
    firms = {str(row["company"]) for row in shipped_parts.store.select(bound)}
    assert {vocab.ID + "lepu-medical", vocab.ID + "pins-medical"} <= firms
