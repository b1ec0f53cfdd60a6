"""The index and its exact split, by hand, by Shapley's definition, and on a real database."""

from __future__ import annotations

from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import numpy
import pytest

from stat_jobs import experience_index
from stat_jobs.experience_index import Cell, WeightsError, measure, read_weights, split_change
from warehouse.postgres import connect, copy_rows
from warehouse.settings import Settings

WEIGHTS_FILE = Path(__file__).parents[2] / "config" / "experience_index.yml"
COLUMNS = [name for name, _ in experience_index.RESULT.columns]
MARCH, FEBRUARY = date(2026, 3, 1), date(2026, 2, 1)
TABLES = """
create table core.fct_feedback (
    feedback_key text, customer_key text, author_key text, occurred_date date,
    subject_slug text default 'us', is_relevant boolean default true,
    dedup_weight double precision default 1, sentiment_label text,
    rating_ratio double precision, nps_score smallint, csat_score smallint, ces_score smallint
);
create table core.fct_opinion_unit (
    feedback_key text, touchpoint_slug text, sentiment_label text, effort smallint,
    subject_slug text default 'us', is_relevant boolean default true,
    occurred_date date default '2026-03-01'
);
create table core.dim_touchpoint (touchpoint_slug text, stage_slug text);
insert into core.dim_touchpoint values
    ('delivery', 'deliver'), ('packaging', 'deliver'), ('refund', 'service');
"""


def make_cell(month: date, scene: str, values: list[float]) -> Cell:
    """A cell of voters with one vote each, which holds a feeling alone."""
    s = numpy.asarray(values) - 50
    total = float(s.sum())
    return Cell(month, scene, len(s), len(s), float(len(s)), total, 0.0, 0.0,
                float(len(s)), total, float((s**2).sum()))  # fmt: skip


def make_month(month: date, scenes: dict[str, list[float]]) -> dict[str, Cell]:
    cells = {scene: make_cell(month, scene, values) for scene, values in scenes.items()}
    everyone = [value for values in scenes.values() for value in values]
    return cells | {"overall": make_cell(month, "overall", everyone)}


def rows_of(cells: list[Cell]) -> dict[tuple[date, str], dict[str, Any]]:
    return {row[:2]: dict(zip(COLUMNS, row, strict=True)) for row in measure(cells)}


def test_a_change_falls_apart_into_scenes_and_mix_without_a_rest():
    before = make_month(FEBRUARY, {"deliver": [0, 50, 100, 100], "service": [0, 0], "gone": [100]})
    after = make_month(MARCH, {"deliver": [0, 0, 50], "service": [50, 0, 0, 0], "new": [0, 100]})

    rows = rows_of([*before.values(), *after.values()])

    overall = rows[MARCH, "overall"]
    assert overall["change"] == pytest.approx(overall["own_points"] + overall["mix_points"])
    shown = sum(rows[MARCH, scene]["own_points"] for scene in ("deliver", "service", "new"))
    assert shown == pytest.approx(overall["own_points"])  # a scene that is gone has none of its own
    assert rows[MARCH, "new"]["own_points"] == 0
    assert rows[FEBRUARY, "overall"]["change"] is None


def test_the_split_is_shapleys_value_of_scenes_and_mix():
    scenes = ("a", "b", "c")
    before = make_month(FEBRUARY, {"a": [0, 50, 100], "b": [0, 0, 50, 50], "c": [100]})
    after = make_month(MARCH, {"a": [100, 50], "b": [0, 0, 0], "c": [100, 50, 50, 100, 0]})
    months = (before, after)

    def worth(changed: set[str]) -> float:
        share, index = months["mix" in changed], months["scenes" in changed]
        return sum(
            share[scene].weight / share["overall"].weight * index[scene].index for scene in scenes
        )

    shapley = {"scenes": 0.0, "mix": 0.0}
    for order in permutations(shapley):
        joined: set[str] = set()
        for cause in order:
            shapley[cause] += (worth(joined | {cause}) - worth(joined)) / 2
            joined.add(cause)

    assert split_change(before, after)["overall"] == pytest.approx(tuple(shapley.values()))


@pytest.mark.parametrize("size", [12, 60])
def test_the_interval_covers_the_truth_and_a_change_of_nothing_is_noise(size: int):
    generator = numpy.random.default_rng(9)
    covered, quiet, runs = 0, 0, 1000
    chances = [0.5, 0.2, 0.3]
    truth = 0.2 * 50 + 0.3 * 100
    for _ in range(runs):
        drawn = generator.choice([0.0, 50.0, 100.0], size=(2, size), p=chances)
        cells = [
            make_cell(month, "overall", list(values))
            for month, values in zip((FEBRUARY, MARCH), drawn, strict=True)
        ]
        row = rows_of(cells)[MARCH, "overall"]
        covered += row["index_low"] <= truth <= row["index_high"]
        quiet += row["change_low"] <= 0 <= row["change_high"]

    assert 0.93 <= covered / runs <= 0.975
    assert 0.93 <= quiet / runs <= 0.975


def test_a_voter_with_many_votes_is_one_cluster():
    """Ten customers who say everything ten times tell as much as ten who say it once."""
    once = make_cell(MARCH, "overall", [0, 100] * 5)
    often = Cell(MARCH, "overall", 100, 10, 100.0, 0.0, 0.0, 0.0, 1000.0, 0.0, 10 * 500.0**2)

    assert often.variance == pytest.approx(once.variance)


@pytest.fixture(scope="module")
def company(database: Settings) -> Settings:
    """Three feedback in March: a story of two scenes, a review with stars, a score alone."""
    feedback = [
        ("story", "c1", MARCH, "negative", None, None, None, None),
        ("review", None, MARCH, "positive", 0.75, None, None, None),
        ("score", "c2", MARCH, None, None, 10, 5, 7),
        ("rumour", "c3", MARCH, None, None, None, None, None),
    ]
    units = [
        ("story", "delivery", "positive", None),
        ("story", "packaging", "negative", None),
        ("story", "refund", "negative", -5),
        ("rumour", "delivery", None, None),
    ]
    with connect("voc_modeler", database) as connection:
        connection.execute(TABLES)
        copy_rows(
            connection,
            "core.fct_feedback",
            ["feedback_key", "customer_key", "occurred_date", "sentiment_label", "rating_ratio",
             "nps_score", "csat_score", "ces_score"],
            feedback,
        )  # fmt: skip
        copy_rows(
            connection,
            "core.fct_opinion_unit",
            ["feedback_key", "touchpoint_slug", "sentiment_label", "effort"],
            units,
        )
    return database


def test_votes_are_made_of_the_parts_that_they_hold(company: Settings):
    assert experience_index.run(company) == {"months": 1, "rows": 4, "moved": 0}

    with connect("voc_modeler", company) as connection:
        found = connection.execute(f"select {', '.join(COLUMNS)} from stats.experience_index")
        rows = {row[1]: dict(zip(COLUMNS, row, strict=True)) for row in found}
    # praise and blame of the delivery balance out: 50
    assert rows["deliver"]["index_score"] == pytest.approx(50)
    # blame (0) and all possible effort (0)
    assert rows["service"]["index_score"] == pytest.approx(0)
    assert rows["service"]["effort_points"] == pytest.approx(-50 * 0.2 / 0.7)
    # praise with 75 of 100 stars, and a perfect score; both name no scene
    review = (0.5 * 100 + 0.3 * 75) / 0.8
    assert rows["unnamed"]["index_score"] == pytest.approx((review + 100) / 2)
    # who speaks of two scenes has one voice overall; who says nothing has none
    assert rows["overall"]["vote_count"] == 3
    assert rows["overall"]["index_score"] == pytest.approx((25 + review + 100) / 3)
    parts = sum(rows["overall"][f"{part}_points"] for part in ("feeling", "effort", "score"))
    assert rows["overall"]["index_score"] == pytest.approx(50 + parts)


def test_a_night_measures_two_months_and_leaves_older_ones(company: Settings):
    said = """
        insert into core.fct_feedback (feedback_key, occurred_date, sentiment_label, rating_ratio)
        select key, month::date, label, 0.5 from (values {}) as said (key, month, label)
    """
    late = """('late', '2026-01-09', 'negative'), ('new', '2026-03-09', 'negative'),
        ('before', '2026-02-09', 'negative')"""
    history = """('a', '2025-12-03', 'positive'), ('b', '2026-01-03', 'positive'),
        ('c', '2026-02-03', 'positive')"""
    with connect("voc_modeler", company) as connection:
        connection.execute(said.format(history))  # type: ignore[arg-type]
    experience_index.run(company)
    with connect("voc_modeler", company) as connection:
        connection.execute(said.format(late))  # type: ignore[arg-type]
    stood = read_months(company)

    experience_index.run_recent(company)

    recent = read_months(company)
    experience_index.run(company)
    anew = read_months(company)
    january = date(2026, 1, 1)
    assert all(recent[month] == stood[month] for month in (date(2025, 12, 1), january))
    assert all(recent[month] == anew[month] for month in (FEBRUARY, MARCH))
    assert recent[FEBRUARY] != stood[FEBRUARY] and anew[january] != stood[january]


def read_months(settings: Settings) -> dict[date, list[tuple[Any, ...]]]:
    """Return the rows of each month, without when they were computed."""
    with connect("voc_stats", settings) as connection:
        rows = connection.execute(
            f"select {', '.join(COLUMNS)} from stats.experience_index order by 1, 2"
        ).fetchall()
    return {month: [row for row in rows if row[0] == month] for month, *_ in rows}


def test_the_shipped_weights_are_read():
    assert read_weights(WEIGHTS_FILE) == {"feeling": 0.5, "effort": 0.2, "score": 0.3}


@pytest.mark.parametrize(
    "content",
    ["weights: {feeling: 1}", "version: 1\nweights: {feeling: 1, effort: 0, score: 1}", "]"],
)
def test_a_wrong_file_of_weights_is_named(tmp_path: Path, content: str):
    path = tmp_path / "experience_index.yml"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(WeightsError, match=r"experience_index\.yml"):
        read_weights(path)
