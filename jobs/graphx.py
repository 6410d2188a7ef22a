"""The same measures by GraphX, through the JVM gateway.

The pyspark wheel carries GraphX and no GraphFrames. GraphX is deprecated since
Spark 4.0 and faster than DataFrames; nodes must be numbers in a text file.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f


class GraphX:
    """A graph of numbered nodes in the JVM.

    Args:
        spark: the session.
        edges: columns ``a``, ``b``.
        folder: shared by all workers; the numbered edges are written there.
    """

    def __init__(self, spark: SparkSession, edges: DataFrame, folder: Path) -> None:
        self._spark = spark
        nodes = edges.select("a").union(edges.select(f.col("b"))).distinct()
        self.numbers = nodes.toDF("id").select(
            "id", f.monotonically_increasing_id().alias("number")
        )
        # Numbers are made once and kept: made again they would differ.
        self.numbers.write.mode("overwrite").parquet(str(folder / "numbers"))
        self.numbers = spark.read.parquet(str(folder / "numbers"))
        a = self.numbers.select(f.col("id").alias("a"), f.col("number").alias("na"))
        b = self.numbers.select(f.col("id").alias("b"), f.col("number").alias("nb"))
        both = edges.join(a, "a").join(b, "b").select("na", "nb")
        both = both.union(both.select(f.col("nb"), f.col("na")))
        text = both.select(f.concat_ws(" ", "na", "nb"))
        text.write.mode("overwrite").text(str(folder / "edges"))
        self._graphx = spark._jvm.org.apache.spark.graphx  # type: ignore[union-attr]
        level = spark._jvm.org.apache.spark.storage.StorageLevel.MEMORY_AND_DISK()  # type: ignore[union-attr]
        self._graph = self._graphx.GraphLoader.edgeListFile(
            spark._jsc.sc(),
            str(folder / "edges"),
            False,
            -1,
            level,
            level,
        )
        self._double = self._tag("Double")
        self._folder = folder

    def _tag(self, name: str) -> Any:
        tags = self._spark._jvm.scala.reflect.ClassTag  # type: ignore[union-attr]
        return getattr(tags, name)()

    def pagerank(self, steps: int = 50) -> DataFrame:
        """Columns ``id``, ``rank``; the ranks sum to 1."""
        tag = self._tag("Int")
        ranked = self._graphx.lib.PageRank.run(self._graph, steps, 0.15, tag, tag)
        found = self._collected(ranked, "rank")
        total = found.agg(f.sum("rank")).first()[0]  # type: ignore[index]
        return found.withColumn("rank", f.col("rank") / total)

    def components(self) -> DataFrame:
        """Columns ``id``, ``component`` (the least number in it)."""
        tag = self._tag("Int")
        return self._collected(
            self._graphx.lib.ConnectedComponents.run(self._graph, tag, tag), "component"
        )

    def _collected(self, graph: Any, name: str) -> DataFrame:
        """Vertices come back by way of a text file: the gateway has no encoder."""
        target = self._folder / name
        graph.vertices().saveAsTextFile(str(target))
        rows = self._spark.read.text(str(target)).select(
            f.regexp_extract("value", r"\((\d+),", 1).cast("long").alias("number"),
            f.regexp_extract("value", r",([^)]*)\)", 1).cast("double").alias(name),
        )
        return self.numbers.join(rows, "number").select("id", name)
