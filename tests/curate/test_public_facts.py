"""What the README of the public facts warns of is truly so in the graph."""

from __future__ import annotations

import csv

import pytest
from flask.testing import FlaskClient

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
        ("zgc-life-science-park", "indicator-health-entities", {"2000"}),
        ("zgc-life-science-park", "indicator-land-area", {"254", "7.2"}),
        ("zgc-lsp-phase-3", "indicator-land-area", {"4.7", "368"}),
        ("zgc-lsp-phase-3", "indicator-planned-floor-area", {"360"}),
        ("changping-district", "indicator-approved-innovative-devices", {"28"}),
        ("medical-device-area", "indicator-approved-innovative-devices", {"22"}),
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


# -- what the README tells of disagreements in prose only --------------------------


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("/entities/cibr", ["北京脑科学与类脑研究中心", "北京脑科学与类脑研究所"]),
        ("/entities/zgc-lsp-phase-3", ["4.7", "368", "360"]),
        ("/entities/zgc-life-science-park", ["254", "7.2", "2000"]),
        ("/entities/konruns", ["北京市密云区经济开发区兴盛南路11号"]),
        ("/entities/tri-prime", ["BSE:837344", "BSE:920344"]),
        ("/entities/beigene", ["NASDAQ:BGNE", "NASDAQ:ONC"]),
    ],
)
def test_page_shows_what_disagrees(
    shipped_client: FlaskClient, address: str, shown: list[str]
) -> None:
    text = shipped_client.get(f"{address}?lang=zh").text
    assert [one for one in shown if one not in text] == []


def statement(parts: Parts, pattern: str) -> str:
    """The page of the one statement that a pattern finds."""
    found = values(parts, f"SELECT DISTINCT ?st WHERE {{ {pattern} }}")
    assert len(found) == 1, found
    return f"/entities/{found.pop()}"


def test_two_days_of_an_approval_stand_in_the_evidence(
    shipped_parts: Parts, shipped_client: FlaskClient
) -> None:
    """20 or 23 January 2026: neither is stated as the day, both can be read."""
    page = statement(
        shipped_parts,
        "?st rdf:subject id:huahui-health ; rdf:predicate lv:developed ;"
        " rdf:object id:libevitug",
    )
    text = shipped_client.get(page).text
    assert "23 January 2026 (other source: 20 January)" in text
    assert "NMPA conditional approval, Jan 2026" in text
    query = "SELECT ?v WHERE { id:libevitug lv:approvalYear ?v }"
    assert values(shipped_parts, query) == {"2026"}


def test_founder_of_2002_does_not_move_a_founding_of_2007(
    shipped_parts: Parts, shipped_client: FlaskClient
) -> None:
    query = "SELECT ?v WHERE { id:sinocelltech lv:founded ?v }"
    assert values(shipped_parts, query) == {"2007"}
    query = (
        "SELECT (STR(?when) AS ?year) WHERE { ?st rdf:subject id:sinocelltech ;"
        " rdf:predicate lv:foundedBy ; lv:asOf ?when }"
    )
    assert values(shipped_parts, query) == {"2002"}
    page = statement(
        shipped_parts, "?st rdf:subject id:sinocelltech ; rdf:predicate lv:foundedBy"
    )
    assert "2002" in shipped_client.get(page).text


def test_postcode_of_changping_makes_no_location(
    shipped_parts: Parts, shipped_client: FlaskClient
) -> None:
    query = (
        "SELECT ?o WHERE { ?st rdf:subject id:konruns ; rdf:object ?o ;"
        " rdf:predicate ?p FILTER(?p IN (lv:locatedIn, lv:address)) }"
    )
    assert values(shipped_parts, query) == {"北京市密云区经济开发区兴盛南路11号"}
    page = statement(
        shipped_parts, "?st rdf:subject id:konruns ; rdf:predicate lv:address"
    )
    assert "102206" in shipped_client.get(page).text


def test_founders_that_pages_name_differently_are_nobody(shipped_parts: Parts) -> None:
    query = (
        "SELECT ?o WHERE { ?st rdf:subject id:neuramatrix ; rdf:object ?o ;"
        " rdf:predicate lv:foundedBy }"
    )
    assert values(shipped_parts, query) == set()
    people = {row[c] for row in rows("people.csv") for c in ("name_zh", "name_en")}
    assert people.isdisjoint({"陆佳", "叶飞利", "Milin", "Shuo"})


def test_every_disagreement_of_the_readme_has_a_test() -> None:
    """A new line in its table asks for a test here."""
    text = (FOLDER / "README.md").read_text(encoding="utf-8")
    table = text.partition("## Known conflicts")[2].partition("##")[0]
    subjects = [
        line.split("|")[1].strip()
        for line in table.splitlines()
        if line.startswith("| ") and not line.startswith("| Subject")
    ]
    assert subjects == [
        "NIBS founding", "Pyrotech 炎明生物", "Sironax 维泰瑞隆", "ATLATL", "Sinovac",
        "Sinocelltech", "XtalPi", "Novo Nordisk R&D in China", "Biostar 华昊中天",
        "Libevitug approval", "Peking University International Hospital",
        "Park tenants", "Park area", "Innovative devices approved in Changping",
        "CIBR Chinese name", "Konruns", "Codes", "NeuraMatrix founders",
    ]  # fmt: skip
