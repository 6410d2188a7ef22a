"""Small triples: names, labels and texts in two languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from kg import vocab
from kg.model import Iri, Literal, Triple
from kg.model.terms import RDF_LANG_STRING

CHINESE = re.compile(r"[\u3400-\u9fff]")


@lru_cache(maxsize=4_000)
def name(prefixed: str) -> Iri:
    """The IRI of a prefixed name."""
    return Iri(vocab.expand(prefixed))


A = name("rdf:type")
LABEL = name("rdfs:label")


def language_of(text: str) -> str:
    """``zh`` for a text with Chinese characters, else ``en``."""
    return "zh" if CHINESE.search(text) else "en"


def note_language(text: str) -> str:
    """The language of a remark, which may quote the other one.

    ``zh`` when it has more Chinese characters than Latin letters: a sentence in
    English that quotes 落地 is English.
    """
    latin = sum(c.isascii() and c.isalpha() for c in text)
    return "zh" if len(CHINESE.findall(text)) > latin else "en"


def words(value: str, language: str = "") -> Literal:
    """A text in this language, or in the one its characters tell."""
    return Literal(value, RDF_LANG_STRING, language or language_of(value))


def both(iri: Iri, predicate: Iri, zh: str, en: str) -> Iterator[Triple]:
    """The same said in Chinese and in English, as far as it is said."""
    if zh:
        yield iri, predicate, words(zh, "zh")
    if en:
        yield iri, predicate, words(en, "en")
