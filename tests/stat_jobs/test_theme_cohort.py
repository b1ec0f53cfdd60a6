"""Age x period against hand-computed shares, planted shifts and no shift at all."""

from __future__ import annotations

import math

import numpy
import pytest
from scipy.stats import norm

from stat_jobs import theme_cohort
from stat_jobs.theme_cohort import Cell


def draw(rng: numpy.random.Generator, young: tuple[float, float], others: tuple[float, float]):
    cells = []
    for quarter in range(12):
        years = quarter / 4
        for is_cohort, (first, slope) in ((True, young), (False, others)):
            total = 300 if is_cohort else 900
            share = 1 / (1 + math.exp(-(math.log(first / (1 - first)) + slope * years)))
            cells.append(Cell(years, is_cohort, int(rng.binomial(total, share)), total))
    return tuple(cells)


def judge(topics: dict[str, tuple[Cell, ...]]) -> dict[str, dict[str, object]]:
    names = [name for name, _ in theme_cohort.RESULT.columns]
    rows = theme_cohort.judge_topics("young", topics)
    return {row[1]: dict(zip(names, row, strict=True)) for row in rows}


def test_slopes_are_those_of_the_shares():
    # two points in time per side: the fit is exact. Cohort 10 % -> 20 %, others stay at 10 %
    cells = [
        Cell(0.0, True, 100, 1000),
        Cell(1.0, True, 200, 1000),
        Cell(0.0, False, 100, 1000),
        Cell(1.0, False, 100, 1000),
    ]

    shift = theme_cohort.measure_shift(cells)

    assert shift.cohort.value == pytest.approx(0.1)
    assert shift.others.value == pytest.approx(0.0, abs=1e-9)
    # the variance of a difference of two shares
    mine, theirs = 0.1 * 0.9 / 1000 + 0.2 * 0.8 / 1000, 2 * 0.1 * 0.9 / 1000
    assert shift.cohort.error == pytest.approx(math.sqrt(mine))
    assert shift.difference.error == pytest.approx(math.sqrt(mine + theirs))
    assert shift.cohort.p_value == pytest.approx(2 * norm.sf(0.1 / math.sqrt(mine)))


def test_line_is_that_of_weighted_least_squares():
    import statsmodels.api

    drawn = draw(numpy.random.default_rng(1), (0.1, 0.1), (0.1, 0.1))
    cells = [cell for cell in drawn if cell.is_cohort]
    fitted = statsmodels.api.WLS(
        [cell.named / cell.total for cell in cells],
        statsmodels.api.add_constant([cell.years for cell in cells]),
        weights=[cell.total for cell in cells],
    ).fit()

    slope = theme_cohort.measure_slope(cells)

    assert slope.value == pytest.approx(fitted.params[1])
    assert slope.error == pytest.approx(fitted.bse[1], rel=0.5)  # its errors are not binomial


def test_shift_of_the_young_is_told_from_that_of_everyone():
    rng = numpy.random.default_rng(20)
    topics = {f"still_{n:02d}": draw(rng, (0.05, 0.0), (0.05, 0.0)) for n in range(20)}
    topics["environment"] = draw(rng, (0.02, 0.7), (0.02, 0.0))
    topics["privacy"] = draw(rng, (0.02, 0.5), (0.02, 0.5))

    rows = judge(topics)

    assert rows["environment"]["verdict"] == "cohort"
    assert rows["privacy"]["verdict"] == "everyone"
    assert sum(row["verdict"] != "no_shift" for row in rows.values()) <= 3


def test_interval_covers_and_test_stays_quiet_without_a_difference():
    rng = numpy.random.default_rng(4)
    shifts = [theme_cohort.measure_shift(draw(rng, (0.03, 0.2), (0.03, 0.2))) for _ in range(300)]

    covered = [low <= 0 <= high for low, high in (shift.difference.interval for shift in shifts)]

    assert 0.91 < numpy.mean(covered) <= 0.995


@pytest.mark.parametrize(
    "cells",
    [
        pytest.param([Cell(q / 4, s, 30, 30) for q in range(12) for s in (True, False)], id="all"),
        pytest.param(
            [Cell(q / 4, s, 30 if s else 10, 30) for q in range(12) for s in (True, False)],
            id="everybody of the cohort",
        ),
        pytest.param(
            [Cell(1.0, True, 30, 60), *(Cell(q / 4, False, 10, 30) for q in range(12))],
            id="a cohort of one quarter",
        ),
    ],
)
def test_a_slope_without_an_error_has_no_row(cells: list[Cell]):
    assert judge({"topic": tuple(cells)}) == {}


def test_a_quarter_without_voters_is_left_out():
    cells = [Cell(q / 4, s, 9 * (q != 3), 60 * (q != 3)) for q in range(12) for s in (True, False)]

    assert judge({"topic": tuple(cells)})["topic"]["quarters"] == 11


def test_too_few_votes_have_no_row():
    rng = numpy.random.default_rng(1)
    thin = tuple(Cell(c.years, c.is_cohort, 1, c.total) for c in draw(rng, (0.1, 0), (0.1, 0)))

    assert judge({"thin": thin}) == {}
    assert judge({"short": draw(rng, (0.1, 0), (0.1, 0))[:10]}) == {}
