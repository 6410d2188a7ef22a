"""Precision and recall of matching on names that sources really use.

Labels come from the data: alternative names that a page gives for an
organisation name the same body. Three sets of queries, each by one name, among
all organisations of the public facts:

* ``same``: a name as it stands; the right answer is its body.
* ``other``: a name whose body keeps at least one other name in the same
  script, and not this one; the right answer is its body.
* ``none``: a name whose body is taken out; any answer is wrong.

The rules were made while looking at these. A fourth and fifth set had no part in
that: ``pairs/names-in-titles.csv``, names that page titles and the article give to
organisations and that the table of organisations does not have, labelled by hand:

* ``held out``: the right answer is the labelled body; all bodies keep all their names.
* ``held out, none``: named in a title, and no organisation of the table.

Run: ``python bench/matching.py``
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from kg.curate.assertion import language_of
from kg.curate.matching import Body, Matcher

HELD_OUT = Path(__file__).parent / "pairs" / "names-in-titles.csv"
DATA = Path(__file__).parents[1] / "data" / "public-facts" / "organisations.csv"


def bodies() -> list[Body]:
    """The organisations of the public facts."""
    with DATA.open(encoding="utf-8", newline="") as file:
        return [
            Body(
                row["id"],
                tuple(
                    n
                    for n in (
                        row["name_zh"],
                        row["name_en"],
                        *row["alt_names"].split("|"),
                    )
                    if n
                ),
                {},
                frozenset([row["type"]]),
            )
            for row in csv.DictReader(file)
        ]


def cases(known: list[Body]) -> Iterator[tuple[str, Body, str, list[Body]]]:
    """Set, body, name to look up, and the bodies to look among."""
    for body in known:
        others = [b for b in known if b.id != body.id]
        for name in body.names:
            yield "same", body, name, known
            rest = tuple(n for n in body.names if n != name)
            if any(language_of(n) == language_of(name) for n in rest):
                yield "other", body, name, [*others, replace(body, names=rest)]
            yield "none", body, name, others


def held_out(known: list[Body]) -> Iterator[tuple[str, str, Body]]:
    """Set, id of the right answer or "", and the query, for each name held out.

    A title does not tell the type, so that queries have none.
    """
    own = {body.id: body for body in known}
    with HELD_OUT.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            name, right = row["name"], row["id"]
            if right and name in own[right].names:
                raise ValueError(f"{name} is a name of {right} already")
            kind = "held out" if right else "held out, none"
            yield kind, right, Body("query", (name,))


def measure() -> dict[str, dict[str, int]]:
    """Counts by set and certainty: queries, answers given, right answers."""
    counts: dict[str, dict[str, int]] = {}
    whole: Matcher | None = None
    known = bodies()
    for kind, body, name, among in cases(known):
        if kind == "same":
            whole = whole or Matcher(among)
            matcher = whole
        else:
            matcher = Matcher(among)
        query = Body("query", (name,), {}, body.types)
        _count(counts, kind, matcher, query, body.id if kind != "none" else "")
    for kind, right, query in held_out(known):
        _count(counts, kind, whole or Matcher(known), query, right)
    return counts


def _count(
    counts: dict[str, dict[str, int]],
    kind: str,
    matcher: Matcher,
    query: Body,
    right: str,
) -> None:
    found = counts.setdefault(
        kind,
        {"queries": 0, "certain": 0, "certain_right": 0, "any": 0, "any_right": 0},
    )
    found["queries"] += 1
    best = next(iter(matcher.candidates(query)), None)
    if best is not None:
        found["any"] += 1
        found["any_right"] += best.id == right
        found["certain"] += best.is_certain
        found["certain_right"] += best.is_certain and best.id == right


if __name__ == "__main__":
    for kind, figures in measure().items():
        print(kind, figures, file=sys.stdout)
