"""Vectors of tokens from texts without labels: what stands near the same things is alike.

Positive pointwise mutual information of neighbours, of which the first singular vectors are kept
(Levy, Goldberg and Dagan 2015, "Improving distributional similarity with lessons learned from
word embeddings", TACL 3; contexts smoothed by the power .75, singular values by the root).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_matrix, csr_matrix
from sklearn.utils.extmath import randomized_svd

SMOOTHING = 0.75
SEED = 0


def learn_vectors(
    texts: Sequence[Sequence[str]], most: int, least: int, window: int, size: int
) -> tuple[list[str], NDArray[np.float32]]:
    """The `most` frequent tokens of those met `least` times, and their vectors (tokens, size).

    A neighbour counts by its nearness, 1 to 1/`window`. Vectors have a spread of 1 over all.
    """
    counts = Counter(token for text in texts for token in text)
    tokens = [token for token, count in counts.most_common(most) if count >= least]
    nearness = _count_neighbours(texts, tokens, window)
    totals = np.asarray(nearness.sum(axis=1)).ravel()
    contexts = totals**SMOOTHING
    found = nearness.tocoo()
    expected = totals[found.row] * contexts[found.col] / contexts.sum()
    information = np.log(found.data / expected)
    kept = information > 0
    positive = csr_matrix(
        (information[kept], (found.row[kept], found.col[kept])), shape=found.shape
    )
    left, values, _ = randomized_svd(positive, size, n_iter=4, random_state=SEED)
    vectors = left * np.sqrt(values)
    return tokens, (vectors / vectors.std()).astype(np.float32)


def _count_neighbours(
    texts: Sequence[Sequence[str]], tokens: Sequence[str], window: int
) -> csr_matrix:
    """How near each token stands to each, added up over all texts (tokens, tokens)."""
    places = {token: place for place, token in enumerate(tokens)}
    ends = -1  # between two texts
    flat = np.array(
        [place for text in texts for place in (*(places.get(t, ends - 1) for t in text), ends)],
        dtype=np.int64,
    )
    flat = flat[flat >= ends]  # what is not among the tokens leaves no gap
    owners = np.cumsum(flat == ends)
    shape = (len(tokens), len(tokens))
    total = csr_matrix(shape)
    for distance in range(1, window + 1):
        one, other = flat[:-distance], flat[distance:]
        is_near = (owners[:-distance] == owners[distance:]) & (one >= 0) & (other >= 0)
        weights = np.full(int(is_near.sum()), 1 / distance)
        total = total + coo_matrix((weights, (one[is_near], other[is_near])), shape=shape).tocsr()
    return (total + total.T).tocsr()
