"""Turns the rows of one dataset into entities, statements and observations.

Every row is judged on its own and every problem is noted, so that one run
shows them all.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from kg.curate.assertion import words
from kg.curate.cells import (
    complete_names,
    date_cell,
    id_cell,
    number_cell,
    one_of,
    period_cell,
    status_cell,
)
from kg.curate.identifier import PROOFS
from kg.curate.known import Known
from kg.curate.ontology import Terms
from kg.curate.problem import SHOWN, Problem, Problems
from kg.curate.progress import Progress, silent, watched
from kg.curate.sources import SourceReader
from kg.curate.table import FORMS, Refuse, Row, read_table, refuser
from kg.model.facts import (
    COMPARATORS,
    Bundle,
    DatasetInfo,
    Entity,
    Evidence,
    Observation,
    Statement,
    entity_iri,
    term_iri,
)
from kg.model.terms import XSD, Iri, Literal, Term

# From so many on, evidence is looked up rather than gone through.
_CROWD = 8


class FactReader:
    """Reads the rows of one dataset.

    Args:
        terms: of the ontology.
        known: entities of other datasets.
        problems: takes all that is wrong.
        home: folder that paths of stored sources start from.
        progress: told the rows that were read.
    """

    def __init__(
        self,
        terms: Terms,
        known: Known,
        problems: Problems,
        home: Path,
        progress: Progress = silent,
    ) -> None:
        self._terms = terms
        self._known = known
        self._problems = problems
        self._progress = progress
        self._described: dict[str, Row] = {}
        self._crowded: dict[str, set[Evidence]] = {}
        self._iris: dict[str, Iri] = {}  # one value for each thing, however often
        self.bundle = Bundle(DatasetInfo("", "", ""))
        self._sources = SourceReader(self.bundle.sources, problems, home)

    def read_folder(self, folder: Path, name: str) -> Bundle:
        """Read the tables of a folder.

        Args:
            folder: holds ``dataset.csv`` and the rest; a missing table is empty.
            name: what to call the folder in messages.
        """
        if not (folder / "sources.csv").exists():
            self._problems.add(
                Problem(
                    f"{name}/sources.csv",
                    0,
                    "",
                    "the table is missing, and every row needs a source.",
                    "缺少该表，而每一行都需要来源。",
                    "kg import --template sources prints its header row.",
                    "kg import --template sources 可输出其表头。",
                )
            )
        tables = {
            form: list(
                read_table(folder / f"{form}.csv", FORMS[form], self._problems, shown)
            )
            if (folder / f"{form}.csv").exists()
            else []
            for form in FORMS
            for shown in [f"{name}/{form}.csv"]
        }
        return self.read_rows(tables, name)

    def read_rows(self, tables: Mapping[str, list[Row]], name: str) -> Bundle:
        """Read rows by table; entities first, so that rows may come in any order."""
        self._dataset(tables["dataset"], name)
        if self._problems.spoilt(name):
            return self.bundle  # every row would be told for what one table lacks
        readers = {
            "sources": self._sources.read,
            "entities": self._entity,
            "statements": self._statement,
            "observations": self._observation,
        }
        rows = ((readers[form], row) for form in readers for row in tables[form])
        count = sum(len(tables[form]) for form in readers)
        for read, row in watched(rows, self._progress, "state", count):
            read(row)
        return self.bundle

    # -- dataset and sources ------------------------------------------------

    def _dataset(self, rows: list[Row], name: str) -> None:
        if len(rows) != 1:
            self._problems.add(
                Problem(
                    f"{name}/dataset.csv",
                    0,
                    "",
                    f"one row is needed, there are {len(rows)}.",
                    f"应恰有一行，现有 {len(rows)} 行。",
                    "Describe the dataset: id, title, licence, curator.",
                    "请填写数据集的 id、标题、许可与负责人。",
                )
            )
            return
        row = rows[0]
        refuse = refuser(self._problems, row)
        id_cell(row, "id", refuse)
        if row["date"]:
            date_cell(row["date"], "date", refuse)
        self.bundle.info = DatasetInfo(**{c: row[c] for c in FORMS["dataset"].columns})

    # -- entities -----------------------------------------------------------

    def _entity(self, row: Row) -> None:
        refuse = refuser(self._problems, row)
        local = row["id"]
        if local in self.bundle.entities:
            if self._said_again(row):
                return
            first = self.bundle.entities[local].origins[0].row
            refuse(
                "id",
                f"{local!r} already stands in row {first}.",
                f"{local!r} 已在第 {first} 行出现。",
                hint="Give one of them another id, or remove the row.",
                hint_zh="请更换其中一个 id，或删除该行。",
            )
            return
        id_cell(row, "id", refuse)
        types = row.items("type")
        for kind in types:
            if kind not in self._terms.classes:
                near = self._terms.near_class(kind)
                refuse(
                    "type",
                    f"the ontology has no class {kind!r}.",
                    f"本体中没有类 {kind!r}。",
                    hint=f"Did you mean {near!r}?" if near else "See ontology/.",
                    hint_zh=f"是否应为 {near!r}？" if near else "见 ontology/。",
                )
        self._same_kind(local, types, refuse)
        if not row["name_zh"] and not row["name_en"]:
            refuse(
                "name_zh",
                "a name is needed, in Chinese or in English.",
                "需要名称（中文或英文）。",
            )
            return
        entity = Entity(local, types, row["name_zh"], row["name_en"])
        complete_names(entity, row["name_en_basis"], refuse)
        entity.aliases_zh = row.items("aliases_zh")
        entity.aliases_en = row.items("aliases_en")
        entity.definition_zh = row["definition_zh"]
        entity.definition_en = row["definition_en"]
        entity.origins = [row.origin]
        entity.notes = [row["note"]] if row["note"] else []
        if evidence := self._sources.evidence(row, refuse):
            entity.evidence = [evidence]
        self.bundle.entities[local] = entity
        self._described[local] = row

    def _said_again(self, row: Row) -> bool:
        """Whether a row gives an entity further evidence and nothing else."""
        if row.described() != self._described[row["id"]].described():
            return False
        entity = self.bundle.entities[row["id"]]
        evidence = self._sources.evidence(row, refuser(self._problems, row))
        if evidence is None:
            return True
        if not self._is_new(evidence, entity.evidence, entity.id):
            return False
        entity.evidence.append(evidence)
        entity.origins.append(row.origin)
        return True

    def _same_kind(self, local: str, types: tuple[str, ...], refuse: Refuse) -> None:
        """An id that means another thing elsewhere would merge two things."""
        other = self._known.entity(local)
        if other is None or set(types) & set(other.types):
            return
        shown = "|".join(other.types)
        refuse(
            "id",
            f"{local!r} is already {other.name_zh} ({shown}) in another dataset.",
            f"{local!r} 在其他数据集中已是“{other.name_zh}”（{shown}）。",
            hint="Use another id, or the same type if it is the same thing.",
            hint_zh="请换一个 id；若确为同一事物，请使用相同的类型。",
        )

    # -- statements ---------------------------------------------------------

    def _statement(self, row: Row) -> None:
        refuse = refuser(self._problems, row)
        subject = self._thing(row, "subject", refuse)
        object_ = self._object(row, refuse)
        status = status_cell(row, refuse)
        period = period_cell(row, refuse)
        evidence = self._sources.evidence(row, refuse)
        as_of = date_cell(row["as_of"], "as_of", refuse) if row["as_of"] else None
        if subject is None or object_ is None or evidence is None:
            return
        statement = Statement(
            subject, term_iri(row["predicate"]), object_, status, period
        )
        key = statement.iri.value
        kept = self.bundle.statements.setdefault(key, statement)
        if as_of and as_of not in kept.as_of:
            kept.as_of.append(as_of)
        self._support(kept, key, evidence, row, refuse)

    def _object(self, row: Row, refuse: Refuse) -> Term | None:
        predicate = row["predicate"]
        if predicate in self._terms.literal_properties:
            return self._literal(row, refuse)
        if predicate in self._terms.object_properties:
            return self._thing(row, "object", refuse, concepts=True)
        near = self._terms.near_property(predicate)
        refuse(
            "predicate",
            f"the ontology has no property {predicate!r}.",
            f"本体中没有属性 {predicate!r}。",
            hint=f"Did you mean {near!r}?" if near else "See ontology/.",
            hint_zh=f"是否应为 {near!r}？" if near else "见 ontology/。",
        )
        return None

    def _literal(self, row: Row, refuse: Refuse) -> Literal | None:
        text = row["object"]
        datatype = self._terms.literal_properties[row["predicate"]]
        local = datatype.removeprefix(XSD)
        if local in {"gYear", "gYearMonth", "date"}:
            return date_cell(text, "object", refuse)
        proof = PROOFS.get(row["predicate"])
        if proof is not None and not proof(text):
            refuse(
                "object",
                f"{text!r} is no {self._terms.label(row['predicate'], 'en')}: the form"
                " or the check character is wrong.",
                f"{text!r} 不是有效的{self._terms.label(row['predicate'], 'zh')}："
                "格式或校验位有误。",
                hint="Look it up again, or leave the cell empty.",
                hint_zh="请重新核对，或将单元格留空。",
            )
            return None
        if local in {"string", "anyURI"}:
            return Literal(text, datatype)
        if local in {"decimal", "integer"}:
            number = number_cell(text, "object", refuse)
            return Literal(text, datatype) if number is not None else None
        return words(text)

    def _thing(
        self, row: Row, column: str, refuse: Refuse, *, concepts: bool = False
    ) -> Iri | None:
        local = row[column]
        if local in self.bundle.entities or self._known.entity(local):
            return self._iris.setdefault(local, entity_iri(local))
        if concepts and local in self._terms.concepts:
            return term_iri(local)
        nearest = self._near(local)
        refuse(
            column,
            f"nothing has the id {local!r}.",
            f"没有 id 为 {local!r} 的事物。",
            hint=f"Did you mean {nearest!r}?"
            if nearest
            else "Add it to entities.csv first.",
            hint_zh=f"是否应为 {nearest!r}？"
            if nearest
            else "请先在 entities.csv 中添加。",
        )
        return None

    def _named(self, text: str) -> str:
        """The id of what has this name, for who wrote a name for an id."""
        for e in self.bundle.entities.values():
            if text in {e.name_zh, e.name_en, *e.aliases_zh, *e.aliases_en}:
                return e.id
        return ""

    def _near(self, local: str) -> str:
        """What has this name, or an id that is spelt nearly so.

        Nobody reads the hints of later problems.
        """
        if len(self._problems) > SHOWN:
            return ""
        if named := self._named(local):
            return named
        near = difflib.get_close_matches(local, self.bundle.entities, n=1)
        return near[0] if near else self._known.near(local)

    # -- observations -------------------------------------------------------

    def _observation(self, row: Row) -> None:
        refuse = refuser(self._problems, row)
        entity = self._thing(row, "entity", refuse)
        indicator = self._thing(row, "indicator", refuse)
        value = number_cell(row["value"], "value", refuse)
        status = status_cell(row, refuse)
        period = period_cell(row, refuse)
        evidence = self._sources.evidence(row, refuse)
        comparator = row["comparator"] or "exact"
        if comparator not in COMPARATORS:
            one_of(refuse, "comparator", comparator, tuple(COMPARATORS))
        if row["target_set"]:
            self._thing(row, "target_set", refuse)
        value_max = self._optional_number(row, "value_max", refuse)
        factor = self._optional_number(row, "factor", refuse)
        if entity is None or indicator is None or value is None or evidence is None:
            return
        observation = Observation(
            entity, indicator, value, value_max, comparator, row["unit_zh"]
        )
        observation.unit = row["unit"]
        observation.factor = factor
        observation.status = status
        observation.period = period
        observation.target_set = row["target_set"]
        key = observation.iri.value
        kept = self.bundle.observations.setdefault(key, observation)
        self._support(kept, key, evidence, row, refuse)

    def _optional_number(self, row: Row, column: str, refuse: Refuse) -> Decimal | None:
        return number_cell(row[column], column, refuse) if row[column] else None

    # -- cells --------------------------------------------------------------

    def _is_new(self, evidence: Evidence, held: list[Evidence], key: str) -> bool:
        """Whether a fact does not rest on this yet."""
        if len(held) < _CROWD:
            return evidence not in held
        known = self._crowded.get(key)
        if known is None:
            known = self._crowded[key] = set(held)
        if evidence in known:
            return False
        known.add(evidence)
        return True

    def _support(
        self,
        claim: Statement | Observation,
        key: str,
        evidence: Evidence,
        row: Row,
        refuse: Refuse,
    ) -> None:
        if not self._is_new(evidence, claim.evidence, key):
            refuse(
                "",
                f"the row says the same as row {claim.origins[0].row}, "
                "with the same evidence.",
                f"本行与第 {claim.origins[0].row} 行内容和依据相同。",
                hint="Remove one of the two.",
                hint_zh="请删除其中一行。",
            )
            return
        claim.evidence.append(evidence)
        claim.origins.append(row.origin)
        if row["note"] and row["note"] not in claim.notes:
            claim.notes.append(row["note"])
