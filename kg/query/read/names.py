"""Names in Chinese and English, for many things at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kg import vocab
from kg.model import Iri, Literal
from kg.query.read.text import PROLOGUE, batches, is_iri, local, values
from kg.store import Store

_NAMES = """SELECT ?s ?name WHERE {{
  {values}
  ?s skos:prefLabel|rdfs:label|schema:name|dcterms:title|lv:englishNameBasis ?name
}}"""


@dataclass(frozen=True, slots=True)
class Name:
    """What a thing is called.

    Attributes:
        zh: the Chinese name, or "".
        en: the English name, or "".
        basis: local name of what the English name rests on (``official``,
            ``translated``, ``romanised``), or "" when nobody says.
    """

    iri: str
    zh: str = ""
    en: str = ""
    basis: str = ""

    def text(self, language: str) -> str:
        """The name in the language, else in the other one, else the local id."""
        own, other = (self.zh, self.en) if language == "zh" else (self.en, self.zh)
        return own or other or local(self.iri)

    def other(self, language: str) -> str:
        """The name in the other language, "" when it would repeat ``text``."""
        name = self.en if language == "zh" else self.zh
        return "" if name == self.text(language) else name


def names(store: Store, iris: Iterable[str]) -> dict[str, Name]:
    """A name for each of these IRIs; what has none is called by its local id.

    Where datasets disagree, the first name in code-point order is taken, so
    that a page says the same each day; the others are on the thing's page.
    """
    wanted = [iri for iri in dict.fromkeys(iris) if is_iri(iri)]
    found: dict[str, list[Iri | Literal]] = {}
    for batch in batches(wanted):
        query = PROLOGUE + _NAMES.format(values=values("s", batch))
        for row in store.select(query):
            term = row["name"]
            if isinstance(term, Iri | Literal):
                found.setdefault(str(row["s"]), []).append(term)
    return {iri: _name(iri, found.get(iri, ())) for iri in wanted}


def _name(iri: str, terms: Collection[Iri | Literal]) -> Name:
    best: dict[str, str] = {}
    basis = ""
    for term in sorted(terms, key=str):
        if isinstance(term, Iri):
            basis = basis or term.value.removeprefix(vocab.ONTOLOGY)
        else:
            best.setdefault(term.language[:2].lower() or "zh", term.value)
    return Name(iri, best.get("zh", ""), best.get("en", ""), basis)
