"""Pictures and exchange files: pyvis HTML, GEXF, GraphML, SVG.

Slow libraries are imported late: only when something is drawn.
"""
