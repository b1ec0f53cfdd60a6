"""How many voices does a series bring on a day, from at least a year of its history?

A quasi-Poisson regression after Farrington's algorithm in its flexible form (Noufaily, Enki,
Farrington, Garthwaite, Andrews and Charlett 2013, Statistics in Medicine 32):

    log E(y_t) = log(c_t) + b_0 + b_1 trend + b_2 sin + b_3 cos + b_4 day off,  Var = phi E

c_t is the calendar of all feedback together (`fit_calendar`): weekday, season, holiday, make-up
workday, trend, with the orders of the days before as offset. Of the other terms a series keeps as
many as it has ten voices for. Days of past outbreaks weigh less: a day whose standardised Anscombe
residual s is above 2.58 gets a weight in proportion to s^-2, and the model is fitted again.
A series silent in its whole baseline has the rate of half a voice: what Jeffreys' prior makes of no
event at all, with the negative binomial of size 1/2 as its tail. A term of the calendar needs ten
voices on its days; where no model can be fitted, the calendar is the mean rate.

Below a year of history `ears` takes over; `surge_excess` tells how unlikely more voices are.

Limit: the tail takes days as independent given the calendar; runs of busy days show as extra
dispersion only in part.
"""

from __future__ import annotations

import math

import numpy
from numpy.typing import NDArray

from stat_jobs.poisson_regression import (
    SILENT_VOICES,
    Matrix,
    Vector,
    anscombe_residuals,
    expect,
    fit_poisson,
    measure_dispersion,
)
from stat_jobs.surge_excess import Forecasts

REWEIGHT_ABOVE = 2.58
VOICES_PER_PARAMETER = 10
# of the mean day: a day of which less is expected would make an alarm of every voice
LEAST_DAY = 0.001


def fit_calendar(totals: Vector, design: Matrix, offset: Vector, judged: int) -> Vector:
    """Return the expected voices of all series together, for each day.

    `totals` (days) are the voices of a day, `design` (days x terms) the calendar, `offset` (days)
    the log of the exposure. The last `judged` days are predicted, not fitted. Always above zero.
    """
    known = len(totals) - judged
    varying = design[:, heard_terms(totals[None, :known], design[:known])[0]]
    terms = numpy.column_stack([numpy.ones(len(totals)), varying])
    exposed = numpy.exp(offset)
    rate = max(float(totals[:known].sum()), SILENT_VOICES) / float(exposed[:known].sum())
    expected = rate * exposed
    if totals[:known].sum() >= VOICES_PER_PARAMETER:
        even = numpy.ones((1, known))
        fits = fit_poisson(totals[None, :known], terms[:known], offset[:known], even)
        expected = expect(fits.coefficients, terms, offset)[0]
    return numpy.maximum(expected, LEAST_DAY * expected[:known].mean())


def heard_terms(totals: Matrix, design: Matrix) -> NDArray[numpy.bool_]:
    """Which columns of `design` vary, and are 0/1 with ten voices on either side if they are so?

    `totals` is series x days, `design` days x terms; one answer per series and term. Without voices
    on the days of a term its effect has no estimate but minus infinity.
    """
    varies = design.std(axis=0) > 0
    is_flag = ((design == 0) | (design == 1)).all(axis=0)
    with_term = totals @ (design == 1).astype(float)
    rarer = numpy.minimum(with_term, totals.sum(axis=1)[:, None] - with_term)
    return numpy.asarray(varies & (~is_flag | (rarer >= VOICES_PER_PARAMETER)))


def forecast(counts: Matrix, calendar: Vector, design: Matrix, judged: int, gap: int) -> Forecasts:
    """Fit each series and forecast its last `judged` days; `gap` days before them are left out.

    `counts` is series x days; `design` (days x terms) is in order of importance: trend, season, day
    off.
    """
    known = counts.shape[1] - judged - gap
    voices = counts[:, :known].sum(axis=1)
    # what a silent series is forecast; the others' rows are filled in below
    rate = SILENT_VOICES / float(calendar[:known].sum())
    means = numpy.tile(rate * calendar[-judged:], (len(counts), 1))
    dispersion = numpy.ones(len(counts))
    log_error = numpy.full(len(counts), 1 / math.sqrt(SILENT_VOICES))
    affordable = voices // VOICES_PER_PARAMETER - 1
    is_kept = numpy.arange(design.shape[1]) < affordable[:, None]
    is_kept &= heard_terms(counts[:, :known], design[:known])
    models, model_of = numpy.unique(is_kept, axis=0, return_inverse=True)
    for number, kept in enumerate(models):
        rows = numpy.flatnonzero((model_of.ravel() == number) & (voices > 0))
        if not len(rows):
            continue
        terms = numpy.column_stack([numpy.ones(len(calendar)), design[:, kept]])
        fitted = _forecast_alike(counts[rows], terms, numpy.log(calendar), judged, known)
        means[rows] = fitted.means
        dispersion[rows] = fitted.dispersion
        log_error[rows] = fitted.log_error
    return Forecasts(means, dispersion, log_error)


def _forecast_alike(
    counts: Matrix, terms: Matrix, offset: Vector, judged: int, known: int
) -> Forecasts:
    """Forecast series that have the same terms, from their first `known` days."""
    past, past_terms, past_offset = counts[:, :known], terms[:known], offset[:known]
    weights = numpy.ones(past.shape)
    fits = fit_poisson(past, past_terms, past_offset, weights)
    dispersion = measure_dispersion(past, fits, weights)
    spread = _spread(fits.covariance, past_terms)
    leverage = numpy.clip(fits.means * spread, 0.0, 0.99)
    residuals = anscombe_residuals(past, fits.means)
    weights = outbreak_weights(residuals, dispersion[:, None], leverage)
    fits = fit_poisson(past, past_terms, past_offset, weights)
    dispersion = measure_dispersion(past, fits, weights)
    ahead = terms[-judged:]
    error = _spread(fits.covariance, ahead).mean(axis=1)
    means = expect(fits.coefficients, ahead, offset[-judged:])
    return Forecasts(means, dispersion, numpy.sqrt(dispersion * error))


def _spread(covariance: NDArray[numpy.float64], terms: Matrix) -> Matrix:
    """Return the variance of each series' linear predictor on days with these terms."""
    products = (terms[:, :, None] * terms[:, None, :]).reshape(len(terms), -1)
    return numpy.asarray(covariance.reshape(len(covariance), -1) @ products.T)


def outbreak_weights(anscombe: Matrix, dispersion: Matrix, leverage: Matrix) -> Matrix:
    """Return the weight of each baseline day: past outbreaks count less, the sum stays.

    `anscombe` (series x days) are residuals of a dispersion of 1; weights are s^-2 above 2.58, else
    1, scaled so that each series' add up to the number of days.
    """
    standardised = anscombe / numpy.sqrt(dispersion * (1.0 - leverage))
    high = standardised > REWEIGHT_ABOVE
    weights = numpy.where(high, numpy.where(high, standardised, 1.0) ** -2.0, 1.0)
    return numpy.asarray(weights * weights.shape[1] / weights.sum(axis=1, keepdims=True))
