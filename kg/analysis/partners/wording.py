"""Links and reasons as sentences, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence

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
    "directedBy": ("{s}由{o}负责", "{s} is directed by {o}"),
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
}


def of_edge(edge: Edge, source: Node, target: Node, terms: Terms) -> tuple[str, str]:
    """The link as a sentence without its full stop, Chinese and English."""
    local = edge.predicate.removeprefix(vocab.ONTOLOGY)
    if local in PHRASES:
        zh, en = PHRASES[local]
    else:
        zh = "{s}：" + terms.name(edge.predicate, "zh") + "“{o}”"
        en = "{s}: " + terms.name(edge.predicate, "en") + " {o}"
    return (
        zh.format(s=source.name("zh"), o=target.name("zh")),
        en.format(s=source.name("en"), o=target.name("en")),
    )


def of_path(sentences: Sequence[tuple[str, str]]) -> tuple[str, str]:
    """A path as one sentence in each language."""
    zh = "；".join(zh for zh, _ in sentences)
    en = "; ".join(en for _, en in sentences)
    return zh + "。", en + "."
