"""Tracks: the tree with its counts, a track, the matrix, two compared."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient

from kg import vocab
from kg.errors import NotFoundError
from kg.query.read import Reader
from kg.query.read.tracks import ALL, FOCUS, kind_of, shared, tree

HTML = {"Accept": "text/html"}


def iri(name: str) -> str:
    return f"{vocab.ID}{name}"


def rows(pages: FlaskClient, path: str) -> list[dict[str, Any]]:
    answer = pages.get(path)
    assert answer.status_code == 200
    return list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))


def page(pages: FlaskClient, path: str) -> str:
    answer = pages.get(path, headers=HTML)
    assert answer.status_code == 200
    assert len(answer.data) < 100_000
    return answer.text


def test_counts_are_direct_and_rolled_up_each_body_once(small_reader: Reader) -> None:
    found = tree(small_reader)
    devices = found[iri("track-medical-devices")]
    implants = found[iri("track-implants")]
    assert devices.direct == {"company": 3, "platform": 1, FOCUS: 1, ALL: 4}
    assert devices.rolled == devices.direct
    assert implants.direct == {"company": 1, ALL: 1}
    assert devices.members == 4


def test_planned_membership_is_not_counted(small_reader: Reader) -> None:
    assert tree(small_reader)[iri("track-implants")].direct["company"] == 1


def test_tree_reads_parents_before_children(small_reader: Reader) -> None:
    found = tree(small_reader)
    order = [found[i].id for i in found.order]
    assert order.index("medical-devices") < order.index("implants")
    assert found.path(iri("track-implants")) == [iri("track-medical-devices")]
    assert found.below(iri("track-medical-devices")) == [
        iri("track-medical-devices"), iri("track-implants")
    ]  # fmt: skip
    with pytest.raises(NotFoundError):
        found.get(iri("track-none"))


def test_kind_of_a_class_follows_its_super_classes(small_reader: Reader) -> None:
    assert kind_of(small_reader, [vocab.ONTOLOGY + "Accelerator"]) == "incubator"
    assert kind_of(small_reader, [vocab.ONTOLOGY + "Product"]) == "other"


def test_compared_tracks_count_members_of_both_and_of_one(
    small_reader: Reader,
) -> None:
    devices, implants = [iri("track-medical-devices")], [iri("track-implants")]
    both = shared(small_reader, devices, implants, both=True, limit=10)
    assert both == (1, [iri("pinchi")])
    assert shared(small_reader, devices, implants, both=False, limit=2)[0] == 3


@pytest.mark.parametrize("language", ["zh", "en"])
def test_track_page_shows_members_with_their_sentence(
    pages: FlaskClient, language: str
) -> None:
    text = page(pages, f"/tracks/medical-devices?lang={language}")
    who = text.split('id="who"')[1]
    assert "/entities/pinchi" in who
    assert "已聚集乐普、品驰等一批龙头企业" in who
    assert "<script>alert" not in text


def test_track_page_names_gaps(pages: FlaskClient) -> None:
    assert "尚无企业记录" in page(pages, "/tracks/beauty?lang=zh")
    assert "no firm on record" in page(pages, "/tracks/beauty?lang=en")
    assert "尚无企业记录" not in page(pages, "/tracks/medical-devices?lang=zh")


def test_track_page_keeps_planned_members_apart(pages: FlaskClient) -> None:
    text = page(pages, "/tracks/implants?lang=zh")
    members = text.split('id="who"')[1].split("</table>")[0]
    assert "乐普" not in re.sub("<details.*?</details>", "", members, flags=re.S)
    assert "乐普" in text.split('id="plans"')[1]


def test_track_page_filters_members_by_kind(pages: FlaskClient) -> None:
    text = page(pages, "/tracks/medical-devices?kind=platform&lang=zh")
    members = text.split('id="who"')[1].split("</table>")[0]
    assert "/entities/platform" in members
    assert "/entities/pinchi" not in members


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/tracks/none", 404),
        ("/tracks/medical-devices?kind=dragons", 400),
        ("/tracks/compare?a=none&b=beauty", 404),
        ("/tracks/matrix?sort=luck", 400),
        ("/tracks/matrix?since=19", 400),
        ("/tracks/matrix?standing=x", 400),
        ("/tracks/matrix?place=a%3E%7D", 404),
        ("/tracks/matrix?under=none", 404),
    ],
)
def test_unknown_wishes_are_refused(pages: FlaskClient, path: str, status: int) -> None:
    answer = pages.get(path, headers=HTML)
    assert answer.status_code == status


def test_members_file_has_a_row_for_each_evidence(pages: FlaskClient) -> None:
    found = rows(pages, "/tracks/medical-devices/members.csv?lang=zh")
    lepu = [r for r in found if r["name_zh"] == "乐普"]
    assert {r["track_name"] for r in found} == {"医疗器械", "植介入器械"}
    assert {(r["status"], r["source_title"]) for r in lepu} == {
        ("actual", "园区小文"), ("actual", "乐普公司页"), ("target", "园区小文")
    }  # fmt: skip
    assert all(r["quote"] or r["locator"] for r in found)


def test_list_and_its_sparql_agree(pages: FlaskClient, small_reader: Reader) -> None:
    from urllib.parse import parse_qs, urlsplit

    text = page(pages, "/tracks/medical-devices?lang=zh").replace("&amp;", "&")
    link = re.search(r'href="(/sparql\?query=[^"]+)"', text)
    assert link is not None
    query = parse_qs(urlsplit(link[1]).query)["query"][0]
    asked = {str(r["member"]) for r in small_reader.store.select(query)}
    listed = {
        r["member"]
        for r in rows(pages, "/tracks/medical-devices/members.csv")
        if r["status"] == "actual"
    }
    assert asked == listed


def test_matrix_cells_tell_evidence_and_plans(pages: FlaskClient) -> None:
    text = page(pages, "/tracks/matrix?lang=zh")
    assert '<a class="key actual n2"' in text
    assert '<a class="key planned n1"' in text


@pytest.mark.parametrize(
    ("facets", "names"),
    [
        ("kind=company", {"lepu", "pinchi", "script"}),
        ("kind=platform", {"platform"}),
        ("since=1999&until=1999", {"lepu"}),
        ("since=2005", set()),
        ("standing=official", set()),
        ("source=page", {"lepu"}),
        ("place=park&kind=platform", {"platform"}),
        ("under=implants", {"pinchi"}),
    ],
)
def test_matrix_follows_its_facets(
    pages: FlaskClient, facets: str, names: set[str]
) -> None:
    found = rows(pages, f"/tracks/matrix.csv?{facets}")
    assert {r["organisation"].removeprefix(vocab.ID) for r in found} == names
    text = page(pages, f"/tracks/matrix?{facets}&lang=zh")
    shown = {"lepu", "pinchi", "script", "platform"} & set(
        re.findall(r'<th scope="row"><a href="/entities/([a-z]+)"', text)
    )
    assert shown == names


@pytest.mark.parametrize("sort", ["name", "tracks", "founded"])
def test_matrix_sorts(pages: FlaskClient, sort: str) -> None:
    text = page(pages, f"/tracks/matrix?sort={sort}&lang=en")
    order = re.findall(r'<th scope="row"><a href="/entities/([a-z]+)"', text)
    wanted = {
        "name": ["script", "platform", "lepu", "pinchi"],
        "tracks": ["pinchi", "script", "platform", "lepu"],
        "founded": ["lepu", "script", "platform", "pinchi"],
    }
    assert order == wanted[sort]


def test_tree_file_has_numbers_as_numbers(pages: FlaskClient) -> None:
    book = openpyxl.load_workbook(io.BytesIO(pages.get("/tracks.xlsx").data))
    cells = list(book["data"].iter_rows(values_only=True))
    direct = cells[0].index("company_direct")
    assert {row[direct] for row in cells[1:]} == {3, 1, 0}


def test_list_of_a_class_includes_its_sub_classes(pages: FlaskClient) -> None:
    text = page(pages, "/entities?type=Organization&lang=en")
    assert '<a href="/entities/lepu">Lepu</a>' in text
    assert '<a href="/entities/hatchery">' in text
    listed = rows(pages, "/entities.csv?type=Organization")
    assert iri("park") not in {r["thing"] for r in listed}
    found = rows(pages, "/entities.csv?type=Company&lang=zh")
    assert [r["name_zh"] for r in found if r["tracks"]] == [
        "<script>alert('名')</script>", "乐普", "品驰"
    ]  # fmt: skip


def test_list_of_no_class_shows_counts_and_unknown_is_404(pages: FlaskClient) -> None:
    assert "/entities?type=Company" in page(pages, "/entities?lang=zh")
    assert pages.get("/entities?type=Dragon", headers=HTML).status_code == 404


def test_comparison_is_a_file_with_the_evidence(pages: FlaskClient) -> None:
    path = "/tracks/compare.csv?a=medical-devices&b=implants&lang=en"
    found = rows(pages, path)
    where = {row["member"].rpartition("/")[2]: row["in"] for row in found}
    assert where["pinchi"] == "medical-devices|implants"
    assert set(where.values()) == {"medical-devices", "medical-devices|implants"}
    assert all(row["source"] for row in found)
    assert pages.get("/tracks/compare.csv?a=medical-devices").status_code == 400
    text = page(pages, "/tracks/compare?a=medical-devices&b=implants")
    for link in ("/tracks/compare.csv?", "/tracks/compare.xlsx?", "/sparql?query="):
        assert link in text


def test_counts_of_the_tree_lead_to_who_is_counted(pages: FlaskClient) -> None:
    text = page(pages, "/tracks?lang=en")
    counted = re.search(r'href="(/tracks/medical-devices\?kind=company)#who">3<', text)
    assert counted is not None
    assert page(pages, counted[1]).count('<tr><th scope="row">') == 3


def test_matrix_offers_sources_by_title(pages: FlaskClient) -> None:
    text = page(pages, "/tracks/matrix?source=page&lang=en")
    options = dict(
        re.findall(r'<option value="([^"]+)"(?: selected)?>([^<]+)</option>', text)
    )
    listed = rows(pages, "/sources.csv")
    assert listed
    assert {r["source"].rpartition("source-")[2] for r in listed} <= options.keys()
    assert options["page"] not in {"", "page", "source-page"}
    assert '<option value="page" selected>' in text
    assert '<input name="source"' not in text
