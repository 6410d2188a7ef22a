"""Seven groups of classes: the same colour, shape and order everywhere.

A reader tells at most seven colours apart (Tol's bright scheme), so the classes of
the ontology fall into six groups and the rest. Pages, pictures and the explorer
all take their legend from here; the colours are tokens of ``site.css``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kg import vocab


@dataclass(frozen=True, slots=True)
class Group:
    """One row of the legend.

    Attributes:
        key: slug; ``--class-<key>`` is its colour in ``site.css``.
        zh: name in Chinese.
        en: name in English.
        colour: the fill, ``#rrggbb``; of Tol's bright scheme.
        shape: second channel for those who see no colours, in pictures.
        classes: local names of the classes that belong here.
    """

    key: str
    zh: str
    en: str
    colour: str
    shape: str
    classes: tuple[str, ...]


GROUPS: tuple[Group, ...] = (
    Group(
        "company",
        "企业",
        "Companies",
        "#EE6677",
        "dot",
        ("Company", "ServiceProvider", "Investor"),
    ),
    Group(
        "lab",
        "科研与临床机构",
        "Labs and clinics",
        "#228833",
        "triangle",
        ("Lab", "University", "Hospital"),
    ),
    Group(
        "incubator",
        "孵化与加速",
        "Incubators",
        "#CCBB44",
        "diamond",
        ("Incubator", "Accelerator"),
    ),
    Group("platform", "平台", "Platforms", "#66CCEE", "square", ("Platform",)),
    Group("track", "赛道", "Tracks", "#AA3377", "hexagon", ("Track",)),
    Group(
        "area",
        "区域与园区",
        "Places",
        "#4477AA",
        "box",
        ("Area", "Park", "PolicyZone", "AdministrativeArea", "IndustryArea", "Cluster"),
    ),
    Group("other", "其他", "Other", "#8A8A8A", "ellipse", ()),
)
GROUP: dict[str, Group] = {group.key: group for group in GROUPS}
_OF_CLASS = {
    vocab.ONTOLOGY + name: group.key for group in GROUPS for name in group.classes
}


def group_of(types: Iterable[str], parents: Mapping[str, Iterable[str]]) -> str:
    """The key of the group that one of these classes belongs to.

    Args:
        types: class IRIs.
        parents: class IRI to its direct super-classes; may be empty, then only
            the classes named in ``GROUPS`` are known.

    Returns:
        ``other`` when no class or super-class is in a group.
    """
    wanted, seen = sorted(types), set[str]()
    while wanted:
        for iri in wanted:
            if iri in _OF_CLASS:
                return _OF_CLASS[iri]
        seen.update(wanted)
        wanted = sorted({p for iri in wanted for p in parents.get(iri, ())} - seen)
    return "other"


def main_type(types: Iterable[str], parents: Mapping[str, Iterable[str]]) -> str:
    """The most specific of these classes: no other one of them is below it.

    Returns:
        An IRI of our namespace, or ``""`` if there is none among them.
    """
    ours = sorted(t for t in types if t.startswith(vocab.ONTOLOGY))
    above: set[str] = set()
    for iri in ours:
        wanted = list(parents.get(iri, ()))
        while wanted:
            parent = wanted.pop()
            if parent not in above:
                above.add(parent)
                wanted += parents.get(parent, ())
    return next((iri for iri in ours if iri not in above), "")
