"""Does data conform? Shapes (SHACL) and checks (queries that return nothing).

A violation is a result, not an exception; whoever asks decides what to do.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pyshacl import validate
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.namespace import RDF, SH
from rdflib.term import Node

from kg import vocab
from kg.curate.check import Check, read_check
from kg.curate.ontology import ontology_graph
from kg.curate.progress import Progress, silent, watched
from kg.curate.screen import NOWHERE, Elsewhere, Screen
from kg.model import Blank, Iri, Literal, Term, Triple
from kg.model.terms import XSD_STRING
from kg.store.scratch import ScratchStore

MAX_JUDGED = 5_000
_JUDGED_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where data does not conform.

    Attributes:
        rule: name of the shape or of the check.
        focus: the node it is about, or "".
        path: the property it is about, or "".
    """

    rule: str
    focus: str
    path: str
    message: str
    zh: str

    def text(self, language: str) -> str:
        """One line for people."""
        place = " ".join(vocab.shorten(p) for p in (self.focus, self.path) if p)
        told = self.zh if language == "zh" else self.message
        return f"{place}{'：' if language == 'zh' else ': '}{told} [{self.rule}]"


class Validator:
    """Validates against the shapes and checks of an ontology folder.

    Args:
        folder: has the ontology, ``shapes/*.ttl`` and ``checks/*.rq``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @cached_property
    def ontology(self) -> Graph:
        """Classes, properties and schemes."""
        return ontology_graph(self._folder)

    @cached_property
    def shapes(self) -> Graph:
        """Every shape, as one graph."""
        graph = Graph()
        for path in sorted((self._folder / "shapes").glob("*.ttl")):
            graph.parse(path, format="turtle")
        return graph

    @cached_property
    def checks(self) -> Sequence[Check]:
        """Every check of the folder."""
        return [read_check(p) for p in sorted((self._folder / "checks").glob("*.rq"))]

    def violations(
        self,
        triples: Iterable[Triple],
        progress: Progress = silent,
        elsewhere: Elsewhere = NOWHERE,
    ) -> list[Violation]:
        """Everything that does not conform: shapes first, then checks.

        Args:
            triples: asserted data; the ontology is added to them.
            progress: told the step, how far it is and how far it goes.
            elsewhere: what shapes need not find here, since other data says it.
        """
        kept = triples if isinstance(triples, Sequence) else list(triples)
        return [
            *self.against_shapes(kept, progress, elsewhere),
            *self.against_checks(kept, progress),
        ]

    def against_shapes(
        self,
        triples: Iterable[Triple],
        progress: Progress = silent,
        elsewhere: Elsewhere = NOWHERE,
    ) -> list[Violation]:
        """What the shapes say of the triples.

        The result is that of ``reference``: nodes that hold to simple constraints
        beyond doubt are not shown to pySHACL (``kg.curate.screen``). Of more than
        ``MAX_JUDGED`` suspects the first are judged, and one result tells of the
        rest.
        """
        screen = self._screen
        if not screen.can_screen:
            return _left(self.reference(triples), elsewhere)
        whole = [*triples, *self._ontology_triples]
        suspects = screen.suspects(whole, elsewhere, progress)
        found: list[Violation] = []
        first = suspects[:MAX_JUDGED]
        for start in range(0, len(first), _JUDGED_AT_ONCE):
            judged = first[start : start + _JUDGED_AT_ONCE]
            said = {node.value for node in judged}
            part = screen.part(whole, judged)
            found += [v for v in self.reference(part) if v.focus in said]
            progress("shapes", start + len(judged), len(suspects))
        if len(suspects) > MAX_JUDGED:
            found.append(_unjudged(suspects[MAX_JUDGED], len(suspects) - MAX_JUDGED))
        found = _left(found, elsewhere)
        return sorted(set(found), key=lambda v: (v.focus, v.path, v.rule, v.message))

    @cached_property
    def _screen(self) -> Screen:
        return Screen(self.shapes)

    @cached_property
    def _ontology_triples(self) -> list[Triple]:
        return list(model_triples(self.ontology))

    def reference(self, triples: Iterable[Triple]) -> list[Violation]:
        """What pySHACL says of the triples, every one of them judged."""
        if not len(self.shapes):
            return []
        # Not ont_graph: pySHACL copies only part of it (no type of a property).
        data = rdflib_graph(triples)
        data += self.ontology
        _, report, _ = validate(
            data,
            shacl_graph=self.shapes,
            inference="none",
            advanced=True,
            allow_infos=True,
            allow_warnings=True,
        )
        if not isinstance(report, Graph):
            raise TypeError(f"pySHACL gave no report graph: {report}")
        found = [
            _violation(report, result)
            for result in report.subjects(RDF.type, SH.ValidationResult)
            if report.value(result, SH.resultSeverity) == SH.Violation
        ]
        return sorted(set(found), key=lambda v: (v.focus, v.path, v.rule, v.message))

    def against_checks(
        self, triples: Iterable[Triple], progress: Progress = silent
    ) -> list[Violation]:
        """What the checks find in the triples."""
        kept = triples if isinstance(triples, Sequence) else list(triples)
        store = ScratchStore(watched(kept, progress, "index", len(kept)))
        store.add(self._ontology_triples)
        found = []
        for done, check in enumerate(self.checks):
            progress("checks", done, len(self.checks))
            found += run_check(check, store)
        progress("checks", len(self.checks), len(self.checks))
        return found


def run_check(check: Check, store: ScratchStore) -> list[Violation]:
    """The violations one check finds; its first column is the focus."""
    answer = store.select(check.query)
    found = []
    for row in answer.rows:
        focus = str(row[0]) if row and row[0] is not None else ""
        rest = " ".join(
            f"?{variable}={_shown(term)}"
            for variable, term in zip(answer.variables[1:], row[1:], strict=True)
            if term is not None
        )
        found.append(
            Violation(
                check.name,
                focus,
                "",
                f"{check.problem} {check.solution} {rest}".strip(),
                f"{check.problem_zh}{check.solution_zh} {rest}".strip(),
            )
        )
    return found


def _left(found: Iterable[Violation], elsewhere: Elsewhere) -> list[Violation]:
    return [v for v in found if not elsewhere.says(v.focus, v.path)]


def _unjudged(node: Term, rest: int) -> Violation:
    return Violation(
        "shapes",
        node.value,
        "",
        f"this and {rest - 1} further may not conform; they are judged when those told"
        " before are put right.",
        f"此项及其后 {rest - 1} 项可能不符合约束；改正前面的问题后再检查。",
    )


def _violation(report: Graph, result: Node) -> Violation:
    def one(predicate: URIRef) -> str:
        value = report.value(result, predicate)
        return "" if value is None or isinstance(value, BNode) else str(value)

    messages: dict[str, str] = {}
    for message in report.objects(result, SH.resultMessage):
        if isinstance(message, RdfLiteral):
            messages[message.language or "en"] = str(message)
    english = messages.get("en", "does not conform")
    value = one(SH.value)
    tail = f" ({vocab.shorten(value)})" if value else ""
    return Violation(
        vocab.shorten(one(SH.sourceShape) or one(SH.sourceConstraintComponent)),
        one(SH.focusNode),
        one(SH.resultPath),
        english + tail,
        messages.get("zh", english) + tail,
    )


def _shown(term: Term) -> str:
    return vocab.shorten(term.value) if isinstance(term, Iri) else str(term)


# -- between rdflib and the model ---------------------------------------------


def rdflib_graph(triples: Iterable[Triple]) -> Graph:
    """The triples as a graph of rdflib."""
    graph = Graph()
    terms: dict[Term, URIRef | BNode | RdfLiteral] = {}

    def there(term: Term) -> URIRef | BNode | RdfLiteral:
        if term not in terms:
            terms[term] = _to_rdflib(term)
        return terms[term]

    for s, p, o in triples:
        graph.add((there(s), there(p), there(o)))
    return graph


def _to_rdflib(term: Term) -> URIRef | BNode | RdfLiteral:
    if isinstance(term, Iri):
        return URIRef(term.value)
    if isinstance(term, Blank):
        return BNode(term.value)
    if term.language:
        return RdfLiteral(term.value, lang=term.language)
    if term.datatype == XSD_STRING:
        return RdfLiteral(term.value)
    return RdfLiteral(term.value, datatype=URIRef(term.datatype), normalize=False)


def model_triples(graph: Graph) -> Iterable[Triple]:
    """A graph of rdflib as triples of the model."""
    for s, p, o in graph:
        if isinstance(s, RdfLiteral):
            continue
        yield _from_rdflib(s), Iri(str(p)), _from_rdflib(o)  # type: ignore[misc]


def _from_rdflib(term: object) -> Term:
    if isinstance(term, RdfLiteral):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), str(term.datatype or XSD_STRING))
    if isinstance(term, BNode):
        return Blank(str(term))
    return Iri(str(term))
