"""Our terms to Oxigraph's and back, and Oxigraph's errors to ours."""

from __future__ import annotations

import re

import pyoxigraph as ox

from kg.errors import DataError, QuerySyntaxError, StoreError
from kg.model import Blank, Iri, Literal, Term, Triple

_QUERY_POSITION = re.compile(r"error at (\d+):(\d+)")


def from_engine(term: object) -> Term:
    """Turn an Oxigraph term into ours."""
    if isinstance(term, ox.NamedNode):
        return Iri(term.value)
    if isinstance(term, ox.Literal):
        return Literal(term.value, term.datatype.value, term.language or "")
    if isinstance(term, ox.BlankNode):
        return Blank(term.value)
    raise StoreError(f"The engine gave a term RDF 1.1 does not have: {term}")


def model_triple(triple: ox.Triple | ox.Quad) -> Triple:
    """A triple of the engine as one of ours."""
    subject, predicate = from_engine(triple.subject), from_engine(triple.predicate)
    if isinstance(subject, Literal) or not isinstance(predicate, Iri):
        raise StoreError(f"Not a triple of RDF 1.1: {triple}")
    term: Term = from_engine(triple.object)
    return subject, predicate, term


def to_engine(term: Term) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    """Turn one of our terms into Oxigraph's."""
    if isinstance(term, Iri):
        return ox.NamedNode(term.value)
    if isinstance(term, Blank):
        return ox.BlankNode(term.value)
    if term.language:
        return ox.Literal(term.value, language=term.language)
    return ox.Literal(term.value, datatype=ox.NamedNode(term.datatype))


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI (RFC 3987), as every engine here takes it."""
    try:
        ox.NamedNode(text)
    except ValueError:
        return False
    return True


def query_error(exc: SyntaxError) -> QuerySyntaxError:
    """The engine's syntax error with line and column as context.

    Oxigraph 0.5.13 tells the position of a query in its message only.
    """
    text = " ".join(str(exc).split())
    if len(text) > 300:
        text = text[:300] + " …"
    found = _QUERY_POSITION.search(text)
    context = (
        {"line": int(found[1]), "column": int(found[2])} if found is not None else {}
    )
    return QuerySyntaxError(
        f"The query does not parse: {text}",
        zh=f"查询语法有误：{text}",
        hint="Check the query at the position given.",
        hint_zh="请检查所示位置的查询文本。",
        link="https://www.w3.org/TR/sparql11-query/#grammar",
        context=context,
    )


def document_error(exc: SyntaxError) -> DataError:
    """The engine's error in an RDF document, with line and column as context."""
    text = " ".join(str(exc).split())[:300]
    context = {"line": exc.lineno, "column": exc.offset} if exc.lineno else {}
    return DataError(
        f"The document does not parse: {text}",
        zh=f"文档无法解析：{text}",
        hint="Check the document at the position given, and its Content-Type.",
        hint_zh="请检查所示位置的内容以及 Content-Type。",
        context=context,
    )
