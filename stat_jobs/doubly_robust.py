"""What did a treatment do to those who had it? Difference to like persons who had not.

Augmented inverse probability weighting for the effect on the treated. With D 1 for the treated,
e(x) the chance of treatment and m(x) the expected outcome without it, both given the controls x:

    effect = sum_i (D_i - (1 - D_i) e(x_i) / (1 - e(x_i))) (y_i - m(x_i)) / sum_i D_i

Doubly robust: right when either e or m is. Source: Robins, Rotnitzky and Zhao (1994, JASA 89); the
form for the treated: Mercatanti and Li (2014, Annals of Applied Statistics 8). Interval: 95 %,
normal, from the influence function, summed per person. e: logistic regression; m:
linear regression over the untreated; both on standardised controls with a slight ridge.

Untreated persons weigh up to `MAX_WEIGHT`, treated ones whom hardly anybody untreated resembles
(e above `MAX_CHANCE`) are left out: the effect is that on those who have a like.

Limits: only what is among the controls is made equal; who was treated for reasons that nobody
wrote down is not. `balance` says how unequal the controls are, before and after weighting, as
standardised mean differences: above 0.1 mistrust the figure (Austin 2009).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959964
MIN_GROUP = 30
MAX_CHANCE = 0.95
MAX_WEIGHT = MAX_CHANCE / (1 - MAX_CHANCE)
RIDGE = 1.0

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Effect:
    """Mean outcome of the treated, of their likes, and the difference with its 95 % interval.

    `imbalance` is the largest standardised mean difference of a control after weighting,
    `raw_imbalance` the one before.
    """

    treated_count: int
    untreated_count: int
    treated_mean: float
    expected_mean: float
    effect: float
    low: float
    high: float
    raw_imbalance: float
    imbalance: float


def weigh_untreated(treated: Flags, controls: Floats) -> tuple[Floats, Flags]:
    """Return a weight for each person (1 for the treated) and who has a like at all.

    With these weights the untreated resemble the treated in the controls.
    """
    from sklearn.linear_model import LogisticRegression

    scaled = standardise(controls)
    if not scaled.shape[1]:
        chance = np.full(len(treated), treated.mean())
    else:
        model = LogisticRegression(C=1 / RIDGE, solver="newton-cholesky").fit(scaled, treated)
        chance = model.predict_proba(scaled)[:, 1]
    has_like = np.asarray(~(treated & (chance > MAX_CHANCE)))
    weights = np.where(treated, 1.0, np.minimum(chance / (1 - chance), MAX_WEIGHT))
    return weights, has_like


def measure_effect(
    outcome: Floats,
    treated: Flags,
    controls: Floats,
    persons: NDArray[np.int64] | None = None,
) -> Effect | None:
    """Measure what the treatment did to the treated; None below `MIN_GROUP` in either group.

    `outcome` and `treated` hold one value per row, `controls` one line per row; `persons` numbers
    whose row each is where one person may have several (their errors go together).
    """
    if min(int(treated.sum()), int((~treated).sum())) < MIN_GROUP:
        return None
    weights, has_like = weigh_untreated(treated, controls)
    raw = imbalance_of(treated, np.ones(len(treated)), controls)
    outcome, treated, controls = outcome[has_like], treated[has_like], controls[has_like]
    weights = weights[has_like]
    persons = np.arange(len(outcome)) if persons is None else persons[has_like]
    count = int(treated.sum())
    if count < MIN_GROUP:
        return None
    rest = outcome - expected_without(outcome, treated, controls)
    parts = np.where(treated, rest, -weights * rest)
    effect = float(parts.sum() / count)
    influence = np.bincount(persons, weights=parts - treated * effect) / count
    reach = Z_95 * float(np.sqrt((influence**2).sum()))
    mean = float(outcome[treated].mean())
    return Effect(
        treated_count=count,
        untreated_count=int((~treated).sum()),
        treated_mean=mean,
        expected_mean=mean - effect,
        effect=effect,
        low=effect - reach,
        high=effect + reach,
        raw_imbalance=raw,
        imbalance=imbalance_of(treated, weights, controls),
    )


def expected_without(outcome: Floats, treated: Flags, controls: Floats) -> Floats:
    """Return what each person's outcome would be untreated, as a regression expects it."""
    from sklearn.linear_model import Ridge

    scaled = standardise(controls)
    if not scaled.shape[1]:
        return np.full(len(outcome), outcome[~treated].mean())
    model = Ridge(alpha=RIDGE).fit(scaled[~treated], outcome[~treated])
    return np.asarray(model.predict(scaled), dtype=np.float64)


def imbalance_of(treated: Flags, weights: Floats, controls: Floats) -> float:
    """Return the largest standardised mean difference of a control between the groups."""
    if not controls.shape[1]:
        return 0.0
    mean = controls[treated].mean(axis=0)
    other = np.average(controls[~treated], axis=0, weights=weights[~treated])
    spread = np.sqrt((controls[treated].var(axis=0) + controls[~treated].var(axis=0)) / 2)
    return float(np.max(np.abs(mean - other) / np.where(varies(controls), spread, np.inf)))


def standardise(controls: Floats) -> Floats:
    """Bring each control to mean 0 and spread 1; drop what does not vary."""
    kept = controls[:, varies(controls)]
    return np.asarray((kept - kept.mean(axis=0)) / kept.std(axis=0))


def varies(controls: Floats) -> Flags:
    """Which columns vary by more than rounding does?"""
    return np.asarray(controls.std(axis=0) > 1e-9 * (1 + np.abs(controls.mean(axis=0))))
