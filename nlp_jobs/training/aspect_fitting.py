"""Fitting and scoring of aspect heads: support vector machines folded into `LabelHeads`.

Method: one linear SVM per label (squared hinge, balanced classes) on idf-weighted n-grams, a
logistic curve per label on scores of texts that the model has not seen (Platt 1999), and one
threshold per label that together give the best micro-F1 on those (coordinate ascent; Fan & Lin
2007, "A study on threshold selection for multi-label classification").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.svm import LinearSVC

from nlp_jobs.aspects.reader import POLARITIES, mark_best
from nlp_jobs.features import HashedFeatures
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.text_features import TextFeatures

Numbers = NDArray[np.float64]
Flags = NDArray[np.int64]

TEXT_FEATURES = TextFeatures(HashedFeatures((1, 2, 3), 18, keep_spaces=False), (1, 2), 18, "once")
UNIT_FEATURES = TextFeatures(HashedFeatures((1, 2, 3), 18, keep_spaces=False), counted="each")
RAREST = 2  # n-grams that fewer training texts hold are left out
IDF_POWER = 0.25  # full idf weighs rare n-grams too much here, by cross-validation
SEED = 20261122
THRESHOLD_STEPS = 150
POLARITY_DRAWS = 500  # of the bootstrap


def fit_weights(
    matrix: csr_matrix, labels: Flags, strength: float, tolerance: float = 0.02
) -> tuple[NDArray[np.float32], Numbers]:
    """Weights (columns, labels) with the idf folded in, and intercepts.

    A label that no row or every row has gets no weights and its constant as intercept.
    """
    counts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    columns = np.flatnonzero(counts >= RAREST)
    idf = (np.log((1 + matrix.shape[0]) / (1 + counts[columns])) + 1) ** IDF_POWER
    scaled = (matrix[:, columns] @ diags(idf)).tocsr()
    length = float(np.sqrt(scaled.multiply(scaled).sum(axis=1)).mean())  # of a row, on average
    idf, scaled = idf / length, scaled / length
    weights = np.zeros((matrix.shape[1], labels.shape[1]), dtype=np.float32)
    intercepts = np.zeros(labels.shape[1])
    for place in range(labels.shape[1]):
        wanted = labels[:, place]
        if wanted.min() == wanted.max():
            intercepts[place] = 1.0 if wanted.max() else -1.0
            continue
        model = LinearSVC(
            C=strength, class_weight="balanced", tol=tolerance, random_state=SEED
        ).fit(scaled, wanted)
        weights[columns, place] = model.coef_[0] * idf
        intercepts[place] = model.intercept_[0]
    return weights, intercepts


def score_out_of_fold(
    matrix: csr_matrix, labels: Flags, folds: NDArray[np.int64], strength: float
) -> Numbers:
    """Scores (rows, labels) of each row by a model that saw no row of its fold."""
    scores = np.zeros(labels.shape)
    for fold in np.unique(folds):
        held = folds == fold
        weights, intercepts = fit_weights(matrix[~held], labels[~held], strength)
        scores[held] = matrix[held] @ weights + intercepts
    return scores


def calibrate(scores: Numbers, labels: Flags) -> Numbers:
    """Scale and offset per label, (2, labels), that turn scores into log-odds."""
    curves = np.zeros((2, labels.shape[1]))
    for place in range(labels.shape[1]):
        column = scores[:, [place]]
        if labels[:, place].min() == labels[:, place].max():
            curves[:, place] = 1.0, 0.0
            continue
        model = LogisticRegression(C=10.0).fit(column, labels[:, place])
        curves[:, place] = max(float(model.coef_[0, 0]), 1e-3), float(model.intercept_[0])
    return curves


def choose_thresholds(chances: Numbers, labels: Flags, always_answers: bool) -> Numbers:
    """One probability per label; together they give the best micro-F1, label by label in turn."""
    thresholds = np.full(labels.shape[1], 0.5)
    given = mark_best(chances) if always_answers else np.zeros(chances.shape, dtype=bool)
    steps = np.linspace(0.05, 0.95, THRESHOLD_STEPS)
    for _ in range(3):
        for place in range(labels.shape[1]):
            chosen = (chances >= thresholds) | given
            chosen[:, place] = False
            hits, picked = (chosen & (labels > 0)).sum(), chosen.sum()
            trial = (chances[:, [place]] >= steps) | given[:, [place]]
            trial_hits = (trial & (labels[:, [place]] > 0)).sum(axis=0)
            f1 = 2 * (hits + trial_hits) / (picked + trial.sum(axis=0) + labels.sum())
            best = np.flatnonzero(f1 >= f1.max() - 1e-9)
            thresholds[place] = steps[best[len(best) // 2]]
    return thresholds


def build_heads(
    features: TextFeatures,
    labels: Sequence[str],
    weights: NDArray[np.float32],
    intercepts: Numbers,
    keep: int,
    **settings: Any,
) -> LabelHeads:
    """Prune to the `keep` heaviest weights; `settings` are further fields of `LabelHeads`."""
    columns, kept = prune(weights, max(keep, 1))
    size = len(labels)
    defaults: dict[str, Any] = {
        "kind": "multiple",
        "calibration": np.array([[1.0] * size, [0.0] * size]),
        "thresholds": np.full(size, 0.5),
    }
    return LabelHeads(
        labels=tuple(labels),
        features=features,
        columns=columns,
        weights=kept,
        intercepts=intercepts,
        **{**defaults, **settings},
    )


def fold_logistic(
    inputs: Numbers, wanted: NDArray[np.int64], strength: float, weight: str | None = None
) -> tuple[Numbers, Numbers, NDArray[np.int64]]:
    """Logistic regression on standardised inputs with the scaling folded into the weights.

    Returns weights (inputs, classes or 1), intercepts and the classes in order.
    """
    mean, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=2000, class_weight=weight)
    model.fit((inputs - mean) / spread, wanted)
    weights = model.coef_.T / spread[:, None]
    return weights, model.intercept_ - mean @ weights, model.classes_


def choose(chances: Numbers, thresholds: Numbers, always_answers: bool) -> Flags:
    """The labels that `AspectReader.read` would give, (texts, labels)."""
    chosen = chances >= thresholds
    if always_answers:
        chosen |= mark_best(chances)
    return chosen.astype(np.int64)


def measure_f1(chosen: Flags, labels: Flags) -> dict[str, Any]:
    """Micro-F1 with a 95 % interval over texts (bootstrap, 1,000 draws, fixed seed), macro-F1."""
    hits = (chosen & labels).sum(axis=1)
    sizes = chosen.sum(axis=1) + labels.sum(axis=1)

    def micro(rows: NDArray[np.int64]) -> float:
        return float(2 * hits[rows].sum() / max(1, sizes[rows].sum()))

    draws = np.random.default_rng(SEED).integers(0, len(labels), (1000, len(labels)))
    low, high = np.quantile([micro(rows) for rows in draws], [0.025, 0.975])
    per_label = 2 * (chosen & labels).sum(axis=0) / np.maximum(1, (chosen + labels).sum(axis=0))
    return {
        "n": len(labels),
        "labels": int(labels.sum()),
        "micro_f1": round(micro(np.arange(len(labels))), 4),
        "micro_f1_low": round(float(low), 4),
        "micro_f1_high": round(float(high), 4),
        "macro_f1": round(float(per_label[labels.sum(axis=0) > 0].mean()), 4),
        "precision": round(float(hits.sum() / max(1, chosen.sum())), 4),
        "recall": round(float(hits.sum() / max(1, labels.sum())), 4),
    }


def measure_nested(
    chances: Numbers, labels: Flags, folds: NDArray[np.int64], always_answers: bool
) -> dict[str, Any]:
    """Cross-validated figure: the thresholds of each fold come from the other folds."""
    chosen = np.zeros_like(labels)
    for fold in np.unique(folds):
        held = folds == fold
        thresholds = choose_thresholds(chances[~held], labels[~held], always_answers)
        chosen[held] = choose(chances[held], thresholds, always_answers)
    return measure_f1(chosen, labels)


def measure_polarity(chances: Numbers, polarities: Sequence[int]) -> dict[str, Any]:
    """Accuracy and macro-F1 over blame, neither, praise, with 95 % intervals (bootstrap)."""
    given, wanted = np.array(POLARITIES)[chances.argmax(axis=1)], np.array(polarities)

    def macro(rows: NDArray[np.int64]) -> float:
        return float(
            f1_score(
                wanted[rows], given[rows], labels=POLARITIES, average="macro", zero_division=0.0
            )
        )

    every = np.arange(len(wanted))
    draws = np.random.default_rng(SEED).integers(0, len(wanted), (POLARITY_DRAWS, len(wanted)))
    accuracies = (given == wanted)[draws].mean(axis=1)
    low, high = np.quantile(accuracies, [0.025, 0.975])
    macro_low, macro_high = np.quantile([macro(rows) for rows in draws], [0.025, 0.975])
    return {
        "n": len(wanted),
        "accuracy": round(float((given == wanted).mean()), 4),
        "accuracy_low": round(float(low), 4),
        "accuracy_high": round(float(high), 4),
        "macro_f1": round(macro(every), 4),
        "macro_f1_low": round(float(macro_low), 4),
        "macro_f1_high": round(float(macro_high), 4),
    }
