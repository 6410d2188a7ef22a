"""What is known on one day: the projects begun by then, as sparse matrices."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from scipy import sparse

from kg.analysis.partners.kinds import KINDS, kind_of
from kg.analysis.partners.records import Organisation, Project, Records
from kg.analysis.partners.score import Booleans, Floats, Integers


class History:
    """Projects seen so far and the organisations in them.

    Organisations are numbered in the order of their identifiers.

    Attributes:
        projects: the projects, n_projects of them.
        now: the day from which one looks ahead.
        identifiers: of the organisations, n of them.
        incidence: n x n_projects, 1 where an organisation takes part.
    """

    def __init__(
        self, records: Records, projects: Sequence[Project], now: dt.date
    ) -> None:
        self.records = records
        self.projects = tuple(projects)
        self.now = now
        self.identifiers = sorted({o for p in projects for o in p.members})
        self.number = {o: i for i, o in enumerate(self.identifiers)}
        self.incidence = self._incidence()

    def _incidence(self) -> sparse.csr_array:
        rows = [self.number[o] for p in self.projects for o in p.members]
        columns = [j for j, p in enumerate(self.projects) for _ in p.members]
        shape = (len(self.identifiers), len(self.projects))
        return sparse.csr_array((np.ones(len(rows)), (rows, columns)), shape=shape)

    def __len__(self) -> int:
        return len(self.identifiers)

    @cached_property
    def sizes(self) -> Floats:
        """Participants of each project."""
        return np.asarray(self.incidence.sum(axis=0), dtype=float)

    @cached_property
    def counts(self) -> Floats:
        """Projects of each organisation."""
        return np.asarray(self.incidence.sum(axis=1), dtype=float)

    @cached_property
    def shared(self) -> sparse.csr_array:
        """N x n: how many projects two organisations share; empty diagonal."""
        return _off_diagonal(self.incidence @ self.incidence.T)

    @cached_property
    def partners(self) -> sparse.csr_array:
        """N x n: 1 where two organisations share a project."""
        return self.shared.sign()

    @cached_property
    def degrees(self) -> Floats:
        """Partners of each organisation."""
        return np.asarray(self.partners.sum(axis=1), dtype=float)

    @cached_property
    def described(self) -> list[Organisation]:
        """Each organisation's record; an empty one where the table has none."""
        known = self.records.organisations
        return [known.get(o, Organisation(o, "", "")) for o in self.identifiers]

    @cached_property
    def countries(self) -> sparse.csr_array:
        """N x countries: 1 in the column of an organisation's country."""
        return one_hot([o.country for o in self.described])

    @cached_property
    def kinds(self) -> Floats:
        """N x kinds: 1 in the column of the kind that the name tells."""
        place = {kind: j for j, kind in enumerate(KINDS)}
        table = np.zeros((len(self), len(KINDS)))
        for i, organisation in enumerate(self.described):
            table[i, place[kind_of(organisation.name)]] = 1.0
        return table

    def taken(self, askers: Integers) -> Booleans:
        """(askers, n): True for existing partners and for the asker itself."""
        found: Booleans = self.partners[askers].toarray() > 0
        found[np.arange(len(askers)), askers] = True
        return found

    def participations(self, projects: Sequence[Project]) -> Floats:
        """How many of these (later) projects each known organisation is in."""
        found = np.zeros(len(self))
        for project in projects:
            found[[self.number[o] for o in project.members if o in self.number]] += 1
        return found

    def new_pairs(self, projects: Sequence[Project]) -> sparse.csr_array:
        """Where two known organisations first meet in these projects: n x n, 1 or 0."""
        later = History(self.records, projects, self.now)
        known = [o for o in later.identifiers if o in self.number]
        there = [later.number[o] for o in known]
        here = np.array([self.number[o] for o in known], dtype=np.int64)
        pairs = sparse.coo_array(later.partners[there][:, there])
        row, column = here[pairs.row], here[pairs.col]
        shape = (len(self), len(self))
        met = sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
        new = sparse.csr_array(met - met.multiply(self.partners))
        new.eliminate_zeros()
        return new


def one_hot(values: Sequence[str]) -> sparse.csr_array:
    """len(values) x distinct values: 1 in the column of each value."""
    place = {v: j for j, v in enumerate(sorted(set(values)))}
    columns = [place[v] for v in values]
    shape = (len(values), max(len(place), 1))
    return sparse.csr_array(
        (np.ones(len(values)), (np.arange(len(values)), columns)), shape=shape
    )


def _off_diagonal(matrix: sparse.csr_array) -> sparse.csr_array:
    cleared = sparse.csr_array(matrix - sparse.diags_array(matrix.diagonal()))
    cleared.eliminate_zeros()
    return cleared
