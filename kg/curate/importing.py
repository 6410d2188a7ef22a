"""Foreign files become a dataset: read, mapped, checked, compared, published.

Nothing is written until every row has been judged; what would be written is
shown first. The same files twice change nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from kg import vocab
from kg.curate.assertion import A, both
from kg.curate.batch import Batch, read_batch
from kg.curate.build import as_problem, origins_of
from kg.curate.facts import FactReader
from kg.curate.known import Known
from kg.curate.linking import Linked, Linker
from kg.curate.mapper import Mapper
from kg.curate.mapping import ColumnMapping, Table
from kg.curate.ontology import Terms
from kg.curate.problem import Problems
from kg.curate.progress import Progress, silent
from kg.curate.screen import Elsewhere
from kg.curate.sheet import DEFAULT_LIMITS, SheetLimits
from kg.curate.table import FORMS, Row, refuser, rows_of_form
from kg.curate.triples import PREFERRED, Writer
from kg.curate.validation import Validator, Violation
from kg.model import Iri, Triple
from kg.model.facts import Bundle, DatasetInfo, term_iri

# What the first dataset that has an entity says of it, and no other repeats.
_SAID_ELSEWHERE = frozenset(
    vocab.expand(name)
    for name in (
        "skos:prefLabel",
        "lv:englishNameBasis",
        "prov:wasDerivedFrom",
        "lv:dataset",
    )
)


@dataclass
class Import:
    """A dataset read from foreign files, not yet published.

    Attributes:
        batch: the tables as they were read.
        rows: rows of our forms that they became.
        bundle: what those rows state.
        problems: all that is wrong; nothing may be published when there is any.
        triples: of the dataset, empty when there are problems.
        linked: what of it is known already; ``None`` if nobody looked.
    """

    batch: Batch
    rows: dict[str, list[Row]]
    bundle: Bundle
    problems: Problems
    triples: list[Triple] = field(default_factory=list)
    linked: Linked | None = None

    @property
    def read(self) -> dict[str, int]:
        """Rows read, by foreign table."""
        return {t.name: len(t.rows) + len(t.broken) for t in self.batch.tables}


class Importer:
    """Reads foreign files against what is known.

    Args:
        validator: shapes and checks.
        terms: of the ontology.
        known: entities of other datasets.
        home: folder that paths of stored sources start from.
        limits: how much a file may hold.
        linker: links rows to what is known; ``None`` takes ids as they are. Rows of
            what was linked are let go once they are read: a table is large.
        progress: told the step, how far it is and how far it goes.
    """

    def __init__(  # noqa: PLR0913 - what an import needs, each by name
        self,
        validator: Validator,
        terms: Terms,
        known: Known,
        *,
        home: Path,
        limits: SheetLimits = DEFAULT_LIMITS,
        linker: Linker | None = None,
        progress: Progress = silent,
    ) -> None:
        self._validator = validator
        self._terms = terms
        self._known = known
        self._home = home
        self._limits = limits
        self._linker = linker
        self._progress = progress

    def read(self, files: Sequence[Path], mapping: ColumnMapping | None) -> Import:
        """Read, map and check files; without a mapping they are our own tables.

        Raises:
            DataError: if a file as a whole cannot be read.
            ConfigError: if the mapping does not fit the files.
        """
        problems = Problems()
        batch = read_batch(files, problems, self._limits, mapping)
        return self.take(batch, problems)

    def take(self, batch: Batch, problems: Problems) -> Import:
        """The same for tables that are read already.

        Args:
            batch: the tables and their mapping.
            problems: what was wrong when they were read.

        Raises:
            ConfigError: if the mapping does not fit the tables.
        """
        if problems:
            empty: dict[str, list[Row]] = {form: [] for form in FORMS}
            return Import(batch, empty, _nothing(), problems)
        tables = {table.name: table for table in batch.tables}
        if batch.mapping is None:
            rows = own_rows(tables.values(), problems)
        else:
            rows = Mapper(batch.mapping, tables).rows(self._progress)
        rows = complete(rows, problems)
        linked = None
        if self._linker is not None:
            linked = self._linker.link(rows, problems, self._progress)
            rows = linked.rows
        reader = FactReader(
            self._terms, self._known, problems, self._home, self._progress
        )
        bundle = reader.read_rows(rows, "import")
        if linked is not None:
            rows = linked.rows = {}
        del reader
        found = Import(batch, rows, bundle, problems, linked=linked)
        if not problems:
            self._check(found)
        return found

    def _check(self, found: Import) -> None:
        triples = list(Writer(found.bundle, self._terms, self._known).triples())
        violations = violations_beside(
            triples, self._known, self._validator, self._progress
        )
        origins = origins_of([found.bundle]) if violations else {}
        for violation in violations:
            found.problems.add(as_problem(violation, origins))
        if not found.problems:
            found.triples = triples


def violations_beside(
    triples: Sequence[Triple],
    known: Known,
    validator: Validator,
    progress: Progress = silent,
) -> list[Violation]:
    """What does not conform in a dataset that stands beside others.

    A thing that others have too is theirs to name; what they say of it is not
    asked for here, and what is only pointed to is not judged.

    Args:
        triples: of the dataset.
        known: entities of other datasets.
        validator: shapes and checks.
        progress: told the step, how far it is and how far it goes.
    """
    new = {t[0].value for t in triples}
    shared = [
        entity
        for iri in sorted(new)
        if (entity := known.entity(iri.removeprefix(vocab.ID))) is not None
    ]
    others = types_of_others(triples, known)
    union = [*triples, *others]
    for entity in shared:
        union += both(entity.iri, PREFERRED, entity.name_zh, entity.name_en)
    elsewhere = Elsewhere(
        frozenset(entity.iri.value for entity in shared),
        _SAID_ELSEWHERE,
        frozenset(s.value for s, _, _ in others) - new,
    )
    found = validator.violations(union, progress, elsewhere)
    return [violation for violation in found if violation.focus in new]


def types_of_others(triples: Sequence[Triple], known: Known) -> list[Triple]:
    """The types of what triples point to and do not describe.

    That is all that shapes ask about a thing of another dataset.
    """
    described = {s for s, p, _ in triples if p == A}
    pointed = dict.fromkeys(o for _, _, o in triples if isinstance(o, Iri))
    pointed.update(dict.fromkeys(s for s, _, _ in triples if isinstance(s, Iri)))
    return [
        (iri, A, term_iri(kind))
        for iri in pointed
        if iri not in described and iri.value.startswith(vocab.ID)
        for entity in [known.entity(iri.value.removeprefix(vocab.ID))]
        if entity is not None
        for kind in entity.types
    ]


def _nothing() -> Bundle:
    return Bundle(DatasetInfo("", "", ""))


def own_rows(tables: Iterable[Table], problems: Problems) -> dict[str, list[Row]]:
    """Tables in our own form, told by the name of the file or sheet."""
    made: dict[str, list[Row]] = {form: [] for form in FORMS}
    for table in tables:
        form = form_of(table.name)
        if form is not None:
            cells = [[row[c] for c in table.columns] for row in table.rows]
            lists = iter([list(table.columns), *cells])
            rows = rows_of_form(lists, FORMS[form], problems, table.name)
            made[form].extend(rows)
    return made


def form_of(name: str) -> str | None:
    """The form whose name a file or a sheet has, if it has one."""
    last = name.rpartition("#")[2] if "#" in name else Path(name).stem
    return last.lower() if last.lower() in FORMS else None


def complete(rows: Mapping[str, list[Row]], problems: Problems) -> dict[str, list[Row]]:
    """Rows whose required cells are filled; the others are problems."""
    kept: dict[str, list[Row]] = {form: [] for form in FORMS}
    for form, candidates in rows.items():
        for row in candidates:
            empty = [column for column in FORMS[form].required if not row[column]]
            for column in empty:
                refuser(problems, row)(
                    column,
                    "there is nothing for this cell.",
                    "此单元格没有内容。",
                    hint=f"A row of {form} needs it.",
                    hint_zh=f"{form} 的每一行都需要它。",
                )
            if not empty:
                kept[form].append(row)
    return kept


def table_text(form: str, rows: Iterable[Row]) -> str:
    """Rows of a form as the CSV that people edit; columns nobody uses are left out."""
    rows = list(rows)
    columns = [
        column
        for column in FORMS[form].columns
        if column in FORMS[form].required or any(row[column] for row in rows)
    ]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([row[column] for column in columns] for row in rows)
    return text.getvalue()
