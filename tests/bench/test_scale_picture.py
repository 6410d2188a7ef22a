"""Measured curves as a table and a picture to take along."""

from __future__ import annotations

import csv
from pathlib import Path
from xml.etree import ElementTree

from bench.scale_picture import draw, write_csv

FOUND = {
    size: {
        "numbers": {"triples": size * 93, "load, processor s": size / 500},
        "timings": {
            "service": {"ranking": {"cold_ms": 2.0, "warm_ms": 1.0}},
            "oxigraph": {"ranking": {"cold_ms": None, "warm_ms": None}},
            "pages": {"page: a track": {"cold_ms": 9.0, "warm_ms": size**0.5}},
        },
    }
    for size in (1000, 10_000, 100_000)
}


def test_table_has_each_figure_and_its_exponent(tmp_path: Path) -> None:
    write_csv(tmp_path / "scale.csv", FOUND)
    with (tmp_path / "scale.csv").open(encoding="utf-8", newline="") as text:
        rows = {(r["group"], r["figure"]): r for r in csv.DictReader(text)}
    load = rows["all", "load, processor s"]
    assert (load["1000"], load["100000"], load["exponent"]) == (
        "2.000",
        "200.000",
        "1.00",
    )
    assert rows["pages", "page: a track, warm ms"]["exponent"] == "0.50"
    assert rows["service", "ranking, warm ms"]["exponent"] == "0.00"
    assert rows["oxigraph", "ranking, warm ms"]["10000"] == ""


def test_picture_draws_what_is_known_only(tmp_path: Path) -> None:
    means = {"service": 2.0, "oxigraph": None}
    draw(tmp_path / "a.svg", FOUND, lambda _, peer: means.get(peer))
    draw(tmp_path / "b.svg", FOUND, lambda _, peer: means.get(peer))
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    words = "".join(root.itertext())
    assert "the service, its own pages" in words
    assert "a track" in words
    assert "oxigraph serve" not in words
    assert "publish" not in words
