"""Fits the topic heads: a ridge regression on n-grams, and the weights by which it is heard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix, diags
from scipy.special import log_softmax
from sklearn.linear_model import Ridge

from nlp_jobs.components.topics import JOINED, write_label
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.topic_texts import TopicText

Numbers = NDArray[np.float64]
RIDGE = 0.6
TOLERANCE = 1e-4  # of the solution: smaller ones change no answer
SCORE = 20.0  # scores of the regression lie near 0: so much larger they are logits
# A cue that somebody adds to the pack must be able to move its topic, also where the sentences
# to join on would rather hear the head alone.
LEAST_CUE_WEIGHTS = {"topic cues": 1.0, "touchpoint cues": 0.5}
# chances from which a topic and a touchpoint are named
LEAST_TOPIC, LEAST_TOUCHPOINT = 0.2, 0.2


def fit(
    texts: Sequence[TopicText], weights: Numbers, labels: Sequence[str], features: TextFeatures
) -> tuple[Numbers, Numbers]:
    """Ridge regression: the weights (width, labels) and the intercepts."""
    counts = features.build([text.text for text in texts])
    present = np.asarray((counts > 0).sum(axis=0)).ravel()
    idf = np.log((1 + len(texts)) / (1 + present)) + 1
    rows = csr_matrix(counts @ diags(idf))
    size = np.sqrt(rows.multiply(rows).sum() / len(texts))
    rows = csr_matrix(rows / size)
    places = {label: place for place, label in enumerate(labels)}
    targets = np.zeros((len(texts), len(labels)), dtype=np.float32)
    for row, text in enumerate(texts):
        targets[row, places[write_label(*text[:2])]] = 1
    mean = np.average(targets, axis=0, weights=weights)
    model = Ridge(RIDGE, fit_intercept=False, solver="sparse_cg", tol=TOLERANCE)
    model.fit(rows, targets - mean, weights)
    weighed: Numbers = SCORE * (diags(idf / size) @ model.coef_.T)
    return weighed, SCORE * np.asarray(mean, dtype=float)


def fit_join(scores: Numbers, cues: Numbers, right: NDArray[np.int64], weights: Numbers) -> Numbers:
    """The weights `JOINED`, by the likelihood of the right classes (texts,)."""
    least = [LEAST_CUE_WEIGHTS.get(name) for name in JOINED]
    return fit_weights(np.concatenate([scores[None], cues]), right, weights, least)


def fit_weights(
    inputs: Numbers, right: NDArray[np.int64], counted: Numbers, least: Sequence[float | None]
) -> Numbers:
    """The weights of inputs (inputs, texts, classes) that make the right classes likeliest.

    `counted` is what each text counts for, `least` the least that each weight may be.
    """
    rows = np.arange(len(right))
    shares = counted / counted.sum()

    def loss(weights: Numbers) -> tuple[float, Numbers]:
        logarithms = log_softmax(np.tensordot(weights, inputs, axes=1), axis=1)
        slopes = np.exp(logarithms)
        slopes[rows, right] -= 1
        slopes *= shares[:, None]
        lost = -float(shares @ logarithms[rows, right])
        return lost, np.einsum("ijk,jk->i", inputs, slopes)

    start = [1.0, *(weight or 0.0 for weight in least[1:])]
    bounds = [(weight, None) for weight in least]
    found: Numbers = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return found
