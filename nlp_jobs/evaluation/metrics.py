"""Figures and their 95 % intervals: shares, F1 values, calibration.

Shares have Wilson score intervals. F1 values have percentile bootstrap intervals with a fixed
seed. The bootstrap draws how often each kind of outcome occurs (a cell of the confusion matrix,
a pattern of hits and misses of a text) instead of drawing cases one by one: the same
distribution, at a cost that does not grow with the number of cases.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from statsmodels.stats.proportion import proportion_confint

SEED = 20261122
DRAWS = 1000
BINS = 10


class Estimate(NamedTuple):
    """A figure with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


class ReliabilityBin(NamedTuple):
    """Predictions of similar confidence: how many, how sure they were, how often right."""

    low: float
    high: float
    n: int
    mean_confidence: float
    accuracy: float


def share(hits: int, total: int) -> Estimate | None:
    """`hits` of `total` with the Wilson interval; null without a single case."""
    if total == 0:
        return None
    low, high = proportion_confint(hits, total, alpha=0.05, method="wilson")
    return Estimate(hits / total, float(low), float(high))


def confusion_matrix(
    gold: Sequence[str], predicted: Sequence[str], labels: Sequence[str]
) -> NDArray[np.int64]:
    """Counts by gold label (row) and predicted label (column), both in the order of `labels`."""
    places = {label: place for place, label in enumerate(labels)}
    matrix = np.zeros((len(labels), len(labels)), dtype=np.int64)
    np.add.at(matrix, ([places[x] for x in gold], [places[x] for x in predicted]), 1)
    return matrix


def macro_f1(matrix: NDArray[np.int64], scored: Sequence[int] | None = None) -> Estimate | None:
    """Mean F1 over the labels that occur in the gold column, among those at places `scored`.

    A label that is only ever predicted lowers the F1 of the others but is no label of its own,
    as when scikit-learn's `f1_score` is told the labels of the gold column.
    """
    wanted = list(range(len(matrix)) if scored is None else scored)
    if not matrix[wanted].any():
        return None
    drawn = draw_counts(matrix.ravel()).reshape(-1, *matrix.shape)
    values = [_matrix_f1(matrices, wanted) for matrices in (matrix[None], drawn)]
    return _with_interval(values[0][0], values[1])


def micro_f1(hits: ArrayLike, misses: ArrayLike, extras: ArrayLike) -> Estimate | None:
    """F1 over all decisions; each argument holds one count per case, cases are drawn whole."""
    outcomes = np.column_stack([np.asarray(hits), np.asarray(misses), np.asarray(extras)])
    if outcomes.sum() == 0:
        return None
    patterns, counts = np.unique(outcomes, axis=0, return_counts=True)
    totals = draw_counts(counts) @ patterns
    return _with_interval(_f1_of(outcomes.sum(axis=0)[None])[0], _f1_of(totals))


def named_f1(pairs: Iterable[tuple[object, object]], nothing: object = None) -> Estimate | None:
    """Micro-F1 of what is named, of pairs of right and given answer.

    `nothing` is the answer that names nothing; a wrong name counts against both sides.
    """
    both = list(pairs)
    return micro_f1(
        [right == given != nothing for right, given in both],
        [right not in (nothing, given) for right, given in both],
        [given not in (nothing, right) for right, given in both],
    )


def mean_label_f1(gold: NDArray[np.bool_], predicted: NDArray[np.bool_]) -> Estimate | None:
    """Macro-F1 of multi-label decisions, over the labels (columns) that occur in `gold`.

    Both arrays have one row per text and one column per label.
    """
    if not gold.any():
        return None
    patterns, counts = np.unique((gold * 2 + predicted).astype(np.int8), axis=0, return_counts=True)
    outcomes = np.stack([patterns == 3, patterns == 2, patterns == 1]).astype(np.int64)
    value = _label_f1(*(counts[None] @ outcomes))[0]
    return _with_interval(value, _label_f1(*(draw_counts(counts) @ outcomes)))


def calibration(
    confidences: Sequence[float], right: Sequence[bool]
) -> tuple[float, list[ReliabilityBin]] | None:
    """Expected calibration error over ten equal bins of confidence, and the bins that are used.

    The error is the mean gap between confidence and share of right answers, weighted by the
    number of cases in the bin.
    """
    if len(confidences) == 0:
        return None
    sure, correct = np.asarray(confidences, dtype=float), np.asarray(right, dtype=float)
    places = np.clip((sure * BINS).astype(int), 0, BINS - 1)
    bins = []
    for place in np.unique(places):
        inside = places == place
        bins.append(
            ReliabilityBin(
                float(place / BINS),
                float((place + 1) / BINS),
                int(inside.sum()),
                float(sure[inside].mean()),
                float(correct[inside].mean()),
            )
        )
    gaps = sum(abs(found.mean_confidence - found.accuracy) * found.n for found in bins)
    return float(gaps / len(sure)), bins


def draw_counts(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Bootstrap: `DRAWS` rows of counts, each a sample as large as the original."""
    total = int(counts.sum())
    generator = np.random.default_rng(SEED)
    return generator.multinomial(total, counts / total, size=DRAWS)


def _matrix_f1(matrices: NDArray[np.int64], wanted: list[int]) -> NDArray[np.float64]:
    """Macro-F1 of many confusion matrices at once (draw, gold, predicted)."""
    hits = np.diagonal(matrices, axis1=1, axis2=2)
    misses, extras = matrices.sum(axis=2) - hits, matrices.sum(axis=1) - hits
    return _label_f1(hits[:, wanted], misses[:, wanted], extras[:, wanted])


def _label_f1(
    hits: NDArray[np.int64], misses: NDArray[np.int64], extras: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Mean F1 of each row (draw) over the columns (labels) that have a gold case in that row."""
    f1 = 2 * hits / np.maximum(2 * hits + misses + extras, 1)
    present = hits + misses > 0
    return np.where(present, f1, 0).sum(axis=1) / np.maximum(present.sum(axis=1), 1)


def _f1_of(totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """F1 of rows of (hits, misses, extras)."""
    hits, misses, extras = totals.T
    return 2 * hits / np.maximum(2 * hits + misses + extras, 1)


def _with_interval(value: float, drawn: NDArray[np.float64]) -> Estimate:
    low, high = np.percentile(drawn, [2.5, 97.5])
    return Estimate(float(value), float(low), float(high))
