"""What a source writes about, learnt from its texts without labels.

A short text seldom says whether it is about a meal or a phone, but the texts beside it do: who
sends reviews of meals sends little else. What the sentiment head says of the domain of each text
is joined to the shares of domains in the whole source by expectation maximisation (Saerens,
Latinne and Decaestecker 2002, "Adjusting the outputs of a classifier to new a priori
probabilities", Neural Computation 14); the shares then help to read each text.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shares = dict[str, float]  # of domains; they add up to 1
SAMPLE = 2000  # texts of a source that are enough to know its shares
LEAST_TEXTS = 50  # fewer texts say nothing of their source
USUAL_TEXTS = 20  # of a usual mix, beside those of the source: few texts move little
ROUNDS = 100


def estimate_shares(membership: Floats, usual: Floats) -> Floats:
    """The shares of the domains (d,) in texts whose membership (n, d) a head has read.

    `usual` (d,): the shares that the head learned from, which its membership takes for granted.
    Without any text the shares are the usual ones.
    """
    shares = usual.copy()
    for _ in range(ROUNDS):
        weighed = membership * (shares / usual)
        weighed /= weighed.sum(axis=1, keepdims=True)
        shares = (weighed.sum(axis=0) + USUAL_TEXTS * usual) / (len(membership) + USUAL_TEXTS)
    return shares


def shift_of(shares: Floats, usual: Floats) -> Floats:
    """What the shares of a source add to the log-odds of each domain of its texts."""
    shift: Floats = np.log(shares / usual)
    return shift
