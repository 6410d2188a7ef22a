"""What the service says of itself: a service description, and VoID of its data.

Source: SPARQL 1.1 Service Description, sections 2 and 3; Describing Linked
Datasets with the VoID Vocabulary. Counts are of the data as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kg import vocab
from kg.model import Iri, Literal, Term, Triple
from kg.store import Store

_A = Iri(vocab.expand("rdf:type"))
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = (
    "SPARQL_Results_JSON",
    "SPARQL_Results_XML",
    "SPARQL_Results_CSV",
    "SPARQL_Results_TSV",
    "Turtle",
    "N-Triples",
    "RDF_XML",
    "JSON-LD",
)
_INTEGER = "http://www.w3.org/2001/XMLSchema#integer"


def _iri(name: str) -> Iri:
    return Iri(vocab.expand(name))


def _count(value: int) -> Literal:
    return Literal(str(value), _INTEGER)


def service_description(
    endpoint: str, graphs: dict[str, int], *, is_federated: bool = False
) -> list[Triple]:
    """The service description of a query endpoint.

    Args:
        endpoint: its address.
        graphs: IRI of each named graph and the number of its triples.
        is_federated: whether some SERVICE is allowed.
    """
    service, dataset = Iri(endpoint), Iri(endpoint + "#dataset")
    default = Iri(endpoint + "#default-graph")
    features = ["sd:UnionDefaultGraph", "sd:EmptyGraphs"]
    if is_federated:
        features.append("sd:BasicFederatedQuery")
    triples: list[Triple] = [
        (service, _A, _iri("sd:Service")),
        (service, _iri("sd:endpoint"), service),
        (service, _iri("sd:supportedLanguage"), _iri("sd:SPARQL11Query")),
        (service, _iri("sd:defaultDataset"), dataset),
        (dataset, _A, _iri("sd:Dataset")),
        (dataset, _iri("sd:defaultGraph"), default),
        (default, _A, _iri("sd:Graph")),
    ]
    triples += [(service, _iri("sd:feature"), _iri(f)) for f in features]
    triples += [
        (service, _iri("sd:resultFormat"), Iri(_FORMATS + name)) for name in _RESULTS
    ]
    for name, size in sorted(graphs.items()):
        entry = Iri(f"{endpoint}#named-{name.removeprefix(vocab.GRAPH)}")
        about = Iri(f"{endpoint}#graph-{name.removeprefix(vocab.GRAPH)}")
        triples += [
            (dataset, _iri("sd:namedGraph"), entry),
            (entry, _A, _iri("sd:NamedGraph")),
            (entry, _iri("sd:name"), Iri(name)),
            (entry, _iri("sd:graph"), about),
            (about, _A, _iri("sd:Graph")),
            (about, _iri("void:triples"), _count(size)),
        ]
    return triples


_TOTALS = """SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects)
    (COUNT(DISTINCT ?p) AS ?predicates) (COUNT(DISTINCT ?o) AS ?objects)
    { ?s ?p ?o }"""
_CLASSES = """SELECT ?part (COUNT(DISTINCT ?s) AS ?n) { ?s a ?part } GROUP BY ?part
    ORDER BY ?part"""
_PROPERTIES = """SELECT ?part (COUNT(*) AS ?n) { ?s ?part ?o } GROUP BY ?part
    ORDER BY ?part"""


def count(store: Store) -> dict[str, Any]:
    """What VoID tells of a graph: totals, and how often each term is used.

    Made of JSON's types: of a large graph it lies on the shelf.
    """
    totals = next(iter(store.select(_TOTALS)))
    counts: dict[str, Any] = {name: int(str(n)) for name, n in totals.items()}
    for kind, query in (("class", _CLASSES), ("property", _PROPERTIES)):
        rows = store.select(query)
        parts = [(row["part"], int(str(row["n"]))) for row in rows if "part" in row]
        counts[kind] = [(part.value, n) for part, n in parts if isinstance(part, Iri)]
    return counts


def void(
    counts: Mapping[str, Any],
    graphs: Mapping[str, int],
    home: str,
    endpoint: str,
    title: tuple[str, str],
) -> list[Triple]:
    """VoID of the graph.

    Args:
        counts: what ``count`` gave.
        graphs: IRI of each named graph and the number of its triples.
        home: address of the service.
        endpoint: address of its query endpoint.
        title: of the graph, in Chinese and English.
    """
    dataset = Iri(home + ".well-known/void#dataset")
    names: Iterable[tuple[str, Term]] = (
        ("void:triples", _count(counts["triples"])),
        ("void:distinctSubjects", _count(counts["subjects"])),
        ("void:properties", _count(counts["predicates"])),
        ("void:distinctObjects", _count(counts["objects"])),
        ("void:sparqlEndpoint", Iri(endpoint)),
        ("void:uriSpace", Literal(vocab.ID)),
        ("foaf:homepage", Iri(home)),
        ("dcterms:title", Literal(title[0], _LANG, "zh")),
        ("dcterms:title", Literal(title[1], _LANG, "en")),
    )
    description = Iri(home + ".well-known/void")
    triples: list[Triple] = [
        (description, _A, _iri("void:DatasetDescription")),
        (description, _iri("foaf:primaryTopic"), dataset),
        (dataset, _A, _iri("void:Dataset")),
    ]
    triples += [(dataset, _iri(name), value) for name, value in names]
    triples += _parts(counts, dataset, "class", "void:entities")
    triples += _parts(counts, dataset, "property", "void:triples")
    for name, size in sorted(graphs.items()):
        graph = Iri(name)
        triples += [
            (dataset, _iri("void:subset"), graph),
            (graph, _A, _iri("void:Dataset")),
            (graph, _iri("void:triples"), _count(size)),
        ]
    return triples


_LANG = "http://www.w3.org/1999/02/22-rdf-syntax-ns#langString"


def _parts(
    counts: Mapping[str, Any], dataset: Iri, kind: str, measure: str
) -> Iterator[Triple]:
    link = f"void:{kind}Partition"
    for number, (iri, size) in enumerate(counts[kind], 1):
        part = Iri(f"{dataset}-{kind}-{number}")
        yield dataset, _iri(link), part
        yield part, _iri(f"void:{kind}"), Iri(iri)
        yield part, _iri(measure), _count(size)
