"""The article's tables say what the article says: no less, no more.

Run ``kg build`` for the same checks with row and column; these tests read the
tables on their own, so that a fault in the builder cannot hide one in the data.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections import Counter
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import OWL, RDF, SKOS

ROOT = Path(__file__).parents[2]
TABLES = ROOT / "data" / "tables"
ONTOLOGY = "https://w3id.org/life-valley/ontology#"
LITERALS = {
    "aim",
    "approved",
    "developmentStarted",
    "scope",
    "stageOfWork",
    "takesMeasure",
}
HEADING = re.compile(r"^\s*([\u4e00-\u9fff]{6,10} [\u4e00-\u9fff]{6,10})\s*$", re.M)
CLAUSE_END = "，、；：。"
# Words that open a clause and state nothing.
CONNECTIVES = {"近年来", "目前", "下一步", "此外", "面向未来"}

Row = dict[str, str]


def fold(text: str) -> str:
    """The text without white space: the article breaks lines inside words."""
    return re.sub(r"\s", "", text)


@cache
def rows(table: str) -> list[Row]:
    with (TABLES / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def article() -> str:
    return (ROOT / "data" / "sources" / "article.txt").read_text("utf-8")


@cache
def ontology() -> rdflib.Graph:
    graph = rdflib.Graph()
    folder = ROOT / "ontology"
    for path in [folder / "life-valley.ttl", *sorted((folder / "schemes").iterdir())]:
        graph.parse(path)
    return graph


def terms(kind: rdflib.URIRef) -> set[str]:
    return {
        str(s).removeprefix(ONTOLOGY)
        for s in ontology().subjects(RDF.type, kind)
        if str(s).startswith(ONTOLOGY)
    }


def quote_faults(row: Row, text: str) -> list[str]:
    """What is wrong with a row's quote."""
    found = fold(text).count(fold(row["quote"])) if row["quote"] else 0
    if not found:
        return [f"not in the source: {row['quote']!r}"]
    if found > 1 and not row["occurrence"]:
        return [f"{found} times in the source: {row['quote']!r}"]
    return []


def type_faults(row: Row) -> list[str]:
    known = terms(OWL.Class)
    return [f"no class {t!r}" for t in row["type"].split("|") if t not in known]


def statement_faults(row: Row, ids: set[str]) -> list[str]:
    """What is wrong with a statement's three terms and its status."""
    faults = []
    objects, literals = terms(OWL.ObjectProperty), terms(OWL.DatatypeProperty)
    if row["subject"] not in ids:
        faults.append(f"no subject {row['subject']!r}")
    if row["predicate"] not in objects | literals:
        faults.append(f"no property {row['predicate']!r}")
    elif row["predicate"] in objects and row["object"] not in ids | terms(SKOS.Concept):
        faults.append(f"no object {row['object']!r}")
    if row["status"] not in {"actual", "target"}:
        faults.append(f"no status {row['status']!r}")
    return faults


def sentences(text: str) -> list[str]:
    """Headings and sentences, folded, in no particular order."""
    headings = [fold(h) for h in HEADING.findall(text)]
    body = fold(HEADING.sub("", text))
    return headings + [s + "。" for s in body.split("。") if s]


def unaccounted(
    text: str, quotes: list[str], silent: list[str], end: str = CLAUSE_END
) -> list[str]:
    """Pieces of the text that no quote covers and that nobody calls silent.

    A piece ends at a mark of ``end``; it is covered when every character but
    its marks lies in a quote.
    """
    body = fold(HEADING.sub("", text))
    covered = bytearray(len(body))
    for quote in quotes:
        for match in re.finditer(re.escape(fold(quote)), body):
            covered[match.start() : match.end()] = b"\1" * len(fold(quote))
    silent_folded = {fold(s) for s in silent}
    missing = [h for h in map(fold, HEADING.findall(text)) if h not in silent_folded]
    spared = {piece for s in silent_folded for piece in re.split(f"[{end}]", s)}
    for match in re.finditer(f"[^{end}]+", body):
        piece = match.group()
        if piece in spared | CONNECTIVES or all(covered[slice(*match.span())]):
            continue
        missing.append(piece)
    return missing


def all_quotes() -> list[str]:
    return [r["quote"] for t in ("statements", "observations") for r in rows(t)]


def test_stored_article_matches_its_checksum() -> None:
    content = (ROOT / "data" / "sources" / "article.txt").read_bytes()
    (source,) = rows("sources")
    assert hashlib.sha256(content).hexdigest() == source["sha256"]
    assert source["sha256"] in (ROOT / "data/sources/README.md").read_text("utf-8")
    assert source["url"] == source["date"] == ""


@pytest.mark.parametrize("table", ["entities", "statements", "observations"])
def test_every_quote_is_in_the_article_once(table: str) -> None:
    faults = [
        f"row {n}: {fault}"
        for n, row in enumerate(rows(table), start=2)
        for fault in quote_faults(row, article())
    ]
    assert not faults


def test_quote_check_fires_on_changed_and_repeated_quotes() -> None:
    row = {"quote": "入驻了600家创新型领军企业", "occurrence": ""}
    assert quote_faults(row, article())
    assert quote_faults({"quote": "生命科学园", "occurrence": ""}, article())
    assert not quote_faults({"quote": "入驻了600\n\n余家", "occurrence": ""}, article())


def test_entities_have_known_types_and_single_ids() -> None:
    assert not [f for row in rows("entities") for f in type_faults(row)]
    ids = Counter(row["id"] for row in rows("entities"))
    assert not [i for i, n in ids.items() if n > 1]
    assert not [i for i in ids if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", i)]


def test_entities_are_named_in_two_languages_with_basis() -> None:
    for row in rows("entities"):
        assert row["name_zh"], row["id"]
        assert row["name_en"], row["id"]
        assert row["name_en_basis"] in {"official", "translated", "romanised"}
        assert bool(row["definition_zh"]) == bool(row["definition_en"]), row["id"]


def test_chinese_names_are_verbatim_or_explained() -> None:
    """A name is in the article, or a note or an alias tells what the article has."""
    text = fold(article())
    for row in rows("entities"):
        if row["type"] == "Indicator" or fold(row["name_zh"]) in text:
            continue
        assert row["note"], row["id"]
    aliases = [
        (row["id"], alias)
        for row in rows("entities")
        for alias in row["aliases_zh"].split("|")
    ]
    assert not [(i, a) for i, a in aliases if fold(a) not in text]


def test_statements_use_known_terms_only() -> None:
    ids = {row["id"] for row in rows("entities")}
    faults = [
        f"row {n}: {fault}"
        for n, row in enumerate(rows("statements"), start=2)
        for fault in statement_faults(row, ids)
    ]
    assert not faults
    literal = {r["predicate"] for r in rows("statements")} & terms(OWL.DatatypeProperty)
    assert literal <= LITERALS


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("subject", "lepu-medica"),
        ("predicate", "inTracks"),
        ("object", "track-device"),
        ("status", "planned"),
    ],
)
def test_statement_check_fires_on_unknown_terms(column: str, value: str) -> None:
    ids = {row["id"] for row in rows("entities")}
    good = next(r for r in rows("statements") if r["predicate"] == "inTrack")
    assert not statement_faults(good, ids)
    assert statement_faults({**good, column: value}, ids)


def test_type_check_fires_on_unknown_class() -> None:
    assert type_faults({"type": "Company|Startup"}) == ["no class 'Startup'"]


def test_statements_are_not_repeated() -> None:
    keys = Counter(
        tuple(
            r[c] for c in ("subject", "predicate", "object", "status", "start", "end")
        )
        for r in rows("statements")
    )
    assert not [key for key, n in keys.items() if n > 1]


def test_every_entity_is_said_something_about() -> None:
    used = {r[c] for r in rows("statements") for c in ("subject", "object")}
    used |= {
        r[c]
        for r in rows("observations")
        for c in ("entity", "indicator", "target_set")
    }
    assert not {row["id"] for row in rows("entities")} - used


def test_observations_refer_to_known_things_and_numbers() -> None:
    kinds = {row["id"]: row["type"].split("|") for row in rows("entities")}
    for row in rows("observations"):
        assert row["entity"] in kinds
        assert kinds[row["indicator"]] == ["Indicator"]
        assert not row["target_set"] or kinds[row["target_set"]] == ["TargetSet"]
        assert row["status"] in {"actual", "target"}
        assert row["comparator"] in {
            "exact",
            "about",
            "at-least",
            "more-than",
            "nearly",
        }
        assert Decimal(row["value"]) > 0
        assert Decimal(row["factor"]) > 0
        assert row["unit"]
        assert row["unit_zh"]


def test_every_sentence_is_quoted_or_declared_silent() -> None:
    silent = [row["sentence"] for row in rows("silent-sentences")]
    assert all(row["reason"] for row in rows("silent-sentences"))
    assert not unaccounted(article(), all_quotes(), silent)
    known = set(sentences(article()))
    assert not [s for s in silent if fold(s) not in known], "no such sentence"


def test_coverage_check_fires_when_a_quote_is_missing() -> None:
    silent = [row["sentence"] for row in rows("silent-sentences")]
    fewer = [q for q in all_quotes() if "20余所学校" not in q]
    missing = unaccounted(article(), fewer, silent)
    assert any("20余所学校" in piece for piece in missing)
    assert unaccounted(article(), all_quotes(), silent[1:]) == [fold(silent[0])]


def figures() -> dict[tuple[str, str, str], set[tuple[str, str, str, str]]]:
    found: dict[tuple[str, str, str], set[tuple[str, str, str, str]]] = {}
    for r in rows("observations"):
        key = (r["entity"], r["indicator"].removeprefix("indicator-"), r["status"])
        found.setdefault(key, set()).add(
            (r["value"], r["value_max"], r["comparator"], r["unit_zh"])
        )
    return found


PARK, INDUSTRY = "zgc-life-science-park", "changping-pharma-health-industry"
KEY_PROJECTS = "layout-key-projects"


@pytest.mark.parametrize(
    ("entity", "indicator", "status", "expected"),
    [
        (PARK, "innovative-leading-firms", "actual", "600 more-than 家"),
        (PARK, "scientists-and-talents", "actual", "300 more-than 名"),
        (PARK, "new-scientist-founded-firms", "actual", "68 exact 家"),
        (PARK, "new-scientist-founded-firms", "target", "50 exact 家"),
        (PARK, "annual-international-cases", "target", "1-2 exact 个"),
        (PARK, "revenue-growth", "target", "20 at-least %"),
        (PARK, "events-held", "actual", "50 more-than 场"),
        (PARK, "schools-nearby", "actual", "20 more-than 所"),
        (INDUSTRY, "industry-revenue", "actual", "739 exact 亿元|800 exact 亿元"),
        (INDUSTRY, "industrial-output", "actual", "282 exact 亿元|304 exact 亿元"),
        (INDUSTRY, "rd-investment", "actual", "51 exact 亿元"),
        (INDUSTRY, "industry-revenue", "target", "1500 exact 亿元"),
        (INDUSTRY, "industrial-output", "target", "600 exact 亿元"),
        (INDUSTRY, "rd-investment", "target", "100 exact 亿元"),
        (INDUSTRY, "revenue-average-growth", "actual", "14 exact %"),
        (INDUSTRY, "output-average-growth", "actual", "19 exact %"),
        ("zgc-lsp-phase-1-2", "built-area", "actual", "2.5 about 平方公里"),
        ("zgc-lsp-phase-3", "land-area", "actual", "4.7 about 平方公里"),
        ("medical-device-area", "approved-innovative-devices", "actual", "22 exact 个"),
        (KEY_PROJECTS, "industrial-land", "actual", "5600 nearly 亩"),
        (KEY_PROJECTS, "planned-floor-area", "target", "650 about 万平方米"),
        (KEY_PROJECTS, "new-industrial-space", "target", "450 about 万平方米"),
        (KEY_PROJECTS, "space-supply-period", "target", "3-5 exact 年"),
        ("ftz-changping-cluster", "institutional-tasks", "actual", "63 exact 项"),
        ("ftz-industry-support-policy", "supported-firms", "actual", "71 exact 家"),
        ("ftz-industry-support-policy", "funds-paid", "actual", "1 nearly 亿元"),
        ("three-year-plan", "plan-fields", "actual", "7 exact 大方面"),
        ("three-year-plan", "plan-measures", "actual", "27 exact 项"),
        ("changping-life-valley", "industry-revenue", "target", "1500 more-than 亿元"),
        ("aeon-mall", "commercial-area", "actual", "15 about 万平方米"),
        ("commercial-complex", "commercial-area", "target", "60 more-than 万平方米"),
    ],
)
def test_figure_carries_its_comparator_and_status(
    entity: str, indicator: str, status: str, expected: str
) -> None:
    found = {
        f"{value}{'-' + top if top else ''} {comparator} {unit}"
        for value, top, comparator, unit in figures()[entity, indicator, status]
    }
    assert found == set(expected.split("|"))


def triples(predicate: str, status: str = "actual") -> set[tuple[str, str]]:
    return {
        (r["subject"], r["object"])
        for r in rows("statements")
        if (r["predicate"], r["status"]) == (predicate, status)
    }


def test_tracks_hold_only_the_bodies_that_the_article_puts_there() -> None:
    assert triples("inTrack") == {
        ("lepu-medical", "track-medical-devices"),
        ("pins-medical", "track-medical-devices"),
        ("innovative-medical-devices", "track-medical-devices"),
        ("lotuslake", "track-cgt"),
        ("cgt-innovation-centre", "track-cgt"),
    }
    assert not triples("inTrack", "target")


def test_hospital_keeps_both_stages_of_work() -> None:
    said = {o for s, o in triples("stageOfWork") if s == "gobroad-beijing"}
    assert said == {"主体竣工并启动装修", "主体竣工交付"}


def test_plans_are_never_actual() -> None:
    """下一步, 将, 力争, 计划, 正在加快 open a clause about what is yet to come."""
    ahead = re.compile(r"^(下一步|将|力争|未来|加快|正在加快|进一步)|计划于|将于")
    wrong = [
        r["quote"]
        for t in ("statements", "observations")
        for r in rows(t)
        if r["status"] == "actual" and ahead.search(r["quote"])
    ]
    allowed = {
        # What a field is part of, what a project is about, and that a plan has a
        # set of targets, hold today.
        "下一步将重点聚焦体外诊断设备和试剂、生物医用材料和植介入器械、高值耗材、医用影像设备等领域",
        "正在加快北清路快速化改造",
        "力争实现科技创新能力、开放发展水平、产业发展质量“三个突破”",
        "未来三年，力争生命科学园医药健康产业收入增速保持20%以上",
    }
    assert set(wrong) == allowed
