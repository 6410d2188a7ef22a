"""The names held out for matching are labelled rightly, and matched as the docs say."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

from bench.matching import HELD_OUT, bodies, held_out
from kg.curate.matching import Matcher

DATA = Path(__file__).resolve().parents[2] / "data"


def _column(path: Path, column: str) -> dict[str, dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {row[column]: row for row in csv.DictReader(file)}


def test_labels_name_bodies_and_titles_have_the_names() -> None:
    sources = _column(DATA / "public-facts" / "sources.csv", "source_id")
    article = _column(DATA / "tables" / "entities.csv", "id")
    known = {body.id: body.names for body in bodies()}
    with HELD_OUT.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["name"] for row in rows}) == 110
    for row in rows:
        if row["source"] == "article":
            said = "|".join(article[row["id"]].values())
        else:
            said = sources[row["source"]]["title"]
        assert row["name"].lower() in said.lower(), row
        if row["id"]:
            assert row["name"] not in known[row["id"]]


def test_no_answer_on_names_held_out_is_wrong() -> None:
    known = bodies()
    matcher = Matcher(known)
    counts: Counter[str] = Counter()
    for kind, right, query in held_out(known):
        best = next(iter(matcher.candidates(query)), None)
        counts[kind] += 1
        if best is not None:
            counts[f"{kind}, answered"] += 1
            assert best.id == right, query.names
    assert counts["held out"] == 80
    assert counts["held out, answered"] >= 60
    assert counts["held out, none"] == 30
