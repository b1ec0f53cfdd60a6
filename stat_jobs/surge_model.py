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
Statistical Software 70, take into account). A series silent in its whole baseline has the rate of
half a voice: what Jeffreys' prior makes of no event at all, with the negative binomial of size 1/2
as its tail. A term of the calendar needs ten voices on its days; where no model can be fitted, the
calendar is the mean rate.

*EARS C1-C3* below a year (Hutwagner, Thompson, Seeman and Treadwell 2003, Journal of Urban Health
80): against the mean and deviation of seven days, C1 straight before, C2 two days earlier, C3 the
sum of what C2 exceeds 1 by, over three days. As seven days give a poor deviation, all three are
read off Student's t with 6 degrees of freedom, not off the normal curve.

Poisson regressions are fitted here, by iteratively reweighted least squares (McCullagh and Nelder
1989, 2.5): statsmodels' own takes five times as long, and a night fits two per loud series. The
tests hold them against statsmodels.

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
SILENT_VOICES = 0.5
# of the mean day: a day of which less is expected would make an alarm of every voice
LEAST_DAY = 0.001
EARS_DAYS = 7
EARS_LAG = 2
EARS_MIN_DEVIATION = 1.0
EARS_HISTORY = 2 * EARS_LAG + EARS_DAYS + 1  # C3 looks back furthest

Vector = NDArray[numpy.float64]


MAX_ITERATIONS = 50
TOLERANCE = 1e-7
MAX_LOG = 30.0  # of an expected count, either way: what has no finite estimate ends there


@dataclass(frozen=True)
class PoissonFit:
    """A log-linear Poisson regression: coefficients, covariance at dispersion 1, fitted means."""

    coefficients: Vector
    covariance: Vector
    means: Vector


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
    the log of the exposure. The last `judged` days are predicted, not fitted. Always above zero.
    """
    known = len(totals) - judged
    varying = design[:, heard_terms(totals[:known], design[:known])]
    terms = numpy.column_stack([numpy.ones(len(totals)), varying])
    exposed = numpy.exp(offset)
    rate = max(float(totals[:known].sum()), SILENT_VOICES) / float(exposed[:known].sum())
    expected = rate * exposed
    if totals[:known].sum() >= VOICES_PER_PARAMETER:
        fitted = fit_poisson(totals[:known], terms[:known], offset[:known], numpy.ones(known))
        expected = expect(fitted, terms, offset)
    return numpy.maximum(expected, LEAST_DAY * expected[:known].mean())


def fit_poisson(counts: Vector, terms: Vector, offset: Vector, weights: Vector) -> PoissonFit:
    """Fit log E(counts) = offset + terms @ coefficients; `weights` count days more or less.

    `counts`, `offset` and `weights` have a value a day, `terms` days x terms. Terms that cannot be
    told apart share their effect (pseudo-inverse).
    """
    level = numpy.log((counts + max(float(counts.mean()), SILENT_VOICES / len(counts))) / 2)
    coefficients = numpy.zeros(terms.shape[1])
    for _ in range(MAX_ITERATIONS):
        means = numpy.exp(level)
        heavy = terms.T * (weights * means)
        covariance = numpy.linalg.pinv(heavy @ terms, hermitian=True)
        before = coefficients
        coefficients = covariance @ (heavy @ (level - offset + (counts - means) / means))
        level = numpy.clip(offset + terms @ coefficients, -MAX_LOG, MAX_LOG)
        if numpy.abs(coefficients - before).max() <= TOLERANCE * (1 + numpy.abs(before).max()):
            break
    means = numpy.exp(level)
    covariance = numpy.linalg.pinv((terms.T * (weights * means)) @ terms, hermitian=True)
    return PoissonFit(coefficients, numpy.asarray(covariance), means)


def expect(fitted: PoissonFit, terms: Vector, offset: Vector) -> Vector:
    """Return what a fit expects of days with these terms and offsets."""
    level = numpy.clip(offset + terms @ fitted.coefficients, -MAX_LOG, MAX_LOG)
    return numpy.asarray(numpy.exp(level))


def heard_terms(totals: Vector, design: Vector) -> NDArray[numpy.bool_]:
    """Which columns of `design` vary, and are 0/1 with ten voices on either side if they are so?

    Without voices on the days of a term its effect has no estimate but minus infinity.
    """
    varies = design.std(axis=0) > 0
    is_flag = ((design == 0) | (design == 1)).all(axis=0)
    with_term = totals @ (design == 1)
    rarer = numpy.minimum(with_term, totals.sum() - with_term)
    return numpy.asarray(varies & (~is_flag | (rarer >= VOICES_PER_PARAMETER)))


def forecast(counts: Vector, calendar: Vector, design: Vector, judged: int, gap: int) -> Forecast:
    """Fit one series and forecast its last `judged` days; `gap` days before them are left out.

    `design` (days x terms) is in order of importance: trend, season, day off.
    """
    known = len(counts) - judged - gap
    voices = float(counts[:known].sum())
    if not voices:
        means = SILENT_VOICES * calendar[-judged:] / float(calendar[:known].sum())
        return Forecast(means, 1.0, 1 / math.sqrt(SILENT_VOICES))
    affordable = int(voices // VOICES_PER_PARAMETER) - 1
    chosen = design[:, : max(0, min(design.shape[1], affordable))]
    chosen = chosen[:, heard_terms(counts[:known], chosen[:known])]
    terms = numpy.column_stack([numpy.ones(len(counts)), chosen])
    offset = numpy.log(calendar)
    past, past_terms = counts[:known], terms[:known]
    weights = numpy.ones(known)
    fitted = fit_poisson(past, past_terms, offset[:known], weights)
    dispersion = measure_dispersion(past, fitted, weights)
    spread = ((past_terms @ fitted.covariance) * past_terms).sum(axis=1)
    leverage = numpy.clip(fitted.means * spread, 0.0, 0.99)
    weights = outbreak_weights(anscombe_residuals(past, fitted.means), dispersion, leverage)
    fitted = fit_poisson(past, past_terms, offset[:known], weights)
    dispersion = measure_dispersion(past, fitted, weights)
    ahead = terms[-judged:]
    error = ((ahead @ fitted.covariance) * ahead).sum(axis=1)
    log_error = math.sqrt(dispersion * float(error.mean()))
    return Forecast(expect(fitted, ahead, offset[-judged:]), dispersion, log_error)


def measure_dispersion(counts: Vector, fitted: PoissonFit, weights: Vector) -> float:
    """Return Pearson's statistic over its degrees of freedom: 1 at least."""
    freedom = max(len(counts) - len(fitted.coefficients), 1)
    squares = weights * (counts - fitted.means) ** 2 / fitted.means
    return max(1.0, float(squares.sum()) / freedom)


def anscombe_residuals(counts: Vector, means: Vector) -> Vector:
    """Return Anscombe's residuals of Poisson counts: nearly normal (Anscombe 1953)."""
    thirds = counts ** (2 / 3) - means ** (2 / 3)
    return numpy.asarray(1.5 * thirds / means ** (1 / 6))


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
    ends = (0.025, 0.975)
    # a distribution with its parameters frozen in would take longer to make than to use
    if variance > mean * (1 + 1e-9):
        size = mean**2 / (variance - mean)
        chance = size / (size + mean)
        p_value = stats.nbinom.sf(observed - 1, size, chance)
        low, high = stats.nbinom.ppf(ends, size, chance)
    else:
        p_value = stats.poisson.sf(observed - 1, mean)
        low, high = stats.poisson.ppf(ends, mean)
    return Excess(window_days, observed, mean, float(low), float(high), float(p_value))


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
