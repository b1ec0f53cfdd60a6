"""Relative weights against a published example, brute-force Shapley values and plain regression."""

from __future__ import annotations

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from stat_jobs import relative_weights

# Motor Trend 1974 (mtcars of R): mpg, cyl, disp, hp, wt
CARS = np.fromstring(
    """
    21 6 160 110 2.62 21 6 160 110 2.875 22.8 4 108 93 2.32 21.4 6 258 110 3.215
    18.7 8 360 175 3.44 18.1 6 225 105 3.46 14.3 8 360 245 3.57 24.4 4 146.7 62 3.19
    22.8 4 140.8 95 3.15 19.2 6 167.6 123 3.44 17.8 6 167.6 123 3.44 16.4 8 275.8 180 4.07
    17.3 8 275.8 180 3.73 15.2 8 275.8 180 3.78 10.4 8 472 205 5.25 10.4 8 460 215 5.424
    14.7 8 440 230 5.345 32.4 4 78.7 66 2.2 30.4 4 75.7 52 1.615 33.9 4 71.1 65 1.835
    21.5 4 120.1 97 2.465 15.5 8 318 150 3.52 15.2 8 304 150 3.435 13.3 8 350 245 3.84
    19.2 8 400 175 3.845 27.3 4 79 66 1.935 26 4 120.3 91 2.14 30.4 4 95.1 113 1.513
    15.8 8 351 264 3.17 19.7 6 145 175 2.77 15 8 301 335 3.57 21.4 4 121 109 2.78
    """,
    sep=" ",
).reshape(-1, 5)


def shapley_of_r_squared(predictors: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Average gain in R-squared over every order in which predictors may enter."""
    count = predictors.shape[1]

    def r_squared(columns: tuple[int, ...]) -> float:
        table = np.column_stack([np.ones(len(outcome)), predictors[:, list(columns)]])
        rest = outcome - table @ np.linalg.lstsq(table, outcome, rcond=None)[0]
        return 1 - rest.var() / outcome.var()

    values = np.zeros(count)
    for one in range(count):
        others = [other for other in range(count) if other != one]
        for size in range(count):
            share = factorial(size) * factorial(count - size - 1) / factorial(count)
            for group in combinations(others, size):
                values[one] += share * (r_squared((*group, one)) - r_squared(group))
    return values


def test_weights_are_those_that_the_r_package_rwa_publishes():
    weighed = relative_weights.weigh(CARS[:, 1:], CARS[:, 0])

    # https://martinctc.github.io/rwa/articles/regression-methods.html
    assert weighed.weights == pytest.approx([0.2096904, 0.1883043, 0.1799590, 0.2706812], abs=1e-7)
    assert weighed.r_squared == pytest.approx(0.8486, abs=5e-5)


def test_weights_are_close_to_the_shapley_values_of_r_squared():
    shapley = shapley_of_r_squared(CARS[:, 1:], CARS[:, 0])

    weighed = relative_weights.weigh(CARS[:, 1:], CARS[:, 0])

    assert weighed.weights.sum() == pytest.approx(shapley.sum())
    assert np.abs(weighed.weights - shapley).max() < 0.02  # two heuristics of one idea


def test_effects_are_the_coefficients_of_the_regression_with_its_controls():
    noise = np.random.default_rng(1)
    controls = (noise.random((500, 3)) < 0.3).astype(float)
    predictors = noise.normal(size=(500, 2)) + controls[:, :2]
    outcome = predictors @ [1.0, -2.0] + controls @ [3.0, 0.0, -1.0] + noise.normal(size=500)
    full = np.column_stack([predictors, controls, np.ones(500)])
    expected = np.linalg.lstsq(full, outcome, rcond=None)[0][:2]

    weighed = relative_weights.weigh(predictors, outcome, controls)

    assert weighed.effects == pytest.approx(expected)
    assert weighed.weights.sum() == pytest.approx(weighed.r_squared)


def test_what_a_control_explains_is_no_predictors_merit():
    noise = np.random.default_rng(2)
    season = noise.normal(size=2000)
    predictors = season[:, None] + noise.normal(size=(2000, 1))
    outcome = 3 * season + noise.normal(size=2000)

    alone = relative_weights.weigh(predictors, outcome)
    freed = relative_weights.weigh(predictors, outcome, season[:, None])

    assert alone.r_squared > 0.3
    assert freed.r_squared < 0.01


def test_what_does_not_vary_weighs_nothing():
    predictors = np.column_stack([np.ones(50), np.arange(50.0)])

    weighed = relative_weights.weigh(predictors, np.arange(50.0))
    still = relative_weights.weigh(predictors, np.ones(50))

    assert weighed.weights.tolist() == pytest.approx([0, 1])
    assert (still.weights.tolist(), still.r_squared) == ([0, 0], 0)
