"""The questions that ship, as they can be asked of one graph.

A question names what the article speaks of: its label has 昌平, its blanks hold
the article's tracks and areas until a reader chooses others. A graph that does
not have those things gets the general words of the question and blanks filled
with things of its own; what it has nothing for is told, not answered empty.
"""

from __future__ import annotations

from dataclasses import replace

from kg import vocab
from kg.query.catalogue import Catalogue, Parameter, Question, Texts
from kg.query.read import Reader
from kg.query.read.text import PROLOGUE, values


def fitted(catalogue: Catalogue, read: Reader) -> Catalogue:
    """The catalogue for a graph.

    Raises:
        KGError: if the store does not answer.
    """
    named = {p.default for q in catalogue for p in q.parameters}
    named |= {iri for q in catalogue for iri in q.about}
    there = {
        str(row["s"])
        for row in read.store.select(
            f"{PROLOGUE}SELECT DISTINCT ?s {{ {values('s', sorted(named))} ?s a ?c }}"
        )
    }
    if named <= there:
        return catalogue
    # What the files say is missing is missing in the article and the public facts.
    plain = (replace(q, answerable="article", missing={}) for q in catalogue)
    return Catalogue(tuple(_fitted(q, there, read) for q in plain))


def _fitted(question: Question, there: set[str], read: Reader) -> Question:
    missing = [p for p in question.parameters if p.default not in there]
    foreign = [iri for iri in question.about if iri not in there]
    if not missing and not foreign:
        return question
    general = replace(question, label=question.comment)
    needed = [i for i in foreign if f"id:{i.removeprefix(vocab.ID)} " in question.query]
    if needed:
        return replace(general, absent=_NOTHING)
    taken = {p.default for p in question.parameters if p not in missing}
    filled: list[Parameter] = []
    for parameter in question.parameters:
        if parameter in missing:
            own = next((i for i in _some(parameter, read) if i not in taken), "")
            if not own:
                return replace(general, absent=_none_of(parameter, read))
            taken.add(own)
            filled.append(replace(parameter, default=own))
        else:
            filled.append(parameter)
    return replace(general, parameters=tuple(filled))


def _some(parameter: Parameter, read: Reader) -> list[str]:
    """A few things of the class of a blank."""
    classes = sorted(read.terms.subs(parameter.kind))
    query = f"{PROLOGUE}SELECT DISTINCT ?s {{ {values('c', classes)} ?s a ?c }} LIMIT "
    return [str(row["s"]) for row in read.store.select(query + str(_TRIED))]


_TRIED = 8
_NOTHING: Texts = {
    "zh": "图谱中没有这个问题所需的数据。",
    "en": "The graph does not have the data of this question.",
}


def _none_of(parameter: Parameter, read: Reader) -> Texts:
    name = read.terms.name(parameter.kind)
    return {
        "zh": f"图谱中没有可填的“{name.zh}”。",
        "en": f"The graph has too few to fill in of the class {name.en!r}.",
    }
