"""Ten typical questions, as SPARQL for any engine and as the service answers them."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from kg import vocab

PREFIXES = vocab.prologue("lv", "id", "rdf", "skos", "org")
TRACK = "track-medical-devices"
HUB = "syn-org-5"
OTHER = "syn-org-77"


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        name: short.
        text: SPARQL 1.1 over the default graph, the same for every engine.
        page: the service's own address for it, ``""`` where it has none: then
            the text goes to ``/sparql``.
        form: of the query.
    """

    name: str
    text: str
    page: str = ""
    form: str = "SELECT"


def questions(track: str = TRACK, hub: str = HUB, other: str = OTHER) -> list[Question]:
    """The ten, about these things."""
    return [
        Question(
            "firms in a track",
            f"SELECT ?f ?l WHERE {{ ?t lv:subTrackOf* id:{track} . ?f lv:inTrack ?t ; "
            'a lv:Company ; skos:prefLabel ?l . FILTER(LANG(?l) = "zh") }',
            f"/tracks/{track.removeprefix('track-')}",
        ),
        Question(
            "counts by track",
            "SELECT ?t (COUNT(DISTINCT ?f) AS ?n) WHERE { ?f lv:inTrack ?t } "
            "GROUP BY ?t ORDER BY DESC(?n)",
            "/tracks",
        ),
        Question(
            "neighbours",
            f"SELECT DISTINCT ?p ?x ?l WHERE {{ {{ id:{hub} ?p ?x }} UNION "
            f"{{ ?x ?p id:{hub} }} OPTIONAL {{ ?x skos:prefLabel ?l . "
            'FILTER(LANG(?l) = "zh") } FILTER(isIRI(?x)) }',
            f"/api/graph/expand?id={hub}",
        ),
        Question(
            "two-hop partners",
            f"SELECT DISTINCT ?c WHERE {{ id:{hub} "
            "lv:cooperatesWith|^lv:cooperatesWith ?b . "
            "?b lv:cooperatesWith|^lv:cooperatesWith ?c . "
            f"id:{hub} lv:inTrack ?t . ?c lv:inTrack ?t . "
            f"?i lv:investedIn id:{hub} , ?c . FILTER(?c != id:{hub}) }}",
            f"/api/graph/introductions?id={hub}&limit=200",
        ),
        Question(
            "name search",
            "SELECT ?x ?l WHERE { ?x skos:prefLabel ?l . "
            'FILTER(CONTAINS(STR(?l), "康泰")) }',
            f"/api/search?q={quote('康泰')}",
        ),
        Question(
            "entity page",
            f"SELECT ?p ?o ?st ?ev WHERE {{ id:{hub} ?p ?o . OPTIONAL {{ "
            f"?st rdf:subject id:{hub} ; rdf:predicate ?p ; rdf:object ?o ; "
            "<http://www.w3.org/ns/prov#wasDerivedFrom> ?ev } }",
            f"/entities/{hub}",
        ),
        Question(
            "ranking",
            "SELECT ?i (COUNT(DISTINCT ?t) AS ?n) WHERE { ?i lv:investedIn ?f . "
            "?f lv:inTrack ?t } GROUP BY ?i ORDER BY DESC(?n) ?i LIMIT 20",
            "/api/rankings?relation=lv:investedIn&by=lv:inTrack&limit=20",
        ),
        Question(
            "ego graph",
            "CONSTRUCT { ?a ?p ?b . ?b ?q ?c } WHERE { "
            f"BIND(id:{hub} AS ?a) ?a ?p ?b . "
            "OPTIONAL { ?b ?q ?c } }",
            f"/api/graph/ego?id={hub}",
            "CONSTRUCT",
        ),
        Question(
            "ASK of four",
            f"ASK {{ ?i lv:investedIn ?f . ?f lv:inTrack ?t . ?t lv:subTrackOf+ "
            f"id:{track} . ?f lv:cooperatesWith ?g . ?g lv:locatedIn id:syn-park-0 }}",
            form="ASK",
        ),
        Question(
            "path",
            "SELECT (COUNT(DISTINCT ?x) AS ?n) WHERE { "
            f"id:{hub} lv:subsidiaryOf+ ?x }}",
            f"/api/graph/path?from={hub}&to={other}",
        ),
    ]
