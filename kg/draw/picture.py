"""A network as one HTML file drawn by pyvis, free of anything from elsewhere.

pyvis 0.3.2 links style sheets of other hosts even when told to write all in line,
prints its heading twice and unescaped, writes no doctype and no language, and
scans every link for each new one. So: no heading, physics off, links added
directly, and what it wrote is taken apart and put into a page of our own.
"""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING

from kg.draw.base import Picture
from kg.model.groups import GROUP
from kg.model.network import INFERRED, TARGET

if TYPE_CHECKING:
    from pyvis.network import Network as PyvisNetwork

SCALE = 95
_SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>(?P<text>.*?)</script>", re.DOTALL)
_STYLE = re.compile(r"<style[^>]*>(?P<text>.*?)</style>", re.DOTALL)
_OPTIONS = """{
  "physics": {"enabled": false},
  "interaction": {"hover": true, "keyboard": true, "navigationButtons": false,
    "tooltipDelay": 120},
  "edges": {"smooth": false, "color": {"inherit": false},
    "arrows": {"to": {"enabled": true, "scaleFactor": 0.45}}},
  "nodes": {"borderWidth": 1.5}
}"""
_PAGE_STYLE = """
html,body{margin:0;height:100%;font:15px/1.5 system-ui,"Noto Sans CJK SC",
"PingFang SC","Microsoft YaHei",sans-serif;color:#16202e;background:#fff}
body{display:flex;flex-direction:column}
header,footer{padding:8px 16px;display:flex;gap:4px 20px;flex-wrap:wrap;
align-items:baseline}
h1{font-size:1.05rem;margin:0}
ul{list-style:none;margin:0;padding:0;display:flex;gap:4px 16px;flex-wrap:wrap}
li{display:flex;gap:6px;align-items:center}
svg{flex:none}
main{flex:1;min-height:320px;position:relative;overflow:hidden;
border-block:1px solid #d8dde5}
#mynetwork{position:absolute;inset:0}
.fine{color:#4b5a6e;font-size:.875rem}
"""


def picture_html(picture: Picture) -> str:
    """The picture as a page: one file, no request to anywhere, all text escaped."""
    raw = _drawn(picture)
    scripts = [
        found["text"]
        for found in _SCRIPT.finditer(raw)
        if "src=" not in found["attributes"]
    ]
    styles = [f["text"] for f in _STYLE.finditer(raw) if "vis-network" in f["text"]]
    language = "zh-Hans" if picture.language == "zh" else "en"
    title = escape(picture.title)
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{language}">',
            '<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{title}</title>",
            f"<style>{_without_addresses(''.join(styles))}{_PAGE_STYLE}</style>",
            "</head>\n<body>",
            f"<header><h1>{title}</h1>{_legend(picture)}</header>",
            f'<main><div id="mynetwork" role="img" aria-label="{_spoken(picture)}">'
            "</div></main>",
            f'<footer class="fine">{_foot(picture)}</footer>',
            *(f"<script>{_quiet(text)}</script>" for text in scripts if text.strip()),
            "</body>\n</html>\n",
        )
    )


def _without_addresses(style: str) -> str:
    """Style sheets may not fetch either: only what is inline stays."""
    return re.sub(r"url\((?!\s*[\"']?data:)[^)]*\)", "none", style)


def _quiet(script: str) -> str:
    """No comment of a bundle may name a source map for a browser to fetch."""
    return re.sub(r"//[#@]\s*sourceMappingURL=\S*", "", script)


def _drawn(picture: Picture) -> str:
    from pyvis.network import Network as PyvisNetwork

    net = PyvisNetwork(
        height="100%", width="100%", directed=True, cdn_resources="in_line"
    )
    net.set_options(_OPTIONS)
    _add_nodes(net, picture)
    _add_edges(net, picture)
    return str(net.generate_html(notebook=False))


def _add_nodes(net: PyvisNetwork, picture: Picture) -> None:
    most = max((n.degree for n in picture.network.nodes.values()), default=1) or 1
    for iri, node in picture.network.nodes.items():
        group = GROUP[node.group]
        x, y = picture.positions[iri]
        kind = picture.terms.name(node.type, picture.language) if node.type else ""
        net.add_node(
            iri,
            label=picture.label(iri),
            title="\n".join(p for p in (node.name(picture.language), kind) if p),
            x=x * SCALE,
            y=-y * SCALE,
            shape="dot" if group.shape in {"box", "ellipse"} else group.shape,
            size=8 + 18 * (node.degree / most) ** 0.5,
            color={
                "background": group.colour,
                "border": _darker(group.colour),
                "highlight": {"background": group.colour, "border": "#16202e"},
                "hover": {"background": group.colour, "border": "#16202e"},
            },
            font={"size": 14, "color": "#16202e", "strokeWidth": 4},
        )


def _add_edges(net: PyvisNetwork, picture: Picture) -> None:
    from pyvis.edge import Edge as PyvisEdge

    for edge in picture.network.edges:
        opacity = 0.25 if edge.status == INFERRED else 0.55
        drawn = PyvisEdge(
            edge.source,
            edge.target,
            True,
            title=picture.told(edge),
            dashes=edge.status == TARGET,
            color={"color": "#64748b", "opacity": opacity, "highlight": "#1d5f8a"},
            width=1,
        )
        net.edges.append(drawn.options)


def _darker(colour: str) -> str:
    parts = [int(colour[i : i + 2], 16) * 6 // 10 for i in (1, 3, 5)]
    return "#" + "".join(f"{part:02x}" for part in parts)


# The shapes of the picture, for its legend; whatever else is drawn as a disc.
_DISC = "M7 1A6 6 0 1 1 6.99 1Z"
_MARKS = {
    "triangle": "M7 1L13.5 13H.5Z",
    "diamond": "M7 .5L13.5 7L7 13.5L.5 7Z",
    "square": "M1.5 1.5H12.5V12.5H1.5Z",
    "hexagon": "M4 1.5H10L13.5 7L10 12.5H4L.5 7Z",
}


def _legend(picture: Picture) -> str:
    items = [
        '<li><svg width="14" height="14" aria-hidden="true">'
        f'<path d="{_MARKS.get(group.shape, _DISC)}" fill="{group.colour}"'
        f' stroke="{_darker(group.colour)}"/></svg>'
        f"{escape(picture.t(group.zh, group.en))} {count}</li>"
        for group, count in picture.counts()
    ]
    dashed = (
        '<li><svg width="28" height="8" aria-hidden="true"><path d="M0 4h28" '
        'stroke="#64748b" stroke-width="2" stroke-dasharray="6 4"/></svg>'
        f"{picture.t('目标，尚未实现', 'planned, not achieved')}</li>"
    )
    if any(edge.status == TARGET for edge in picture.network.edges):
        items.append(dashed)
    return f"<ul>{''.join(items)}</ul>"


def _spoken(picture: Picture) -> str:
    network = picture.network
    return escape(
        picture.t(
            f"网络图：{len(network.nodes)} 个事物，{len(network.edges)} 条关系。",
            f"Network of {len(network.nodes)} things and {len(network.edges)} links.",
        )
    )


def _foot(picture: Picture) -> str:
    told = picture.t(
        "圆点大小表示陈述的多少。滚轮缩放，拖动平移。",
        "Size: number of statements. Scroll to zoom, drag to move.",
    )
    if not picture.address:
        return escape(told)
    address = escape(picture.address, quote=True)
    words = picture.t("在线浏览并查看出处", "Explore live, with the sources")
    return f'{escape(told)} <a href="{address}">{words}</a>'
