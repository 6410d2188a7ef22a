"""Synthetic ecosystems of any size, in the product's own data model.

``shape`` reads from the real graph how often what occurs; ``words`` makes names;
``ecosystem`` streams the triples; ``__main__`` writes them to a file.
"""
