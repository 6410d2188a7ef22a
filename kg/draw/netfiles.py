"""A network as GraphML or GEXF, for Gephi, Cytoscape, yEd and networkx.

Nodes carry their names in both languages, class and group; links their
relation, status, times, datasets and statement. Written link by link, in a
fixed order and without a date, so that the same network gives the same bytes.

Sources: GraphML (graphml.graphdrawing.org/specification.html); GEXF 1.3
(gexf.net/schema.html).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from xml.sax.saxutils import quoteattr

from kg import vocab
from kg.model.network import Edge, Network, Node, Terms

MEDIA_TYPES = {"graphml": "application/graphml+xml", "gexf": "application/gexf+xml"}

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_NODE = ("label", "name_zh", "name_en", "type", "group")
_EDGE = (
    "predicate",
    "label",
    "label_en",
    "status",
    "start",
    "end",
    "datasets",
    "statement",
)
_PLACES = {key: f"n_{key}" for key in _NODE}
_EDGE_PLACES = {key: f"e_{key}" for key in _EDGE}


def graphml(network: Network, terms: Terms) -> Iterator[str]:
    """The network as GraphML, directed, in pieces."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for part, places in (("node", _PLACES), ("edge", _EDGE_PLACES)):
        for key, place in places.items():
            yield (
                f'  <key id="{place}" for="{part}" attr.name="{key}"'
                ' attr.type="string"/>\n'
            )
    yield '  <graph edgedefault="directed">\n'
    for node in _nodes(network):
        yield f"    <node id={_quoted(node.iri)}>\n"
        yield from _data(_PLACES, _about_node(node))
        yield "    </node>\n"
    for edge in _edges(network):
        ends = f"source={_quoted(edge.source)} target={_quoted(edge.target)}"
        yield f"    <edge id={_quoted(edge.key)} {ends}>\n"
        yield from _data(_EDGE_PLACES, _about_edge(edge, terms))
        yield "    </edge>\n"
    yield "  </graph>\n</graphml>\n"


def _data(places: Mapping[str, str], said: Mapping[str, str]) -> Iterator[str]:
    for key, value in said.items():
        if value:
            yield f'      <data key="{places[key]}">{_text(value)}</data>\n'


def gexf(network: Network, terms: Terms) -> Iterator[str]:
    """The network as GEXF 1.3, directed, in pieces."""
    yield '<?xml version="1.0" encoding="utf-8"?>\n'
    yield '<gexf xmlns="http://gexf.net/1.3" version="1.3">\n'
    yield '  <graph mode="static" defaultedgetype="directed">\n'
    for part, places in (("node", _PLACES), ("edge", _EDGE_PLACES)):
        yield f'    <attributes class="{part}">\n'
        for key, place in places.items():
            yield f'      <attribute id="{place}" title="{key}" type="string"/>\n'
        yield "    </attributes>\n"
    yield "    <nodes>\n"
    for node in _nodes(network):
        label = _quoted(node.name("zh"))
        yield f"      <node id={_quoted(node.iri)} label={label}>\n"
        yield from _values(_PLACES, _about_node(node))
        yield "      </node>\n"
    yield "    </nodes>\n    <edges>\n"
    for edge in _edges(network):
        said = _about_edge(edge, terms)
        ends = f"source={_quoted(edge.source)} target={_quoted(edge.target)}"
        label = _quoted(said["label"])
        yield f"      <edge id={_quoted(edge.key)} {ends} label={label}>\n"
        yield from _values(_EDGE_PLACES, said)
        yield "      </edge>\n"
    yield "    </edges>\n  </graph>\n</gexf>\n"


def _values(places: Mapping[str, str], said: Mapping[str, str]) -> Iterator[str]:
    yield "        <attvalues>\n"
    for key, value in said.items():
        if value:
            yield f'          <attvalue for="{places[key]}" value={_quoted(value)}/>\n'
    yield "        </attvalues>\n"


def _nodes(network: Network) -> list[Node]:
    return [network.nodes[iri] for iri in sorted(network.nodes)]


def _edges(network: Network) -> list[Edge]:
    return sorted(network.edges, key=lambda edge: edge.key)


def _about_node(node: Node) -> dict[str, str]:
    return {
        "label": node.name("zh"),
        "name_zh": node.zh,
        "name_en": node.en,
        "type": vocab.shorten(node.type) if node.type else "",
        "group": node.group,
    }


def _about_edge(edge: Edge, terms: Terms) -> dict[str, str]:
    return {
        "predicate": vocab.shorten(edge.predicate),
        "label": terms.name(edge.predicate, "zh"),
        "label_en": terms.name(edge.predicate, "en"),
        "status": edge.status,
        "start": edge.start,
        "end": edge.end,
        "datasets": " ".join(
            sorted(d.removeprefix(vocab.ID + "dataset-") for d in edge.datasets)
        ),
        "statement": edge.statement,
    }


def _plain(text: str) -> str:
    return _NOT_XML.sub("\ufffd", text)


def _quoted(text: str) -> str:
    return quoteattr(_plain(text))


def _text(text: str) -> str:
    return _plain(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


NETWORK_FORMATS: dict[str, Callable[[Network, Terms], Iterator[str]]] = {
    "graphml": graphml,
    "gexf": gexf,
}
