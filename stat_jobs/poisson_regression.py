"""Poisson regressions of many series of counts at once, over the same days.

    log E(counts) = offset + terms @ coefficients

Fitted by iteratively reweighted least squares (McCullagh and Nelder 1989, Generalized Linear
Models, 2.5). statsmodels fits one series at a time and takes five times as long for it; the surges
of a warehouse are hundreds of series a day. The tests hold both against each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy
from numpy.typing import NDArray

Vector = NDArray[numpy.float64]
Matrix = NDArray[numpy.float64]

MAX_ITERATIONS = 50
TOLERANCE = 1e-7
MAX_LOG = 30.0  # of an expected count, either way: what has no finite estimate ends there
# a level to start from where a series has no count at all
SILENT_VOICES = 0.5
# series that are fitted together: their days stay in the processor's cache
BATCH = 32


@dataclass(frozen=True)
class PoissonFits:
    """Log-linear Poisson regressions, one per series.

    `coefficients` (series x terms), `covariance` (series x terms x terms) at dispersion 1, fitted
    `means` (series x days).
    """

    coefficients: Matrix
    covariance: NDArray[numpy.float64]
    means: Matrix


def fit_poisson(counts: Matrix, terms: Matrix, offset: Vector, weights: Matrix) -> PoissonFits:
    """Fit every series; `weights` count its days more or less.

    `counts` and `weights` are series x days, `terms` days x terms, `offset` has a value a day.
    Terms that cannot be told apart share their effect (pseudo-inverse). A series' fit does not
    depend on the others'.
    """
    parts = [
        _fit_batch(counts[first : first + BATCH], terms, offset, weights[first : first + BATCH])
        for first in range(0, len(counts), BATCH)
    ]
    return PoissonFits(
        numpy.concatenate([part.coefficients for part in parts]),
        numpy.concatenate([part.covariance for part in parts]),
        numpy.concatenate([part.means for part in parts]),
    )


def _fit_batch(counts: Matrix, terms: Matrix, offset: Vector, weights: Matrix) -> PoissonFits:
    start = numpy.maximum(counts.mean(axis=1), SILENT_VOICES / counts.shape[1])
    levels = numpy.log((counts + start[:, None]) / 2)
    coefficients = numpy.zeros((len(counts), terms.shape[1]))
    products = (terms[:, :, None] * terms[:, None, :]).reshape(len(terms), -1)
    open_rows = numpy.arange(len(counts))
    for _ in range(MAX_ITERATIONS):
        level, heard, weight = levels[open_rows], counts[open_rows], weights[open_rows]
        means = numpy.exp(level)
        heavy = weight * means
        right = (heavy * (level - offset) + weight * (heard - means)) @ terms
        before = coefficients[open_rows]
        after = numpy.einsum("sij,sj->si", _invert(heavy, products), right)
        coefficients[open_rows] = after
        levels[open_rows] = numpy.clip(offset + after @ terms.T, -MAX_LOG, MAX_LOG)
        step = numpy.abs(after - before).max(axis=1)
        open_rows = open_rows[step > TOLERANCE * (1 + numpy.abs(before).max(axis=1))]
        if not len(open_rows):
            break
    means = numpy.exp(levels)
    return PoissonFits(coefficients, _invert(weights * means, products), means)


def _invert(heavy: Matrix, products: Matrix) -> NDArray[numpy.float64]:
    """Return the inverse information of each series from its days' weights."""
    terms = round(products.shape[1] ** 0.5)
    information = (heavy @ products).reshape(-1, terms, terms)
    return numpy.asarray(numpy.linalg.pinv(information, hermitian=True))


def expect(coefficients: Matrix, terms: Matrix, offset: Vector) -> Matrix:
    """Return what regressions expect (series x days) of days with these terms and offsets."""
    levels = numpy.clip(offset + coefficients @ terms.T, -MAX_LOG, MAX_LOG)
    return numpy.asarray(numpy.exp(levels))


def measure_dispersion(counts: Matrix, fits: PoissonFits, weights: Matrix) -> Vector:
    """Return Pearson's statistic of each series over its degrees of freedom: 1 at least."""
    freedom = max(counts.shape[1] - fits.coefficients.shape[1], 1)
    squares = weights * (counts - fits.means) ** 2 / fits.means
    return numpy.maximum(1.0, squares.sum(axis=1) / freedom)


def anscombe_residuals(counts: Matrix, means: Matrix) -> Matrix:
    """Return Anscombe's residuals of Poisson counts: nearly normal (Anscombe 1953)."""
    thirds = numpy.cbrt(counts) ** 2 - numpy.cbrt(means) ** 2
    return numpy.asarray(1.5 * thirds / numpy.sqrt(numpy.cbrt(means)))
