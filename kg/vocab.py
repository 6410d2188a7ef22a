"""Prefixes and base IRIs, and the terms of the ontology as constants.

Only strings live here: no I/O, no library. The base IRIs are the defaults of
the build; another region's build sets its own.
"""

from __future__ import annotations

BASE = "https://w3id.org/life-valley/"
ONTOLOGY = BASE + "ontology#"
ID = BASE + "id/"
GRAPH = BASE + "graph/"
INFERRED_GRAPH = GRAPH + "inferred"
ONTOLOGY_GRAPH = GRAPH + "ontology"
CATALOGUE_GRAPH = GRAPH + "catalogue"
UNNAMED_GRAPH = GRAPH + "unnamed"  # what was written without naming a graph

PREFIXES: dict[str, str] = {
    "lv": ONTOLOGY,
    "id": ID,
    "lvg": GRAPH,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "org": "http://www.w3.org/ns/org#",
    "prov": "http://www.w3.org/ns/prov#",
    "oa": "http://www.w3.org/ns/oa#",
    "qb": "http://purl.org/linked-data/cube#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "void": "http://rdfs.org/ns/void#",
    "sd": "http://www.w3.org/ns/sparql-service-description#",
    "schema": "http://schema.org/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "geo": "http://www.opengis.net/ont/geosparql#",
    "sh": "http://www.w3.org/ns/shacl#",
    "adms": "http://www.w3.org/ns/adms#",
    "qudt": "http://qudt.org/schema/qudt/",
    "unit": "http://qudt.org/vocab/unit/",
}


def expand(name: str) -> str:
    """Turn a prefixed name such as ``lv:inTrack`` into its IRI.

    Args:
        name: a prefixed name, or an IRI, which is returned as it is.

    Raises:
        KeyError: if the prefix is not in ``PREFIXES``.
    """
    prefix, _, local = name.partition(":")
    if local.startswith("//"):
        return name
    return PREFIXES[prefix] + local


def shorten(iri: str) -> str:
    """The prefixed name of an IRI, or the IRI itself when no prefix fits."""
    best = ""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace) and len(namespace) > len(PREFIXES.get(best, "")):
            best = prefix
    return f"{best}:{iri[len(PREFIXES[best]) :]}" if best else iri


def prologue(*prefixes: str) -> str:
    """SPARQL ``PREFIX`` lines for these prefixes, or for all of them."""
    return "".join(
        f"PREFIX {p}: <{PREFIXES[p]}>\n" for p in (prefixes or tuple(PREFIXES))
    )
