"""Pictures and exchange files: pyvis HTML, GEXF, GraphML, SVG.

``picture`` writes one HTML file that works with no network and no server, ``svg``
the same picture for whoever runs no script. Positions are given, never computed
here. pyvis is slow to import, so it is loaded only when something is drawn.
"""

from kg.draw.base import Picture
from kg.draw.netfiles import NETWORK_FORMATS
from kg.draw.picture import picture_html
from kg.draw.svg import picture_svg

__all__ = ["NETWORK_FORMATS", "Picture", "picture_html", "picture_svg"]
