"""Take the graph out: all of it, one dataset, or the answer of a query.

Examples:
  kg export life-valley.trig                              # all, with its graphs
  kg export --dataset article --format turtle12           # RDF 1.2, to stdout
  kg export copy/data/tables                              # what kg build reads
  kg export --dataset public-facts facts.xlsx
  kg export network.gexf --inferred
  kg export --query select.rq answer.csv

The same graph gives the same bytes. Inferred triples come only with --inferred.
Tables are read back and compared with the graph before they are written.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from kg import vocab
from kg.config import load_settings
from kg.curate.export_rdf import ordered
from kg.curate.exporting import RDF_FORMATS, Scope, Tables, in_build_order, read_tables
from kg.curate.files import home_of
from kg.draw.netfiles import NETWORK_FORMATS
from kg.errors import ConfigError, DataError
from kg.query.guard import inspect_query
from kg.wiring import Parts, build_parts, shipped

NAME = "export"
HELP = "take out all, a dataset or a query: RDF, tables, XLSX, GraphML, GEXF"
TIMEOUT_S = 3600.0
FORMATS = (*RDF_FORMATS, "tables", "xlsx", "csv", *NETWORK_FORMATS)
_SUFFIXES = {one.suffix: one.name for one in RDF_FORMATS.values()} | {
    ".ttl12": "turtle12",
    **{f".{name}": name for name in ("xlsx", "csv", *NETWORK_FORMATS)},
}


def configure(parser: argparse.ArgumentParser) -> None:
    """What to take, how to write it, where to."""
    parser.add_argument(
        "output",
        nargs="?",
        default="-",
        metavar="TARGET",
        help="file, folder for tables, - for stdout",
    )
    parser.add_argument(
        "--output", dest="output_", metavar="TARGET", help="the same, by name"
    )
    parser.add_argument("--format", choices=FORMATS, help="else told by the target")
    parser.add_argument(
        "--dataset", action="append", default=[], metavar="ID", help="may be repeated"
    )
    parser.add_argument(
        "--query", type=Path, help="file with a SELECT or CONSTRUCT; - for stdin"
    )
    parser.add_argument("--inferred", action="store_true", help="inferred triples too")
    parser.add_argument(
        "--no-check", action="store_true", help="do not read tables back to compare"
    )
    parser.add_argument("--store", help="overrides the setting")


def run(arguments: argparse.Namespace) -> int:
    """Export; remarks and the checksum on stderr.

    Raises:
        ConfigError: if what is asked for does not go together.
        DataError: if the format cannot hold the data.
        NotFoundError: if there is no such dataset.
    """
    arguments.output = arguments.output_ or arguments.output
    form = arguments.format or _told_by(arguments.output)
    _require(arguments, form)
    given = {"store": arguments.store} if arguments.store else {}
    parts = build_parts(load_settings(given))
    try:
        if arguments.query:
            pieces = _answer(parts, arguments, form)
        elif form == "tables":
            return _write_tables(parts, arguments)
        elif form in NETWORK_FORMATS:
            pieces = _network(parts, arguments, form)
        elif form == "xlsx":
            pieces = iter([_workbook(parts, arguments)])
        else:
            scope = Scope(
                parts.store,
                arguments.dataset,
                inferred=arguments.inferred,
                tell=_tell,
            )
            pieces = _encoded(RDF_FORMATS[form].write(scope.contents()))
        _write(pieces, arguments.output)
    finally:
        parts.store.close()
    return 0


def _told_by(output: str) -> str:
    for suffix in sorted(_SUFFIXES, key=len, reverse=True):
        if output.endswith(suffix):
            return _SUFFIXES[suffix]
    if output != "-" and not Path(output).suffix:
        return "tables"
    raise ConfigError(
        f"No format is told by {output!r}.",
        zh=f"无法从 {output!r} 判断格式。",
        hint="Give --format: " + ", ".join(FORMATS) + ".",
        hint_zh="请用 --format 指定：" + "、".join(FORMATS) + "。",
    )


def _require(arguments: argparse.Namespace, form: str) -> None:
    wrong = ""
    if arguments.query and (arguments.dataset or arguments.inferred):
        wrong = "--query says itself what it takes: leave out --dataset and --inferred"
    elif form == "csv" and not arguments.query:
        wrong = "csv is for the answer of a SELECT; take tables for a dataset"
    elif form == "tables" and (arguments.output == "-" or arguments.query):
        wrong = "tables are several files of a dataset: give a folder, and no --query"
    elif form in {"tables", "xlsx"} and arguments.inferred:
        wrong = "tables and workbooks hold what is stated, nothing inferred"
    if wrong:
        raise ConfigError(
            f"This cannot be exported: {wrong}.",
            zh=f"无法这样导出：{wrong}。",
            hint="See docs/export.md.",
            hint_zh="见 docs/export.md。",
        )


def _tell(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    for piece in pieces:
        yield piece.encode("utf-8")


# -- queries -------------------------------------------------------------------


def _answer(parts: Parts, arguments: argparse.Namespace, form: str) -> Iterator[bytes]:
    text = (
        sys.stdin.read()
        if str(arguments.query) == "-"
        else _query_text(arguments.query)
    )
    if inspect_query(text).form in {"CONSTRUCT", "DESCRIBE"}:
        if form in {"csv", "xlsx"}:
            raise _does_not_fit(form, "CONSTRUCT", [*RDF_FORMATS, *NETWORK_FORMATS])
        triples = parts.store.construct(text, timeout_s=TIMEOUT_S)
        _tell(f"{len(triples):,} triples")
        if form in NETWORK_FORMATS:
            network = parts.graphs.from_triples(triples)
            return _encoded(NETWORK_FORMATS[form](network, parts.graphs.terms))
        return _encoded(RDF_FORMATS[form].write([("", ordered(triples))]))
    if form not in {"csv", "xlsx"}:
        raise _does_not_fit(form, "SELECT", ["csv", "xlsx"])
    answer = parts.store.select(text, timeout_s=TIMEOUT_S)
    _tell(f"{len(answer):,} rows")
    if form == "xlsx":
        from kg.curate.export_sheet import answer_sheet, workbook  # openpyxl is slow

        return iter([workbook([answer_sheet(answer.variables, answer.rows)])])
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(answer.variables)
    writer.writerows(["" if t is None else str(t) for t in row] for row in answer.rows)
    return _encoded([out.getvalue()])


def _query_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        raise DataError(
            f"The query {path} cannot be read: {exc}",
            zh=f"无法读取查询文件 {path}：{exc}",
        ) from exc


def _does_not_fit(form: str, query: str, fitting: list[str]) -> ConfigError:
    shown = ", ".join(fitting)
    return ConfigError(
        f"The answer of a {query} cannot be written as {form}.",
        zh=f"{query} 的结果不能写成 {form}。",
        hint=f"Use one of {shown}.",
        hint_zh=f"可用格式：{shown}。",
    )


# -- tables, workbooks, networks -------------------------------------------------


def _tables(parts: Parts, arguments: argparse.Namespace) -> list[Tables]:
    home = home_of(parts.data)
    datasets = Scope(parts.store, arguments.dataset).datasets()
    found = []
    for dataset in datasets:
        one = read_tables(parts.store, dataset, home)
        counts = ", ".join(f"{len(r):,} {form}" for form, r in one.rows.items() if r)
        _tell(f"{dataset}: {counts}")
        found.append(one)
    if not arguments.no_check:
        for one in found:
            _check(one, home)
    return in_build_order(found)


def _check(one: Tables, home: Path) -> None:
    from kg.curate.ontology import ontology_graph, read_terms
    from kg.curate.round_trip import check

    terms = read_terms(ontology_graph(shipped("ontology")))
    begun = time.monotonic()
    difference = check(one.rows, one.triples, terms, one.known, home)
    if difference:
        told = "\n  ".join(difference.told())
        raise DataError(
            f"The tables cannot say all of {one.dataset!r}:\n  {told}",
            zh=f"数据表无法完整表达数据集 {one.dataset!r}：\n  {told}",
            hint="Take an RDF format, or --no-check for tables that lack this.",
            hint_zh="请改用 RDF 格式；若可接受缺失，请加 --no-check。",
        )
    seconds = time.monotonic() - begun
    _tell(f"{one.dataset}: read back, no difference ({seconds:.1f} s)")


def _write_tables(parts: Parts, arguments: argparse.Namespace) -> int:
    """One folder; datasets after the first in a folder of their own below it."""
    folder = Path(arguments.output)
    for place, one in enumerate(_tables(parts, arguments)):
        below = folder if place == 0 else folder / one.dataset
        below.mkdir(parents=True, exist_ok=True)
        for name, text in one.files().items():
            _write(_encoded([text]), str(below / name))
    return 0


def _workbook(parts: Parts, arguments: argparse.Namespace) -> bytes:
    from kg.curate.export_sheet import dataset_sheets, graph_sheets, workbook

    tables = _tables(parts, arguments)
    if len(tables) == 1:
        return workbook(dataset_sheets(tables[0].rows))
    return workbook(graph_sheets({one.dataset: one.rows for one in tables}))


def _network(parts: Parts, arguments: argparse.Namespace, form: str) -> Iterator[bytes]:
    scope = Scope(parts.store, arguments.dataset)
    wanted = [f"{vocab.ID}dataset-{d}" for d in scope.datasets()]
    network = parts.graphs.whole(
        wanted if arguments.dataset else (), with_inferred=arguments.inferred
    )
    _tell(f"{len(network.nodes):,} things, {len(network.edges):,} links")
    return _encoded(NETWORK_FORMATS[form](network, parts.graphs.terms))


# -- files -----------------------------------------------------------------------


def _write(pieces: Iterable[bytes], output: str) -> None:
    """Write to stdout, or to a file that appears only when it is whole."""
    checksum, size = hashlib.sha256(), 0
    if output == "-":
        for piece in pieces:
            sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    if not path.parent.is_dir():
        raise ConfigError(
            f"There is no folder {str(path.parent)!r}.",
            zh=f"没有文件夹 {str(path.parent)!r}。",
        )
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                file.write(piece)
                checksum.update(piece)
                size += len(piece)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)
    _tell(f"{path.name}: {size:,} bytes, SHA-256 {checksum.hexdigest()}")
