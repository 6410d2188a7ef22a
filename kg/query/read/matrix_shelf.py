"""The rows of the matrix from the lists of a large graph's shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from kg.query.read.reader import Reader
from kg.query.read.text import PROLOGUE, ref
from kg.shelf import Shelf
from kg.shelf.lists import class_key, track_key

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Facets:
    """What a reader asks of the matrix; "" means no wish.

    Attributes:
        kinds: class IRIs, any of which will do.
        place: IRI of a place; what lies within it counts too.
        source: IRI of a source that some membership rests on.
        standing: ``official`` for memberships that an official page or filing
            states, ``cited`` for the rest.
        since: founded in or after this year.
        until: founded in or before this year.
    """

    kinds: tuple[str, ...] = ()
    place: str = ""
    source: str = ""
    standing: str = ""
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation of the matrix."""

    iri: str
    tracks: int
    name: str
    founded: str


class _Rows(Sequence[Row]):
    """Rows that are read when they are shown; only their numbers are kept."""

    def __init__(
        self,
        shelf: Shelf,
        language: str,
        things: NDArray[Any],
        counts: NDArray[Any],
    ) -> None:
        self._shelf = shelf
        self._place = 1 if language == "zh" else 2
        self._things = things
        self._counts = counts

    def __len__(self) -> int:
        return len(self._things)

    @overload
    def __getitem__(self, index: int) -> Row: ...

    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...

    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, int):
            return self[index : index + 1 or None][0]
        told = self._shelf.told(self._things[index].tolist())
        return [
            Row(one[0], n, one[self._place], one[3][:4])
            for one, n in zip(told, self._counts[index].tolist(), strict=True)
        ]


def shelved_rows(
    reader: Reader,
    shelf: Shelf,
    tracks: Sequence[str],
    facets: Facets,
    order: tuple[str, str],
) -> Sequence[Row]:
    """The rows of these tracks after facets (but by evidence), sorted.

    Args:
        reader: the read model, for the places within a place.
        shelf: where the lists are.
        tracks: IRIs of the columns.
        facets: see there; ``source`` and ``standing`` must be empty.
        order: one of ``SORTS``, and the language of the names.
    """
    import numpy as np

    sort, language = order
    columns = [
        np.frombuffer(shelf.members(track_key(t, rolled=False)), dtype=np.uint32)
        for t in tracks
    ]
    things, counts = np.unique(np.concatenate(columns), return_counts=True)
    kept = np.ones(len(things), dtype=bool)
    if facets.kinds:
        listed = [
            np.frombuffer(shelf.members(class_key(c)), dtype=np.uint32)
            for c in facets.kinds
        ]
        kept &= np.isin(things, np.concatenate(listed))
    if facets.place:
        kept &= np.isin(things, _within(reader, shelf, facets.place))
    founded = np.frombuffer(shelf.array("founded"), dtype=np.uint32)[things]
    if facets.since is not None:
        kept &= founded >= facets.since
    if facets.until is not None:
        kept &= (founded <= facets.until) & (founded > 0)
    things, counts, founded = things[kept], counts[kept], founded[kept]
    place = things.astype(np.int64)
    if language != "zh":
        english = np.frombuffer(shelf.array("place en"), dtype=np.uint32)
        place = english[things].astype(np.int64)
    if sort != "name":  # what has no name in this language comes first among equals
        nameless = place >= shelf.number(f"named {'zh' if language == 'zh' else 'en'}")
        place = np.where(nameless, place - (1 << 40), place)
    years = np.where(founded > 0, founded, 9999).astype(np.int64)
    keys = {"name": (place,), "tracks": (place, -counts), "founded": (place, years)}
    ordered = np.lexsort(keys[sort])
    return _Rows(shelf, language, things[ordered], counts[ordered])


def _within(reader: Reader, shelf: Shelf, place: str) -> list[int]:
    query = f"SELECT ?s WHERE {{ ?s schema:location {ref(place)} }}"
    found = [str(row["s"]) for row in reader.store.select(PROLOGUE + query)]
    return list(shelf.numbers_of(found).values())
