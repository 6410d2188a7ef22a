"""The asker, the candidates and what lies between, as SVG.

Facts are solid lines; a suggestion is a dashed line of another colour, drawn
apart. Colours come from the page's style sheet, so the picture follows light
and dark; every text is escaped.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup, escape

from kg.analysis.partners.answer import Advice, Suggestion
from kg.model.network import Node

SHOWN = 6
WIDTH, ROW, TOP = 960, 46, 30
COLUMNS = (110, 370, 600, 850)
LONGEST = 13


def picture(advice: Advice, language: str) -> Markup:
    """The picture of the first suggestions, or nothing when there are none."""
    shown = advice.suggestions[:SHOWN]
    if not shown:
        return Markup("")
    places, nodes = _places(advice.asker, shown)
    height = TOP + ROW * max(_rows(places), len(shown))
    title = {
        "zh": f"{advice.asker.name('zh')}与候选伙伴之间的事实与建议",
        "en": f"Facts and suggestions between {advice.asker.name('en')} and candidates",
    }[language]
    lines = [_suggested(one, advice.asker, places) for one in shown]
    lines += _facts(shown, places, language)
    things = [_thing(nodes[iri], at, language) for iri, at in places.items()]
    return Markup(
        '<svg class="partner-picture" role="img" viewBox="0 0 {w} {h}"'
        ' xmlns="http://www.w3.org/2000/svg"><title>{t}</title>{body}</svg>'
    ).format(w=WIDTH, h=height, t=title, body=Markup("").join([*lines, *things]))


def _places(
    asker: Node, shown: Sequence[Suggestion]
) -> tuple[dict[str, tuple[float, float]], dict[str, Node]]:
    """A place for each thing: asker, first and second middle, candidates."""
    columns: list[list[str]] = [[asker.iri], [], [], []]
    nodes = {asker.iri: asker}
    for one in shown:
        columns[3].append(one.node.iri)
        nodes[one.node.iri] = one.node
    for one in shown:
        for reason in one.reasons[:2]:
            here = asker.iri
            for number, step in enumerate(reason.steps[:-1], start=1):
                here = step.edge.other(here)
                nodes[here] = step.target if step.target.iri == here else step.source
                if not any(here in column for column in columns):
                    columns[min(number, 2)].append(here)
    tallest = max(len(column) for column in columns)
    places = {}
    for x, column in zip(COLUMNS, columns, strict=True):
        gap = ROW * tallest / max(len(column), 1)
        for row, iri in enumerate(column):
            places[iri] = (float(x), TOP + gap * (row + 0.5))
    return places, nodes


def _rows(places: Mapping[str, tuple[float, float]]) -> int:
    found = [x for x, _ in places.values()]
    return max(found.count(x) for x in set(found))


def _suggested(
    one: Suggestion, asker: Node, places: Mapping[str, tuple[float, float]]
) -> Markup:
    (x1, y1), (x2, y2) = places[asker.iri], places[one.node.iri]
    lift = 0.25 * abs(y2 - y1) + 40
    return Markup(
        '<path class="suggested" d="M{a:.0f} {b:.0f} C{c:.0f} {d:.0f} {e:.0f} {f:.0f}'
        ' {g:.0f} {h:.0f}"/>'
    ).format(a=x1, b=y1, c=x1 + 200, d=y1 - lift, e=x2 - 200, f=y2 - lift, g=x2, h=y2)


def _facts(
    shown: Sequence[Suggestion],
    places: Mapping[str, tuple[float, float]],
    language: str,
) -> list[Markup]:
    drawn: dict[str, Markup] = {}
    for one in shown:
        for reason in one.reasons[:2]:
            for step in reason.steps:
                ends = [places.get(step.source.iri), places.get(step.target.iri)]
                if None in ends or step.edge.key in drawn:
                    continue
                (x1, y1), (x2, y2) = (end for end in ends if end)
                drawn[step.edge.key] = Markup(
                    '<line class="stated" x1="{a:.0f}" y1="{b:.0f}" x2="{c:.0f}"'
                    ' y2="{d:.0f}"><title>{t}</title></line>'
                ).format(
                    a=x1, b=y1, c=x2, d=y2, t=step.zh if language == "zh" else step.en
                )
    return list(drawn.values())


def _thing(node: Node, at: tuple[float, float], language: str) -> Markup:
    name = node.name(language)
    room = LONGEST if language == "zh" else LONGEST * 2
    short = name if len(name) <= room else name[: room - 1] + "…"
    return Markup(
        '<g class="thing kind-{k}"><title>{n}</title><circle cx="{x:.0f}" cy="{y:.0f}"'
        ' r="7"/><text x="{x:.0f}" y="{z:.0f}">{s}</text></g>'
    ).format(k=node.group, n=name, x=at[0], y=at[1], z=at[1] + 21, s=escape(short))
