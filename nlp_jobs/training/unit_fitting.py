"""Fitting heads of single units: letters beside what the pipes before read of the unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import LogisticRegression

from nlp_jobs.evaluation import metrics

Numbers = NDArray[np.float64]
INVERSE_PENALTY = 1.0
EVIDENCE_SCALE = 0.5  # of a standard deviation of evidence beside a common n-gram
FOLDS = 5
GROUP = 8  # written sentences side by side are alike, and stay in one fold
SEED = 1
NEVER = -30.0  # score of a label without any example


class Fitted(NamedTuple):
    """Weights of n-grams (width, labels) and of evidence (inputs, labels), and intercepts."""

    letters: Numbers
    evidence: Numbers
    intercepts: Numbers

    def score(self, rows: csr_matrix, evidence: Numbers) -> Numbers:
        """Scores (texts, labels) of rows of n-grams (texts, width) and of their evidence."""
        scores: Numbers = rows @ self.letters + evidence @ self.evidence + self.intercepts
        return scores


def fit(
    rows: csr_matrix, evidence: Numbers, labels: Sequence[int], weights: Numbers, count: int
) -> Fitted:
    """Logistic regression over `count` labels on rows of n-grams and on evidence.

    N-grams are weighed by their rarity, evidence by its spread; both are folded into the weights.
    """
    present = np.asarray((rows > 0).sum(axis=0)).ravel()
    idf = np.log((1 + rows.shape[0]) / (1 + present)) + 1
    mean = evidence.mean(axis=0)
    scale = EVIDENCE_SCALE / np.maximum(evidence.std(axis=0), 1e-6)
    matrix = csr_matrix(hstack([rows @ diags(idf), csr_matrix((evidence - mean) * scale)]))
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=200).fit(matrix, labels, weights)
    coefficients = np.zeros((count, matrix.shape[1]))
    coefficients[model.classes_] = model.coef_
    intercepts = np.full(count, NEVER)
    intercepts[model.classes_] = model.intercept_
    width = rows.shape[1]
    of_evidence = coefficients[:, width:] * scale
    return Fitted((coefficients[:, :width] * idf).T, of_evidence.T, intercepts - of_evidence @ mean)


def fit_scale(scores: Numbers, right: NDArray[np.int64]) -> float:
    """The factor of scores (texts, labels) by which their chances come true."""
    places = np.arange(len(right))

    def loss(scale: float) -> float:
        logits = scores * scale
        logits -= logits.max(axis=1, keepdims=True)
        return float(-np.mean(logits[places, right] - np.log(np.exp(logits).sum(axis=1))))

    return float(minimize_scalar(loss, bounds=(0.2, 3.0), method="bounded").x)


def assign_folds(count: int) -> NDArray[np.int64]:
    """The fold (texts,) of each written example: neighbours share a fold."""
    groups = np.arange(count) // GROUP
    return np.random.default_rng(SEED).integers(0, FOLDS, count // GROUP + 1)[groups]


def score_answers(
    pairs: Iterable[tuple[object, object]], nothing: object = None
) -> dict[str, list[float]]:
    """Accuracy, `nothing` being an answer, and micro-F1 of what is named, with their intervals."""
    both = list(pairs)
    found = {
        "accuracy": metrics.share(sum(right == given for right, given in both), len(both)),
        "micro_f1": metrics.named_f1(both, nothing),
    }
    return {
        name: [round(figure.value, 3), round(figure.low, 3), round(figure.high, 3)]
        for name, figure in found.items()
        if figure is not None
    }
