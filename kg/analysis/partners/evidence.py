"""The evidence of the statements that reasons cite, read from the store."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from kg import vocab
from kg.analysis import projection
from kg.analysis.partners.answer import Evidence, Step, Suggestion
from kg.store import Store

_EVIDENCE = """SELECT ?st ?ev ?quote ?locator ?source ?title ?url ?confidence WHERE {{
  {values} ?st prov:wasDerivedFrom ?ev . ?ev oa:hasSource ?source .
  OPTIONAL {{ ?ev oa:hasSelector ?sel . ?sel oa:exact ?quote }}
  OPTIONAL {{ ?ev lv:locator ?locator }}
  OPTIONAL {{ ?ev lv:confidence ?confidence }}
  OPTIONAL {{ ?source schema:name ?title }}
  OPTIONAL {{ ?source schema:url ?url }} }}"""
_PROLOGUE = vocab.prologue("lv", "prov", "oa", "schema")


def evidence_of(store: Store, statements: Iterable[str]) -> dict[str, list[Evidence]]:
    """The evidence of each statement, in a stable order."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for batch in projection.batches(statements):
        query = _EVIDENCE.format(values=projection.values("st", batch))
        for row in store.select(_PROLOGUE + query):
            kept = rows.setdefault((str(row["st"]), str(row["ev"])), {})
            for name, term in row.items():
                language = getattr(term, "language", "")[:2]
                kept[name + ("_" + language if name == "title" else "")] = str(term)
    found: dict[str, list[Evidence]] = defaultdict(list)
    for (statement, iri), texts in sorted(rows.items()):
        found[statement].append(_made(iri, texts))
    return dict(found)


def _made(iri: str, texts: Mapping[str, str]) -> Evidence:
    plain = texts.get("title_", "")
    return Evidence(
        iri,
        texts.get("quote", ""),
        texts.get("locator", ""),
        texts["source"],
        texts.get("title_zh") or plain or texts.get("title_en", ""),
        texts.get("title_en") or plain or texts.get("title_zh", ""),
        texts.get("url", ""),
        texts.get("confidence", "").rpartition("#")[2],
    )


def with_evidence(store: Store, found: Sequence[Suggestion]) -> tuple[Suggestion, ...]:
    """The suggestions with the evidence of every cited link, in one query."""
    cited = [st for one in found for st in one.statements]
    cited += [s.edge.statement for one in found for s in one.plans]
    table = evidence_of(store, cited)

    def backed(steps: Iterable[Step]) -> tuple[Step, ...]:
        return tuple(
            replace(s, evidence=tuple(table.get(s.edge.statement, ()))) for s in steps
        )

    return tuple(
        replace(
            one,
            reasons=tuple(replace(r, steps=backed(r.steps)) for r in one.reasons),
            plans=backed(one.plans),
        )
        for one in found
    )
