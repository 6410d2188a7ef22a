"""Nothing may vanish that other datasets point to."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from kg import vocab
from kg.errors import DataError
from kg.store import Store

_SHOWN = 10
_POINTED_TO = f"""
PREFIX lv: <{vocab.ONTOLOGY}>
PREFIX skos: <{vocab.PREFIXES["skos"]}>
PREFIX rdf: <{vocab.PREFIXES["rdf"]}>
SELECT DISTINCT ?s WHERE {{
  GRAPH <%s> {{ ?s skos:prefLabel ?name }}
  GRAPH ?other {{ ?st rdf:subject|rdf:object|lv:refEntity ?s }}
  FILTER(?other != <%s>)
}}
"""


def refuse_dangling(
    store: Store, graph: str, gone: AbstractSet[str] | None = None
) -> None:
    """Refuse to take out what only one dataset describes and others point to.

    Args:
        store: has each dataset in its named graph.
        graph: IRI of the dataset's graph.
        gone: IRIs of what would vanish; all that the dataset describes, when left
            out.

    Raises:
        DataError: naming some of what is pointed to.
    """
    if gone is not None and not gone:
        return
    pointed = [str(row["s"]) for row in store.select(_POINTED_TO % (graph, graph))]
    held = [iri for iri in pointed if gone is None or iri in gone]
    if not held:
        return
    shown = ", ".join(iri.removeprefix(vocab.ID) for iri in held[:_SHOWN])
    raise DataError(
        f"Other datasets point to what only this one describes: {shown}.",
        zh=f"其他数据集引用了仅由本数据集描述的主体：{shown}。",
        hint="Withdraw or change those datasets first.",
        hint_zh="请先撤回或修改那些数据集。",
    )
