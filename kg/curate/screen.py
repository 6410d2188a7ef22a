"""Finds the few nodes that may break a shape, so that pySHACL need judge only those.

pySHACL is the reference, and slow: minutes for a hundred thousand statements. Most
shapes ask simple things of a node and its own triples (SHACL Core, section 4:
cardinality, class, datatype, node kind, strings, ranges, ``sh:in``, ``sh:or``). Those
are asked here of every node, bucket by bucket, and a node is cleared only when each
holds beyond doubt. What is left goes to pySHACL with its own triples. Shapes with
anything else make ``can_screen`` false, and pySHACL gets the whole graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from rdflib import Graph, URIRef
from rdflib.collection import Collection
from rdflib.namespace import OWL, RDF, RDFS, SH
from rdflib.term import Node

from kg.curate.assertion import A, name
from kg.curate.constraints import SIMPLE, Holds, Said, term_of
from kg.curate.progress import Progress, silent
from kg.model import Iri, Literal, Term, Triple

_BUCKET = 50_000
_SUB_CLASS = name("rdfs:subClassOf")
_TARGETS = (SH.targetClass, SH.targetObjectsOf, SH.targetSubjectsOf, SH.targetNode)
_READ_OVER = {
    SH.path, SH.message, SH.severity, SH.property, SH.name, SH.description, SH.order,
    SH.group, *_TARGETS,
}  # fmt: skip


_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What other data says of things that this data speaks of too.

    Attributes:
        nodes: IRIs of the things.
        paths: IRIs of the properties whose values stand there.
        others: IRIs of things that this data only points to: nobody judges them.
    """

    nodes: frozenset[str] = frozenset()
    paths: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()

    def says(self, focus: str, path: str) -> bool:
        """Whether a property of a thing stands there."""
        return focus in self.others or (path in self.paths and focus in self.nodes)


NOWHERE = Elsewhere()


class _NotSimpleError(Exception):
    """A shape asks what only pySHACL can judge."""


@dataclass
class _Rule:
    """One shape: what it holds of, and what must hold of the values of a path."""

    path: str = ""
    of_values: list[Holds] = field(default_factory=list)
    classes: set[str] = field(default_factory=set)
    objects_of: set[str] = field(default_factory=set)
    subjects_of: set[str] = field(default_factory=set)
    nodes: set[Term] = field(default_factory=set)
    rules: list[_Rule] = field(default_factory=list)

    def is_told_by(
        self, node: Term, said: Said, objects: Mapping[Term, set[str]]
    ) -> bool:
        """Whether it holds of a node for what is said of it, or with it."""
        return (
            not self.objects_of.isdisjoint(objects.get(node, ()))
            or any(p in said for p in self.subjects_of)
            or node in self.nodes
        )

    def clears(
        self, node: Term, said: Said, elsewhere: frozenset[str] = frozenset()
    ) -> bool:
        """Whether everything holds of a node beyond doubt.

        Args:
            node: that is judged.
            said: of it.
            elsewhere: paths whose values stand elsewhere, which nobody asks for here.
        """
        if self.path and self.path in elsewhere:
            return True
        values = said.get(self.path, ()) if self.path else (node,)
        return all(holds(node, said, values) for holds in self.of_values) and all(
            rule.clears(node, said, elsewhere) for rule in self.rules
        )


class Screen:
    """Screens data by the shapes of a graph.

    Args:
        shapes: SHACL.
    """

    def __init__(self, shapes: Graph) -> None:
        self._shapes = shapes
        self._types: dict[Term, set[str]] = {}
        self._subs: dict[str, set[str]] = {}
        try:
            self._rules = [self._rule(s) for s in self._targeted()]
            self.can_screen = True
        except _NotSimpleError:
            self._rules = []
            self.can_screen = False

    def suspects(
        self,
        triples: Sequence[Triple],
        elsewhere: Elsewhere = NOWHERE,
        progress: Progress = silent,
    ) -> list[Term]:
        """Nodes that may not conform, in order of their first triple.

        Args:
            triples: all of the data, with the ontology.
            elsewhere: what other data says of which nodes.
            progress: told the triples that were gone through.
        """
        self._know(triples)
        objects = self._pointed_to(triples)
        suspects: list[Term] = []
        of_types = self._rules_of_types()
        others = [r for r in self._rules if r.objects_of or r.subjects_of or r.nodes]
        for done, bucket in enumerate(_buckets(triples, objects)):
            progress("shapes", min(done * _BUCKET, len(triples)), len(triples))
            for node, said in bucket.items():
                if node.value in elsewhere.others:
                    continue
                rules = [
                    *of_types.get(id(self._types.get(node)), ()),
                    *(r for r in others if r.is_told_by(node, said, objects)),
                ]
                paths = elsewhere.paths if node.value in elsewhere.nodes else _NONE
                if not all(rule.clears(node, said, paths) for rule in rules):
                    suspects.append(node)
        return suspects

    def part(self, triples: Iterable[Triple], nodes: Iterable[Term]) -> list[Triple]:
        """What pySHACL needs to judge nodes: their triples, and types beside them."""
        wanted = set(nodes)
        pointing = {p for rule in self._rules for p in rule.objects_of}
        kept = [
            t
            for t in triples
            if t[0] in wanted or (t[2] in wanted and t[1].value in pointing)
        ]
        near = {o for _, _, o in kept if not isinstance(o, Literal)} - wanted
        near |= {s for s, _, _ in kept} - wanted
        kept += [(n, A, Iri(c)) for n in near for c in self._types.get(n, ())]
        return kept

    # -- data -----------------------------------------------------------------

    def _know(self, triples: Iterable[Triple]) -> None:
        self._types = {}
        above: dict[str, set[str]] = {}
        sets: dict[frozenset[str], set[str]] = {}
        for s, p, o in triples:
            if p == A and isinstance(o, Iri):
                # One set for all things of the same types: there are few.
                key = frozenset(self._types.get(s, ())) | {o.value}
                self._types[s] = sets.setdefault(key, set(key))
            elif p == _SUB_CLASS and isinstance(o, Iri):
                above.setdefault(o.value, set()).add(s.value)
        self._subs = {c: _closure(c, above) for c in self._classes()}

    def _classes(self) -> set[str]:
        found = {str(o) for o in self._shapes.objects(None, SH["class"])}
        return found | {c for rule in self._rules for c in rule.classes}

    def _is_a(self, node: Term, class_: str) -> bool:
        return not self._subs[class_].isdisjoint(self._types.get(node, ()))

    def _pointed_to(self, triples: Iterable[Triple]) -> dict[Term, set[str]]:
        wanted = {p for rule in self._rules for p in rule.objects_of}
        found: dict[Term, set[str]] = {}
        for _, p, o in triples:
            if p.value in wanted:
                found.setdefault(o, set()).add(p.value)
        return found

    def _rules_of_types(self) -> dict[int, list[_Rule]]:
        """The rules of each set of types that things have, by its identity."""
        return {
            id(types): [
                rule
                for rule in self._rules
                if any(not self._subs[c].isdisjoint(types) for c in rule.classes)
            ]
            for types in self._types.values()
        }

    # -- shapes ---------------------------------------------------------------

    def _targeted(self) -> list[Node]:
        shapes = {s for target in _TARGETS for s in self._shapes.subjects(target)}
        classes = {RDFS.Class, OWL.Class}
        for shape in self._shapes.subjects(RDF.type, SH.NodeShape):
            if classes & set(self._shapes.objects(shape, RDF.type)):
                raise _NotSimpleError  # its instances are targets too
        return sorted(shapes, key=str)

    def _rule(self, shape: Node) -> _Rule:
        rule = _Rule()
        graph = self._shapes
        rule.classes = {str(o) for o in graph.objects(shape, SH.targetClass)}
        rule.objects_of = {str(o) for o in graph.objects(shape, SH.targetObjectsOf)}
        rule.subjects_of = {str(o) for o in graph.objects(shape, SH.targetSubjectsOf)}
        rule.nodes = {term_of(o) for o in graph.objects(shape, SH.targetNode)}
        if not self._is_told(shape):
            return _Rule()
        rule.of_values = self._constraints(shape)
        path = graph.value(shape, SH.path)
        if path is not None:
            if not isinstance(path, URIRef):
                raise _NotSimpleError
            rule.path = str(path)
        for nested in graph.objects(shape, SH.property):
            if rule.path:
                raise _NotSimpleError  # asks about the values' own triples
            if self._is_told(nested):
                rule.rules.append(self._rule(nested))
        return rule

    def _is_told(self, shape: Node) -> bool:
        """Whether its results are violations; warnings are nobody's concern here."""
        said = self._shapes.value(shape, SH.severity)
        return said is None or said == SH.Violation

    def _constraints(self, shape: Node) -> list[Holds]:
        found: list[Holds] = []
        for predicate, value in self._shapes.predicate_objects(shape):
            if not str(predicate).startswith(str(SH)) or predicate in _READ_OVER:
                continue
            found.append(self._constraint(shape, URIRef(str(predicate)), value))
        return found

    def _constraint(self, shape: Node, predicate: URIRef, value: Node) -> Holds:
        if predicate == SH["class"]:
            wanted = str(value)
            return lambda _n, _s, values: all(self._is_a(v, wanted) for v in values)
        if predicate == SH["or"]:
            rules = [self._rule(s) for s in Collection(self._shapes, value)]
            pathed = self._shapes.value(shape, SH.path) is not None
            if any(rule.path or (pathed and rule.rules) for rule in rules):
                raise _NotSimpleError
            return lambda node, said, values: all(
                any(rule.clears(v, said if v is node else {}) for rule in rules)
                for v in values
            )
        if predicate in {SH["in"], SH.languageIn}:
            listed = [term_of(o) for o in Collection(self._shapes, value)]
            return SIMPLE[predicate](listed)
        if predicate in SIMPLE:
            return SIMPLE[predicate](value)
        raise _NotSimpleError


def _buckets(
    triples: Sequence[Triple], objects: Mapping[Term, set[str]]
) -> Iterator[dict[Term, dict[str, list[Term]]]]:
    """Subjects with what is said of them, some thousands at a time."""
    count = len(triples) // _BUCKET + 1
    parts: list[list[Triple]] = [[] for _ in range(count)]
    for triple in triples:
        parts[hash(triple[0]) % count].append(triple)
    silent_ones: list[list[Term]] = [[] for _ in range(count)]
    for node in objects:
        silent_ones[hash(node) % count].append(node)
    for part, more in zip(parts, silent_ones, strict=True):
        said: dict[Term, dict[str, list[Term]]] = {}
        for s, p, o in dict.fromkeys(part):
            said.setdefault(s, {}).setdefault(p.value, []).append(o)
        for node in more:
            said.setdefault(node, {})
        yield said


def _closure(class_: str, above: Mapping[str, set[str]]) -> set[str]:
    found, open_ = {class_}, [class_]
    while open_:
        for sub in above.get(open_.pop(), ()):
            if sub not in found:
                found.add(sub)
                open_.append(sub)
    return found
