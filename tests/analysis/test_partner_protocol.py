"""The protocol of the yardstick: split, ranks, areas, and its published table."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy import sparse

from kg.analysis.partners import protocol, tune
from kg.analysis.partners.affinity import PARTS, Affinity
from kg.analysis.partners.baselines import baselines
from kg.analysis.partners.history import History
from kg.analysis.partners.records import Organisation, Project, Records, read_folder
from kg.analysis.partners.score import rank, weighted
from kg.analysis.partners.spread import spread
from kg.errors import DataError

YARDSTICK = Path(__file__).parents[1] / "fixtures" / "partner-yardstick"


def day(month: int) -> dt.date:
    return dt.date(2015, month, 1)


def records_of(*projects: tuple[int, str]) -> Records:
    """Projects by month of start and one letter an organisation."""
    made = [
        Project(str(i), "P", f"T{i % 2}", day(month), tuple(sorted(members)))
        for i, (month, members) in enumerate(projects)
    ]
    letters = {o for p in made for o in p.members}
    return Records(tuple(made), {o: Organisation(o, f"{o} Ltd", "DE") for o in letters})


SMALL = records_of((1, "abc"), (2, "cd"), (3, "de"), (9, "ad"), (10, "be"), (11, "bx"))


@pytest.fixture(scope="module")
def health() -> Records:
    return read_folder(YARDSTICK)


@pytest.fixture(scope="module")
def task(health: Records) -> protocol.Task:
    return protocol.split(health, protocol.cutoff_of(health))


def test_split_knows_new_pairs_of_known_organisations_only() -> None:
    task = protocol.split(SMALL, day(9))
    names = task.history.identifiers
    found = {(names[a], names[b]) for a, b in zip(*np.nonzero(task.hits), strict=True)}
    # Rows are askers: a, b, d, e; x is unknown in train.
    assert [names[a] for a in task.askers] == ["a", "b", "d", "e"]
    assert found == {("a", "d"), ("b", "e"), ("c", "a"), ("d", "b")}
    assert len(task.pairs) == 2


def test_measure_perfect_score_puts_every_hit_first() -> None:
    task = protocol.split(SMALL, day(9))
    truth = np.zeros((len(task.history), len(task.history)))
    truth[task.askers] = task.hits
    values = protocol.measure(task, lambda askers: truth[askers]).measures()
    assert values[:6].tolist() == [1.0] * 6


def test_measure_equal_scores_give_half_the_area() -> None:
    task = protocol.split(SMALL, day(9))
    shape = len(task.history)
    values = protocol.measure(task, lambda a: np.zeros((len(a), shape))).measures()
    assert values[4:6].tolist() == [0.5, 0.5]


def test_above_counts_equal_values_half() -> None:
    found = protocol.above(np.array([0.0, 1.0, 2.0]), np.array([1.0, 1.0, 3.0, 0.0]))
    assert found.tolist() == [0.125, 0.5, 0.75]


def test_interval_contains_the_measure(task: protocol.Task) -> None:
    popular = baselines(task.history)["popularity (partners)"]
    outcome = protocol.measure(task, popular)
    low, high = outcome.interval(draws=200)
    assert ((low <= outcome.measures()) & (outcome.measures() <= high)).all()


PUBLISHED: Mapping[str, tuple[float, ...]] = {
    "popularity (partners)": (0.382, 0.290, 0.571, 0.811, 0.792, 0.716),
    "common neighbours": (0.298, 0.197, 0.533, 0.741, 0.746, 0.492),
    "Adamic-Adar": (0.301, 0.185, 0.541, 0.780, 0.750, 0.491),
    "resource allocation": (0.319, 0.216, 0.514, 0.776, 0.748, 0.469),
    "personalised PageRank 0.85": (0.361, 0.232, 0.602, 0.834, 0.810, 0.551),
    "z(log AA) + z(programmes) + z(log degree)": (
        0.357, 0.228, 0.614, 0.849, 0.792, 0.646,
    ),
}  # fmt: skip
# Coins that break ties and draws of negatives differ; common neighbours ties most.
TOLERANCE = {"common neighbours": 0.035}


def test_split_yardstick_has_the_published_numbers(task: protocol.Task) -> None:
    assert len(task.history.projects) == 114
    assert len(task.history) == 839
    assert task.history.partners.nnz // 2 == 8618
    assert (len(task.askers), len(task.pairs)) == (259, 1561)


@pytest.mark.parametrize("name", PUBLISHED)
def test_measure_baseline_gives_the_published_row(
    task: protocol.Task, name: str
) -> None:
    found = protocol.measure(task, baselines(task.history)[name]).measures()[:6]
    assert found == pytest.approx(PUBLISHED[name], abs=TOLERANCE.get(name, 0.018))


def test_default_weights_beat_popularity_in_every_column(task: protocol.Task) -> None:
    affinity = Affinity(task.history)
    ours = protocol.measure(
        task, lambda askers: weighted(affinity.block(askers), tune.DEFAULT)
    ).measures()
    popular = baselines(task.history)["popularity (partners)"]
    assert (ours > protocol.measure(task, popular).measures()).all()


def test_rank_shows_parts_that_add_up_to_the_score(task: protocol.Task) -> None:
    asker = int(task.askers[0])
    found = rank(Affinity(task.history), asker, tune.DEFAULT, top=5)
    assert len(found) == 5
    for one in found:
        assert sum(one.parts.values()) == pytest.approx(one.score)
        assert set(one.parts) <= set(PARTS)
        assert not task.history.taken(np.array([asker]))[0, one.number]


def test_tune_small_train_takes_the_default_weights() -> None:
    assert tune.tune(SMALL, SMALL.projects, day(9)) == tune.DEFAULT


def test_tune_never_reads_test(health: Records) -> None:
    """The inner folds hold no project from the cutoff on."""
    cutoff = protocol.cutoff_of(health)
    train = [p for p in health.projects if p.start < cutoff]
    by_time, by_half = tune.inner_folds(health, train[::3], cutoff, seed=0)
    seen = {p for f in by_time + by_half for p in f.task.history.projects}
    assert seen
    assert seen <= set(train)


def test_cutoff_of_other_years_takes_the_median_project() -> None:
    early = records_of((1, "ab"), (2, "bc"), (3, "cd"), (4, "de"))
    assert protocol.cutoff_of(early) == day(3)
    assert protocol.cutoff_of(early, day(2)) == day(2)


def test_cutoff_of_one_side_empty_raises() -> None:
    with pytest.raises(DataError, match="leaves one side"):
        protocol.cutoff_of(SMALL, dt.date(2020, 1, 1))


def test_read_folder_missing_column_raises(tmp_path: Path) -> None:
    (tmp_path / "participations.csv").write_text("project_id,org\n", encoding="utf-8")
    with pytest.raises(DataError, match="organisation_id"):
        read_folder(tmp_path)


def test_read_folder_bad_date_names_the_line(tmp_path: Path) -> None:
    (tmp_path / "participations.csv").write_text(
        "project_id,organisation_id\n1,a\n1,b\n", encoding="utf-8"
    )
    (tmp_path / "organisations.csv").write_text(
        "organisation_id,name,country\na,A,DE\n", encoding="utf-8"
    )
    (tmp_path / "projects.csv").write_text(
        "project_id,programme,topic,start_date\n1,P,T,01/02/2015\n", encoding="utf-8"
    )
    with pytest.raises(DataError, match="line 2"):
        read_folder(tmp_path)


def test_spread_puts_a_companion_after_an_independent_one() -> None:
    """0 and 1 are always in one project; 2 is a little less likely, but alone."""
    shared = sparse.csr_array(np.array([[0.0, 4, 0], [4, 0, 0], [0, 0, 0]]))
    scores = np.array([[3.0, 2.9, 2.5]])
    taken = np.zeros((1, 3), dtype=bool)
    found = spread(scores, taken, shared, np.array([4.0, 4.0, 4.0]))
    assert found.argsort().tolist() == [[1, 2, 0]]
    assert sorted(found[0]) == sorted(scores[0])
    alone = spread(scores, taken, sparse.csr_array((3, 3)), np.ones(3) * 4)
    assert alone.tolist() == scores.tolist()


def test_spread_leaves_out_who_is_taken() -> None:
    shared = sparse.csr_array(np.ones((3, 3)) - np.eye(3))
    scores = np.array([[3.0, 2.0, 1.0]])
    taken = np.array([[True, False, False]])
    found = spread(scores, taken, shared, np.ones(3))
    assert found[0, 0] == 3.0
    assert found[0, 1] == 2.0


def test_affinity_of_separate_projects_has_a_latent_space() -> None:
    """Consortia that share nobody: all singular values alike, and no crash."""
    apart = records_of(
        *((1, a + b) for a, b in zip("abcdefghij", "klmnopqrst", strict=True))
    )
    history = History(apart, apart.projects, day(9))
    block = Affinity(history).block(np.arange(len(history)))
    assert np.isfinite(block["latent"]).all()


def test_tune_draws_the_weights_back_to_the_default(health: Records) -> None:
    """Train of a few projects: an odd part does not run away."""
    train = [p for p in health.projects if p.start < dt.date(2015, 4, 1)]
    found = tune.tune(health, train, dt.date(2015, 4, 1))
    assert "two steps" not in found
    for name, weight in tune.DEFAULT.items():
        assert found.get(name, 0) >= weight / 2 - 0.01


def test_measures_without_two_step_pairs_are_no_numbers(tmp_path: Path) -> None:
    """A tiny folder runs through; what cannot be measured is told as such."""
    lines = ["project_id,acronym,programme,topic,start_date,end_date"]
    members = ["project_id,organisation_id"]
    for i, (month, names) in enumerate([(1, "ab"), (2, "cd"), (9, "ac"), (10, "bd")]):
        lines.append(f"{i},A,P,T,2015-{month:02}-01,")
        members += [f"{i},{name}" for name in names]
    (tmp_path / "projects.csv").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "participations.csv").write_text("\n".join(members), encoding="utf-8")
    (tmp_path / "organisations.csv").write_text(
        "organisation_id,name,country\na,A,DE\n", encoding="utf-8"
    )
    run = subprocess.run(
        [sys.executable, "bench/partners.py", str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stderr == ""
    row = next(x for x in run.stdout.splitlines() if x.startswith("| Life Valley"))
    assert "–" in row


def test_read_folder_optional_columns_may_be_missing(tmp_path: Path) -> None:
    (tmp_path / "participations.csv").write_text(
        "project_id,organisation_id\n1,a\n1,b\n", encoding="utf-8"
    )
    (tmp_path / "organisations.csv").write_text(
        "organisation_id\na\n", encoding="utf-8"
    )
    (tmp_path / "projects.csv").write_text(
        "project_id,start_date\n1,2015-01-02\n", encoding="utf-8"
    )
    records = read_folder(tmp_path)
    assert records.projects == (Project("1", "", "", dt.date(2015, 1, 2), ("a", "b")),)
    assert records.organisations == {"a": Organisation("a", "", "")}
