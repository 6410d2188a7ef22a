"""Suggestions as data: entities of their own, in a graph no plain query sees.

A suggestion is a ``prov:Entity`` with asker, candidate, score, parts, the
sentences of its reasons, the statements they cite, and what made it: method,
version, generation. It lies in ``lvg:suggestions``, which the default graph
leaves out (``kg.store.base``); who wants it names the graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kg import vocab
from kg.analysis.partners.answer import METHOD, VERSION, Advice
from kg.model import Iri, Literal, Triple
from kg.model.facts import digest
from kg.store import Store

_RDF_TYPE = Iri(vocab.expand("rdf:type"))
_DECIMAL = vocab.expand("xsd:decimal")


def triples(advice: Advice) -> Iterator[Triple]:
    """The suggestions of one answer as triples."""
    wish = advice.request
    told = Iri(vocab.expand("dcterms:description"))
    activity = Iri(
        f"{vocab.ID}suggesting-{digest(advice.generation, advice.asker.iri, str(wish))}"
    )
    yield activity, _RDF_TYPE, _prov("Activity")
    yield (
        activity,
        _label(),
        Literal(f"伙伴推荐：{advice.asker.name('zh')}", language="zh"),
    )
    yield (
        activity,
        _label(),
        Literal(f"Partner advice for {advice.asker.name('en')}", language="en"),
    )
    yield activity, Iri(vocab.lv.method), Literal(METHOD)
    yield activity, Iri(vocab.lv.methodVersion), Literal(VERSION)
    yield activity, Iri(vocab.lv.generation), Literal(advice.generation)
    for one in advice.suggestions:
        iri = Iri(
            f"{vocab.ID}suggestion-"
            + digest(activity.value, advice.asker.iri, one.node.iri)
        )
        yield iri, _RDF_TYPE, _prov("Entity")
        for language in ("zh", "en"):
            ends = (advice.asker.name(language), one.node.name(language))
            yield iri, _label(), Literal(" → ".join(ends), language=language)
        yield iri, _prov("wasGeneratedBy"), activity
        yield iri, Iri(vocab.lv.suggestedTo), Iri(advice.asker.iri)
        yield iri, Iri(vocab.lv.suggests), Iri(one.node.iri)
        yield iri, Iri(vocab.lv.score), Literal(f"{one.score:.4f}", _DECIMAL)
        for reason in one.reasons:
            yield iri, told, Literal(reason.zh, language="zh")
            yield iri, told, Literal(reason.en, language="en")
        for statement in one.statements:
            yield iri, _prov("wasDerivedFrom"), Iri(statement)


def save(store: Store, advice: Advice) -> str:
    """Put the suggestions of one answer in place of the asker's earlier ones.

    Returns:
        The store's new generation.
    """
    kept = store.construct(
        f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{vocab.SUGGESTIONS_GRAPH}> "
        "{ ?s ?p ?o } }"
    )
    old = _of_asker(kept, advice.asker.iri)
    stay = [t for t in kept if t[0].value not in old]
    return store.replace_graphs({vocab.SUGGESTIONS_GRAPH: [*stay, *triples(advice)]})


def _of_asker(kept: Iterable[Triple], asker: str) -> set[str]:
    """Suggestions to an asker, and what made them."""
    kept = list(kept)
    about = {
        s.value
        for s, p, o in kept
        if p.value == vocab.lv.suggestedTo and isinstance(o, Iri) and o.value == asker
    }
    made = {
        o.value
        for s, p, o in kept
        if s.value in about and p == _prov("wasGeneratedBy") and isinstance(o, Iri)
    }
    return about | made


def _prov(name: str) -> Iri:
    return Iri(vocab.expand("prov:" + name))


def _label() -> Iri:
    return Iri(vocab.expand("rdfs:label"))
