"""From a request to an answer: guard, limits, negotiation, the catalogue.

What a visitor sends is checked here before any engine sees it. Knows nothing
of Flask and nothing of the engine.
"""
