"""The catalogue of questions: one RDF file each, read once, bound, never edited.

A question's text has blanks written ``$name``, which SPARQL reads as variables,
so the file as it stands parses anywhere. ``Question.bind`` puts an IRI in place
of each blank, the reader's language in place of ``$language``, and in place of
``$dataset`` the data set to answer from, or "" for all; nothing else can enter a
query.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg import vocab
from kg.base import PRODUCT
from kg.errors import ConfigError, KGError, NotFoundError, QueryError
from kg.model import Iri, Literal, Term, Triple
from kg.query.read.text import is_iri
from kg.store import Store
from kg.store.scratch import read_triples

QUERIES = PRODUCT + "queries/"
LANGUAGE = "language"
DATASET = "dataset"
LANGUAGES = ("zh", "en")
ANSWERABLE = ("article", "partly", "more-data")
_BLANK = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)")
_PREFIX = re.compile(r"(?<![\w<])([a-z]+):(?!//)")

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A blank of a question.

    Attributes:
        kind: IRI of the class a value belongs to.
        label: language to text.
        default: IRI that fills the blank when the reader gives none.
    """

    name: str
    kind: str
    label: Texts
    default: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer.

    Attributes:
        names: the column whose IRIs it names, or "" when it names none.
    """

    name: str
    label: Texts
    names: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, its SPARQL text, and what one needs to ask it.

    Attributes:
        id: identifier in ``data/questions.csv``.
        name: file name without ending, last part of the IRI.
        topic: the folder it lies in.
        answerable: one of ``ANSWERABLE``.
        missing: which data are missing, by language; empty when none are.
        query: SPARQL 1.1 with its prefixes and with blanks.
        about: IRIs of the things its label speaks of, beside the defaults.
        absent: what the graph asked does not have, by language, when it cannot
            be asked there (``kg.query.fitting``).
    """

    id: str
    name: str
    topic: str
    label: Texts
    comment: Texts
    keywords: Mapping[str, tuple[str, ...]]
    asked_by: str
    answerable: str
    missing: Texts
    parameters: tuple[Parameter, ...]
    columns: tuple[Column, ...]
    query: str
    about: tuple[str, ...] = ()
    absent: Texts = field(default_factory=dict)

    @property
    def iri(self) -> str:
        """IRI of the question."""
        return QUERIES + self.name

    def values(self, given: Mapping[str, str]) -> dict[str, str]:
        """The IRI for each blank: what is given, else the default.

        Args:
            given: parameter to IRI, prefixed name (``id:lepu-medical``) or
                local id (``lepu-medical``); an empty text counts as not given.

        Raises:
            QueryError: for a name that is no parameter, or a value that can be
                no identifier.
        """
        known = {p.name: p for p in self.parameters}
        for name in given:
            if name not in known:
                raise _unknown_parameter(name, known)
        return {
            name: as_iri(name, text) if (text := given.get(name, "")) else p.default
            for name, p in known.items()
        }

    def bind(
        self,
        given: Mapping[str, str] | None = None,
        language: str = "zh",
        dataset: str = "",
    ) -> str:
        """The query as it can be sent: every blank filled.

        Args:
            given: see ``values``.
            language: of the names in the answer.
            dataset: answer from this data set alone (``article``,
                ``id:dataset-article`` or its IRI); "" for all of them.

        Raises:
            QueryError: as ``values`` does, and for another language.
        """
        if language not in LANGUAGES:
            raise QueryError(
                f"{language!r} is no language of the answers.",
                zh=f"答案没有 {language!r} 这种语言。",
                hint="Use zh or en.",
                hint_zh="请用 zh 或 en。",
            )
        terms = {n: f"<{iri}>" for n, iri in self.values(given or {}).items()}
        terms[LANGUAGE] = Literal(language).n3()
        terms[DATASET] = f"<{as_dataset(dataset)}>" if dataset else Literal("").n3()
        return _BLANK.sub(lambda match: terms[match[1]], self.query)

    def check_values(
        self, store: Store, given: Mapping[str, str], dataset: str = ""
    ) -> None:
        """Refuse values the store does not know, or of another class.

        An answer without rows would otherwise look like a fact.

        Raises:
            NotFoundError: if nothing in the store has the identifier.
            QueryError: if the thing is not of the parameter's class.
        """
        values = self.values(given)
        if dataset:
            _ensure_known(store, DATASET, as_dataset(dataset))
        for parameter in self.parameters:
            iri = values[parameter.name]
            _ensure_known(store, parameter.name, iri)
            if not store.ask(_IS_A.format(iri=iri, kind=parameter.kind)):
                kind = vocab.shorten(parameter.kind)
                raise QueryError(
                    f"{vocab.shorten(iri)} is no {kind}, which {parameter.name} needs.",
                    zh=f"{vocab.shorten(iri)} 不是 {parameter.name} 要求的 {kind}。",
                    context={"parameter": parameter.name},
                )


_IS_A = (
    "PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> "
    "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
    "ASK {{ <{iri}> rdf:type ?class . ?class rdfs:subClassOf* <{kind}> }}"
)


def _ensure_known(store: Store, parameter: str, iri: str) -> None:
    if not store.ask(f"ASK {{ <{iri}> ?p ?o }}"):
        raise NotFoundError(
            f"Nothing has the identifier {vocab.shorten(iri)}.",
            zh=f"没有标识符为 {vocab.shorten(iri)} 的内容。",
            context={"parameter": parameter},
        )


def as_iri(parameter: str, text: str) -> str:
    """The IRI that a reader's text stands for.

    Raises:
        QueryError: if it stands for none.
    """
    iri = text
    if not text.startswith(("http://", "https://")):
        prefix, colon, local = text.partition(":")
        if not colon:
            iri = vocab.ID + text
        elif prefix in vocab.PREFIXES:
            iri = vocab.PREFIXES[prefix] + local
    if not iri.startswith(("http://", "https://")) or not is_iri(iri):
        raise QueryError(
            f"{text!r} cannot be the value of {parameter}.",
            zh=f"{text!r} 不能作为参数 {parameter} 的值。",
            hint="Give an identifier such as id:track-cgt, or a full IRI.",
            hint_zh="请填写标识符（如 id:track-cgt）或完整的 IRI。",
            context={"parameter": parameter},
        )
    return iri


def as_dataset(text: str) -> str:
    """The IRI of the data set that a reader names; raises as ``as_iri`` does."""
    local = text.removeprefix("id:").removeprefix("dataset-")
    return as_iri(DATASET, text if ":" in local else f"id:dataset-{local}")


def _unknown_parameter(name: str, known: Iterable[str]) -> KGError:
    shown = ", ".join(known) or "none"
    return QueryError(
        f"This question has no parameter {name!r}.",
        zh=f"这个问题没有参数 {name!r}。",
        hint=f"It has: {shown}.",
        hint_zh=f"它的参数：{shown}。",
        context={"parameter": name},
    )


@dataclass(frozen=True)
class Catalogue:
    """The questions, in the order of their numbers."""

    questions: tuple[Question, ...]
    _by_key: Mapping[str, Question] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        keys = {q.name: q for q in self.questions} | {q.id: q for q in self.questions}
        object.__setattr__(self, "_by_key", keys)

    def __iter__(self) -> Iterator[Question]:
        return iter(self.questions)

    def __len__(self) -> int:
        return len(self.questions)

    def get(self, key: str) -> Question:
        """The question with this number or name.

        Raises:
            NotFoundError: if there is none; the hint has the nearest name.
        """
        if key in self._by_key:
            return self._by_key[key]
        near = difflib.get_close_matches(key, self._by_key, n=1)
        raise NotFoundError(
            f"There is no question {key!r}.",
            zh=f"没有编号或名称为 {key!r} 的问题。",
            hint=f"Did you mean {near[0]}?" if near else "kg ask lists them.",
            hint_zh=f"是否应为 {near[0]}？" if near else "kg ask 可列出全部问题。",
        )


def load_catalogue(folder: Path) -> Catalogue:
    """Read every question of a folder.

    Args:
        folder: holds ``prefixes.ttl``, ``columns.ttl`` and ``<topic>/<name>.ttl``.

    Raises:
        ConfigError: if a file does not say what a question needs.
    """
    shared = _File(folder / "columns.ttl")
    labels = {
        shared.text(s, "schema:name"): shared.texts(s, "rdfs:label")
        for s in shared.of_type("lv:QueryColumn")
    }
    declared = _File(folder / "prefixes.ttl")
    prefixes = {
        declared.text(s, "sh:prefix"): declared.text(s, "sh:namespace")
        for s in declared.of_type("sh:PrefixDeclaration")
    }
    found = [
        _question(_File(path), path, labels, prefixes)
        for path in sorted(folder.glob("*/*.ttl"))
    ]
    return Catalogue(tuple(sorted(found, key=lambda q: (len(q.id), q.id))))


def _question(
    file: _File, path: Path, labels: Mapping[str, Texts], prefixes: Texts
) -> Question:
    iri = QUERIES + path.stem
    if iri not in file.of_type("sh:SPARQLSelectExecutable"):
        raise file.fault(f"no sh:SPARQLSelectExecutable <{iri}>")
    names = file.text(iri, "lv:columns").split()
    text = file.text(iri, "sh:select")
    question = Question(
        id=file.text(iri, "schema:identifier"),
        name=path.stem,
        topic=path.parent.name,
        label=file.texts(iri, "rdfs:label"),
        comment=file.texts(iri, "rdfs:comment"),
        keywords=file.lists(iri, "schema:keywords"),
        asked_by=file.text(iri, "lv:askedBy"),
        answerable=file.text(iri, "lv:answerable"),
        missing=file.texts(iri, "lv:missing", needed=False),
        parameters=tuple(_parameter(file, p) for p in file.iris(iri, "lv:parameter")),
        columns=tuple(_column(name, names, labels, file) for name in names),
        query=_prologue(text, prefixes, file) + text,
        about=tuple(file.iris(iri, "schema:about")),
    )
    blanks = {p.name for p in question.parameters} | {LANGUAGE, DATASET}
    if unknown := set(_BLANK.findall(question.query)) - blanks:
        raise file.fault(f"no lv:parameter for ${min(unknown)}")
    if question.answerable not in ANSWERABLE:
        raise file.fault(f"lv:answerable {question.answerable!r}")
    if (question.answerable == "article") == bool(question.missing):
        raise file.fault("lv:missing goes with what the article cannot answer")
    return question


def _parameter(file: _File, iri: str) -> Parameter:
    return Parameter(
        name=file.text(iri, "schema:name"),
        kind=file.text(iri, "lv:parameterClass"),
        label=file.texts(iri, "rdfs:label"),
        default=file.text(iri, "lv:default"),
    )


def _column(
    name: str, all_names: list[str], labels: Mapping[str, Texts], file: _File
) -> Column:
    """A column; ``xName`` shares the label of ``x``."""
    base = name.removesuffix("Name")
    if base not in labels:
        raise file.fault(f"no lv:QueryColumn {base!r} in columns.ttl")
    return Column(
        name, labels[base], base if base != name and base in all_names else ""
    )


def _prologue(text: str, prefixes: Texts, file: _File) -> str:
    used = sorted(set(_PREFIX.findall(text)))
    if unknown := [prefix for prefix in used if prefix not in prefixes]:
        raise file.fault(f"prefix {unknown[0]}: is not in prefixes.ttl")
    return "".join(f"PREFIX {p}: <{prefixes[p]}>\n" for p in used)


class _File:
    """What one Turtle file says, by subject and predicate.

    Args:
        path: the file; a missing or broken one is a fault of the set-up.
    """

    def __init__(self, path: Path) -> None:
        self._name = path.name
        self._terms: dict[tuple[str, str], list[Term]] = {}
        try:
            triples: list[Triple] = list(read_triples(path))
        except (KGError, OSError) as exc:
            raise ConfigError(
                f"{self._name} cannot be read: {exc}",
                zh=f"无法读取 {self._name}：{exc}",
            ) from exc
        for s, p, o in triples:
            self._terms.setdefault((str(s), p.value), []).append(o)

    def fault(self, what: str) -> ConfigError:
        """An error that names this file."""
        return ConfigError(
            f"Question file {self._name}: {what}.",
            zh=f"问题文件 {self._name}：{what}。",
        )

    def _all(self, subject: str, predicate: str) -> list[Term]:
        return self._terms.get((subject, vocab.expand(predicate)), [])

    def of_type(self, kind: str) -> list[str]:
        """Subjects of this type."""
        wanted = Iri(vocab.expand(kind))
        return [
            s
            for (s, p), terms in self._terms.items()
            if p == vocab.expand("rdf:type") and wanted in terms
        ]

    def text(self, subject: str, predicate: str) -> str:
        """The one value, as text.

        Raises:
            ConfigError: if there is none, or more than one.
        """
        found = self._all(subject, predicate)
        if len(found) != 1:
            raise self.fault(f"{len(found)} values of {predicate}, one is needed")
        return str(found[0])

    def iris(self, subject: str, predicate: str) -> list[str]:
        """The IRIs, in the order of the file."""
        return [str(t) for t in self._all(subject, predicate) if isinstance(t, Iri)]

    def lists(self, subject: str, predicate: str) -> dict[str, tuple[str, ...]]:
        """The texts, by language."""
        found: dict[str, tuple[str, ...]] = {}
        for term in self._all(subject, predicate):
            if isinstance(term, Literal):
                found[term.language] = (*found.get(term.language, ()), term.value)
        return found

    def texts(
        self, subject: str, predicate: str, *, needed: bool = True
    ) -> dict[str, str]:
        """One text a language.

        Raises:
            ConfigError: if a language has none or two, unless there is none at
                all and none is needed.
        """
        found = self.lists(subject, predicate)
        if not found and not needed:
            return {}
        if set(found) != set(LANGUAGES) or any(len(t) != 1 for t in found.values()):
            raise self.fault(f"{predicate} needs one text in zh and one in en")
        return {language: texts[0] for language, texts in found.items()}
