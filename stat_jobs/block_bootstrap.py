"""Bootstrap of customers in blocks: intervals for figures that are made of sums.

Voters are dealt at random, yet the same in every run, into at most `MAX_BLOCKS` blocks; all answers
of a voter fall into one block, so answers of one person are not taken for independent. A figure is
computed from sums over the answers; its draws from the same sums over blocks drawn with
replacement. So a hundred thousand answers cost as much as five hundred.

Source: Davison and Hinkley (1997), Bootstrap Methods and their Application, 2.4 (clusters drawn
whole) and 5.3 (percentile limits). Limits: below some 40 blocks the intervals
are too narrow; a figure that rests on a handful of answers has a rough one.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

MAX_BLOCKS = 500
DRAWS = 1000
SEED = 20
LEVEL = 0.95

Floats = NDArray[np.float64]


def assign_blocks(voters: Sequence[str], seed: int = SEED) -> NDArray[np.int64]:
    """Return the block of each answer, from 0; `voters` names who gave it."""
    if not voters:
        return np.zeros(0, dtype=np.int64)
    names, owner = np.unique(np.asarray(voters, dtype=object), return_inverse=True)
    count = min(MAX_BLOCKS, len(names))
    blocks: NDArray[np.int64] = (np.random.default_rng(seed).permutation(len(names)) % count)[owner]
    return blocks


def sum_blocks(values: NDArray[np.generic], blocks: NDArray[np.int64]) -> Floats:
    """Sum `values` (answers x columns) per block; returns blocks x columns."""
    from scipy.sparse import csr_matrix

    count = int(blocks.max()) + 1 if len(blocks) else 0
    places = (np.ones(len(blocks)), (blocks, np.arange(len(blocks))))
    dealt = csr_matrix(places, shape=(count, len(blocks)))
    return np.asarray(dealt @ values, dtype=np.float64)


def draw_counts(blocks: int, draws: int = DRAWS, seed: int = SEED) -> Floats:
    """Return how often each block is drawn in each draw (draws x blocks)."""
    drawn = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), draws)
    return drawn.astype(np.float64)


def percentile_interval(estimate: Floats, draws: Floats) -> tuple[Floats, Floats]:
    """Return both ends of the 95 % percentile interval per column of `draws` (draws x columns).

    Draws that are not a number (nobody of that kind was drawn) are left out. The interval always
    holds its estimate.
    """
    tail = 100 * (1 - LEVEL) / 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without any draw stays NaN
        low, high = np.nanpercentile(draws, [tail, 100 - tail], axis=0)
    return np.fmin(low, estimate), np.fmax(high, estimate)
