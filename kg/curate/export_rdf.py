"""Writes graphs as RDF documents: the same bytes for the same triples.

Every writer takes graphs in order, each with its triples in the order of
``ordered``, and gives the document in pieces, so that no document is held in
memory. Bytes are canonical as long as no triple has a blank node.

Sources: RDF 1.1 N-Triples, N-Quads, Turtle, TriG; RDF 1.1 XML Syntax, section
2; JSON-LD 1.1, section 9.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from kg import vocab
from kg.curate.turtle import TurtleWriter, object_order, predicate_order
from kg.errors import DataError
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.model.terms import XSD_STRING

Graphs = Iterable[tuple[str, Sequence[Triple]]]
"""IRI of each named graph with its triples; "" for the default graph."""
Write = Callable[[Graphs], Iterator[str]]
Said = dict[str, list[Term]]

_TYPE = vocab.expand("rdf:type")
_XML_NAME = re.compile(r"[A-Za-z_\u00c0-\ufffd][\w.\-]*$")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def ordered(triples: Iterable[Triple]) -> list[Triple]:
    """The triples once each, by subject, predicate and object."""
    return sorted(
        set(triples), key=lambda t: (t[0].n3(), t[1].value, object_order(t[2]))
    )


def merged(graphs: Graphs) -> list[Triple]:
    """The triples of all graphs as those of one."""
    return ordered(triple for _, triples in graphs for triple in triples)


def subjects(triples: Iterable[Triple]) -> Iterator[tuple[Iri | Blank, Said]]:
    """Each subject of ordered triples with what is said of it."""
    for subject, group in groupby(triples, key=lambda t: t[0]):
        said: Said = {}
        for _, predicate, term in group:
            said.setdefault(predicate.value, []).append(term)
        yield subject, {p: said[p] for p in sorted(said, key=predicate_order)}


# -- line by line --------------------------------------------------------------


def n_triples(graphs: Graphs) -> Iterator[str]:
    """One triple a line, in the order of code points."""
    triples = merged(graphs)
    yield from sorted(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in triples)


def n_quads(graphs: Graphs) -> Iterator[str]:
    """One triple a line with its graph, graph by graph."""
    for graph, triples in graphs:
        place = f" <{graph}>" if graph else ""
        yield from sorted(
            f"{s.n3()} {p.n3()} {o.n3()}{place} .\n" for s, p, o in triples
        )


# -- Turtle and TriG -----------------------------------------------------------


def prefix_lines() -> Iterator[str]:
    """A ``@prefix`` line for each prefix that the project uses."""
    for prefix, namespace in sorted(vocab.PREFIXES.items()):
        yield f"@prefix {prefix}: <{namespace}> .\n"


def turtle(graphs: Graphs) -> Iterator[str]:
    """One block a subject."""
    writer = TurtleWriter()
    yield from prefix_lines()
    for subject, said in subjects(merged(graphs)):
        yield f"\n{writer.block(subject, said)}\n"


def trig(graphs: Graphs) -> Iterator[str]:
    """One block a graph, and in it one a subject."""
    writer = TurtleWriter()
    yield from prefix_lines()
    for graph, triples in graphs:
        yield f"\n{writer.term(Iri(graph))} {{\n" if graph else "\n{\n"
        for subject, said in subjects(triples):
            yield f"\n{writer.block(subject, said)}\n"
        yield "}\n"


# -- JSON-LD -------------------------------------------------------------------


def json_ld(graphs: Graphs) -> Iterator[str]:
    """Flattened, one node a line, with our prefixes as context."""
    context = json.dumps(vocab.PREFIXES, ensure_ascii=False, indent=1)
    yield f'{{"@context": {context},\n"@graph": ['
    separator = "\n"
    for subject, said in subjects(merged(graphs)):
        node = json.dumps(json_node(subject, said), ensure_ascii=False)
        yield f"{separator}{node}"
        separator = ",\n"
    yield "\n]}\n"


def json_node(subject: Iri | Blank, said: Said) -> dict[str, Any]:
    """One node object of JSON-LD."""
    node: dict[str, Any] = {"@id": _json_id(subject)}
    for predicate, objects in said.items():
        if predicate == _TYPE:
            node["@type"] = [vocab.shorten(str(_json_id(o))) for o in objects]
        else:
            node[vocab.shorten(predicate)] = [_json_value(o) for o in objects]
    return node


def _json_id(term: Term) -> str:
    return term.n3() if isinstance(term, Blank) else term.value


def _json_value(term: Term) -> dict[str, str]:
    if not isinstance(term, Literal):
        return {"@id": _json_id(term)}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == XSD_STRING:
        return {"@value": term.value}
    return {"@value": term.value, "@type": vocab.shorten(term.datatype)}


# -- RDF/XML -------------------------------------------------------------------


def rdf_xml(graphs: Graphs) -> Iterator[str]:
    """One ``rdf:Description`` a subject.

    Raises:
        DataError: if a predicate cannot be an XML name, or a text has a
            character that XML 1.0 does not allow.
    """
    triples = merged(graphs)
    namespaces = {vocab.PREFIXES["rdf"]: "rdf"}
    names = {p: xml_name(p, namespaces) for p in sorted({t[1].value for t in triples})}
    spaces = "".join(
        f"\n    xmlns:{prefix}={quoteattr(ns)}" for ns, prefix in namespaces.items()
    )
    yield f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF{spaces}>\n'
    for subject, said in subjects(triples):
        kind = "nodeID" if isinstance(subject, Blank) else "about"
        yield f"  <rdf:Description rdf:{kind}={quoteattr(subject.value)}>\n"
        for predicate, objects in said.items():
            for term in objects:
                yield f"    {_xml_property(names[predicate], term)}\n"
        yield "  </rdf:Description>\n"
    yield "</rdf:RDF>\n"


def xml_name(iri: str, namespaces: dict[str, str]) -> str:
    """The prefixed XML name of a predicate.

    Args:
        iri: of the predicate.
        namespaces: namespace to prefix; takes a new one when it is needed.

    Raises:
        DataError: if the IRI does not end in an XML name.
    """
    split = max(iri.rfind("#"), iri.rfind("/")) + 1
    if not _XML_NAME.match(iri[split:]):
        raise DataError(
            f"RDF/XML cannot write the predicate <{iri}>.",
            zh=f"RDF/XML 无法写出谓词 <{iri}>。",
            hint="Take another format, such as Turtle.",
            hint_zh="请改用其他格式，如 Turtle。",
        )
    namespace = iri[:split]
    if namespace not in namespaces:
        known = {ns: prefix for prefix, ns in vocab.PREFIXES.items()}
        namespaces[namespace] = known.get(namespace, f"ns{len(namespaces)}")
    return f"{namespaces[namespace]}:{iri[split:]}"


def _xml_property(name: str, term: Term) -> str:
    if isinstance(term, Blank):
        return f"<{name} rdf:nodeID={quoteattr(term.value)}/>"
    if isinstance(term, Iri):
        return f"<{name} rdf:resource={quoteattr(term.value)}/>"
    kind = ""
    if term.language:
        kind = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype != XSD_STRING:
        kind = f" rdf:datatype={quoteattr(term.datatype)}"
    return f"<{name}{kind}>{xml_text(term.value)}</{name}>"


def xml_text(text: str) -> str:
    """The text of an XML element, line ends kept as they are.

    Raises:
        DataError: if XML 1.0 does not allow one of its characters.
    """
    if found := _NOT_XML.search(text):
        raise DataError(
            f"XML does not allow the character U+{ord(found[0]):04X} "
            f"of the text {text[:40]!r}.",
            zh=f"XML 不允许文本 {text[:40]!r} 中的字符 U+{ord(found[0]):04X}。",
            hint="Take another format, such as Turtle.",
            hint_zh="请改用其他格式，如 Turtle。",
        )
    return escape(text, {"\r": "&#13;"})
