"""Answers the questions of the Reconciliation Service API from a store.

Source: Reconciliation Service API v0.2 (W3C Entity Reconciliation Community
Group, final report, 10 April 2023), and the draft of 1.0 for ``match``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from kg import vocab
from kg.curate.identifier import PROOFS
from kg.curate.known import known_bodies
from kg.curate.matching import CERTAIN, Body, Matcher
from kg.errors import DataError
from kg.model import Iri
from kg.store import Store

MAX_QUERIES = 50
MAX_CANDIDATES = 25
MAX_IDS = 200
_FEATURE = "matching"

Names = Callable[[str, str, int], list[str]]


class Reconciler:
    """Reconciles names with the entities of one generation of a store.

    Args:
        store: is read once for names and identifiers, later for values.
        labels: class or property to its label, by local name.
        names: finds ids by name, type and limit, forgivingly.
    """

    def __init__(self, store: Store, labels: Mapping[str, str], names: Names) -> None:
        self._store = store
        self._labels = labels
        self._names = names
        self._bodies = known_bodies(store)
        self._matcher = Matcher(self._bodies.values())

    def candidates(self, query: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The candidates of one query of version 0.2.

        Raises:
            DataError: if the query has no text, or a limit that is no number.
        """
        text = query.get("query")
        if not isinstance(text, str) or not text.strip() or len(text) > 500:
            raise _wrong("A query needs its text, at most 500 characters.")
        limit = query.get("limit", 5)
        if not isinstance(limit, int) or limit < 1:
            raise _wrong("'limit' is a number from 1.")
        wanted = _types(query.get("type"))
        body = Body("", (text,), _identifiers(query.get("properties", ())), wanted)
        return self._told(body, text, min(limit, MAX_CANDIDATES), wanted)

    def _told(
        self, body: Body, text: str, limit: int, wanted: frozenset[str]
    ) -> list[dict[str, Any]]:
        scores: dict[str, float] = {}
        whole = replace(body, types=frozenset())
        for candidate in self._matcher.candidates(whole, limit * 2):
            scores[candidate.id] = candidate.score
        kind = next(iter(wanted)) if len(wanted) == 1 else ""
        for place, found in enumerate(self._names(text, kind, limit)):
            scores.setdefault(found, 0.6 - 0.02 * place)
        kept = [
            (score, local)
            for local, score in scores.items()
            if local in self._bodies
            and (not wanted or wanted & self._bodies[local].types)
        ]
        kept.sort(key=lambda pair: (-pair[0], pair[1]))
        certain = [local for score, local in kept if score >= CERTAIN]
        return [
            {
                **self.told(local),
                "score": round(100 * score, 1),
                "match": certain == [local],
                "features": [{"id": _FEATURE, "value": round(score, 3)}],
            }
            for score, local in kept[:limit]
        ]

    def told(self, local: str) -> dict[str, Any]:
        """An entity as the API names it: ``id name type description``."""
        body = self._bodies[local]
        return {
            "id": local,
            "name": body.names[0],
            "description": " / ".join(body.names[1:3]),
            "type": [
                {"id": kind, "name": self._labels.get(kind, kind)}
                for kind in sorted(body.types)
            ],
        }

    def has(self, local: str) -> bool:
        """Whether there is such an entity."""
        return local in self._bodies

    def suggest_terms(
        self, prefix: str, terms: Sequence[str], limit: int = 20
    ) -> list[dict[str, str]]:
        """Classes or properties whose name or label begins so, or holds it."""
        wanted = prefix.casefold()
        found = [
            term
            for term in sorted(terms)
            if wanted in term.casefold()
            or wanted in self._labels.get(term, "").casefold()
        ]
        return [{"id": t, "name": self._labels.get(t, t)} for t in found[:limit]]

    def extend(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Values of properties for entities (data extension).

        Raises:
            DataError: if it asks for too much, or for what is no property.
        """
        ids = [str(one) for one in asked.get("ids", ())]
        properties = [str(one.get("id")) for one in asked.get("properties", ())]
        if not properties or len(ids) > MAX_IDS or len(properties) > MAX_QUERIES:
            raise _wrong(
                f"Ask for 1-{MAX_QUERIES} properties of at most {MAX_IDS} ids."
            )
        if any(not one.isidentifier() for one in properties):
            raise _wrong("A property is the local name of one of our ontology.")
        rows: dict[str, dict[str, list[Any]]] = {
            local: {one: [] for one in properties} for local in ids
        }
        known = [local for local in ids if self.has(local)]
        for row in self._store.select(_values(known, properties)) if known else ():
            local = str(row["s"]).removeprefix(vocab.ID)
            one = str(row["p"]).removeprefix(vocab.ONTOLOGY)
            rows[local][one].append(self._value(row["o"]))
        meta = [{"id": p, "name": self._labels.get(p, p)} for p in properties]
        return {"meta": meta, "rows": rows}

    def _value(self, term: Any) -> dict[str, str]:
        local = str(term).removeprefix(vocab.ID)
        if isinstance(term, Iri) and self.has(local):
            return {"id": local, "name": self._bodies[local].names[0]}
        if isinstance(term, Iri):
            name = local.removeprefix(vocab.ONTOLOGY)
            return {"str": self._labels.get(name, name)}
        return {"str": str(term)}


def _values(ids: Sequence[str], properties: Sequence[str]) -> str:
    things = " ".join(f"<{vocab.ID}{local}>" for local in ids)
    names = " ".join(f"<{vocab.ONTOLOGY}{one}>" for one in properties)
    return (
        f"SELECT DISTINCT ?s ?p ?o WHERE {{ VALUES ?s {{ {things} }}"
        f" VALUES ?p {{ {names} }} ?s ?p ?o }} ORDER BY ?s ?p ?o"
    )


def _types(asked: Any) -> frozenset[str]:
    """Local names of classes; Organization stands for all of them."""
    some = asked if isinstance(asked, list) else [asked] if asked else []
    names = {str(one.get("id") if isinstance(one, dict) else one) for one in some}
    return frozenset(names - {"Organization"})


def _identifiers(properties: Any) -> dict[str, frozenset[str]]:
    """The identifiers among the properties of a query that prove themselves."""
    found: dict[str, frozenset[str]] = {}
    for one in properties or ():
        scheme = str(one.get("pid", ""))
        values = one.get("v", "")
        values = values if isinstance(values, list) else [values]
        proved = frozenset(
            str(v) for v in values if scheme in PROOFS and PROOFS[scheme](str(v))
        )
        if proved:
            found[scheme] = proved
    return found


def _wrong(message: str) -> DataError:
    return DataError(
        message,
        zh=f"对账请求有误：{message}",
        link="https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/",
    )
