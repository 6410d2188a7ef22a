"""The rows of the matrix from the lists of a large graph's shelf."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

from kg.shelf import Shelf
from kg.shelf.lists import class_key, track_key
from kg.shelf.narrowing import memberships_of, place_key, standing_key

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
    shelf: Shelf, tracks: Sequence[str], facets: Facets, sort: str, language: str
) -> Sequence[Row]:
    """The rows of these tracks after facets, sorted.

    Args:
        shelf: where the lists are.
        tracks: IRIs of the columns.
        facets: see there.
        sort: one of ``SORTS``.
        language: of the names.
    """
    import numpy as np

    members = _memberships(shelf, tracks, facets)
    counts = np.bincount(members, minlength=1)
    things = np.flatnonzero(counts)  # in the order of Chinese names
    kept = np.ones(len(things), dtype=bool)
    if facets.kinds:
        listed = [_listed(shelf, class_key(c)) for c in facets.kinds]
        kept &= np.isin(things, np.concatenate(listed))
    if facets.place:
        kept &= np.isin(things, _listed(shelf, place_key(facets.place)))
    if facets.since is not None or facets.until is not None:
        founded = _numbers(shelf, "founded")[things]
        if facets.since is not None:
            kept &= founded >= facets.since
        if facets.until is not None:
            kept &= (founded <= facets.until) & (founded > 0)
    things = _by_name(shelf, things[kept], language, nameless_last=sort == "name")
    if sort != "name":
        # Small numbers are sorted in one pass over them, and equals stay as they are.
        if sort == "tracks":
            keys = counts.max() - counts[things]
        else:
            years = _numbers(shelf, "founded")[things]
            keys = np.where(years > 0, years, 9999)
        things = things[np.argsort(keys.astype(np.uint16), kind="stable")]
    found = counts[things].astype(np.uint16)
    return _Rows(shelf, language, things.astype(np.uint32), found)


def _memberships(shelf: Shelf, tracks: Sequence[str], facets: Facets) -> NDArray[Any]:
    """The things of each track, one track after the other."""
    import numpy as np

    if facets.source:
        told = memberships_of(shelf, facets.source, facets.standing)
        wanted = set(shelf.numbers_of(tracks).values())
        return np.array([m for m, track in told if track in wanted], dtype=np.int64)
    if facets.standing:
        keys = [standing_key(facets.standing, track) for track in tracks]
    else:
        keys = [track_key(track, rolled=False) for track in tracks]
    none = np.empty(0, dtype=np.uint32)  # a graph may have no tracks
    return np.concatenate([none, *(_listed(shelf, key) for key in keys)])


def _by_name(
    shelf: Shelf, things: NDArray[Any], language: str, *, nameless_last: bool
) -> NDArray[Any]:
    """Things in the order of their names; the nameless first or last.

    Args:
        shelf: that has the order.
        things: numbers, ascending: in the order of Chinese names.
        language: of the names.
        nameless_last: or first.
    """
    import numpy as np

    named = shelf.number(f"named {'zh' if language == 'zh' else 'en'}")
    if language == "zh":
        last = np.searchsorted(things, named)
    else:
        # Every thing by its place, and of those the wanted ones: nothing is sorted.
        place = _numbers(shelf, "place en")
        ordered = np.empty(len(place), dtype=np.int64)
        ordered[place] = np.arange(len(place))
        last = np.count_nonzero(place[things] < named)
        wanted = np.zeros(len(place), dtype=bool)
        wanted[things] = True
        things = ordered[wanted[ordered]]
    if nameless_last:
        return things
    return np.concatenate((things[last:], things[:last]))


def _listed(shelf: Shelf, key: str) -> NDArray[Any]:
    import numpy as np

    return np.frombuffer(shelf.members(key), dtype=np.uint32)


def _numbers(shelf: Shelf, key: str) -> NDArray[Any]:
    import numpy as np

    return np.frombuffer(shelf.array(key), dtype=np.uint32)
