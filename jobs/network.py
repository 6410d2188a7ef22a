"""Measures of a whole network as Spark DataFrames.

Plain DataFrames need no jar. Each step of an iteration is checkpointed to a folder
that all workers share: a worker that dies costs one step and not the answer, and
the plan of a step stays small. A plan that is kept for some steps doubles with
each of them, since a step reads the one before twice; planning then takes longer
than the work (decision 0082).
"""

from __future__ import annotations

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

_LINE = r"^<([^>]*)> <([^>]*)> <([^>]*)> \.$"
_LOOK_EVERY = 4
"""Steps of PageRank between two looks at how far the ranks still move."""


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
    move by less than ``tolerance`` in all (the in-process one stops at 1e-10),
    which is looked at every few steps.

    Returns:
        Columns ``id``, ``rank``.
    """
    degree = degrees(edges).checkpoint()
    out = _both(edges).join(degree.withColumnRenamed("id", "src"), "src").checkpoint()
    count = degree.count()
    ranks = degree.select("id", f.lit(1.0 / count).alias("rank"))
    for step in range(1, most + 1):
        given = out.join(ranks.withColumnRenamed("id", "src"), "src")
        new = given.groupBy(f.col("dst").alias("id")).agg(
            (
                (1 - damping) / count + damping * f.sum(f.col("rank") / f.col("degree"))
            ).alias("rank")
        )
        old, ranks = ranks, new.checkpoint()
        if step % _LOOK_EVERY and step < most:
            continue
        before = old.withColumnRenamed("rank", "old")
        moved = ranks.join(before, "id").agg(f.sum(f.abs(f.col("rank") - f.col("old"))))
        if float(moved.first()[0]) < tolerance:  # type: ignore[index]
            break
    return ranks


def components(edges: DataFrame, most: int = 100) -> DataFrame:
    """Connected components, each named by the least of its IRIs.

    Returns:
        Columns ``id``, ``component``.
    """
    both = _both(edges).checkpoint()
    labels = degrees(edges).select("id", f.col("id").alias("component")).checkpoint()
    for _ in range(most):
        near = both.join(labels.withColumnRenamed("id", "src"), "src").groupBy(
            f.col("dst").alias("id")
        )
        least = near.agg(f.min("component").alias("near"))
        new = (
            labels.join(least, "id")
            .select(
                "id",
                f.least("component", "near").alias("component"),
                f.col("component").alias("old"),
            )
            .checkpoint()
        )
        # A label is a node: take that node's label too, so distances double.
        jump = new.select(
            f.col("id").alias("component"), f.col("component").alias("further")
        )
        new = (
            new.join(jump, "component")
            .select("id", f.col("further").alias("component"), "old")
            .checkpoint()
        )
        labels = new.select("id", "component")
        if not new.where("component != old").limit(1).count():
            break
    return labels


def label_propagation(edges: DataFrame, steps: int = 5) -> DataFrame:
    """Communities by synchronous label propagation; ties go to the least label.

    There is no Louvain or Leiden on Spark. On graphs with hubs labels run
    together: look at ``modularity`` before you believe them.

    Returns:
        Columns ``id``, ``community``.
    """
    both = _both(edges).checkpoint()
    labels = degrees(edges).select("id", f.col("id").alias("community"))
    for _ in range(steps):
        votes = (
            both.join(labels.withColumnRenamed("id", "src"), "src")
            .groupBy(f.col("dst").alias("id"), "community")
            .agg(f.count("*").alias("votes"))
        )
        # The most votes, then the least label, without sorting: the least pair.
        best = f.min(f.struct((-f.col("votes")).alias("votes"), "community"))
        labels = (
            votes.groupBy("id")
            .agg(best.alias("best"))
            .select("id", f.col("best.community").alias("community"))
            .checkpoint()
        )
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
