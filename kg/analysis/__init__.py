"""The graph as a network: projections, measures, paths, partners.

networkx, networkit and scipy live here (and in draw) and nowhere else. Results
are computed, never asserted.
"""
