"""Turns the rows of one dataset into entities, statements and observations.

Every row is judged on its own and every problem is noted, so that one run
shows them all.
"""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Protocol

from kg.curate.assertion import words
from kg.curate.identifier import PROOFS
from kg.curate.naming import romanised
from kg.curate.ontology import Terms
from kg.curate.period import first_day, last_day, parse_date
from kg.curate.problem import SHOWN, Problem, Problems
from kg.curate.quote import StoredText
from kg.curate.table import FORMS, Refuse, Row, read_table, refuser
from kg.model.facts import (
    COMPARATORS,
    CONFIDENCES,
    STATUSES,
    Bundle,
    DatasetInfo,
    Entity,
    Evidence,
    Observation,
    Period,
    Source,
    Statement,
    entity_iri,
    term_iri,
)
from kg.model.terms import XSD, Iri, Literal, Term

KEBAB = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
ENGLISH_BASES = ("official", "translated", "romanised")


class Known(Protocol):
    """What other datasets have already brought."""

    def entity(self, local: str) -> Entity | None:
        """The entity with this id, if there is one."""

    def near(self, local: str) -> str:
        """An id that is spelt nearly so, or ""."""


class KnownEntities:
    """Entities of datasets read before this one.

    Args:
        entities: by id.
    """

    def __init__(self, entities: Mapping[str, Entity] | None = None) -> None:
        self._entities = dict(entities or {})

    def entity(self, local: str) -> Entity | None:
        """The entity with this id, if there is one."""
        return self._entities.get(local)

    def near(self, local: str) -> str:
        """An id that is spelt nearly so, or ""."""
        found = difflib.get_close_matches(local, self._entities, n=1)
        return found[0] if found else ""

    def add(self, entities: Iterable[Entity]) -> None:
        """Know these too; the first who brought an id keeps it."""
        for entity in entities:
            self._entities.setdefault(entity.id, entity)


class FactReader:
    """Reads the rows of one dataset.

    Args:
        terms: of the ontology.
        known: entities of other datasets.
        problems: takes all that is wrong.
        home: folder that paths of stored sources start from.
    """

    def __init__(
        self, terms: Terms, known: Known, problems: Problems, home: Path
    ) -> None:
        self._terms = terms
        self._known = known
        self._problems = problems
        self._home = home
        self._texts: dict[str, StoredText] = {}
        self._described: dict[str, tuple[str, ...]] = {}
        self.bundle = Bundle(DatasetInfo("", "", ""))

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
        for row in tables["sources"]:
            self._source(row)
        for row in tables["entities"]:
            self._entity(row)
        for row in tables["statements"]:
            self._statement(row)
        for row in tables["observations"]:
            self._observation(row)
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
        self._kebab(row, "id")
        self._one_date(row, "date")
        self.bundle.info = DatasetInfo(**{c: row[c] for c in FORMS["dataset"].columns})

    def _source(self, row: Row) -> None:
        refuse = refuser(self._problems, row)
        if row["id"] in self.bundle.sources:
            refuse("id", f"{row['id']!r} stands twice.", f"{row['id']!r} 重复。")
            return
        self._kebab(row, "id")
        if row["kind"] not in {"stored", "cited"}:
            _one_of(refuse, "kind", row["kind"], ("stored", "cited"))
        if row["kind"] == "cited" and not row["url"]:
            refuse(
                "url",
                "a cited source needs its address.",
                "引用的来源需要网址。",
                hint="Give the URL of the page.",
                hint_zh="请填写网页地址。",
            )
        if row["url"] and not re.match(r"https?://[^\s<>\"{}|\\^`]+$", row["url"]):
            refuse(
                "url",
                f"{row['url']!r} is not a web address.",
                f"{row['url']!r} 不是有效网址。",
                hint="It starts with https:// and has no spaces.",
                hint_zh="应以 https:// 开头且不含空格。",
            )
        self._one_date(row, "date")
        self._one_date(row, "retrieved")
        cells = {c: row[c] for c in FORMS["sources"].columns}
        if row["kind"] == "stored":
            cells["sha256"] = self._stored_text(row, refuse)
        self.bundle.sources[row["id"]] = Source(**cells)

    def _stored_text(self, row: Row, refuse: Refuse) -> str:
        """Keep the text for its quotes; the checksum of the file, or ""."""
        path = (self._home / row["path"]).resolve()
        if not path.is_relative_to(self._home.resolve()) or not path.is_file():
            refuse(
                "path",
                f"there is no file {row['path']!r}.",
                f"没有文件 {row['path']!r}。",
                hint="Put the text there, or correct the path: it starts in the"
                f" folder {self._home.resolve().name!r}.",
                hint_zh="请把文本放到该处，或改正路径：路径从文件夹"
                f" {self._home.resolve().name!r} 起算。",
            )
            return ""
        content = path.read_bytes()
        found = hashlib.sha256(content).hexdigest()
        if row["sha256"] and found != row["sha256"]:
            refuse(
                "sha256",
                "the stored file is another one than this checksum says.",
                "存档文件与校验和不符。",
                hint=f"The file's checksum is {found}.",
                hint_zh=f"该文件的校验和为 {found}。",
            )
            return ""
        try:
            self._texts[row["id"]] = StoredText(content.decode("utf-8"))
        except UnicodeDecodeError:
            refuse(
                "path",
                f"{row['path']!r} is not UTF-8 text.",
                f"{row['path']!r} 不是 UTF-8 文本。",
                hint="Save it as plain text with the encoding UTF-8.",
                hint_zh="请另存为 UTF-8 编码的纯文本。",
            )
        return found

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
        self._kebab(row, "id")
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
        _complete_names(entity, row["name_en_basis"], refuse)
        entity.aliases_zh = row.items("aliases_zh")
        entity.aliases_en = row.items("aliases_en")
        entity.definition_zh = row["definition_zh"]
        entity.definition_en = row["definition_en"]
        entity.origins = [row.origin]
        entity.notes = [row["note"]] if row["note"] else []
        if evidence := self._evidence(row, refuse):
            entity.evidence = [evidence]
        self.bundle.entities[local] = entity
        self._described[local] = row.described()

    def _said_again(self, row: Row) -> bool:
        """Whether a row gives an entity further evidence and nothing else."""
        if row.described() != self._described[row["id"]]:
            return False
        entity = self.bundle.entities[row["id"]]
        evidence = self._evidence(row, refuser(self._problems, row))
        if evidence is None:
            return True
        if evidence in entity.evidence:
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
        status = self._status(row, refuse)
        period = self._period(row, refuse)
        evidence = self._evidence(row, refuse)
        as_of = self._date(row["as_of"], "as_of", refuse) if row["as_of"] else None
        if subject is None or object_ is None or evidence is None:
            return
        statement = Statement(
            subject, term_iri(row["predicate"]), object_, status, period
        )
        kept = self.bundle.statements.setdefault(statement.iri.value, statement)
        if as_of and as_of not in kept.as_of:
            kept.as_of.append(as_of)
        self._support(kept, evidence, row, refuse)

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
            return self._date(text, "object", refuse)
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
            number = self._number(text, "object", refuse)
            return Literal(text, datatype) if number is not None else None
        return words(text)

    def _thing(
        self, row: Row, column: str, refuse: Refuse, *, concepts: bool = False
    ) -> Iri | None:
        local = row[column]
        if local in self.bundle.entities or self._known.entity(local):
            return entity_iri(local)
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
        value = self._number(row["value"], "value", refuse)
        status = self._status(row, refuse)
        period = self._period(row, refuse)
        evidence = self._evidence(row, refuse)
        comparator = row["comparator"] or "exact"
        if comparator not in COMPARATORS:
            _one_of(refuse, "comparator", comparator, tuple(COMPARATORS))
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
        kept = self.bundle.observations.setdefault(observation.iri.value, observation)
        self._support(kept, evidence, row, refuse)

    def _optional_number(self, row: Row, column: str, refuse: Refuse) -> Decimal | None:
        return self._number(row[column], column, refuse) if row[column] else None

    # -- cells --------------------------------------------------------------

    def _support(
        self,
        claim: Statement | Observation,
        evidence: Evidence,
        row: Row,
        refuse: Refuse,
    ) -> None:
        if evidence in claim.evidence:
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

    def _evidence(self, row: Row, refuse: Refuse) -> Evidence | None:
        source = self.bundle.sources.get(row["source"])
        confidence = row["confidence"] or "high"
        if confidence not in CONFIDENCES:
            _one_of(refuse, "confidence", confidence, CONFIDENCES)
            return None
        if source is None:
            refuse(
                "source",
                f"there is no source {row['source']!r}.",
                f"没有来源 {row['source']!r}。",
                hint="Add it to sources.csv.",
                hint_zh="请在 sources.csv 中添加。",
            )
            return None
        if source.kind == "stored":
            return self._quoted(row, confidence, refuse)
        if not row["confidence"]:
            refuse(
                "confidence",
                "a cited source needs a confidence.",
                "引用的来源需要注明可信度。",
                hint="One of high, medium, low.",
                hint_zh="high、medium、low 之一。",
            )
        if not row["locator"]:
            refuse(
                "locator",
                "a cited source needs a locator: where on the page it stands.",
                "引用的来源需要注明在页面中的位置。",
            )
            return None
        return Evidence(source.id, confidence, locator=row["locator"])

    def _quoted(self, row: Row, confidence: str, refuse: Refuse) -> Evidence | None:
        if not row["quote"]:
            refuse(
                "quote",
                "a stored source needs a verbatim quote.",
                "存档来源需要逐字引文。",
            )
            return None
        stored = self._texts.get(row["source"])
        if stored is None:
            return None  # the source's own row has been refused
        places = stored.find(row["quote"])
        if not places:
            self._tell_missing_quote(stored, row["quote"], refuse)
            return None
        place = self._place(places, row, refuse)
        if place is None:
            return None
        start, end = place
        prefix, suffix = stored.around(start, end)
        return Evidence(
            row["source"],
            confidence,
            stored.text[start:end],
            start,
            end,
            prefix,
            suffix,
        )

    @staticmethod
    def _tell_missing_quote(stored: StoredText, quote: str, refuse: Refuse) -> None:
        begins = stored.nearest(quote)[-20:]
        refuse(
            "quote",
            "the source does not have this quote.",
            "来源中没有这段引文。",
            hint=f"It is verbatim up to “…{begins}”." if begins else "",
            hint_zh=f"到“……{begins}”为止与原文一致。" if begins else "",
        )

    @staticmethod
    def _place(
        places: list[tuple[int, int]], row: Row, refuse: Refuse
    ) -> tuple[int, int] | None:
        if row["position"]:
            exact = [place for place in places if str(place[0]) == row["position"]]
            places = exact or places
        wanted = row["occurrence"]
        if not wanted and len(places) == 1:
            return places[0]
        if wanted.isdecimal() and 1 <= int(wanted) <= len(places):
            return places[int(wanted) - 1]
        refuse(
            "occurrence" if wanted else "quote",
            f"the quote occurs {len(places)} times in the source.",
            f"该引文在来源中出现 {len(places)} 次。",
            hint="Quote more, or give its number in the column occurrence.",
            hint_zh="请引用更长的原文，或在 occurrence 列填写第几次出现。",
        )
        return None

    def _status(self, row: Row, refuse: Refuse) -> str:
        status = row["status"] or "actual"
        if status not in STATUSES:
            _one_of(
                refuse,
                "status",
                status,
                STATUSES,
                "What is planned, promised or signed is target, what is so is actual.",
                "计划、承诺、签约的填 target，已实现的填 actual。",
            )
        return status

    def _period(self, row: Row, refuse: Refuse) -> Period:
        start = self._date(row["start"], "start", refuse) if row["start"] else None
        end = self._date(row["end"], "end", refuse) if row["end"] else None
        if start and end and first_day(start) > last_day(end):
            refuse(
                "end",
                f"the period ends ({end.value}) before it starts ({start.value}).",
                f"时段的结束（{end.value}）早于开始（{start.value}）。",
            )
        return Period(start, end, row["period_text"])

    def _one_date(self, row: Row, column: str) -> None:
        if row[column]:
            self._date(row[column], column, refuser(self._problems, row))

    @staticmethod
    def _date(text: str, column: str, refuse: Refuse) -> Literal | None:
        try:
            return parse_date(text)
        except ValueError as exc:
            better = str(exc)
            refuse(
                column,
                f"{text!r} is not a date of the form 2022, 2022-04 or 2022-04-01.",
                f"{text!r} 不是 2022、2022-04 或 2022-04-01 形式的日期。",
                hint=f"Write {better}." if better else "",
                hint_zh=f"请写作 {better}。" if better else "",
            )
            return None

    @staticmethod
    def _number(text: str, column: str, refuse: Refuse) -> Decimal | None:
        try:
            number = Decimal(text)
            if number.is_finite():
                return number
        except InvalidOperation:
            pass
        refuse(
            column,
            f"{text!r} is not a number.",
            f"{text!r} 不是数字。",
            hint="Digits only: words such as 余 belong to comparator and unit.",
            hint_zh="只写数字：“余”等字请放入 comparator 与 unit_zh。",
        )
        return None

    def _kebab(self, row: Row, column: str) -> None:
        if not KEBAB.fullmatch(row[column]):
            refuser(self._problems, row)(
                column,
                f"{row[column]!r} cannot be an id.",
                f"{row[column]!r} 不能作为 id。",
                hint="Lower-case letters, digits and single hyphens.",
                hint_zh="只用小写字母、数字和单个连字符。",
            )


def _complete_names(entity: Entity, basis: str, refuse: Refuse) -> None:
    """Both names; a missing one is made from the other, and marked so."""
    if entity.name_en and basis not in ENGLISH_BASES:
        _one_of(
            refuse,
            "name_en_basis",
            basis,
            ENGLISH_BASES,
            "An English name says where it is from: translated if you made it.",
            "英文名需注明来历：自己翻译的填 translated。",
        )
    entity.english_basis = basis if entity.name_en else "romanised"
    entity.chinese_basis = "" if entity.name_zh else "untranslated"
    entity.name_en = entity.name_en or romanised(entity.name_zh)
    entity.name_zh = entity.name_zh or entity.name_en


def _one_of(
    refuse: Refuse,
    column: str,
    value: str,
    allowed: tuple[str, ...],
    advice: str = "",
    advice_zh: str = "",
) -> None:
    shown = ", ".join(allowed)
    near = difflib.get_close_matches(value.lower(), allowed, n=1)
    refuse(
        column,
        f"{value!r} is none of {shown}.",
        f"{value!r} 不在可用值之中：{shown}。",
        hint=f"Did you mean {near[0]!r}?" if near else advice,
        hint_zh=f"是否应为 {near[0]!r}？" if near else advice_zh,
    )
