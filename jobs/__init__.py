"""Jobs for machines beyond one: Spark over an export of the graph.

Never needed by the service; ``pip install 'life-valley[spark]'`` and Java 17.
"""
