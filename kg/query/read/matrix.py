"""Organisations × tracks: which rows, after facets, in which order."""

from __future__ import annotations

from collections.abc import Sequence

from kg import vocab
from kg.model.pinyin import by_name
from kg.query.read.matrix_shelf import Facets, Row, shelved_rows
from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, quoted, ref, values
from kg.shelf.narrowing import OFFICIAL

SORTS = ("tracks", "name", "founded")
_MATRICES = 8  # six bytes a row: 50 MB at a million organisations

_ROWS = """SELECT ?s (COUNT(DISTINCT ?t) AS ?n) (MIN(?called) AS ?name)
  (MIN(STR(?year)) AS ?founded)
WHERE {{
  {tracks}
  ?s lv:inTrack ?t .
  {place}
  {evidence}
  {kind}
  OPTIONAL {{ ?s skos:prefLabel ?called FILTER(LANG(?called) = "{language}") }}
  OPTIONAL {{ ?s lv:founded ?year }}
}} GROUP BY ?s {having}"""


def rows(
    reader: Reader, tracks: Sequence[str], facets: Facets, sort: str, language: str
) -> Sequence[Row]:
    """All rows, sorted; kept per generation, as the pages of it are leafed through.

    Args:
        reader: the read model.
        tracks: columns; a row has at least one of them.
        facets: see there.
        sort: one of ``SORTS``.
        language: of the names.
    """
    if (shelf := reader.shelf) is not None:
        return reader.recent(
            f"matrix of {shelf.generation} {sorted(tracks)} {facets} {sort} {language}",
            lambda: shelved_rows(shelf, tracks, facets, sort, language),
            among="matrix",
            most=_MATRICES,
        )
    key = f"matrix {sorted(tracks)} {facets} {language}"
    # What has no name in this language comes first among equals, but last by name.
    orders = {
        "tracks": lambda row: (-row.tracks, bool(row.name), *name(row), row.iri),
        "name": lambda row: (*name(row), row.iri),
        "founded": lambda row: (
            row.founded or "9999", bool(row.name), *name(row), row.iri
        ),
    }  # fmt: skip

    def name(row: Row) -> tuple[str, str]:
        return by_name(row.name, language)

    return reader.recent(
        f"{key} {sort}",
        lambda: sorted(
            reader.recent(key, lambda: _rows(reader, tracks, facets, language)),
            key=orders[sort],
        ),
    )


def _rows(
    reader: Reader, tracks: Sequence[str], facets: Facets, language: str
) -> list[Row]:
    found = reader.store.select(query(tracks, facets, language))
    return [
        Row(
            str(row["s"]),
            int(str(row["n"])),
            str(row.get("name", "")),
            str(row.get("founded", ""))[:4],
        )
        for row in found
        if "s" in row
    ]


def query(tracks: Sequence[str], facets: Facets, language: str) -> str:
    """The SPARQL of the rows, as it is shown to the reader."""
    place = f"?s schema:location {ref(facets.place)} ." if facets.place else ""
    kind = ""
    if facets.kinds:
        listed = ", ".join(map(ref, facets.kinds))
        kind = f"FILTER EXISTS {{ ?s a ?kind FILTER(?kind IN ({listed})) }}"
    having = []
    if facets.since is not None:
        having.append(f"MIN(STR(?year)) >= {quoted(str(facets.since))}")
    if facets.until is not None:
        having.append(f"MIN(STR(?year)) <= {quoted(str(facets.until) + '-99')}")
    used = ("lv", "rdf", "skos", "schema", "prov", "oa")
    text = vocab.prologue(*used) + _ROWS.format(
        tracks=values("t", tracks),
        place=place,
        evidence=_evidence(facets),
        kind=kind,
        language="zh" if language == "zh" else "en",
        having=f"HAVING ({' && '.join(having)})" if having else "",
    )
    return "\n".join(line for line in text.splitlines() if line.strip())


def _evidence(facets: Facets) -> str:
    """Membership by what it rests on; a filter, so that counts stay counts."""
    if not facets.source and not facets.standing:
        return ""
    chain = "?st rdf:subject ?s ; rdf:predicate lv:inTrack ; rdf:object ?t ;"
    chain += " lv:status lv:actual ; prov:wasDerivedFrom/oa:hasSource ?source ."
    wanted = ""
    if facets.source:
        wanted += f" FILTER(?source = {ref(facets.source)})"
    if facets.standing:
        official = ", ".join(quoted(name) for name in OFFICIAL)
        negation = "" if facets.standing == "official" else "NOT "
        wanted += (
            f" ?source lv:sourceClass ?class . FILTER(?class {negation}IN ({official}))"
        )
    return f"FILTER EXISTS {{ {chain}{wanted} }}"


def places(reader: Reader, limit: int = 40) -> list[str]:
    """Places with the most organisations in a track, for the facet."""
    text = f"""{PROLOGUE}SELECT ?place (COUNT(DISTINCT ?s) AS ?n) WHERE {{
      ?s lv:inTrack ?t . ?s lv:locatedIn ?place
    }} GROUP BY ?place ORDER BY DESC(?n) ?place LIMIT {int(limit)}"""
    if (shelf := reader.shelf) is not None:
        return shelf.places()[:limit]
    return reader.kept(
        "matrix places",
        lambda: [str(r["place"]) for r in reader.store.select(text) if "place" in r],
    )
