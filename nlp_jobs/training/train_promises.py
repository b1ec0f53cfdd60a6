"""Train the heads of `voc_promises`: which units quote a promise, and which say that it was broken.

    python -m nlp_jobs.training.train_promises --language zh --data DIR [--out DIR]

A logistic regression on n-grams of the unit and on what the words in it say (`promises.EVIDENCE`)
learns from units of public texts that were judged in their texts, from sentences written for it
and, as examples of neither, from sentences written about other topics (`promise_texts`). Figures
are of models that have not seen the texts they are asked about. Judged units are richer in promises
than texts at large, for most were chosen where a former head had seen one. No chance in it but the
fixed folds.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, vstack
from scipy.special import softmax

from nlp_jobs.components.promises import EVIDENCE, LABELS, NONE, choose_roles
from nlp_jobs.evaluation import metrics
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.training.promise_texts import (
    read_evidence,
    read_judged,
    read_marked,
    read_others,
)
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.training.unit_fitting import FOLDS, SEED, Fitted, fit, fit_scale
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
HELD_OUT = "test"
# what a judged unit, a sentence written for the head, and one about other things count
JUDGED_WEIGHT, WRITTEN_WEIGHT, OTHER_WEIGHT = 1.5, 1.0, 0.2
KEPT_WEIGHTS = 60_000
LEAST = 0.4  # the chance from which the head calls a unit a promise or a breach


def score(right: NDArray[np.int64], answers: NDArray[np.int64]) -> dict[str, Any]:
    """Precision, recall and F1 of promises and breaches."""
    figures: dict[str, Any] = {"n": len(right)}
    for place, label in enumerate(LABELS):
        if label == NONE:
            continue
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


def train(language: str, data: Path) -> LabelHeads:
    """Return the head of a language; its facts hold the figures.

    Raises `FileNotFoundError` when the folder holds none of the public sets.
    """
    judged = read_judged(language, data)
    marked, labels = read_marked(language)
    others = read_others(language)
    written = [*marked, *others]
    features = UNIT_FEATURES[language]
    rows = vstack([features.build(judged.texts), features.build(written)]).tocsr()
    evidence = np.vstack([judged.evidence, read_evidence(written, language)])
    right = np.concatenate([judged.roles, labels, np.zeros(len(others), dtype=np.int64)])
    count = len(judged.texts)
    weights = np.repeat(
        [JUDGED_WEIGHT, WRITTEN_WEIGHT, OTHER_WEIGHT], [count, len(marked), len(others)]
    )
    is_learnt = np.ones(len(right), dtype=bool)
    is_learnt[:count] = judged.splits != HELD_OUT

    def fit_on(kept: NDArray[np.bool_]) -> Fitted:
        return fit(rows[kept], evidence[kept], right[kept].tolist(), weights[kept], len(LABELS))

    folds = np.random.default_rng(SEED).integers(0, FOLDS, judged.groups.max() + 1)[judged.groups]
    scores = np.zeros((count, len(LABELS)))
    for fold in range(FOLDS):
        asked = np.flatnonzero(folds == fold)
        kept = is_learnt.copy()
        kept[asked] = False
        scores[asked] = fit_on(kept).score(rows[asked], evidence[asked])
    fitted = fit_on(is_learnt)
    is_held_out = ~is_learnt[:count]
    scale = round(fit_scale(scores[~is_held_out], judged.roles[~is_held_out]), 3)
    thresholds = np.array([0.0 if label == NONE else LEAST for label in LABELS])
    by_words = np.select(
        [evidence[:count, EVIDENCE.index(f"rules say {label}")] > 0 for label in LABELS[1:]],
        [1, 2],
        0,
    )
    answers = choose_roles(softmax(scale * scores, axis=1), judged.evidence, thresholds)
    columns, kept_weights = prune(fitted.letters, KEPT_WEIGHTS)
    return LabelHeads(
        kind="single",
        labels=LABELS,
        features=features,
        columns=columns,
        weights=kept_weights,
        intercepts=fitted.intercepts,
        calibration=np.array([[scale] * len(LABELS), [0.0] * len(LABELS)]),
        thresholds=thresholds,
        extras=EVIDENCE,
        extra_weights=fitted.evidence.astype(np.float32),
        facts={
            "metrics": {
                "trained_on": dt.date.today().isoformat(),
                "judged": int((~is_held_out).sum()),
                "written": len(marked),
                "written_about_other_things": len(others),
                "judged units, cross-validated": {
                    "words alone": score(judged.roles, by_words),
                    "words and head": score(judged.roles, answers),
                },
                "judged units held out": {
                    "words alone": score(judged.roles[is_held_out], by_words[is_held_out]),
                    "words and head": _score_held_out(
                        fitted,
                        rows[:count][is_held_out],
                        judged.evidence[is_held_out],
                        judged.roles[is_held_out],
                        scale,
                        thresholds,
                    ),
                },
            }
        },
    )


def _score_held_out(
    fitted: Fitted,
    rows: csr_matrix,
    evidence: Numbers,
    right: NDArray[np.int64],
    scale: float,
    thresholds: Numbers,
) -> dict[str, Any]:
    chances = softmax(scale * fitted.score(rows, evidence), axis=1)
    return score(right, choose_roles(chances, evidence, thresholds))


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(UNIT_FEATURES), required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder with the public data sets")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    head = train(options.language, options.data)
    print(save_with_metrics(head, options.out, f"promises_{options.language}"))


if __name__ == "__main__":
    main()
