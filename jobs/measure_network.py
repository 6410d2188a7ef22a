"""Measure the whole network on Spark: rank, components, communities, partners.

Reads an export of the store and writes Parquet (``nodes``: id, degree, rank,
component, community; ``partners``: a, b, shared, score) with ``measures.json``,
which names the generation they belong to.

Run: ``spark-submit jobs/measure_network.py EXPORT OUT --generation NAME``, or
``python -m jobs.measure_network …`` with ``--master local-cluster[2,1,1024]``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from jobs import network

ONTOLOGY = "https://w3id.org/life-valley/ontology#"
THINGS = "https://w3id.org/life-valley/id/"
RELATIONS = (
    "cooperatesWith",
    "investedIn",
    "subsidiaryOf",
    "spinOffOf",
    "incubatedBy",
    "supplies",
    "memberOf",
    "affiliatedWith",
)


def session(master: str, checkpoints: str) -> SparkSession:
    """A session on loopback for local masters; the deployment's own otherwise."""
    builder = SparkSession.builder.appName("life-valley-network")
    if master:
        builder = (
            builder.master(master)
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.default.parallelism", "2")
            .config("spark.sql.adaptive.enabled", "false")
            .config("spark.sql.ansi.enabled", "true")
        )
    spark = builder.getOrCreate()
    spark.sparkContext.setCheckpointDir(checkpoints)
    return spark


def measure(
    spark: SparkSession, export: str, target: Path, given: argparse.Namespace
) -> dict[str, object]:
    """Do everything; what is in ``measures.json``."""
    predicates = [ONTOLOGY + name for name in RELATIONS]
    began = time.perf_counter()
    edges = network.read_edges(spark, export, predicates, THINGS).checkpoint()
    nodes = network.degrees(edges)
    if given.engine == "graphx":
        from jobs.graphx import GraphX

        graph = GraphX(spark, edges, target / "graphx")
        ranks, parts = graph.pagerank(), graph.components()
    else:
        ranks = network.pagerank(edges, tolerance=given.tolerance)
        parts = network.components(edges)
    labels = network.label_propagation(edges)
    nodes = nodes.join(ranks, "id").join(parts, "id").join(labels, "id")
    nodes = _written(nodes, target / "nodes")
    pairs = _written(network.partners(edges), target / "partners")
    facts: dict[str, object] = {
        "generation": given.generation,
        "engine": given.engine,
        "nodes": nodes.count(),
        "edges": edges.count(),
        "components": parts.select(parts.columns[-1]).distinct().count(),
        "modularity": round(network.modularity(edges, labels), 4),
        "partners": pairs.count(),
        "seconds": round(time.perf_counter() - began, 1),
    }
    (target / "measures.json").write_text(json.dumps(facts, indent=2) + "\n")
    return facts


def _written(frame: DataFrame, folder: Path) -> DataFrame:
    """Write a frame and give back what lies there: nothing is computed twice."""
    frame.write.mode("overwrite").parquet(str(folder))
    return frame.sparkSession.read.parquet(str(folder))


def main() -> int:
    """Run the job and print its facts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", help="N-Triples, as kg export writes them")
    parser.add_argument("target", type=Path)
    parser.add_argument("--generation", default="")
    parser.add_argument(
        "--engine", choices=("dataframes", "graphx"), default="dataframes"
    )
    parser.add_argument("--master", default="", help="empty: spark-submit's")
    parser.add_argument("--checkpoints", default="")
    parser.add_argument(
        "--tolerance", type=float, default=1e-8, help="where PageRank stops"
    )
    given = parser.parse_args()
    given.target.mkdir(parents=True, exist_ok=True)
    checkpoints = given.checkpoints or str(given.target / "checkpoints")
    spark = session(given.master, checkpoints)
    try:
        facts = measure(spark, given.export, given.target, given)
    finally:
        spark.stop()
    print(json.dumps(facts, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
