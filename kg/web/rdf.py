"""Triples as text, in the four formats every RDF tool reads.

Our graphs have no blank nodes, which keeps the writers short.

Source: RDF 1.1 N-Triples; RDF 1.1 Turtle; RDF 1.1 XML Syntax, section 2;
JSON-LD 1.1, section 9 (flattened form).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from kg import vocab
from kg.model import Iri, Literal, Term, Triple
from kg.model.terms import XSD_STRING

_TYPE = vocab.expand("rdf:type")
_LOCAL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?")
_XML_NAME = re.compile(r"[A-Za-z_\u00c0-\ufffd][\w.\-]*$")
_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def n_triples(triples: Iterable[Triple]) -> str:
    """One triple a line, sorted."""
    return "".join(sorted(f"{s.n3()} {p.n3()} {o.n3()} .\n" for s, p, o in triples))


def _by_subject(triples: Iterable[Triple]) -> dict[str, dict[str, list[Term]]]:
    found: dict[str, dict[str, list[Term]]] = {}
    for s, p, o in sorted(set(triples), key=lambda t: (t[0].value, t[1], t[2].n3())):
        found.setdefault(s.value, {}).setdefault(p.value, []).append(o)
    return found


def turtle(triples: Iterable[Triple]) -> str:
    """Turtle with prefixes, one block a subject."""
    used: set[str] = set()
    blocks = []
    for subject, said in _by_subject(triples).items():
        lines = []
        for predicate, objects in said.items():
            verb = "a" if predicate == _TYPE else _turtle(Iri(predicate), used)
            listed = " , ".join(_turtle(o, used) for o in objects)
            lines.append(f"{verb} {listed}")
        blocks.append(f"{_turtle(Iri(subject), used)} " + " ;\n    ".join(lines))
    head = "".join(f"@prefix {p}: <{vocab.PREFIXES[p]}> .\n" for p in sorted(used))
    return head + "".join(f"\n{block} .\n" for block in blocks)


def _turtle(term: Term, used: set[str]) -> str:
    if isinstance(term, Iri):
        prefix, _, name = vocab.shorten(term.value).partition(":")
        if prefix in vocab.PREFIXES and _LOCAL.fullmatch(name):
            used.add(prefix)
            return f"{prefix}:{name}"
        return term.n3()
    if isinstance(term, Literal) and not term.language and term.datatype != XSD_STRING:
        value = Literal(term.value).n3()
        return f"{value}^^{_turtle(Iri(term.datatype), used)}"
    return term.n3()


def json_ld(triples: Iterable[Triple]) -> str:
    """Flattened JSON-LD with our prefixes as context."""
    nodes: list[dict[str, Any]] = []
    for subject, said in _by_subject(triples).items():
        node: dict[str, Any] = {"@id": subject}
        for predicate, objects in said.items():
            if predicate == _TYPE:
                node["@type"] = [vocab.shorten(o.value) for o in objects]
            else:
                node[vocab.shorten(predicate)] = [_json_value(o) for o in objects]
        nodes.append(node)
    document = {"@context": vocab.PREFIXES, "@graph": nodes}
    return json.dumps(document, ensure_ascii=False, indent=1)


def _json_value(term: Term) -> dict[str, str]:
    if not isinstance(term, Literal):
        return {"@id": term.value}
    if term.language:
        return {"@value": term.value, "@language": term.language}
    if term.datatype == XSD_STRING:
        return {"@value": term.value}
    return {"@value": term.value, "@type": vocab.shorten(term.datatype)}


def rdf_xml(triples: Iterable[Triple]) -> str:
    """RDF/XML, one ``rdf:Description`` a subject."""
    body: list[str] = []
    namespaces: dict[str, str] = {vocab.PREFIXES["rdf"]: "rdf"}
    for subject, said in _by_subject(triples).items():
        body.append(f"  <rdf:Description rdf:about={quoteattr(subject)}>")
        for predicate, objects in said.items():
            name = _xml_name(predicate, namespaces)
            body.extend(f"    {_xml_property(name, o)}" for o in objects)
        body.append("  </rdf:Description>")
    spaces = "".join(
        f"\n    xmlns:{prefix}={quoteattr(ns)}" for ns, prefix in namespaces.items()
    )
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<rdf:RDF{spaces}>\n'
    return head + "\n".join(body) + "\n</rdf:RDF>\n"


def _xml_name(iri: str, namespaces: dict[str, str]) -> str:
    """Split an IRI into a namespace and an XML name; all our predicates can be."""
    split = max(iri.rfind("#"), iri.rfind("/")) + 1
    if not _XML_NAME.match(iri[split:]):
        raise ValueError(f"no XML name for {iri}")
    namespace = iri[:split]
    if namespace not in namespaces:
        known = {ns: prefix for prefix, ns in vocab.PREFIXES.items()}
        namespaces[namespace] = known.get(namespace, f"ns{len(namespaces)}")
    return f"{namespaces[namespace]}:{iri[split:]}"


def _xml_property(name: str, term: Term) -> str:
    if not isinstance(term, Literal):
        return f"<{name} rdf:resource={quoteattr(term.value)}/>"
    kind = ""
    if term.language:
        kind = f" xml:lang={quoteattr(term.language)}"
    elif term.datatype != XSD_STRING:
        kind = f" rdf:datatype={quoteattr(term.datatype)}"
    text = escape(_NOT_XML.sub("\ufffd", term.value), {"\r": "&#13;"})
    return f"<{name}{kind}>{text}</{name}>"
