"""Which rows describe what the store already knows: linked, doubted, or new.

What is certain is linked: the row's facts are stated of the known thing, and a
statement ``lv:recordedAs`` says so, with the row's evidence and the reasons in a
note. What is doubtful stays a thing of its own, with a statement
``lv:possiblySameAs`` for a person to decide (``kg.curate.review``). A pair that a
person has told apart is never linked.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from kg.curate.identifier import PROOFS
from kg.curate.matching import Body, Candidate, Matcher
from kg.curate.ontology import Terms
from kg.curate.problem import Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.table import EVIDENCE_COLUMNS, Row, refuser
from kg.model.facts import Origin

Rows = dict[str, list[Row]]
Pair = frozenset[str]
_DOUBTS = 3
_NAME_COLUMNS = ("name_zh", "name_en")
_REFERENCES = {
    "entities": ("id",),
    "statements": ("subject", "object"),
    "observations": ("entity", "indicator", "target_set"),
}


@dataclass(frozen=True, slots=True)
class Match:
    """A row's thing and what it may be.

    Attributes:
        local: id that the row gives it.
        name: as the row has it.
        known: id of the known thing.
        how: what it rests on: ``id``, ``identifier``, ``name`` or another key of
            ``comparing.SCORES``.
        reasons: in English and Chinese.
    """

    local: str
    name: str
    known: str
    score: float
    how: str
    reasons: tuple[tuple[str, str], ...]
    origin: Origin

    def told(self, language: str) -> str:
        """The reasons on one line."""
        chinese = language == "zh"
        mark = "；" if chinese else "; "
        return mark.join(r[1] if chinese else r[0] for r in self.reasons)


@dataclass
class Linked:
    """Rows with the ids of what is known, and what was found on the way.

    Attributes:
        links: certain, made.
        doubts: for a person, best first for each row.
        same: number of things that came under the id of a known one.
        new: number of things that nobody knows.
    """

    rows: Rows
    links: list[Match] = field(default_factory=list)
    doubts: list[Match] = field(default_factory=list)
    same: int = 0
    new: int = 0


class Linker:
    """Links rows to what is known.

    Args:
        matcher: over the known bodies.
        terms: which properties point to things.
        apart: pairs of ids that a person has told apart.
    """

    def __init__(self, matcher: Matcher, terms: Terms, apart: frozenset[Pair]) -> None:
        self._matcher = matcher
        self._terms = terms
        self._apart = apart

    def link(
        self, rows: Rows, problems: Problems, progress: Progress = silent
    ) -> Linked:
        """Link rows; an id whose names are another thing's is a problem."""
        found = Linked(rows)
        bodies = _bodies(rows)
        first = {row["id"]: row for row in reversed(rows["entities"])}
        for local, body in watched(bodies.items(), progress, "match", len(bodies)):
            self._one(body, first[local], found, problems)
        self._leave_contested(found, set(bodies))
        found.new = len(bodies) - found.same - len(found.links)
        found.rows = self._renamed(rows, {m.local: m.known for m in found.links})
        found.rows["statements"] += [
            *(_recorded(m, first[m.local]) for m in found.links),
            *(_doubted(m, first[m.local]) for m in found.doubts),
        ]
        return found

    def _one(self, body: Body, row: Row, found: Linked, problems: Problems) -> None:
        known = self._matcher.body(body.id)
        if known is not None:
            found.same += 1
            self._check_same_id(body, known, row, problems)
            return
        candidates = self._matcher.candidates(body, limit=_DOUBTS)
        for candidate in candidates:
            match = _match(body, row, candidate)
            if candidate.is_certain and not self._are_apart(body.id, candidate.id):
                found.links.append(match)
                return
            found.doubts.append(match)

    def _are_apart(self, local: str, known: str) -> bool:
        return frozenset((local, known)) in self._apart

    def _check_same_id(
        self, body: Body, known: Body, row: Row, problems: Problems
    ) -> None:
        if self._matcher.compared(body, body.id) is not None:
            return
        if body.types and not body.types & known.types:
            return  # told with the types, when the rows are read
        called = known.names[0] if known.names else known.id
        refuser(problems, row)(
            "id",
            f"{body.id!r} is already {called} elsewhere, and no name is alike.",
            f"{body.id!r} 在其他数据集中已是“{called}”，名称没有相同之处。",
            hint="Use another id; if it is the same, add that name to the aliases.",
            hint_zh="请换一个 id；若确为同一主体，请将该名称加入别名。",
        )

    @staticmethod
    def _leave_contested(found: Linked, ids: set[str]) -> None:
        """Two rows that would be one known thing are left to a person."""
        claims = Counter(match.known for match in found.links)
        contested = [m for m in found.links if claims[m.known] > 1 or m.known in ids]
        found.doubts += contested
        found.links = [m for m in found.links if m not in contested]

    def _renamed(self, rows: Rows, ids: Mapping[str, str]) -> Rows:
        if not ids:
            return {form: list(kept) for form, kept in rows.items()}
        return {
            form: [self._renamed_row(row, form, ids) for row in kept]
            for form, kept in rows.items()
        }

    def _renamed_row(self, row: Row, form: str, ids: Mapping[str, str]) -> Row:
        changed = {
            column: ids[row[column]]
            for column in _REFERENCES.get(form, ())
            if row[column] in ids and self._is_reference(row, column)
        }
        if not changed:
            return row
        return Row(row.table, row.number, {**row.cells, **changed}, row.named)

    def _is_reference(self, row: Row, column: str) -> bool:
        return column != "object" or row["predicate"] in self._terms.object_properties


def _bodies(rows: Rows) -> dict[str, Body]:
    """What matching compares of each thing that rows describe, by id."""
    names: dict[str, list[str]] = defaultdict(list)
    types: dict[str, set[str]] = defaultdict(set)
    for row in rows["entities"]:
        said = [row[c] for c in _NAME_COLUMNS]
        if row["name_en_basis"] == "romanised":
            said.pop()
        said += [*row.items("aliases_zh"), *row.items("aliases_en")]
        names[row["id"]] += [n for n in said if n]
        types[row["id"]].update(row.items("type"))
    identifiers: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for row in rows["statements"]:
        scheme, value = row["predicate"], row["object"]
        if scheme in PROOFS and row["subject"] in names and PROOFS[scheme](value):
            identifiers[row["subject"]][scheme].add(value)
    return {
        local: Body(
            local,
            tuple(dict.fromkeys(said)),
            {k: frozenset(v) for k, v in identifiers.get(local, {}).items()},
            frozenset(types[local]),
        )
        for local, said in names.items()
    }


def _match(body: Body, row: Row, candidate: Candidate) -> Match:
    return Match(
        body.id,
        body.names[0] if body.names else body.id,
        candidate.id,
        candidate.score,
        candidate.kind,
        candidate.reasons,
        row.origin,
    )


def _evidence(row: Row) -> dict[str, str]:
    return {c: row[c] for c in EVIDENCE_COLUMNS if c != "note" and row[c]}


def note_of(match: Match) -> str:
    """What the statement about a match says of its grounds, in both languages."""
    return (
        f"{match.score:.2f}: {match.told('en')}. {match.told('zh')}"
        f" ({match.name}, {match.origin.table}, {match.origin.row})"
    )


def _recorded(match: Match, row: Row) -> Row:
    cells = {
        "subject": match.known,
        "predicate": "recordedAs",
        "object": match.local,
        "note": note_of(match),
        **_evidence(row),
    }
    return Row(row.table, row.number, cells)


def _doubted(match: Match, row: Row) -> Row:
    cells = {
        "subject": match.local,
        "predicate": "possiblySameAs",
        "object": match.known,
        "note": note_of(match),
        **_evidence(row),
    }
    return Row(row.table, row.number, cells)


def by_ground(matches: list[Match]) -> Iterator[tuple[str, int]]:
    """How many matches rest on each ground, most frequent first."""
    yield from Counter(match.how for match in matches).most_common()
