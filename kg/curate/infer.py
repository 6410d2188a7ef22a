"""Inference: the rules of the ontology, run once, kept apart, and explained.

A rule (``lv:InferenceRule``) is two SPARQL 1.1 texts: ``lv:construct`` yields
conclusions from asserted triples and the ontology; ``lv:premises`` names the
asserted triples behind one conclusion. Rules never look at each other's
conclusions, so one run of each is enough and their order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kg.errors import ConfigError, NotFoundError
from kg.model import Blank, Iri, Literal, Triple
from kg.model.facts import term_iri
from kg.model.terms import RDF_LANG_STRING
from kg.store import Solutions
from kg.store.scratch import ScratchStore

_EMPTY_VALUES = "VALUES (?s ?p ?o) { }"
_RULES = """
PREFIX lv: <{lv}>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?rule ?construct ?premises ?zh ?en WHERE {{
  ?rule a lv:InferenceRule ; lv:construct ?construct ; lv:premises ?premises ;
    lv:order ?order ; rdfs:label ?zh , ?en .
  FILTER (LANG(?zh) = "zh" && LANG(?en) = "en")
}} ORDER BY ?order
"""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of the ontology."""

    iri: str
    label_zh: str
    label_en: str
    construct: str
    premises: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a triple was inferred: the rule, and the asserted triples behind it."""

    rule: Rule
    premises: tuple[Triple, ...]


def read_rules(ontology: ScratchStore) -> list[Rule]:
    """The rules of an ontology, in their order.

    Raises:
        ConfigError: if a rule has no place for the conclusion to explain.
    """
    query = _RULES.format(lv=term_iri("").value)
    rules = [
        Rule(
            str(r["rule"]),
            str(r["zh"]),
            str(r["en"]),
            str(r["construct"]),
            str(r["premises"]),
        )
        for r in ontology.select(query)
    ]
    for rule in rules:
        if _EMPTY_VALUES not in rule.premises:
            raise ConfigError(
                f"{rule.iri}: lv:premises has no {_EMPTY_VALUES!r}.",
                zh=f"{rule.iri}：lv:premises 缺少 {_EMPTY_VALUES!r}。",
            )
    return rules


def infer(asserted: Iterable[Triple], ontology: Sequence[Triple]) -> list[Triple]:
    """Every conclusion of the rules that is not asserted already.

    Args:
        asserted: the triples of all datasets.
        ontology: the triples of the ontology, rules included; what it says
            counts as asserted.

    Returns:
        Conclusions in a fixed order, each once.
    """
    store = ScratchStore(ontology)
    store.add(asserted)
    return conclusions(store)


def conclusions(store: ScratchStore) -> list[Triple]:
    """What follows, by the rules it holds, from what a store holds.

    Raises:
        ConfigError: as ``read_rules``.
    """
    read_rules(store)  # each can explain itself
    return store.conclusions()


def explain(
    triple: Triple, select: Callable[[str], Solutions], rules: Iterable[Rule]
) -> list[Explanation]:
    """Which rules yield a triple, and from what.

    Args:
        triple: an inferred triple.
        select: asks the graph that holds asserted triples and the ontology;
            conclusions may stand there too, rules do not look at them.
        rules: from ``read_rules``.

    Raises:
        NotFoundError: if no rule yields it.
    """
    conclusion = " ".join(_sparql(term) for term in triple)
    values = f"VALUES (?s ?p ?o) {{ ({conclusion}) }}"
    found = []
    for rule in rules:
        answer = select(rule.premises.replace(_EMPTY_VALUES, values))
        premises = tuple(
            (row["subject"], row["predicate"], row["object"]) for row in answer
        )
        if premises:
            found.append(Explanation(rule, premises))  # type: ignore[arg-type]
    if not found:
        raise NotFoundError(
            "No rule yields this triple.", zh="没有规则能推出这个三元组。"
        )
    return found


def _sparql(term: Iri | Blank | Literal) -> str:
    if isinstance(term, Blank):
        raise NotFoundError(
            "Nothing is inferred about blank nodes.", zh="不对空白节点作推断。"
        )
    if isinstance(term, Literal) and term.datatype == RDF_LANG_STRING:
        return Literal(term.value, language=term.language).n3()
    return term.n3()
