"""Train the heads of `voc_promises`: which units quote a promise, and which say that it was broken.

    python -m nlp_jobs.training.train_promises --language zh [--out DIR]

A logistic regression on n-grams of the unit and on what the words in it say (`promises.EVIDENCE`)
learns from sentences written for it (`promise_examples/<language>.tsv`) and, as examples of
neither, from the sentences that were written about topics other than promises (`unit_texts`). The
figures are of models that have not seen the sentences they are asked about. Needs no public data;
no chance in it but the fixed folds.
"""

from __future__ import annotations

import argparse
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax

from nlp_jobs.components.opinion_unit import OPINION_UNITS
from nlp_jobs.components.promises import EVIDENCE, LABELS, NONE, PromiseMarker, gather_evidence
from nlp_jobs.evaluation import metrics
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.training.train_routing import save_with_metrics
from nlp_jobs.training.unit_fitting import Fitted, assign_folds, fit, fit_scale
from nlp_jobs.training.unit_texts import build_pipes, read_marked_sentences, read_sentences
from nlp_jobs.unit_features import UNIT_FEATURES

Numbers = NDArray[np.float64]
EXAMPLES = Path(__file__).resolve().parent / "promise_examples"
KEPT = "kept"  # a promise that was kept: neither quoted for its own sake nor broken
# sentences about these may hold promises that nobody marked
ABOUT_PROMISES = {"topic": ("sales_promise", "exaggerated_claims"), "need": ("kept_promises",)}
OTHER_WEIGHT = 0.03  # of an unmarked sentence beside one that was written for it
KEPT_WEIGHTS = 60_000
# chances from which the head calls what the words left a promise or a breach
LEAST = {
    "zh": {"promise": 0.6, "breach": 0.7},
    "en": {"promise": 0.5, "breach": 0.4},
}
RULES_SAY = [EVIDENCE.index(f"rules say {label}") for label in LABELS if label != NONE]


def read_marked(language: str, directory: Path = EXAMPLES) -> tuple[list[str], list[int]]:
    """Return the sentences written for the head and the places of their labels in `LABELS`.

    Raises `ValueError` with the line for a broken line and an unknown label.
    """
    marked = read_marked_sentences(directory / f"{language}.tsv", (*LABELS, KEPT))
    places = {**{label: place for place, label in enumerate(LABELS)}, KEPT: LABELS.index(NONE)}
    return [text for _, text in marked], [places[label] for label, _ in marked]


def read_others(language: str) -> list[str]:
    """Return the sentences about other things than promises."""
    return [
        row["text"]
        for _, row in read_sentences(language, tuple(ABOUT_PROMISES))
        if all(row[column] not in values for column, values in ABOUT_PROMISES.items())
    ]


def read_evidence(texts: Sequence[str], language: str) -> Numbers:
    """What the words say (texts, EVIDENCE): of the first unit with a role by them, or the first."""
    mark = PromiseMarker(language, reach=0)
    rows = np.zeros((len(texts), len(EVIDENCE)))
    for row, doc in enumerate(mark.pipe(build_pipes(language, "voc_letters").pipe(texts))):
        units = doc.user_data[OPINION_UNITS]
        if units:
            chosen = max(units, key=lambda unit: unit.promise_role != NONE)
            rows[row] = gather_evidence([chosen], [chosen.promise_role])[0]
    return rows


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


def train(language: str) -> LabelHeads:
    """Return the head of a language; its facts hold the figures."""
    texts, labels = read_marked(language)
    marked = len(texts)
    others = read_others(language)
    texts = [*texts, *others]
    right = np.array([*labels, *(0 for _ in others)])
    weights = np.concatenate([np.ones(marked), np.full(len(others), OTHER_WEIGHT)])
    features = UNIT_FEATURES[language]
    rows = features.build(texts)
    evidence = read_evidence(texts, language)

    def fit_on(kept: NDArray[np.bool_]) -> Fitted:
        return fit(rows[kept], evidence[kept], right[kept].tolist(), weights[kept], len(LABELS))

    folds = assign_folds(marked)
    scores = np.zeros((marked, len(LABELS)))
    for fold in np.unique(folds):
        asked = np.flatnonzero(folds == fold)
        kept = np.ones(len(texts), dtype=bool)
        kept[asked] = False
        scores[asked] = fit_on(kept).score(rows[asked], evidence[asked])
    fitted = fit_on(np.ones(len(texts), dtype=bool))
    columns, kept_weights = prune(fitted.letters, KEPT_WEIGHTS)
    scale = round(fit_scale(scores, right[:marked]), 3)
    thresholds = np.array([LEAST[language].get(label, 0.0) for label in LABELS])
    by_words = np.select([evidence[:marked, place] > 0 for place in RULES_SAY], [1, 2], 0)
    chances = softmax(scale * scores, axis=1)
    chances[chances < thresholds] = 0
    chances[:, LABELS.index(NONE)] = 0
    both = np.where(by_words > 0, by_words, chances.argmax(axis=1))
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
                "written": marked,
                "written_about_other_things": len(others),
                "words alone": score(right[:marked], by_words),
                "words and head, cross-validated": score(right[:marked], both),
            }
        },
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(UNIT_FEATURES), required=True)
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    print(save_with_metrics(train(options.language), options.out, f"promises_{options.language}"))


if __name__ == "__main__":
    main()
