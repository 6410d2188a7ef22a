"""Measures of a whole network as Spark DataFrames.

Plain DataFrames need no jar; iterations are checkpointed to a folder that all
workers share, so that a worker that dies costs time and not the answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

_LINE = r"^<([^>]*)> <([^>]*)> <([^>]*)> \.$"
_EVERY = 4


def read_edges(
    spark: SparkSession, path: str, predicates: Sequence[str], things: str
) -> DataFrame:
    """The undirected links in an export, each pair once.

    Args:
        spark: the session.
        path: N-Triples, a file or a folder; gzip is read too.
        predicates: IRIs of the relations that count.
        things: what both ends begin with.

    Returns:
        Columns ``a`` and ``b`` (IRIs, ``a`` < ``b``).
    """
    lines = spark.read.text(path)
    parts = [f.regexp_extract("value", _LINE, n).alias("spo"[n - 1]) for n in (1, 2, 3)]
    found = lines.select(*parts).where(
        f.col("p").isin(*predicates)
        & f.col("s").startswith(things)
        & f.col("o").startswith(things)
        & (f.col("s") != f.col("o"))
    )
    return found.select(
        f.least("s", "o").alias("a"), f.greatest("s", "o").alias("b")
    ).distinct()


def _both(edges: DataFrame) -> DataFrame:
    """Each link in both directions: ``src``, ``dst``."""
    there = edges.select(f.col("a").alias("src"), f.col("b").alias("dst"))
    back = edges.select(f.col("b").alias("src"), f.col("a").alias("dst"))
    return there.union(back)


def degrees(edges: DataFrame) -> DataFrame:
    """Columns ``id``, ``degree``."""
    return (
        _both(edges).groupBy(f.col("src").alias("id")).agg(f.count("*").alias("degree"))
    )


def pagerank(
    edges: DataFrame, damping: float = 0.85, tolerance: float = 1e-8, most: int = 100
) -> DataFrame:
    """PageRank over undirected links; the ranks sum to 1.

    Every node has a link, so no rank is lost at an end. Stops when the ranks
    move by less than ``tolerance`` in all (the in-process one stops at 1e-10).

    Returns:
        Columns ``id``, ``rank``.
    """
    degree = degrees(edges)
    out = _both(edges).join(degree.withColumnRenamed("id", "src"), "src").persist()
    count = degree.count()
    ranks = degree.select("id", f.lit(1.0 / count).alias("rank"))
    for step in range(1, most + 1):
        given = out.join(ranks.withColumnRenamed("id", "src"), "src")
        new = given.groupBy(f.col("dst").alias("id")).agg(
            (
                (1 - damping) / count + damping * f.sum(f.col("rank") / f.col("degree"))
            ).alias("rank")
        )
        new = new.checkpoint() if step % _EVERY == 0 else new.persist()
        old = ranks.withColumnRenamed("rank", "old")
        moved = new.join(old, "id").agg(f.sum(f.abs(f.col("rank") - f.col("old"))))
        ranks = new
        if float(moved.first()[0]) < tolerance:  # type: ignore[index]
            break
    return ranks


def components(edges: DataFrame, most: int = 100) -> DataFrame:
    """Connected components, each named by the least of its IRIs.

    Returns:
        Columns ``id``, ``component``.
    """
    both = _both(edges).persist()
    labels = degrees(edges).select("id", f.col("id").alias("component"))
    for step in range(1, most + 1):
        near = both.join(labels.withColumnRenamed("id", "src"), "src").groupBy(
            f.col("dst").alias("id")
        )
        least = near.agg(f.min("component").alias("near"))
        new = labels.join(least, "id").select(
            "id", f.least("component", "near").alias("component")
        )
        # A label is a node: take that node's label too, so distances double.
        jump = new.select(
            f.col("id").alias("component"), f.col("component").alias("further")
        )
        new = new.join(jump, "component").select(
            "id", f.col("further").alias("component")
        )
        new = new.checkpoint() if step % _EVERY == 0 else new.persist()
        old = labels.withColumnRenamed("component", "old")
        changed = new.join(old, "id").where("component != old").limit(1).count()
        labels = new
        if not changed:
            break
    return labels


def label_propagation(edges: DataFrame, steps: int = 5) -> DataFrame:
    """Communities by synchronous label propagation; ties go to the least label.

    There is no Louvain or Leiden on Spark. On graphs with hubs labels run
    together: look at ``modularity`` before you believe them.

    Returns:
        Columns ``id``, ``community``.
    """
    from pyspark.sql import Window

    both = _both(edges).persist()
    labels = degrees(edges).select("id", f.col("id").alias("community"))
    for step in range(1, steps + 1):
        votes = (
            both.join(labels.withColumnRenamed("id", "src"), "src")
            .groupBy(f.col("dst").alias("id"), "community")
            .agg(f.count("*").alias("votes"))
        )
        order = Window.partitionBy("id").orderBy(f.desc("votes"), "community")
        labels = (
            votes.withColumn("place", f.row_number().over(order))
            .where("place = 1")
            .select("id", "community")
        )
        labels = labels.checkpoint() if step % _EVERY == 0 else labels.persist()
    return labels


def modularity(edges: DataFrame, labels: DataFrame) -> float:
    """Newman's modularity of communities; near zero means they say nothing."""
    m = edges.count()
    one = labels.select(f.col("id").alias("a"), f.col("community").alias("ca"))
    two = labels.select(f.col("id").alias("b"), f.col("community").alias("cb"))
    inside = edges.join(one, "a").join(two, "b").where("ca = cb").count()
    total = (
        degrees(edges)
        .join(labels, "id")
        .groupBy("community")
        .agg(f.sum("degree").alias("d"))
        .agg(f.sum(f.pow(f.col("d") / f.lit(2.0 * m), 2)))
        .first()
    )
    return inside / m - float(total[0])  # type: ignore[index]


def partners(edges: DataFrame, least: int = 2, hub: int = 200) -> DataFrame:
    """Pairs without a link that share neighbours, scored by Adamic and Adar.

    Source: Adamic, Adar, Friends and neighbors on the Web, 2003.

    Args:
        edges: the links.
        least: neighbours two must share.
        hub: neighbours with more links than this are left out: they say little
            and would make the square of their links in pairs.

    Returns:
        Columns ``a``, ``b``, ``shared``, ``score``.
    """
    degree = degrees(edges).withColumnRenamed("id", "src").where(f.col("degree") <= hub)
    near = _both(edges).join(degree, "src")
    weight = (1.0 / f.log("degree")).alias("weight")
    one = near.select("src", f.col("dst").alias("a"), weight)
    two = near.select("src", f.col("dst").alias("b"))
    pairs = one.join(two, "src").where("a < b")
    scored = pairs.groupBy("a", "b").agg(
        f.count("*").alias("shared"), f.sum("weight").alias("score")
    )
    return scored.where(f.col("shared") >= least).join(edges, ["a", "b"], "left_anti")
