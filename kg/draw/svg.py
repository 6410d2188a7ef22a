"""The same picture as SVG: no script, any size, every text escaped."""

from __future__ import annotations

from html import escape

from kg.draw.base import Picture
from kg.model.groups import GROUP
from kg.model.network import INFERRED, TARGET

SCALE = 70.0
MARGIN = 90.0


def picture_svg(picture: Picture) -> str:
    """The picture as one SVG document; links and nodes carry a ``title``."""
    network, places = picture.network, picture.positions
    if not network.nodes:
        return '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
    points = [places[iri] for iri in network.nodes]
    left = min(x for x, _ in points) * SCALE - MARGIN
    top = -max(y for _, y in points) * SCALE - MARGIN
    width = max(x for x, _ in points) * SCALE - left + MARGIN
    height = -min(y for _, y in points) * SCALE - top + MARGIN
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
        f' viewBox="{left:.1f} {top:.1f} {width:.1f} {height:.1f}"'
        ' font-family="system-ui, Noto Sans CJK SC, sans-serif" font-size="12">',
        f"<title>{escape(picture.title)}</title>",
        '<rect x="-99999" y="-99999" width="199998" height="199998" fill="#fff"/>',
        *_links(picture),
        *_things(picture),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _links(picture: Picture) -> list[str]:
    lines = []
    for edge in picture.network.edges:
        (x1, y1), (x2, y2) = (picture.positions[i] for i in (edge.source, edge.target))
        dash = ' stroke-dasharray="6 4"' if edge.status == TARGET else ""
        opacity = 0.2 if edge.status == INFERRED else 0.45
        lines.append(
            f'<line x1="{x1 * SCALE:.1f}" y1="{-y1 * SCALE:.1f}" x2="{x2 * SCALE:.1f}"'
            f' y2="{-y2 * SCALE:.1f}" stroke="#64748b" stroke-opacity="{opacity}"'
            f"{dash}><title>{escape(picture.told(edge))}</title></line>"
        )
    return lines


def _things(picture: Picture) -> list[str]:
    most = max((n.degree for n in picture.network.nodes.values()), default=1) or 1
    shapes, labels = [], []
    for iri, node in picture.network.nodes.items():
        x, y = (c * SCALE for c in picture.positions[iri])
        radius = 5 + 11 * (node.degree / most) ** 0.5
        name = escape(node.name(picture.language))
        shapes.append(
            f'<circle cx="{x:.1f}" cy="{-y:.1f}" r="{radius:.1f}"'
            f' fill="{GROUP[node.group].colour}" stroke="#16202e" stroke-opacity="0.5">'
            f"<title>{name}</title></circle>"
        )
        labels.append(
            f'<text x="{x:.1f}" y="{-y + radius + 12:.1f}" text-anchor="middle"'
            ' stroke="#fff" stroke-width="3" paint-order="stroke" fill="#16202e">'
            f"{escape(picture.label(iri))}</text>"
        )
    return shapes + labels
