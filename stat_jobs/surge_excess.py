"""How unlikely is what the last days of a series brought, given what was expected of them?

Tail: negative binomial with the expected mean m and variance phi m + m^2 se^2, where phi is the
dispersion of the baseline and se the standard error of its linear predictor (the parameter
uncertainty that Salmon, Schumacher and Hoehle 2016, Journal of Statistical Software 70, take into
account); Poisson where nothing is dispersed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

from stat_jobs.poisson_regression import Matrix, Vector


@dataclass(frozen=True)
class Forecasts:
    """What baselines expect of the judged days, one row per series.

    `means` (series x judged days), `dispersion` (series), `log_error` (series): the standard error
    of log(mean).
    """

    means: Matrix
    dispersion: Vector
    log_error: Vector


@dataclass(frozen=True)
class Excess:
    """A window of days against its baseline: voices seen, expected, 95 % range, p-value."""

    window_days: int
    observed: int
    expected: float
    expected_low: float
    expected_high: float
    p_value: float


def measure_excess(counts: Matrix, forecasts: Forecasts, windows: Sequence[int]) -> list[Excess]:
    """Compare the last days of each series with its forecast; return its least likely window.

    `counts` is series x days; of windows that are equally unlikely the first one counts.
    """
    observed = numpy.array([counts[:, -days:].sum(axis=1) for days in windows])
    means = numpy.array([forecasts.means[:, -days:].sum(axis=1) for days in windows])
    variances = forecasts.dispersion * means + (means * forecasts.log_error) ** 2
    p_values = _tail(observed, means, variances)
    chosen = p_values.argmin(axis=0)
    rows = numpy.arange(len(chosen))
    low, high = _range(means[chosen, rows], variances[chosen, rows])
    return [
        Excess(
            windows[window],
            int(observed[window, row]),
            float(means[window, row]),
            float(low[row]),
            float(high[row]),
            float(p_values[window, row]),
        )
        for row, window in enumerate(chosen)
    ]


def _tail(observed: Matrix, means: Matrix, variances: Matrix) -> Matrix:
    """Return the chance of as many voices or more."""
    from scipy import stats

    tail: Matrix = stats.poisson.sf(observed - 1, means)
    spread, size, chance = _negative_binomial(means, variances)
    tail[spread] = stats.nbinom.sf(observed[spread] - 1, size, chance)
    return tail


def _range(means: Vector, variances: Vector) -> tuple[Vector, Vector]:
    """Return the 2.5 and 97.5 % points of what was expected."""
    from scipy import stats

    spread, size, chance = _negative_binomial(means, variances)
    ends = []
    for share in (0.025, 0.975):
        end: Vector = stats.poisson.ppf(share, means)
        end[spread] = stats.nbinom.ppf(share, size, chance)
        ends.append(end)
    return ends[0], ends[1]


def _negative_binomial(
    means: Matrix, variances: Matrix
) -> tuple[NDArray[numpy.bool_], Vector, Vector]:
    """Return which are dispersed beyond Poisson, and size and chance of those."""
    spread = variances > means * (1 + 1e-9)
    size = means[spread] ** 2 / (variances[spread] - means[spread])
    return spread, size, size / (size + means[spread])
