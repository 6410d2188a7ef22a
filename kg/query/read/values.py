"""Values of some properties of many things at once, and things by identifier."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kg import vocab
from kg.model import Iri, Literal, Term
from kg.model.terms import XSD
from kg.query.read.text import PROLOGUE, batches, is_iri, ref, values
from kg.store import Store

IDENTIFIERS = (
    "creditCode",
    "leiCode",
    "rorId",
    "wikidataId",
    "stockCode",
    "cik",
    "identifier",
    "website",
)
_HOMES = ("https://ror.org/", "https://www.wikidata.org/wiki/")

_VALUES = """SELECT ?s ?p ?o ?name WHERE {{
  {things} ?s ?p ?o FILTER(?p IN ({properties}))
  OPTIONAL {{ ?o skos:prefLabel|skos:altLabel|rdfs:label ?name }}
}}"""
_HOLDERS = """SELECT ?s ?p ?o WHERE {{
  VALUES ?o {{ {terms} }} ?s ?p ?o FILTER(?p IN ({properties}))
}}"""
_NAMED = """SELECT ?s ?p ?name WHERE {{
  {things} ?s ?p ?name FILTER(?p IN (skos:prefLabel, skos:altLabel))
}}"""
_USES = """SELECT ?p (COUNT(DISTINCT ?st) AS ?n) WHERE {{
  {classes} ?s a ?c . ?st rdf:subject ?s ; rdf:predicate ?p .
}} GROUP BY ?p"""


@dataclass(frozen=True, slots=True)
class Value:
    """One value with the names of what it points to."""

    term: Term
    names: tuple[Literal, ...] = ()


@dataclass(slots=True)
class Called:
    """Names of a thing: preferred by language, and all others."""

    zh: str = ""
    en: str = ""
    others: tuple[str, ...] = ()

    def all(self) -> tuple[str, ...]:
        """Every name, preferred ones first."""
        return tuple(dict.fromkeys(n for n in (self.zh, self.en, *self.others) if n))

    def text(self, language: str) -> str:
        """The preferred name in a language, else in the other."""
        own, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return own or other


def values_of(
    store: Store, things: Iterable[str], properties: Iterable[str]
) -> dict[str, dict[str, list[Value]]]:
    """What is stated and achieved: thing IRI to property IRI to its values."""
    wanted = sorted({iri for iri in properties if is_iri(iri)})
    found: dict[tuple[str, str, Term], set[Literal]] = defaultdict(set)
    if wanted:
        for batch in batches(iri for iri in things if is_iri(iri)):
            query = _VALUES.format(
                things=values("s", batch), properties=", ".join(map(ref, wanted))
            )
            for row in store.select(PROLOGUE + query):
                names = found[str(row["s"]), str(row["p"]), row["o"]]
                if isinstance(name := row.get("name"), Literal):
                    names.add(name)
    made: dict[str, dict[str, list[Value]]] = {}
    for (s, p, o), names in sorted(
        found.items(), key=lambda f: (*f[0][:2], str(f[0][2]))
    ):
        value = Value(o, tuple(sorted(names, key=str)))
        made.setdefault(s, {}).setdefault(p, []).append(value)
    return made


def names_of(store: Store, things: Iterable[str]) -> dict[str, Called]:
    """Every name of these things; those without a preferred one are left out."""
    preferred = vocab.expand("skos:prefLabel")
    found: dict[str, Called] = {}
    aliases: dict[str, set[str]] = defaultdict(set)
    for batch in batches(dict.fromkeys(iri for iri in things if is_iri(iri))):
        query = _NAMED.format(things=values("s", batch))
        for row in store.select(PROLOGUE + query):
            iri, name = str(row["s"]), row["name"]
            if str(row["p"]) == preferred and isinstance(name, Literal):
                called = found.setdefault(iri, Called())
                if name.language.startswith("zh"):
                    called.zh = called.zh or name.value
                else:
                    called.en = called.en or name.value
            else:
                aliases[iri].add(str(name))
    for iri, called in found.items():
        called.others = tuple(sorted(aliases[iri]))
    return found


def holders(store: Store, texts: Iterable[str]) -> dict[str, list[str]]:
    """Things that have one of these texts as an identifier: text to IRIs."""
    forms: dict[str, set[str]] = defaultdict(set)
    for text in texts:
        for form in identifier_forms(text):
            forms[form].add(text)
    terms = [
        literal.n3()
        for form in sorted(forms)
        for literal in (Literal(form), Literal(form, XSD + "anyURI"))
    ]
    found: dict[str, list[str]] = defaultdict(list)
    properties = ", ".join(ref(vocab.ONTOLOGY + name) for name in IDENTIFIERS)
    for batch in batches(terms):
        query = _HOLDERS.format(properties=properties, terms=" ".join(batch))
        for row in store.select(PROLOGUE + query):
            for text in sorted(forms.get(str(row["o"]), ())):
                if str(row["s"]) not in found[text]:
                    found[text].append(str(row["s"]))
    return dict(found)


def identifier_forms(text: str) -> set[str]:
    """How an identifier may be written in the graph: with or without its home."""
    text = text.strip()
    forms = {text, text.upper(), text.rstrip("/")}
    for home in _HOMES:
        forms |= {f.removeprefix(home) for f in forms}
    if text.startswith(
        ("http://www.wikidata.org/entity/", "https://www.wikidata.org/")
    ):
        forms.add(text.rpartition("/")[2])
    if len(text) == 9 and text.isalnum():
        forms.add(f"https://ror.org/{text.lower()}")
    return {form for form in forms if form}


def property_uses(store: Store, classes: Iterable[str]) -> dict[str, int]:
    """How many statements about things of these classes use each property."""
    query = PROLOGUE + _USES.format(classes=values("c", sorted(classes)))
    return {str(row["p"]): int(str(row["n"])) for row in store.select(query)}


def is_thing(term: Term) -> bool:
    """Whether a value is a thing or concept of ours."""
    return isinstance(term, Iri) and term.value.startswith((vocab.ID, vocab.ONTOLOGY))
