"""How much more does one pile of texts use a word than another? Log-odds with a Dirichlet prior.

    delta = log((y_i + a) / (n_i + A - y_i - a)) - log((y_j + a) / (n_j + A - y_j - a))
    var   = 1 / (y_i + a) + 1 / (y_j + a),   z = delta / sqrt(var)

y: how often the piles i and j use the word, n: all words of a pile, A: weight of the prior in
words, a = A x share of the word in the background. Source: Monroe, Colaresi and Quinn 2008,
"Fightin' Words", Political Analysis 16(4), equations 15, 16, 19, 20 and 22. The prior draws rare
words to no difference, so that the list is led neither by the commonest nor by the rarest words.

Limits: the words of a pile count as independent draws. A text that speaks of one thing in many
words, or many people moved by one event, vary more than that. A share of exactly 1 has no odds:
a pile must use more than one word, or the prior must know more than one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

PRIOR_WORDS = 500.0  # as in the paper: about what one speaker says in a day
Z_95 = 1.959964

Vector = NDArray[np.float64]


@dataclass(frozen=True)
class LogOdds:
    """Per word: the difference of log-odds (above 0: pile i uses it more) and its error."""

    delta: Vector
    error: Vector

    @property
    def z(self) -> Vector:
        """Return the difference in units of its standard error."""
        return np.asarray(self.delta / self.error)

    @property
    def low(self) -> Vector:
        """Return the lower end of the 95 % interval of the difference."""
        return np.asarray(self.delta - Z_95 * self.error)

    @property
    def high(self) -> Vector:
        """Return the upper end of the 95 % interval of the difference."""
        return np.asarray(self.delta + Z_95 * self.error)

    @property
    def p_value(self) -> Vector:
        """Return the two-sided chance of such a difference without a cause."""
        from scipy.special import ndtr

        return np.asarray(2 * ndtr(-np.abs(self.z)))


def compare_words(
    counts: ArrayLike,
    totals: ArrayLike,
    other_counts: ArrayLike,
    other_totals: ArrayLike,
    background_shares: ArrayLike,
    prior_words: ArrayLike = PRIOR_WORDS,
) -> LogOdds:
    """Compare two piles word by word.

    One entry per word in each argument, or one number for all words: `counts` and `other_counts`
    how often the piles use it, `totals` and `other_totals` how many words the piles have,
    `background_shares` its share (0 to 1, above 0) of all words of the background,
    `prior_words` the weight of the prior.
    """
    weight = np.asarray(prior_words, dtype=float)
    prior = weight * np.asarray(background_shares, dtype=float)
    here = np.asarray(counts, dtype=float) + prior
    there = np.asarray(other_counts, dtype=float) + prior
    delta = np.log(here / (np.asarray(totals, dtype=float) + weight - here)) - np.log(
        there / (np.asarray(other_totals, dtype=float) + weight - there)
    )
    return LogOdds(delta=delta, error=np.sqrt(1 / here + 1 / there))
