"""EARS C1, C2 and C3: is the last day of a short series louder than the week before it?

Hutwagner, Thompson, Seeman and Treadwell 2003, Journal of Urban Health 80: against the mean and
deviation of seven days, C1 straight before, C2 two days earlier, C3 the sum of what C2 exceeds 1
by, over three days. As seven days give a poor deviation, all three are read off Student's t with 6
degrees of freedom, not off the normal curve.

Limit: EARS knows neither weekdays nor holidays.
"""

from __future__ import annotations

import math

import numpy

from stat_jobs.poisson_regression import Matrix, Vector
from stat_jobs.surge_excess import Excess

EARS_DAYS = 7
EARS_LAG = 2
EARS_MIN_DEVIATION = 1.0
EARS_HISTORY = 2 * EARS_LAG + EARS_DAYS + 1  # C3 looks back furthest


def measure_ears(counts: Matrix) -> tuple[Vector, Vector, Vector]:
    """Return C1, C2 and C3 of the last day of each series.

    `counts` (series x days) hold at least `EARS_HISTORY` days.
    """
    last = counts.shape[1] - 1
    first = _standardise(counts, last, lag=0)
    seconds = [_standardise(counts, last - back, lag=EARS_LAG) for back in range(EARS_LAG + 1)]
    third = sum(numpy.maximum(0.0, value - 1.0) for value in seconds)
    return first, seconds[0], numpy.asarray(third)


def judge_ears(counts: Matrix) -> list[Excess]:
    """Judge the last day of each series by the sharpest of C1, C2 and C3 (p-value times three)."""
    from scipy import stats

    scale = math.sqrt(1 + 1 / EARS_DAYS)
    sharpest = numpy.maximum.reduce(measure_ears(counts)) / scale
    p_values = numpy.minimum(1.0, 3 * stats.t.sf(sharpest, EARS_DAYS - 1))
    baseline = counts[:, -1 - EARS_DAYS : -1]
    means = baseline.mean(axis=1)
    reach = float(stats.t.ppf(0.975, EARS_DAYS - 1)) * scale * _deviation(baseline)
    return [
        Excess(
            1,
            int(counts[row, -1]),
            float(means[row]),
            max(0.0, float(means[row] - reach[row])),
            float(means[row] + reach[row]),
            float(p_values[row]),
        )
        for row in range(len(counts))
    ]


def _standardise(counts: Matrix, day: int, lag: int) -> Vector:
    baseline = counts[:, day - lag - EARS_DAYS : day - lag]
    return numpy.asarray((counts[:, day] - baseline.mean(axis=1)) / _deviation(baseline))


def _deviation(baseline: Matrix) -> Vector:
    return numpy.maximum(EARS_MIN_DEVIATION, baseline.std(axis=1, ddof=1))
