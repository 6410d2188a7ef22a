"""Links and reasons as sentences, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg import vocab
from kg.model.network import Edge, Node, Terms

PHRASES: dict[str, tuple[str, str]] = {
    "cooperatesWith": ("{s}与{o}合作", "{s} cooperates with {o}"),
    "inTrack": ("{s}属于“{o}”赛道", "{s} is in the track {o}"),
    "focusesOn": ("{s}聚焦“{o}”", "{s} focuses on {o}"),
    "subTrackOf": ("“{s}”是“{o}”的子赛道", "{s} is a sub-track of {o}"),
    "locatedIn": ("{s}位于{o}", "{s} is located in {o}"),
    "partOf": ("{s}是{o}的一部分", "{s} is part of {o}"),
    "memberOf": ("{s}是{o}的成员", "{s} is a member of {o}"),
    "investedIn": ("{s}投资了{o}", "{s} invested in {o}"),
    "incubatedBy": ("{s}由{o}孵化", "{s} was incubated by {o}"),
    "spinOffOf": ("{s}源自{o}", "{s} is a spin-off of {o}"),
    "subsidiaryOf": ("{s}是{o}的子公司", "{s} is a subsidiary of {o}"),
    "affiliatedWith": ("{s}隶属于{o}", "{s} is affiliated with {o}"),
    "foundedBy": ("{s}由{o}创办", "{s} was founded by {o}"),
    "directedBy": ("{s}由{o}负责", "{s} is led by {o}"),
    "operates": ("{s}运营{o}", "{s} operates {o}"),
    "developed": ("{s}研制了{o}", "{s} developed {o}"),
    "launched": ("{s}推出了{o}", "{s} launched {o}"),
    "provides": ("{s}提供{o}", "{s} provides {o}"),
    "supports": ("{s}支持{o}", "{s} supports {o}"),
    "supplies": ("{s}为{o}供货", "{s} supplies {o}"),
    "organisedBy": ("{s}由{o}主办", "{s} is organised by {o}"),
    "hosts": ("{s}设有{o}", "{s} hosts {o}"),
    "concerns": ("{s}涉及{o}", "{s} concerns {o}"),
    "appliesTo": ("{s}适用于{o}", "{s} applies to {o}"),
    "listedOn": ("{s}在{o}上市", "{s} is listed on {o}"),
    "hasRole": ("{s}的角色是“{o}”", "{s} has the role “{o}”"),
    "atStage": ("{s}处在“{o}”环节", "{s} works at the stage “{o}”"),
    "guidedBy": ("{s}以{o}为指引", "{s} is guided by {o}"),
    "inZone": ("{s}位于{o}", "{s} lies in {o}"),
    "reliesOn": ("{s}依托{o}", "{s} relies on {o}"),
    "grantsPolicyTo": ("{s}的政策惠及{o}", "{s} extends its policies to {o}"),
    "near": ("{s}邻近{o}", "{s} is near {o}"),
    "hasTargetSet": ("{s}设有目标“{o}”", "{s} has the targets “{o}”"),
    "alongRoad": ("{s}位于{o}沿线", "{s} lies along {o}"),
    "servedBy": ("{s}有{o}通达", "{s} is served by {o}"),
    "prioritises": ("{s}高度重视{o}", "{s} gives priority to {o}"),
    "proposedBy": ("{s}由{o}提出", "{s} was proposed by {o}"),
    "implements": ("{s}实施{o}", "{s} implements {o}"),
    "authorisedBy": ("{s}由{o}授权", "{s} is authorised by {o}"),
    "designatedAs": ("{s}入选{o}", "{s} is designated as {o}"),
    "issuedBy": ("{s}由{o}发布", "{s} was issued by {o}"),
    "awardedBy": ("{s}由{o}授予", "{s} was awarded by {o}"),
    "extendsFrom": ("{s}由{o}延伸而来", "{s} extends from {o}"),
    "coreOf": ("{s}是{o}的核心", "{s} is the core of {o}"),
    "centredOn": ("{s}以{o}为重点", "{s} is centred on {o}"),
    "builds": ("{s}建设{o}", "{s} builds {o}"),
    "aimsAt": ("{s}以{o}为目标", "{s} aims at {o}"),
    "connectsTo": ("{s}连接{o}", "{s} connects to {o}"),
    "drives": ("{s}带动{o}", "{s} drives {o}"),
}


def of_edge(edge: Edge, source: Node, target: Node, terms: Terms) -> tuple[str, str]:
    """The link as a sentence without its full stop, Chinese and English."""
    zh, en = _phrase(edge, terms)
    return (
        zh.format(s=source.name("zh"), o=target.name("zh")),
        en.format(s=source.name("en"), o=target.name("en")),
    )


def of_path(
    edges: Sequence[Edge], nodes: Mapping[str, Node], terms: Terms
) -> tuple[str, str]:
    """A path as one sentence in each language.

    Two links of one relation that meet at one end become one clause: "A and B
    are both in the track T".
    """
    clauses: list[tuple[str, str]] = []
    left = list(edges)
    while left:
        joined = len(left) > 1 and _joined(left[0], left[1], nodes, terms)
        if joined:
            clauses.append(joined)
            left = left[2:]
            continue
        edge = left.pop(0)
        ends = (nodes[edge.source], nodes[edge.target])
        clauses.append(of_edge(edge, *ends, terms))
    zh = "；".join(zh for zh, _ in clauses)
    en = "; ".join(en for _, en in clauses)
    return zh + "。", en + ("" if en.endswith(".") else ".")


def _joined(
    one: Edge, other: Edge, nodes: Mapping[str, Node], terms: Terms
) -> tuple[str, str] | None:
    """Two links of one relation as one clause, or None if they do not meet so."""
    if one.predicate != other.predicate:
        return None
    (a, b), (c, d) = ((e.source, e.target) for e in (one, other))
    if one.predicate in terms.symmetric and b != d:
        middle = {a, b} & {c, d}
        if len(middle) != 1:
            return None
        b = d = middle.pop()
        a, c = one.other(b), other.other(d)
    zh, en = _phrase(one, terms)
    if b == d and a != c:
        both = [nodes[a].name("zh"), nodes[c].name("zh")]
        subject, _, rest = en.partition("{s} ")
        if subject or not rest:
            return None
        return (
            zh.format(s="与".join(both) + "都", o=nodes[b].name("zh")),
            f"{nodes[a].name('en')} and {nodes[c].name('en')} "
            + _plural(rest).format(o=nodes[b].name("en")),
        )
    if a == c and b != d:
        return (
            zh.format(
                s=nodes[a].name("zh"), o="和".join(nodes[x].name("zh") for x in (b, d))
            ),
            en.format(
                s=nodes[a].name("en"),
                o=" and ".join(nodes[x].name("en") for x in (b, d)),
            ),
        )
    return None


def _phrase(edge: Edge, terms: Terms) -> tuple[str, str]:
    """Templates of a relation: {s} and {o} stand for its ends."""
    local = edge.predicate.removeprefix(vocab.ONTOLOGY)
    if local in PHRASES:
        return PHRASES[local]
    names = [terms.name(edge.predicate, x) for x in ("zh", "en")]
    zh, en = (name.replace("{", "{{").replace("}", "}}") for name in names)
    return "{s}：" + zh + "“{o}”", "{s}: " + en + " {o}"


def _plural(predicate: str) -> str:
    """The end of an English sentence for two subjects: "is in" to "are both in"."""
    verb, _, rest = predicate.partition(" ")
    if verb in {"is", "was"}:
        return {"is": "are", "was": "were"}[verb] + " both " + rest
    if verb in {"has", "lies"}:
        verb = {"has": "have", "lies": "lie"}[verb]
    elif verb.endswith("ies"):
        verb = verb[:-3] + "y"
    elif verb == "focuses":
        verb = "focus"
    else:
        verb = verb.removesuffix("s")
    return f"both {verb} {rest}"
