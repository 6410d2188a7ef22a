"""Write the terms of kg/vocab.py from ontology/, or check that they agree.

For who edits the ontology. The part of ``kg/vocab.py`` between two marks is
made from ``ontology/``: the prefixes, and one constant a term.

Example: ``kg vocab --check`` (exit code 1 when the file is out of date).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rdflib import Graph, URIRef
from rdflib.namespace import OWL, RDF, SH, SKOS

from kg import vocab
from kg.wiring import shipped

NAME = "vocab"
HELP = "write or check the terms of kg/vocab.py"

BEGIN = "# -- made from ontology/ by `kg vocab`: edit there, not here"
END = "# -- end of what is made"
_BASES = {"lv": "ONTOLOGY", "id": "ID", "lvg": "GRAPH"}
_GROUPS = (
    ("Classes", (OWL.Class,)),
    (
        "Properties",
        (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
    ),
    ("Concepts and their schemes", (SKOS.Concept, SKOS.ConceptScheme)),
)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if out of date"
    )
    parser.add_argument(
        "--ontology", type=Path, default=None, help="folder (default: the shipped one)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Write or check.

    Returns:
        0, or 1 when ``--check`` finds the file out of date.
    """
    path = Path(vocab.__file__)
    before = path.read_text(encoding="utf-8")
    after = rewritten(before, arguments.ontology or shipped("ontology"))
    if after == before:
        print(f"{path.name} agrees with the ontology")
        return 0
    if arguments.check:
        print(f"{path.name} is out of date; run: python -m kg vocab")
        return 1
    path.write_text(after, encoding="utf-8")
    print(f"{path.name} written")
    return 0


def rewritten(text: str, folder: Path) -> str:
    """The module's text with the made part renewed.

    Args:
        text: of ``kg/vocab.py``, with the two marks.
        folder: of the ontology.
    """
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n{block(folder)}\n\n\n{END}{tail}"


def block(folder: Path) -> str:
    """The made part: ``PREFIXES`` and the class ``lv``."""
    graph = Graph()
    for path in sorted(folder.glob("*.ttl")) + sorted(folder.glob("schemes/*.ttl")):
        graph.parse(path)
    lines = ["PREFIXES: dict[str, str] = {"]
    lines += [f'    "{name}": {value},' for name, value in _prefixes(graph)]
    lines += ["}", "", "", "class lv:", '    """IRIs of the terms of our namespace."""']
    for title, types in _GROUPS:
        lines += ["", f"    # {title}"]
        lines += [f'    {n} = ONTOLOGY + "{n}"' for n in _names(graph, types)]
    return "\n".join(lines)


def _prefixes(graph: Graph) -> list[tuple[str, str]]:
    """Prefix and Python expression: ours follow the base, the others are text."""
    others = sorted(
        (str(name), f'"{graph.value(node, SH.namespace)}"')
        for node, name in graph.subject_objects(SH.prefix)
        if str(name) not in _BASES
    )
    return [*_BASES.items(), *others]


def _names(graph: Graph, types: tuple[URIRef, ...]) -> list[str]:
    found = {str(s) for kind in types for s in graph.subjects(RDF.type, kind)}
    names = (
        iri.removeprefix(vocab.ONTOLOGY)
        for iri in found
        if iri.startswith(vocab.ONTOLOGY)
    )
    return sorted(name for name in names if name.isidentifier())
