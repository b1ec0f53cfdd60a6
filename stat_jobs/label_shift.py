"""Did the mix of a label's values move in one week, against the weeks before it?

Counts per value of one week against those of the reference weeks. Size of the move: population
stability index, the symmetric form of Kullback-Leibler divergence (Lewis 1994; Yurdakul 2018),
with half a count added to each value:

    PSI = sum (now - before) ln(now / before)        below 0.1 little, from 0.25 on large

Proof that it is no chance: likelihood-ratio statistic G of the table value x {week, reference}.
Units come in clumps (several of one text, texts of one incident), so G of independent counts
would cry wolf. Weeks are the blocks: how much more the reference weeks differ from each other
than independent counts would,

    phi = max(1, Pearson X^2 of the table value x reference week / ((weeks - 1)(values - 1)))

divides G (quasi-likelihood, McCullagh and Nelder 1989, section 4.5):

    G / (values - 1) / phi  ~  F(values - 1, (weeks - 1)(values - 1))

Values of which the week would hold fewer than `MIN_EXPECTED` are pooled first, so a new value that
was never seen before shows in the pool `other`. Limits: a season or a trend longer than the
reference moves labels too: a moved label says that something changed, the customers or the
reading of them, not which. Checked in the tests: alarms on weeks without drift, with clumps;
planted drift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_EXPECTED = 3.0
MIN_WEEK = 30.0  # counts in the week; below it only a landslide could be told from chance
MIN_REFERENCE_WEEKS = 8
OTHER = "other"

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Shift:
    """How the mix moved: its size and proof, and the value that moved most with its shares."""

    psi: float
    psi_by_chance: float  # what PSI is on average when nothing moves
    dispersion: float
    statistic: float
    p_value: float
    value_count: int
    moved_value: str
    share_before: float
    share_now: float


def measure_shift(values: Sequence[str], now: Counts, before: Counts) -> Shift | None:
    """Compare counts per value (`now`) with those per reference week and value (`before`).

    Null when there is nothing to compare: too few counts in the week, too few reference weeks
    with any, or only one value.
    """
    before = before[before.sum(axis=1) > 0]
    if now.sum() < MIN_WEEK or len(before) < MIN_REFERENCE_WEEKS:
        return None
    values, now, before = _pool_rare(values, now, before)
    if len(values) < 2:
        return None
    reference = before.sum(axis=0)
    freedom = len(values) - 1
    weeks_freedom = freedom * (len(before) - 1)
    dispersion = max(1.0, _pearson(before) / weeks_freedom)
    statistic = max(0.0, _likelihood_ratio(np.vstack([now, reference]))) / freedom / dispersion
    shares_now = _smooth(now)
    shares_before = _smooth(reference)
    expected = reference / reference.sum() * now.sum()
    place = int(np.argmax(np.abs(now - expected) / np.sqrt(np.maximum(expected, 0.5))))
    from scipy.stats import f

    return Shift(
        psi=float(((shares_now - shares_before) * np.log(shares_now / shares_before)).sum()),
        psi_by_chance=float(dispersion * freedom * (1 / now.sum() + 1 / reference.sum())),
        dispersion=dispersion,
        statistic=statistic,
        p_value=float(f.sf(statistic, freedom, weeks_freedom)),
        value_count=len(values),
        moved_value=values[place],
        share_before=float(reference[place] / reference.sum()),
        share_now=float(now[place] / now.sum()),
    )


def _pool_rare(
    values: Sequence[str], now: Counts, before: Counts
) -> tuple[list[str], Counts, Counts]:
    """Put the values that the week would hardly hold into one, `other`."""
    both = now + before.sum(axis=0)
    is_rare = both / both.sum() * now.sum() < MIN_EXPECTED
    if is_rare.sum() < 2:
        keep = both > 0
        kept = [value for value, is_kept in zip(values, keep, strict=True) if is_kept]
        return kept, now[keep], before[:, keep]
    kept = [value for value, rare in zip(values, is_rare, strict=True) if not rare]
    pooled_now = np.append(now[~is_rare], now[is_rare].sum())
    pooled_before = np.column_stack([before[:, ~is_rare], before[:, is_rare].sum(axis=1)])
    if pooled_now[-1] + pooled_before[:, -1].sum() == 0:
        return kept, pooled_now[:-1], pooled_before[:, :-1]
    return [*kept, OTHER], pooled_now, pooled_before


def _expected(table: Counts) -> Counts:
    expected: Counts = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    return expected


def _pearson(table: Counts) -> float:
    expected = _expected(table)
    return float(((table - expected) ** 2 / np.maximum(expected, 1e-12)).sum())


def _likelihood_ratio(table: Counts) -> float:
    seen = table > 0
    return float(2 * (table[seen] * np.log(table[seen] / _expected(table)[seen])).sum())


def _smooth(counts: Counts) -> Counts:
    smoothed: Counts = (counts + 0.5) / (counts.sum() + 0.5 * len(counts))
    return smoothed
