"""Doubly robust effects against post-stratification, planted truth, and no effect at all."""

from __future__ import annotations

import numpy as np
import pytest

from stat_jobs import doubly_robust


def simulate(seed: int, effect: float, count: int = 600, *, bend: float = 0.0):
    """Those who are worse off are treated more often; `bend` makes the outcome not linear."""
    noise = np.random.default_rng(seed)
    controls = noise.normal(size=(count, 3))
    chance = 1 / (1 + np.exp(1.0 - controls[:, 0] + 0.5 * controls[:, 1]))
    treated = noise.random(count) < chance
    outcome = 5 - 2 * controls[:, 0] + controls[:, 1] + bend * controls[:, 0] ** 2
    return outcome + effect * treated + noise.normal(size=count), treated, controls


def test_effect_is_that_of_post_stratification_when_controls_are_strata():
    noise = np.random.default_rng(1)
    stratum = noise.integers(0, 3, 4000)
    treated = noise.random(4000) < np.array([0.2, 0.5, 0.7])[stratum]
    outcome = np.array([1.0, 2.0, 5.0])[stratum] + 0.7 * treated + noise.normal(size=4000)
    by_hand = (
        sum(
            (treated & (stratum == one)).sum()
            * (
                outcome[treated & (stratum == one)].mean()
                - outcome[~treated & (stratum == one)].mean()
            )
            for one in range(3)
        )
        / treated.sum()
    )

    found = doubly_robust.measure_effect(outcome, treated, np.eye(3)[stratum])

    assert found is not None
    assert found.effect == pytest.approx(by_hand, abs=0.01)  # the ridge shrinks a little
    assert found.treated_mean - found.expected_mean == pytest.approx(found.effect)
    assert found.raw_imbalance > 0.4
    assert found.imbalance < 0.05


@pytest.mark.parametrize("bend", [pytest.param(0.0, id="linear"), pytest.param(0.7, id="bent")])
def test_intervals_cover_the_planted_effect(bend: float):
    found = [doubly_robust.measure_effect(*simulate(seed, 1.0, bend=bend)) for seed in range(120)]

    covered = np.mean([one.low <= 1.0 <= one.high for one in found])
    plain = np.mean([y[d].mean() - y[~d].mean() for y, d, _ in [simulate(1, 1.0, bend=bend)]])

    assert 0.91 <= covered <= 0.99  # 95 % promised; a standard error of 2 points
    assert abs(plain - 1.0) > 0.5  # the plain difference is far off


def test_no_effect_is_seldom_called_one():
    found = [doubly_robust.measure_effect(*simulate(seed, 0.0)) for seed in range(500, 620)]

    assert np.mean([not one.low <= 0 <= one.high for one in found]) <= 0.09


def test_who_has_no_like_is_left_out():
    noise = np.random.default_rng(2)
    controls = np.concatenate([noise.normal(0, 1, 400), np.full(200, 12.0)])[:, None]
    treated = np.concatenate([noise.random(400) < 0.3, np.full(200, True)])

    found = doubly_robust.measure_effect(noise.normal(size=600), treated, controls)

    assert found.treated_count == treated[:400].sum()


def test_small_groups_measure_nothing():
    treated = np.arange(100) < 29

    assert doubly_robust.measure_effect(np.ones(100), treated, np.zeros((100, 1))) is None


def test_without_controls_it_is_the_plain_difference():
    noise = np.random.default_rng(3)
    treated = noise.random(300) < 0.5
    outcome = noise.normal(size=300) + treated

    found = doubly_robust.measure_effect(outcome, treated, np.empty((300, 0)))

    assert found.effect == pytest.approx(outcome[treated].mean() - outcome[~treated].mean())
