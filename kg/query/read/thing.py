"""A thing as its own triples describe it: names, aliases, classes, definition."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg import vocab
from kg.model import Iri, Literal, Term
from kg.query.read.names import Name
from kg.query.read.text import PROLOGUE, batches, is_iri, local, ref, values
from kg.store import Store

_DESCRIPTION = """SELECT ?p ?o WHERE {{
  {{ GRAPH ?g {{ {thing} a ?o }} FILTER(?g != <{inferred}>) BIND(rdf:type AS ?p) }}
  UNION {{ {{ VALUES ?p {{
    skos:prefLabel skos:altLabel rdfs:label schema:name dcterms:title skos:definition
    dcterms:description skos:note skos:editorialNote
    lv:englishNameBasis lv:dataset prov:wasDerivedFrom schema:sameAs
    skos:exactMatch skos:closeMatch dcterms:license dcterms:rights
    dcterms:issued dcterms:modified dcat:version dcterms:source dcterms:creator
    lv:graph schema:url lv:sha256 rdfs:comment oa:hasSource lv:locator rdf:subject
    lv:refEntity qb:dataSet lv:asOf }} }}
  {thing} ?p ?o }}
}}"""

_TYPES_OF = """SELECT ?s ?type WHERE {{
  {values}
  GRAPH ?g {{ ?s a ?type }} FILTER(?g != <{inferred}>)
}}"""

# What a page of a thing is laid out for, by one of its classes.
_KINDS = (
    (vocab.expand("rdf:Statement"), "statement"),
    (vocab.expand("qb:Observation"), "observation"),
    (vocab.expand("oa:SpecificResource"), "evidence"),
    (vocab.expand("oa:TextQuoteSelector"), "selector"),
    (vocab.expand("oa:TextPositionSelector"), "selector"),
    (vocab.expand("dcat:Dataset"), "dataset"),
    (vocab.expand("qb:DataSet"), "dataset"),
    (vocab.expand("lv:Track"), "track"),
    (vocab.expand("lv:Indicator"), "indicator"),
)


@dataclass(frozen=True, slots=True)
class Thing:
    """What is said of a thing outside its statements.

    Attributes:
        types: asserted classes; inferred super-classes are left out.
        kind: ``entity``, ``track``, ``indicator``, ``statement``, ``observation``,
            ``evidence``, ``selector``, ``source`` or ``dataset``.
        aliases: other names, with their languages, the shown name left out.
    """

    iri: str
    name: Name
    types: frozenset[str]
    kind: str
    aliases: tuple[Literal, ...] = ()
    texts: tuple[tuple[str, Term], ...] = ()

    @property
    def id(self) -> str:
        """The local id."""
        return self.iri.removeprefix(vocab.ID)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a property given as prefixed name, as text, sorted."""
        iri = vocab.expand(name)
        return tuple(sorted({str(o) for p, o in self.texts if p == iri}))

    def one(self, name: str, language: str = "") -> str:
        """A value of a property, in this language if there is one, else ""."""
        iri = vocab.expand(name)
        found = [o for p, o in self.texts if p == iri]
        for term in found:
            if isinstance(term, Literal) and term.language[:2] == language:
                return term.value
        return str(found[0]) if found else ""


def types(store: Store, iris: Iterable[str]) -> dict[str, set[str]]:
    """The asserted classes of each of these things."""
    wanted = [iri for iri in dict.fromkeys(iris) if is_iri(iri)]
    found: dict[str, set[str]] = {iri: set() for iri in wanted}
    for batch in batches(wanted):
        query = PROLOGUE + _TYPES_OF.format(
            values=values("s", batch), inferred=vocab.INFERRED_GRAPH
        )
        for row in store.select(query):
            found[str(row["s"])].add(str(row["type"]))
    return found


def thing(store: Store, iri: str) -> Thing | None:
    """Describe a thing in one query; ``None`` when the graph does not know it.

    Raises:
        NotFoundError: if the identifier is no IRI.
    """
    query = _DESCRIPTION.format(thing=ref(iri), inferred=vocab.INFERRED_GRAPH)
    a = vocab.expand("rdf:type")
    asserted = set[str]()
    texts = []
    for row in store.select(PROLOGUE + query):
        if (p := str(row["p"])) == a:
            asserted.add(str(row["o"]))
        else:
            texts.append((p, row["o"]))
    if not asserted and not texts:
        return None
    name = _name(iri, tuple(texts))
    shown = {name.zh, name.en}
    labels = (
        vocab.expand("skos:altLabel"),
        vocab.expand("skos:prefLabel"),
    )
    aliases = {o for p, o in texts if p in labels and isinstance(o, Literal)}
    return Thing(
        iri=iri,
        name=name,
        types=frozenset(asserted),
        kind=_kind(iri, asserted),
        aliases=tuple(sorted(a for a in aliases if a.value not in shown)),
        texts=tuple(sorted(texts, key=lambda pair: (pair[0], str(pair[1])))),
    )


def _kind(iri: str, asserted: set[str]) -> str:
    for type_, kind in _KINDS:
        if type_ in asserted:
            return kind
    return "source" if local(iri).startswith("source-") else "entity"


def _name(iri: str, texts: tuple[tuple[str, Term], ...]) -> Name:
    best = {"zh": "", "en": ""}
    basis = ""
    order = ("skos:prefLabel", "schema:name", "dcterms:title", "rdfs:label")
    for prefixed in order:
        for o in sorted((o for p, o in texts if p == vocab.expand(prefixed)), key=str):
            if isinstance(o, Literal):
                language = "en" if o.language.startswith("en") else "zh"
                best[language] = best[language] or o.value
    for p, o in texts:
        if p == vocab.expand("lv:englishNameBasis") and isinstance(o, Iri):
            basis = local(o.value)
    return Name(iri, best["zh"], best["en"], basis)
