"""Out again: a dataset, some, or all of them, in the formats others read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from kg import vocab
from kg.curate.facts import KnownEntities
from kg.curate.importing import table_text
from kg.curate.known import known_entities
from kg.curate.publication import read_graph
from kg.curate.table import FORMS, Row
from kg.curate.turtle import TurtleWriter
from kg.curate.turtle12 import turtle12
from kg.curate.unbuild import Unbuilder
from kg.errors import ConfigError, NotFoundError
from kg.model import Triple
from kg.store import Store
from kg.store.files import FORMATS, write_quads

_NO_DATASETS = {"inferred", "catalogue", "ontology"}


def export(
    store: Store, target: Path, datasets: Sequence[str] = (), query: str = ""
) -> int:
    """Write named graphs, or what a CONSTRUCT yields, to a file or a folder.

    Args:
        store: is read.
        target: a file whose suffix tells the format, or a folder for CSV tables.
        datasets: their ids; every graph when empty.
        query: a CONSTRUCT to write instead.

    Returns:
        The number of triples written.

    Raises:
        NotFoundError: if there is no such dataset.
        ConfigError: if the format is not known, or tables of several datasets
            are asked for at once.
    """
    graphs = _content(store, datasets, query)
    union = list(dict.fromkeys(t for triples in graphs.values() for t in triples))
    suffix = target.suffix.lower()
    if suffix in {".ttl", ".ttl12"}:
        text = TurtleWriter().write(union) if suffix == ".ttl" else turtle12(union)
        target.write_text(text, encoding="utf-8", newline="\n")
    elif suffix in FORMATS:
        write_quads(target, graphs)
    elif suffix in {"", ".xlsx"}:
        _write_tables(store, target, list(graphs))
    else:
        raise ConfigError(
            f"{suffix} is no format known here.",
            zh=f"无法识别的格式 {suffix}。",
            hint="Use " + ", ".join((*FORMATS, ".ttl12", ".xlsx")) + " or a folder.",
            hint_zh="可用：" + "、".join((*FORMATS, ".ttl12", ".xlsx")) + " 或文件夹。",
        )
    return len(union)


def _content(
    store: Store, datasets: Sequence[str], query: str
) -> dict[str, list[Triple]]:
    if query:
        return {"": store.construct(query, timeout_s=600)}
    there = store.graphs()
    wanted = [vocab.GRAPH + dataset for dataset in datasets] or sorted(there)
    for graph in wanted:
        if graph not in there:
            local = graph.removeprefix(vocab.GRAPH)
            raise NotFoundError(
                f"There is no dataset {local!r}.",
                zh=f"没有数据集 {local!r}。",
                hint="kg datasets lists them.",
                hint_zh="kg datasets 可列出全部数据集。",
            )
    return {graph: read_graph(store, graph) for graph in wanted}


def rows_of(store: Store, dataset: str) -> dict[str, list[Row]]:
    """The tables of one dataset of a store."""
    graph = vocab.GRAPH + dataset
    known = KnownEntities(
        {
            local: entity
            for local, entity in known_entities(store, without=graph).items()
            if entity.name_zh and entity.name_en
        }
    )
    own = _named_here(store, graph)
    others = KnownEntities()
    others.add(e for i in own[1] if (e := known.entity(i)) is not None)
    return Unbuilder(read_graph(store, graph), others).rows()


def _named_here(store: Store, graph: str) -> tuple[set[str], set[str]]:
    """Ids that a graph gives a preferred name, and those it does not."""
    answer = store.select(
        vocab.prologue("lv", "skos")
        + f"SELECT ?s ?name WHERE {{ GRAPH <{graph}> {{ ?s lv:dataset ?d"
        " OPTIONAL { ?s skos:prefLabel ?name } } }"
    )
    named = {str(r["s"]).removeprefix(vocab.ID) for r in answer if "name" in r}
    rest = {str(r["s"]).removeprefix(vocab.ID) for r in answer if "name" not in r}
    return named, rest - named


def _write_tables(store: Store, target: Path, graphs: list[str]) -> None:
    datasets = [
        local
        for graph in graphs
        if (local := graph.removeprefix(vocab.GRAPH)) not in _NO_DATASETS
    ]
    if len(datasets) != 1:
        raise ConfigError(
            "Tables are those of one dataset: name it.",
            zh="数据表属于一个数据集：请指明。",
            hint="kg export --dataset ID " + str(target),
        )
    rows = rows_of(store, datasets[0])
    if target.suffix == ".xlsx":
        _write_workbook(target, rows)
        return
    target.mkdir(parents=True, exist_ok=True)
    for form, some in rows.items():
        text = table_text(form, some)
        (target / f"{form}.csv").write_text(text, encoding="utf-8", newline="\n")


def _write_workbook(target: Path, rows: dict[str, list[Row]]) -> None:
    import openpyxl  # slow to import, seldom needed

    book = openpyxl.Workbook(write_only=True)
    for form, some in rows.items():
        page = book.create_sheet(form)
        columns = FORMS[form].columns
        page.append(columns)
        for row in some:
            # A text that begins with "=" must not become a formula.
            page.append(
                [f" {c}" if (c := row[k]).startswith("=") else c for k in columns]
            )
    book.save(target)
