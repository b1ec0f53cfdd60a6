"""Fits a head that judges units beside rules, and measures it on units it has not seen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from scipy.special import softmax

from nlp_jobs.evaluation import metrics
from nlp_jobs.label_heads import LabelHeads, choose_supported, find_said, prune
from nlp_jobs.training.judged_texts import JudgedUnits
from nlp_jobs.training.unit_fitting import FOLDS, SEED, Fitted, fit, fit_scale
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
HELD_OUT = "test"


class Recipe(NamedTuple):
    """What a head answers and is told (see `LabelHeads`), and from which chance on it speaks."""

    labels: tuple[str, ...]  # the first is none
    extras: tuple[str, ...]
    least: float
    judged_weight: float
    kept_weights: int


class Others(NamedTuple):
    """Examples that are learnt from and never asked about."""

    texts: list[str]
    evidence: Numbers  # (texts, extras)
    places: NDArray[np.int64]  # of the labels
    weights: Numbers


def fit_judged(
    language: str, recipe: Recipe, judged: JudgedUnits, others: Others | None
) -> LabelHeads:
    """The head that learns from judged units and others; its facts hold the figures."""
    features = UNIT_FEATURES[language]
    rows: csr_matrix = features.build(judged.texts)
    evidence, right = judged.evidence, judged.places
    count = len(judged.texts)
    weights = np.full(count, recipe.judged_weight)
    if others is not None:
        rows = vstack([rows, features.build(others.texts)]).tocsr()
        evidence = np.vstack([evidence, others.evidence])
        right = np.concatenate([right, others.places])
        weights = np.concatenate([weights, others.weights])
    is_learnt = np.ones(len(right), dtype=bool)
    is_learnt[:count] = judged.splits != HELD_OUT

    def fit_on(kept: NDArray[np.bool_]) -> Fitted:
        return fit(
            rows[kept], evidence[kept], right[kept].tolist(), weights[kept], len(recipe.labels)
        )

    folds = np.random.default_rng(SEED).integers(0, FOLDS, judged.groups.max() + 1)[judged.groups]
    scores = np.zeros((count, len(recipe.labels)))
    for fold in range(FOLDS):
        asked = np.flatnonzero(folds == fold)
        kept = is_learnt.copy()
        kept[asked] = False
        scores[asked] = fit_on(kept).score(rows[asked], evidence[asked])
    fitted = fit_on(is_learnt)
    # units held out are asked of a head that was fitted without any of them
    held_out = np.flatnonzero(~is_learnt[:count])
    scores[held_out] = fitted.score(rows[held_out], evidence[held_out])
    scale = round(fit_scale(scores[is_learnt[:count]], judged.places[is_learnt[:count]]), 3)
    thresholds = np.array([0.0, *(recipe.least for _ in recipe.labels[1:])])
    said = find_said(judged.evidence, recipe.extras, recipe.labels)
    answers = choose_supported(softmax(scale * scores, axis=1), said, thresholds)

    def report(chosen: NDArray[np.bool_]) -> dict[str, Any]:
        return {
            name: score_labels(recipe.labels, judged.places[chosen], found[chosen])
            for name, found in (("words alone", said.argmax(axis=1)), ("words and head", answers))
        }

    columns, kept_weights = prune(fitted.letters, recipe.kept_weights)
    return LabelHeads(
        kind="single",
        labels=recipe.labels,
        features=features,
        columns=columns,
        weights=kept_weights,
        intercepts=fitted.intercepts,
        calibration=np.array([[scale] * len(recipe.labels), [0.0] * len(recipe.labels)]),
        thresholds=thresholds,
        extras=recipe.extras,
        extra_weights=fitted.evidence.astype(np.float32),
        facts={
            "metrics": {
                "trained_on": dt.date.today().isoformat(),
                "judged": int(is_learnt[:count].sum()),
                "others": 0 if others is None else len(others.texts),
                "judged units, cross-validated": report(is_learnt[:count]),
                "judged units held out": report(~is_learnt[:count]),
            }
        },
    )


def score_labels(
    labels: Sequence[str], right: NDArray[np.int64], answers: NDArray[np.int64]
) -> dict[str, Any]:
    """Precision, recall and F1, with intervals, of each label but the first, which is none."""
    figures: dict[str, Any] = {"n": len(right)}
    for place, label in list(enumerate(labels))[1:]:
        hits = (right == place) & (answers == place)
        found = {
            "precision": metrics.share(int(hits.sum()), int((answers == place).sum())),
            "recall": metrics.share(int(hits.sum()), int((right == place).sum())),
            "f1": metrics.micro_f1(hits, (right == place) & ~hits, (answers == place) & ~hits),
        }
        figures[label] = {
            name: [round(figure.value, 3), round(figure.low, 3), round(figure.high, 3)]
            for name, figure in found.items()
            if figure is not None
        }
    return figures
