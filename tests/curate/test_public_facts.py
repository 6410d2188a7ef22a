"""What the README of the public facts warns of is truly so in the graph."""

from __future__ import annotations

import csv

import pytest

from kg import vocab
from kg.wiring import Parts, shipped

HEAD = vocab.prologue()
FOLDER = shipped("data") / "public-facts"


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def values(parts: Parts, query: str) -> set[str]:
    found = parts.store.select(HEAD + query)
    return {str(row[0]).rpartition("/")[2] for row in found.rows}


@pytest.mark.parametrize(
    ("subject", "predicate", "both"),
    [
        ("nibs", "founded", {"2001", "2005"}),
        ("pyrotech", "founded", {"2020", "2021"}),
        ("sironax", "founded", {"2017", "2018"}),
        ("atlatl", "founded", {"2017", "2018"}),
        ("sinovac", "founded", {"1993", "2001"}),
        ("xtalpi", "founded", {"2014", "2015"}),
        ("novo-nordisk-rd", "founded", {"1997", "2002"}),
        ("biostar-pharma", "founded", {"2002", "2022"}),
        ("tri-prime", "stockCode", {"BSE:837344", "BSE:920344"}),
        ("beigene", "stockCode", {"NASDAQ:BGNE", "NASDAQ:ONC"}),
        (
            "pku-intl-hospital",
            "address",
            {"Haidian District, Beijing", "北京市昌平区中关村生命科学园"},
        ),
    ],
)
def test_values_that_disagree_are_both_stated(
    shipped_parts: Parts, subject: str, predicate: str, both: set[str]
) -> None:
    query = (
        f"SELECT DISTINCT ?v WHERE {{ ?st rdf:subject id:{subject} ;"
        f" rdf:predicate lv:{predicate} ; rdf:object ?v ; lv:status lv:actual }}"
    )
    assert both <= values(shipped_parts, query)


@pytest.mark.parametrize(
    ("entity", "indicator", "figures"),
    [
        ("pku-intl-hospital", "indicator-total-investment", {"3.2", "4.5"}),
        ("zgc-life-science-park", "indicator-tenants", {"400", "600", "1000"}),
    ],
)
def test_figures_that_disagree_are_apart(
    shipped_parts: Parts, entity: str, indicator: str, figures: set[str]
) -> None:
    query = (
        f"SELECT ?v WHERE {{ ?ob lv:refEntity id:{entity} ;"
        f" lv:indicator id:{indicator} ; lv:value ?v }}"
    )
    assert {v.removesuffix(".0") for v in values(shipped_parts, query)} == figures


def test_former_code_is_shown_as_such(shipped_parts: Parts) -> None:
    query = (
        "SELECT ?v WHERE { ?st rdf:predicate lv:stockCode ; rdf:object ?v ;"
        ' lv:periodText ?text FILTER(CONTAINS(?text, "former")) }'
    )
    assert values(shipped_parts, query) == {"NASDAQ:BGNE", "BSE:837344"}


def test_every_inferred_track_says_so(shipped_parts: Parts) -> None:
    wanted = {
        (row["subject_id"], f"track-{row['object_id']}")
        for row in rows("relations.csv")
        if row["relation"] == "works_in_track"
        and "inferred" in row["evidence_note"]
        and row["source_id"] != "seed"
    }
    found = shipped_parts.store.select(
        HEAD
        + """SELECT DISTINCT ?s ?o WHERE { ?st rdf:predicate lv:inTrack ;
        rdf:subject ?s ; rdf:object ?o ; skos:editorialNote ?note
        FILTER(STRSTARTS(?note, "Inferred")) }"""
    )
    told = {tuple(str(t).rpartition("/")[2] for t in row) for row in found.rows}
    assert wanted
    assert wanted == told


def test_romanised_names_are_marked(shipped_parts: Parts) -> None:
    wanted = {r["id"] for r in rows("people.csv") if r["name_en_basis"] == "romanised"}
    query = "SELECT ?s WHERE { ?s a lv:Person ; lv:englishNameBasis lv:romanised }"
    article = values(
        shipped_parts, "SELECT ?s WHERE { ?s lv:dataset id:dataset-article }"
    )
    assert wanted
    assert wanted - article == values(shipped_parts, query) - article


def test_roles_with_a_year_have_their_date_and_no_end(shipped_parts: Parts) -> None:
    found = shipped_parts.store.select(
        HEAD
        + """SELECT ?s ?o (STR(?when) AS ?year) WHERE {
        ?st rdf:predicate lv:directedBy ; rdf:subject ?s ; rdf:object ?o ;
          lv:dataset id:dataset-public-facts ; lv:asOf ?when
          FILTER NOT EXISTS { ?st lv:end ?end } }"""
    )
    told = {tuple(str(t).rpartition("/")[2] for t in row) for row in found.rows}
    wanted = {
        (row["subject_id"], row["object_id"], row["year"])
        for row in rows("relations.csv")
        if row["relation"] == "directed_by"
        and row["year"]
        and row["source_id"] != "seed"
    }
    assert len(wanted) > 50
    assert wanted <= told


def test_each_relation_has_its_source_place_and_confidence(
    shipped_parts: Parts,
) -> None:
    found = shipped_parts.store.select(
        HEAD
        + """SELECT ?s ?o ?source ?place ?confidence WHERE {
        ?st rdf:subject ?s ; rdf:object ?o ; prov:wasDerivedFrom ?ev .
        ?ev oa:hasSource ?source ; lv:locator ?place ; lv:confidence ?confidence
        FILTER(isIRI(?o)) }"""
    )
    told = {
        (
            *(str(t).rpartition("/")[2] for t in row[:3]),
            str(row[3]),
            str(row[4]).rpartition("#")[2],
        )
        for row in found.rows
    }
    missing = [
        row
        for row in rows("relations.csv")
        if row["source_id"] != "seed"
        and (
            row["subject_id"],
            f"track-{row['object_id']}"
            if row["relation"] == "works_in_track"
            else row["object_id"],
            f"source-{row['source_id']}",
            row["evidence_note"],
            row["confidence"],
        )
        not in told
    ]
    assert missing == []


def test_product_that_is_only_planned_is_a_target(shipped_parts: Parts) -> None:
    query = (
        "SELECT ?s WHERE { ?st rdf:predicate lv:regulatoryStatus ;"
        " lv:status lv:target ; rdf:subject ?s }"
    )
    assert values(shipped_parts, query) == {"cnct19", "dxp-593", "pha"}


def test_founding_year_read_from_another_event_says_so(shipped_parts: Parts) -> None:
    query = (
        "SELECT ?s WHERE { ?st rdf:predicate lv:founded ; rdf:subject ?s ;"
        ' skos:editorialNote ?note FILTER(CONTAINS(?note, "another event")) }'
    )
    assert {"shuimu-molecule", "atlatl-beijing"} <= values(shipped_parts, query)


def test_every_target_relation_comes_from_a_plan_or_a_signing(
    shipped_parts: Parts,
) -> None:
    """And no row of a list of signings is asserted as a location or a partnership."""
    signed = [
        row
        for row in rows("relations.csv")
        if row["source_id"] in {"sign-2022", "bjd-sign-2023"}
        and row["relation"] in {"located_in", "partner_of"}
    ]
    assert signed
    for row in signed:
        claim = f"rdf:subject id:{row['subject_id']} ; rdf:object id:{row['object_id']}"
        source = f"prov:wasDerivedFrom/oa:hasSource id:source-{row['source_id']}"
        assert shipped_parts.store.ask(
            f"{HEAD} ASK {{ ?st {claim} ; {source} ; lv:status lv:target }}"
        ), row
        assert not shipped_parts.store.ask(
            f"{HEAD} ASK {{ ?st {claim} ; {source} ; lv:status lv:actual }}"
        ), row
