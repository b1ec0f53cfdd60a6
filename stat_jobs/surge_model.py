"""How many voices does a series bring on a day, and how unlikely are more of them?

Two baselines, chosen by the history at hand:

*Quasi-Poisson* with at least a year of history, after Farrington's algorithm in its flexible form
(Noufaily, Enki, Farrington, Garthwaite, Andrews and Charlett 2013, Statistics in Medicine 32):

    log E(y_t) = log(c_t) + b_0 + b_1 trend + b_2 sin + b_3 cos + b_4 day off,  Var = phi E

c_t is the calendar of all feedback together (`fit_calendar`): weekday, season, holiday, make-up
workday, trend, with the orders of the days before as offset. Of the other terms a series keeps as
many as it has ten voices for. Days of past outbreaks weigh less: a day whose standardised Anscombe
residual s is above 2.58 gets a weight in proportion to s^-2, and the model is fitted again.
Tail: negative binomial with that mean and variance phi m + m^2 se^2, se the standard error of the
linear predictor (the parameter uncertainty that Salmon, Schumacher and Hoehle 2016, Journal of
Statistical Software 70, take into account).

*EARS C1-C3* below a year (Hutwagner, Thompson, Seeman and Treadwell 2003, Journal of Urban Health
80): against the mean and deviation of seven days, C1 straight before, C2 two days earlier, C3 the
sum of what C2 exceeds 1 by, over three days. As seven days give a poor deviation, all three are
read off Student's t with 6 degrees of freedom, not off the normal curve.

Limits: EARS knows neither weekdays nor holidays. The quasi-Poisson tail takes days as independent
given the calendar; runs of busy days show as extra dispersion only in part.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

REWEIGHT_ABOVE = 2.58
VOICES_PER_PARAMETER = 10
EARS_DAYS = 7
EARS_LAG = 2
EARS_MIN_DEVIATION = 1.0
EARS_HISTORY = 2 * EARS_LAG + EARS_DAYS + 1  # C3 looks back furthest

Vector = NDArray[numpy.float64]


@dataclass(frozen=True)
class Forecast:
    """What a baseline expects of each judged day: mean, dispersion, error of log(mean)."""

    means: Vector
    dispersion: float
    log_error: float


@dataclass(frozen=True)
class Excess:
    """A window of days against its baseline: voices seen, expected, 95 % range, p-value."""

    window_days: int
    observed: int
    expected: float
    expected_low: float
    expected_high: float
    p_value: float


def fit_calendar(totals: Vector, design: Vector, offset: Vector, judged: int) -> Vector:
    """Return the expected voices of all series together, for each day.

    `totals` (days) are the voices of a day, `design` (days x terms) the calendar, `offset` (days)
    the log of the exposure. The last `judged` days are predicted, not fitted.
    """
    import statsmodels.api

    known = len(totals) - judged
    varying = design[:, design[:known].std(axis=0) > 0]
    terms = numpy.column_stack([numpy.ones(len(totals)), varying])
    model = statsmodels.api.GLM(
        totals[:known],
        terms[:known],
        family=statsmodels.api.families.Poisson(),
        offset=offset[:known],
    )
    fitted = model.fit()
    return numpy.asarray(fitted.predict(terms, offset=offset))


def forecast(counts: Vector, calendar: Vector, design: Vector, judged: int, gap: int) -> Forecast:
    """Fit one series and forecast its last `judged` days; `gap` days before them are left out.

    `design` (days x terms) is in order of importance: trend, season, day off.
    """
    import statsmodels.api

    known = len(counts) - judged - gap
    affordable = int(counts[:known].sum() // VOICES_PER_PARAMETER) - 1
    chosen = design[:, : max(0, min(design.shape[1], affordable))]
    chosen = chosen[:, chosen[:known].std(axis=0) > 0]
    terms = numpy.column_stack([numpy.ones(len(counts)), chosen])
    family = statsmodels.api.families.Poisson()
    offset = numpy.log(calendar)
    weights = numpy.ones(known)
    for _ in range(2):
        fitted = statsmodels.api.GLM(
            counts[:known], terms[:known], family=family, offset=offset[:known], var_weights=weights
        ).fit()
        freedom = max(known - terms.shape[1], 1)
        dispersion = max(1.0, float(fitted.pearson_chi2) / freedom)
        leverage = numpy.clip(fitted.get_hat_matrix_diag(), 0.0, 0.99)
        weights = outbreak_weights(fitted.resid_anscombe_unscaled, dispersion, leverage)
    means = numpy.asarray(fitted.predict(terms[-judged:], offset=offset[-judged:]))
    # the covariance that statsmodels gives takes a dispersion of 1
    spread = terms[-judged:] @ fitted.cov_params() @ terms[-judged:].T
    log_error = math.sqrt(dispersion * float(numpy.mean(numpy.diag(spread))))
    return Forecast(means, dispersion, log_error)


def outbreak_weights(anscombe: Vector, dispersion: float, leverage: Vector) -> Vector:
    """Return the weight of each baseline day: past outbreaks count less, the sum stays.

    `anscombe` are residuals of a dispersion of 1; weights are s^-2 above 2.58, else 1, scaled so
    that they add up to the number of days.
    """
    standardised = anscombe / numpy.sqrt(dispersion * (1.0 - leverage))
    high = standardised > REWEIGHT_ABOVE
    weights = numpy.where(high, numpy.where(high, standardised, 1.0) ** -2.0, 1.0)
    return weights * len(weights) / weights.sum()


def measure_excess(counts: Vector, prediction: Forecast, window_days: int) -> Excess:
    """Compare the last `window_days` of `counts` with what was forecast for them."""
    from scipy import stats

    observed = int(counts[-window_days:].sum())
    mean = float(prediction.means[-window_days:].sum())
    variance = prediction.dispersion * mean + (mean * prediction.log_error) ** 2
    if variance > mean * (1 + 1e-9):
        size = mean**2 / (variance - mean)
        tail = stats.nbinom(size, size / (size + mean))
    else:
        tail = stats.poisson(mean)
    return Excess(
        window_days,
        observed,
        mean,
        float(tail.ppf(0.025)),
        float(tail.ppf(0.975)),
        float(tail.sf(observed - 1)),
    )


def measure_ears(counts: Vector) -> tuple[float, float, float]:
    """Return C1, C2 and C3 of the last day of `counts`, which hold at least `EARS_HISTORY` days."""
    first = _standardise(counts, len(counts) - 1, lag=0)
    seconds = [
        _standardise(counts, len(counts) - 1 - back, lag=EARS_LAG) for back in range(EARS_LAG + 1)
    ]
    return first, seconds[0], sum(max(0.0, value - 1.0) for value in seconds)


def judge_ears(counts: Vector) -> Excess:
    """Judge the last day of `counts` by the sharpest of C1, C2 and C3 (p-value times three)."""
    from scipy import stats

    first, second, third = measure_ears(counts)
    scale = math.sqrt(1 + 1 / EARS_DAYS)
    sharpest = max(first, second, third) / scale
    baseline = counts[-1 - EARS_DAYS : -1]
    mean = float(baseline.mean())
    reach = float(stats.t.ppf(0.975, EARS_DAYS - 1)) * scale * _deviation(baseline)
    return Excess(
        1,
        int(counts[-1]),
        mean,
        max(0.0, mean - reach),
        mean + reach,
        min(1.0, 3 * float(stats.t.sf(sharpest, EARS_DAYS - 1))),
    )


def _standardise(counts: Vector, day: int, lag: int) -> float:
    baseline = counts[day - lag - EARS_DAYS : day - lag]
    return float((counts[day] - baseline.mean()) / _deviation(baseline))


def _deviation(baseline: Vector) -> float:
    return max(EARS_MIN_DEVIATION, float(baseline.std(ddof=1)))
