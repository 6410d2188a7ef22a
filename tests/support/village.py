"""A small graph in the shape of the product's data, made in memory.

``Village`` collects things and statements and gives their triples: each statement
as a node with evidence, the actual ones as plain triples too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

from kg import vocab
from kg.model import Iri, Literal, Triple
from kg.model.facts import digest
from kg.store import Store

GRAPH = vocab.GRAPH + "village"
S = TypeVar("S", bound=Store)
TEXT = "新生巢为百济神州提供孵化服务。乐普是医疗器械龙头企业。"


def lv(name: str) -> Iri:
    return Iri(vocab.ONTOLOGY + name)


def of_id(name: str) -> Iri:
    return Iri(vocab.ID + name)


def term(name: str) -> Iri:
    return Iri(vocab.expand(name))


class Village:
    """Things and what is said of them."""

    def __init__(self) -> None:
        self.triples: list[Triple] = []
        self._dataset()

    def _dataset(self) -> None:
        source = of_id("source-village")
        self.triples += [
            (source, term("rdf:type"), term("schema:NewsArticle")),
            (source, term("schema:name"), Literal("村报", language="zh")),
            (source, term("schema:name"), Literal("Village News", language="en")),
            (
                source,
                term("schema:datePublished"),
                Literal("2023-05-01", vocab.expand("xsd:date")),
            ),
            (of_id("dataset-village"), term("rdf:type"), term("dcat:Dataset")),
        ]

    def thing(self, name: str, kind: str, zh: str, en: str = "", *aliases: str) -> None:
        iri = of_id(name)
        self.triples += [
            (iri, term("rdf:type"), lv(kind)),
            (iri, term("skos:prefLabel"), Literal(zh, language="zh")),
            (iri, term("skos:prefLabel"), Literal(en or zh, language="en")),
            (iri, lv("dataset"), of_id("dataset-village")),
            *((iri, term("skos:altLabel"), Literal(a, language="zh")) for a in aliases),
        ]

    def says(
        self,
        subject: str,
        predicate: str,
        object_: str,
        *,
        status: str = "actual",
        start: str = "",
        quote: str = "乐普是医疗器械龙头企业",
    ) -> Iri:
        s, p, o = of_id(subject), lv(predicate), of_id(object_)
        st = of_id("st-" + digest(s.value, p.value, o.n3(), start, "", status))
        ev = of_id("ev-" + digest(quote))
        at = TEXT.find(quote)
        rdf = vocab.PREFIXES["rdf"]
        self.triples += [
            (st, term("rdf:type"), term("rdf:Statement")),
            (st, Iri(rdf + "subject"), s),
            (st, Iri(rdf + "predicate"), p),
            (st, Iri(rdf + "object"), o),
            (st, lv("status"), lv(status)),
            (st, lv("dataset"), of_id("dataset-village")),
            (st, term("prov:wasDerivedFrom"), ev),
            *self._evidence(ev, quote, at),
        ]
        if start:
            year = Literal(start, vocab.expand("xsd:gYear"))
            self.triples.append((st, lv("start"), year))
        if status == "actual":
            self.triples.append((s, p, o))
        return st

    def _evidence(self, ev: Iri, quote: str, at: int) -> Iterator[Triple]:
        in_quote, in_place = Iri(ev.value + "-quote"), Iri(ev.value + "-position")
        integer = vocab.expand("xsd:integer")
        yield ev, term("rdf:type"), term("oa:SpecificResource")
        yield ev, term("oa:hasSource"), of_id("source-village")
        yield ev, term("oa:hasSelector"), in_quote
        yield ev, term("oa:hasSelector"), in_place
        yield in_quote, term("rdf:type"), term("oa:TextQuoteSelector")
        yield in_quote, term("oa:exact"), Literal(quote, language="zh")
        yield in_quote, term("oa:prefix"), Literal(TEXT[:at][-20:], language="zh")
        rest = TEXT[at + len(quote) :][:20]
        yield in_quote, term("oa:suffix"), Literal(rest, language="zh")
        yield in_place, term("rdf:type"), term("oa:TextPositionSelector")
        yield in_place, term("oa:start"), Literal(str(at), integer)
        yield in_place, term("oa:end"), Literal(str(at + len(quote)), integer)

    def into(self, store: S) -> S:
        inferred = [
            (s, term("org:classification"), o)
            for s, p, o in self.triples
            if p == lv("inTrack")
        ]
        store.replace_graphs(
            {GRAPH: dict.fromkeys(self.triples), vocab.INFERRED_GRAPH: inferred}
        )
        return store


def small_village() -> Village:
    """Some twenty things of every group, a target, names that are traps."""
    village = Village()
    for row in (
        ("beigene", "Company", "百济神州", "BeiGene", "百济"),
        ("lepu", "Company", "乐普", "Lepu"),
        ("pins", "Company", "品驰", "PINS"),
        ("edigene", "Company", "博雅辑因", "EdiGene"),
        ("nest", "Incubator", "新生巢", "New Nest"),
        ("feibiao", "Accelerator", "飞镖加速器", "Feibiao Accelerator"),
        (
            "nibs",
            "Lab",
            "北京生命科学研究所",
            "National Institute of Biological Sciences",
        ),
        ("cell-centre", "Platform", "细胞与基因治疗创新中心", "CGT Innovation Centre"),
        ("park", "Park", "中关村生命科学园", "Zhongguancun Life Science Park"),
        ("changping", "AdministrativeArea", "昌平区", "Changping District"),
        ("track-devices", "Track", "医疗器械", "Medical devices"),
        ("track-cgt", "Track", "细胞与基因治疗", "Cell and gene therapy", "CGT"),
        ("track-bio", "Track", "生物制药前沿技术", "Biopharma frontier"),
        ("lonely", "Company", "孤星生物", "Lonely Star"),
        ("twin-a", "Company", "同名科技", "Same Name"),
        ("twin-b", "Company", "同名科技", "Same Name"),
        (
            "evil",
            "Company",
            "<img src=x onerror=alert(1)>",
            "<script>alert(1)</script>",
        ),
        ("long", "Company", "长" * 200, "Long " * 40),
    ):
        village.thing(*row)
    for subject, predicate, object_ in (
        ("lepu", "inTrack", "track-devices"),
        ("pins", "inTrack", "track-devices"),
        ("edigene", "inTrack", "track-cgt"),
        ("cell-centre", "inTrack", "track-cgt"),
        ("track-cgt", "subTrackOf", "track-bio"),
        ("beigene", "locatedIn", "park"),
        ("edigene", "locatedIn", "park"),
        ("nibs", "locatedIn", "park"),
        ("nest", "locatedIn", "park"),
        ("feibiao", "locatedIn", "park"),
        ("park", "partOf", "changping"),
        ("beigene", "incubatedBy", "nest"),
        ("edigene", "incubatedBy", "nest"),
        ("nest", "cooperatesWith", "nibs"),
        ("evil", "locatedIn", "park"),
        ("long", "locatedIn", "park"),
        ("twin-a", "locatedIn", "park"),
        ("twin-b", "inTrack", "track-devices"),
    ):
        village.says(subject, predicate, object_)
    village.says("feibiao", "supports", "edigene", status="target", start="2025")
    village.says("lepu", "cooperatesWith", "pins", start="2021")
    return village


def hub_village(spokes: int) -> Village:
    """One park with as many firms as wished."""
    village = Village()
    village.thing("park", "Park", "大园区", "Big Park")
    for n in range(spokes):
        village.thing(f"firm-{n}", "Company", f"企业{n}", f"Firm {n}")
        village.says(f"firm-{n}", "locatedIn", "park")
    return village
