"""The tail of an excess against scipy's distributions."""

from __future__ import annotations

import numpy
import pytest
from scipy import stats

from stat_jobs import surge_excess
from stat_jobs.surge_excess import Forecasts


def expecting(means: list[float], dispersion: float = 1.0, log_error: float = 0.0) -> Forecasts:
    return Forecasts(numpy.array([means]), numpy.array([dispersion]), numpy.array([log_error]))


@pytest.mark.parametrize(("dispersion", "log_error"), [(1.0, 0.0), (2.0, 0.1)])
def test_tail_is_that_of_the_count_distribution(dispersion: float, log_error: float):
    (excess,) = surge_excess.measure_excess(
        numpy.array([[4.0, 8.0]]), expecting([2.0, 3.0], dispersion, log_error), (2,)
    )

    variance = dispersion * 5 + (5 * log_error) ** 2
    expected = (
        stats.poisson.sf(11, 5)
        if variance == 5
        else stats.nbinom.sf(11, 25 / (variance - 5), 5 / variance)
    )
    assert (excess.observed, excess.expected) == (12, 5.0)
    assert excess.p_value == pytest.approx(expected)


def test_the_least_likely_window_is_told():
    (excess,) = surge_excess.measure_excess(
        numpy.array([[3.0, 0.0, 9.0, 2.0]]), expecting([2.0, 2.0, 2.0, 2.0]), (1, 2, 4)
    )

    assert (excess.window_days, excess.observed, excess.expected) == (2, 11, 4.0)
    assert (excess.expected_low, excess.expected_high) == (1, 8)  # quantiles of Poisson(4)
