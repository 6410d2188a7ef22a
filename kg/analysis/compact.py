"""The network of a large graph: numbers in arrays, names on its shelf.

As objects a statement takes half a kilobyte, as numbers fourteen bytes. The arrays
are made once a generation from the shelf, which has put everything in order, and
are mapped from disk by whoever needs them; a name or an IRI is looked up when it
is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from kg import vocab
from kg.analysis.arrays import read_arrays, sweep_folders, write_arrays
from kg.model.groups import GROUPS
from kg.model.network import ACTUAL, TARGET, Edge, Node
from kg.shelf import Shelf
from kg.shelf.keeper import file_name
from kg.shelf.shelf import batches

Integers = NDArray[np.integer[Any]]
LAYOUT = 1
_ROWS = 200_000
_REMEMBERED = 20_000
_GROUPS = {group.key: i for i, group in enumerate(GROUPS)}


class Compact:
    """Things and the statements that join two of them, by number.

    A thing's number is its place among the IRIs; links lie in the order of the IRIs
    of their statements. So numbers are those of ``read_network``.

    Attributes:
        source, target: numbers of the ends of each link.
        relation: of each link, a place in ``relations``.
        planned: of each link, whether it is only planned.
        kind: of each thing, a place in ``kinds``, IRIs of classes; "" for none.
        group: of each thing, a place in ``GROUPS``.
        counted: number of statements about each thing.
        degree: number of links of each thing, either end.
        founded: year of each thing; 0 where none is known.
        thing: of each thing its number on the shelf.
        number: of each thing of the shelf its number here; -1 for none.
    """

    def __init__(
        self, shelf: Shelf, arrays: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> None:
        self.shelf = shelf
        self.generation = shelf.generation
        self.source: Integers = arrays["source"]
        self.target: Integers = arrays["target"]
        self.relation: Integers = arrays["relation"]
        self.planned: NDArray[np.bool_] = arrays["planned"]
        self.kind: Integers = arrays["kind"]
        self.group: Integers = arrays["group"]
        self.counted: Integers = arrays["counted"]
        self.degree: Integers = arrays["degree"]
        self.founded: Integers = arrays["founded"]
        self.relations: list[str] = list(facts["relations"])
        self.kinds: list[str] = list(facts["kinds"])
        self.thing: Integers = arrays["thing"]
        self.number: Integers = arrays["number"]
        self._statement: Integers = arrays["statement"]
        self.numbers = Numbers(shelf, self.number, len(self.thing))
        self.nodes = Nodes(self._described, self.numbers)
        self.edges = Edges(self, np.arange(len(self.source), dtype=np.int32))

    def __len__(self) -> int:
        return len(self.thing)

    def _described(self, numbers: Sequence[int]) -> list[Node]:
        """The nodes of some numbers, in their order."""
        things = {int(self.thing[n]): n for n in numbers}
        names: dict[int, tuple[str, str, str]] = {}
        for batch in batches(list(things)):
            marks = ",".join("?" * len(batch))
            for thing, iri, zh, en in self.shelf.rows(
                f"SELECT id, iri, zh, en FROM thing WHERE id IN ({marks})",  # noqa: S608
                batch,
            ):
                names[things[thing]] = (iri, zh or "", en or "")
        return [
            Node(
                *names[n],
                self.kinds[self.kind[n]],
                GROUPS[self.group[n]].key,
                int(self.degree[n]),
            )
            for n in numbers
        ]

    def edges_of(self, rows: Sequence[int]) -> list[Edge]:
        """Links by their places, in their order."""
        found: dict[int, str] = {}
        for batch in batches([int(self._statement[row]) for row in rows]):
            marks = ",".join("?" * len(batch))
            found |= dict(
                self.shelf.rows(
                    f"SELECT id, iri FROM statement WHERE id IN ({marks})",  # noqa: S608
                    batch,
                )
            )
        ends = [int(end[row]) for row in rows for end in (self.source, self.target)]
        iris = self.iris(ends)
        return [
            Edge(
                found[int(self._statement[row])],
                iris[2 * place],
                iris[2 * place + 1],
                self.relations[self.relation[row]],
                TARGET if self.planned[row] else ACTUAL,
            )
            for place, row in enumerate(rows)
        ]

    def iris(self, numbers: Sequence[int]) -> list[str]:
        """The IRIs of things, in the order of ``numbers``."""
        return self.shelf.iris([int(self.thing[n]) for n in numbers])


class Numbers(Mapping[str, int]):
    """The number of each thing by its IRI, looked up on the shelf."""

    def __init__(self, shelf: Shelf, number: Integers, count: int) -> None:
        self._shelf = shelf
        self._number = number
        self._count = count
        self._find = lru_cache(_REMEMBERED)(self._looked_up)

    def _looked_up(self, iri: str) -> int:
        thing = self._shelf.numbers_of([iri]).get(iri)
        return -1 if thing is None else int(self._number[thing])

    def __getitem__(self, iri: str) -> int:
        if (found := self._find(iri)) < 0:
            raise KeyError(iri)
        return found

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[str]:
        for (iri,) in self._shelf.stream("SELECT iri FROM thing ORDER BY iri"):
            if iri in self:
                yield iri


class Nodes(Sequence[Node]):
    """The things of a network, described when asked for; by number or by IRI."""

    def __init__(
        self, describe: Callable[[Sequence[int]], list[Node]], numbers: Numbers
    ) -> None:
        self._describe = describe
        self._numbers = numbers
        self._one = lru_cache(_REMEMBERED)(lambda number: describe([number])[0])

    def __len__(self) -> int:
        return len(self._numbers)

    @overload
    def __getitem__(self, place: int | str) -> Node: ...
    @overload
    def __getitem__(self, place: slice) -> list[Node]: ...
    def __getitem__(self, place: int | str | slice) -> Node | list[Node]:
        if isinstance(place, str):
            return self._one(self._numbers[place])
        if isinstance(place, slice):
            return self.many(range(*place.indices(len(self))))
        return self._one(int(place))

    def get(self, iri: str, default: Node | None = None) -> Node | None:
        """The thing of an IRI, else ``default``."""
        number = self._numbers.get(iri, -1)
        return default if number < 0 else self._one(number)

    def many(self, numbers: Iterable[int]) -> list[Node]:
        """Several at once, in the order of ``numbers``."""
        return self._describe([int(n) for n in numbers])


class Edges(Sequence[Edge]):
    """Some links of a network, described when asked for.

    Args:
        network: whose links they are.
        rows: their places in it.
    """

    def __init__(self, network: Compact, rows: Integers) -> None:
        self._network = network
        self.rows = rows

    def __len__(self) -> int:
        return len(self.rows)

    @overload
    def __getitem__(self, place: int) -> Edge: ...
    @overload
    def __getitem__(self, place: slice) -> list[Edge]: ...
    def __getitem__(self, place: int | slice) -> Edge | list[Edge]:
        if isinstance(place, slice):
            return self._network.edges_of(self.rows[place].tolist())
        return self._network.edges_of([int(self.rows[place])])[0]


def network_folder(folder: Path, generation: str) -> Path:
    """Where the arrays of a generation lie."""
    return folder / file_name("network", generation, "arrays")


def read_compact(folder: Path, shelf: Shelf) -> Compact | None:
    """The network of a shelf's generation; none if it was not prepared."""
    found = read_arrays(network_folder(folder, shelf.generation))
    if found is None or found[1].get("layout") != LAYOUT:
        return None
    return Compact(shelf, *found)


def prepare_compact(folder: Path, shelf: Shelf) -> Compact:
    """Make the arrays from the shelf, unless they are there, and read them."""
    if (kept := read_compact(folder, shelf)) is not None:
        return kept
    write_arrays(network_folder(folder, shelf.generation), *_made(shelf))
    sweep_folders(folder, "network")
    made = read_compact(folder, shelf)
    if made is None:
        raise OSError(f"The arrays in {folder} cannot be read back.")
    return made


def _made(shelf: Shelf) -> tuple[dict[str, Any], dict[str, Any]]:
    """Arrays and facts, from one pass over the links of the shelf."""
    things = shelf.rows("SELECT count(*) FROM thing")[0][0]
    row, start, end, term, planned = _columns(
        shelf,
        "SELECT id, s, o, p, status FROM statement"
        " WHERE o IS NOT NULL AND o != s ORDER BY id",
        5,
    )
    terms = dict(shelf.rows("SELECT id, iri FROM term"))
    used = sorted(terms, key=lambda one: str(terms[one]))
    code = np.zeros(max(used, default=0) + 1, dtype=np.uint16)
    code[used] = np.arange(len(used), dtype=np.uint16)
    kept, kinds, kind, group = _things(shelf, things)
    kept[start] = kept[end] = True
    # Numbers follow the IRIs: the shelf has the place of each thing among them.
    spelt = np.array(shelf.array("place iri"), dtype=np.int64)
    order = np.empty(things, dtype=np.int32)
    order[spelt] = np.arange(things, dtype=np.int32)
    thing = order[kept[order]]
    number = np.full(things, -1, dtype=np.int32)
    number[thing] = np.arange(len(thing), dtype=np.int32)
    source, target = number[start], number[end]
    count = len(thing)
    degree = np.bincount(source, minlength=count) + np.bincount(target, minlength=count)
    (counted,) = _columns(shelf, "SELECT degree FROM thing ORDER BY id", 1)
    founded = np.array(shelf.array("founded"), dtype=np.uint16)
    arrays = {
        "thing": thing,
        "number": number,
        "statement": row.astype(np.int32),
        "source": source,
        "target": target,
        "relation": code[term],
        "planned": planned.astype(bool),
        "kind": kind[thing],
        "group": group[thing],
        "counted": counted[thing].astype(np.int32),
        "degree": degree.astype(np.int32),
        "founded": founded[thing],
    }
    relations = [terms[one] for one in used]
    return arrays, {"layout": LAYOUT, "relations": relations, "kinds": kinds}


def _things(
    shelf: Shelf, things: int
) -> tuple[NDArray[np.bool_], list[str], Integers, Integers]:
    """Which things are of ours and of a class, and class and group of each thing."""
    kept = np.zeros(things, dtype=bool)
    kinds = ["", *(k for (k,) in shelf.rows("SELECT DISTINCT type FROM kind") if k)]
    kind = np.zeros(things, dtype=np.uint16)
    group = np.full(things, _GROUPS["other"], dtype=np.uint8)
    place = {name: i for i, name in enumerate(kinds)}
    for thing, name, key in shelf.stream("SELECT thing, type, grp FROM kind"):
        kind[thing], group[thing] = place[name], _GROUPS[key]
    kept |= kind > 0
    following = vocab.ID[:-1] + chr(ord(vocab.ID[-1]) + 1)
    others = "SELECT id FROM thing WHERE iri < ? OR iri >= ?"
    for (other,) in shelf.stream(others, (vocab.ID, following)):
        kept[other] = False
    return kept, kinds, kind, group


def _columns(shelf: Shelf, query: str, count: int) -> list[NDArray[np.int64]]:
    """The columns of a query of integers, in bounded pieces."""
    pieces: list[NDArray[np.int64]] = []
    rows: list[tuple[int, ...]] = []
    for one in shelf.stream(query):
        rows.append(one)
        if len(rows) == _ROWS:
            pieces.append(np.array(rows, dtype=np.int64))
            rows = []
    pieces.append(np.array(rows, dtype=np.int64).reshape(-1, count))
    whole = np.concatenate(pieces)
    return [np.ascontiguousarray(whole[:, i]) for i in range(count)]
