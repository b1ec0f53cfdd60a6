"""A moved mix of labels is found; chance, clumps and rare values are not taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, f

from stat_jobs.label_shift import OTHER, measure_shift

VALUES = ["blame", "neutral", "none", "praise"]
SHARES = np.array([0.4, 0.1, 0.2, 0.3])
TEXTS = 60
UNITS_A_TEXT = 3


def draw_weeks(generator: np.random.Generator, weeks: int, shares=SHARES) -> np.ndarray:
    """Draw counts per week: three units of a text tend to agree, weeks differ a little."""
    drawn = []
    for _ in range(weeks):
        of_week = generator.dirichlet(shares * 300)
        of_texts = generator.dirichlet(of_week * 2, size=TEXTS)
        drawn.append(generator.multinomial(UNITS_A_TEXT, of_texts).sum(axis=0))
    return np.array(drawn, dtype=float)


def test_without_clumps_the_statistic_is_that_of_scipy():
    now = np.array([70.0, 22.0, 38.0, 50.0])
    before = np.tile([40.0, 10.0, 20.0, 30.0], (26, 1))

    shift = measure_shift(VALUES, now, before)

    table = np.vstack([now, before.sum(axis=0)])
    ratio = chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert shift.dispersion == 1
    assert shift.statistic == pytest.approx(ratio / 3)
    assert shift.p_value == pytest.approx(f.sf(ratio / 3, 3, 75))


def test_index_is_that_of_the_formula():
    now, before = np.array([5000.0, 5000.0]), np.tile([3000.0, 7000.0], (10, 1))

    shift = measure_shift(["a", "b"], now, before)

    # (0.5 - 0.3) ln(0.5 / 0.3) + (0.5 - 0.7) ln(0.5 / 0.7)
    assert shift.psi == pytest.approx(0.1695, abs=2e-4)
    assert (shift.share_before, shift.share_now) == (0.3, 0.5)


def test_clumps_do_not_cry_wolf():
    generator = np.random.default_rng(5)
    alarms, naive = 0, 0
    for _ in range(400):
        weeks = draw_weeks(generator, 27)
        shift = measure_shift(VALUES, weeks[-1], weeks[:-1])
        alarms += shift.p_value < 0.05
        table = np.vstack([weeks[-1], weeks[:-1].sum(axis=0)])
        naive += chi2_contingency(table).pvalue < 0.05

    # 5 % of 400 are 20; binomial 99.9 %: 8 to 36
    assert 8 <= alarms <= 36
    assert naive > 60


@pytest.mark.parametrize(("moved", "least"), [(0.15, 0.4), (0.25, 0.95)])
def test_planted_drift_is_found(moved: float, least: float):
    generator = np.random.default_rng(7)
    found = 0
    for _ in range(100):
        before = draw_weeks(generator, 26)
        now = draw_weeks(generator, 1, SHARES + np.array([moved, 0, 0, -moved]))[0]
        shift = measure_shift(VALUES, now, before)
        found += shift.p_value < 0.01
        assert shift.psi > 0
    assert found / 100 >= least


def test_rare_values_are_pooled_and_a_new_one_is_seen_there():
    before = np.tile([50.0, 48.0, 1.0, 1.0, 0.0], (26, 1))
    now = np.array([45.0, 40.0, 0.0, 1.0, 14.0])

    shift = measure_shift(["a", "b", "c", "d", "new"], now, before)

    assert shift.value_count == 3
    assert (shift.moved_value, shift.share_now) == (OTHER, 0.15)
    assert shift.p_value < 0.001


def test_nothing_is_said_where_there_is_too_little():
    weeks = np.tile([20.0, 20.0, 20.0, 20.0], (26, 1))
    assert measure_shift(VALUES, np.array([5.0, 5, 5, 5]), weeks) is None
    assert measure_shift(VALUES, weeks[0], weeks[:5]) is None
    assert measure_shift(["relevant"], np.array([80.0]), np.full((26, 1), 80.0)) is None
