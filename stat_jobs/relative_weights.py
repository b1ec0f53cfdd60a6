"""How much of the variance of an outcome does each of several correlated predictors carry?

Relative weights (Johnson 2000, Multivariate Behavioral Research 35; called LMG-like in driver
analysis). With R the correlation matrix of the predictors, R = V D V', and r their correlations
with the outcome:

    L = V sqrt(D) V',   b = L^-1 r,   weight_j = sum_k L_jk^2 b_k^2,   sum_j weight_j = R-squared

Predictors and outcome are first freed from controls (channel, region, season): all of it is read
off one matrix of cross products, so that a bootstrap draw costs no second look at the answers
(Frisch and Waugh 1933: the Schur complement of the controls' block).

A weight is never negative and says nothing about direction or proof. Direction, size and proof
come from the coefficient of the same regression (`effect`): points of the outcome per step of the
predictor, the other predictors held equal. Limits: linear; weights of two predictors that always
occur together cannot be told apart and are halved between them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Weights:
    """`weights` per predictor, their sum `r_squared` (0..1), and `effects` in outcome points."""

    weights: Floats
    effects: Floats
    r_squared: float


def weigh(predictors: Floats, outcome: Floats, controls: Floats | None = None) -> Weights:
    """Weigh the columns of `predictors` (answers x predictors) for `outcome` (answers)."""
    empty = np.empty((len(outcome), 0))
    table = design(predictors, outcome, empty if controls is None else controls)
    return weigh_products(table.T @ table, predictors.shape[1])


def design(predictors: Floats, outcome: Floats, controls: Floats) -> Floats:
    """Put the columns in the order that `weigh_products` expects."""
    ones = np.ones((len(outcome), 1))
    return np.hstack([predictors, outcome[:, None], ones, controls]).astype(np.float64)


def weigh_products(products: Floats, predictors: int) -> Weights:
    """Weigh from the cross products of `design`; `predictors` says how many columns are some.

    A predictor that does not vary (in a draw, say) weighs nothing.
    """
    freed = _free_of_controls(products, predictors + 1)
    spread = np.sqrt(np.clip(np.diag(freed), 0, None))
    varies = spread > 1e-9 * np.sqrt(np.clip(np.diag(products)[: predictors + 1], 1e-300, None))
    weights, effects = np.zeros(predictors), np.zeros(predictors)
    kept = np.flatnonzero(varies[:-1])
    if not varies[-1] or not len(kept):
        return Weights(weights, effects, 0.0)
    scale = np.where(spread > 0, spread, 1.0)
    correlations = freed / np.outer(scale, scale)
    among, with_outcome = correlations[np.ix_(kept, kept)], correlations[kept, -1]
    values, vectors = np.linalg.eigh(among)
    values = np.clip(values, 1e-10, None)
    loadings = (vectors * np.sqrt(values)) @ vectors.T
    slopes = (vectors / np.sqrt(values)) @ vectors.T @ with_outcome
    weights[kept] = loadings**2 @ slopes**2
    standardised = (vectors / values) @ vectors.T @ with_outcome
    effects[kept] = standardised * spread[-1] / spread[kept]
    return Weights(weights, effects, float(weights.sum()))


def _free_of_controls(products: Floats, kept: int) -> Floats:
    """Cross products of the first `kept` columns, freed from all that follow."""
    across = products[:kept, kept:]
    inverse = np.linalg.pinv(products[kept:, kept:], hermitian=True)
    return np.asarray(products[:kept, :kept] - across @ inverse @ across.T)
