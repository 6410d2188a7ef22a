"""Simple constraints of SHACL Core on a node and its values, true only beyond doubt.

Source: SHACL, section 4.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation

from rdflib import BNode, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import SH
from rdflib.term import Node

from kg.model import Blank, Iri, Literal, Term
from kg.model.terms import RDF_LANG_STRING, XSD, XSD_STRING

Said = Mapping[str, Sequence[Term]]
Holds = Callable[[Term, Said, Sequence[Term]], bool]
_NUMBERS = {
    XSD + kind for kind in ("integer", "decimal", "nonNegativeInteger", "int", "long")
}
# Datatypes of which every well-formed value has this form, and is no more than that.
_FORMS = {
    XSD_STRING: r"[^\x00]*",
    RDF_LANG_STRING: r"[^\x00]*",
    XSD + "anyURI": r"[^\x00\s]*",
    XSD + "gYear": r"\d{4}",
    XSD + "gYearMonth": r"\d{4}-(0[1-9]|1[0-2])",
    XSD + "date": r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])",
    XSD + "integer": r"[+-]?\d+",
    XSD + "nonNegativeInteger": r"\d+",
    XSD + "decimal": r"[+-]?\d+(\.\d+)?",
    XSD + "boolean": "true|false",
}
_KINDS: dict[URIRef, tuple[type, ...]] = {
    SH.IRI: (Iri,),
    SH.Literal: (Literal,),
    SH.BlankNode: (Blank,),
    SH.IRIOrLiteral: (Iri, Literal),
    SH.BlankNodeOrIRI: (Blank, Iri),
    SH.BlankNodeOrLiteral: (Blank, Literal),
}


def term_of(node: Node) -> Term:
    """A node of rdflib as a term of the model."""
    if isinstance(node, RdfLiteral):
        if node.language:
            return Literal(str(node), RDF_LANG_STRING, node.language)
        return Literal(str(node), str(node.datatype or XSD_STRING))
    return Blank(str(node)) if isinstance(node, BNode) else Iri(str(node))


def _count(least: int, most: float) -> Holds:
    return lambda _n, _s, values: least <= len(values) <= most


def _kind(value: Node) -> Holds:
    kinds = _KINDS[URIRef(str(value))]
    return lambda _n, _s, values: all(isinstance(v, kinds) for v in values)


def _datatype(value: Node) -> Holds:
    wanted = str(value)
    form = re.compile(_FORMS.get(wanted, r"(?!)"))

    def holds(_n: Term, _s: Said, values: Sequence[Term]) -> bool:
        return all(
            isinstance(v, Literal)
            and v.datatype == wanted
            and form.fullmatch(v.value) is not None
            for v in values
        )

    return holds


def _pattern(value: Node) -> Holds:
    form = re.compile(str(value))
    return lambda _n, _s, values: all(
        not isinstance(v, Blank) and form.search(v.value) is not None for v in values
    )


def _length(least: int, most: float) -> Holds:
    return lambda _n, _s, values: all(
        not isinstance(v, Blank) and least <= len(v.value) <= most for v in values
    )


def _one_of(listed: list[Term]) -> Holds:
    return lambda _n, _s, values: all(v in listed for v in values)


def _language_in(listed: list[Term]) -> Holds:
    tags = {str(one).lower() for one in listed}
    return lambda _n, _s, values: all(
        isinstance(v, Literal) and v.language.lower() in tags for v in values
    )


def _unique_language(value: Node) -> Holds:
    def holds(_n: Term, _s: Said, values: Sequence[Term]) -> bool:
        tags = [
            v.language.lower() for v in values if isinstance(v, Literal) and v.language
        ]
        return str(value) != "true" or len(tags) == len(set(tags))

    return holds


def _number(term: Term) -> Decimal | None:
    if not isinstance(term, Literal) or term.datatype not in _NUMBERS:
        return None
    try:
        return Decimal(term.value)
    except InvalidOperation:
        return None


def _least(value: Node) -> Holds:
    bound = _number(term_of(value))

    def holds(_n: Term, _s: Said, values: Sequence[Term]) -> bool:
        numbers = [_number(v) for v in values]
        return all(n is not None and bound is not None and n >= bound for n in numbers)

    return holds


def _less_than(value: Node) -> Holds:
    other = str(value)

    def holds(_n: Term, said: Said, values: Sequence[Term]) -> bool:
        return all(
            (a := _number(v)) is not None and (b := _number(w)) is not None and a < b
            for w in said.get(other, ())
            for v in values
        )

    return holds


SIMPLE: dict[URIRef, Callable[..., Holds]] = {
    SH.minCount: lambda value: _count(int(str(value)), float("inf")),
    SH.maxCount: lambda value: _count(0, int(str(value))),
    SH.nodeKind: _kind,
    SH.datatype: _datatype,
    SH.pattern: _pattern,
    SH.minLength: lambda value: _length(int(str(value)), float("inf")),
    SH.maxLength: lambda value: _length(0, int(str(value))),
    SH["in"]: _one_of,
    SH.languageIn: _language_in,
    SH.uniqueLang: _unique_language,
    SH.minInclusive: _least,
    SH.lessThan: _less_than,
}
