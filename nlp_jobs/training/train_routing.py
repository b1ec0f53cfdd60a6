"""Train a router, calibrate and measure it.

    python -m nlp_jobs.training.train_routing --name car_complaints_zh --data DIR
    python -m nlp_jobs.training.train_routing --name my_desk --csv FILE --language zh \\
        --text-column text --label-column desk

`--data` names a folder with the public sets of `routing_texts.make_recipes`; `--csv` any labelled
file. Writes `routing_<name>.npz` and `.metrics.json` to `--out`. A ridge regression on the labels
(closed problem, nothing random): the same rows give the same weights.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, diags, hstack
from sklearn.linear_model import Ridge
from sklearn.metrics import f1_score
from statsmodels.stats.proportion import proportion_confint

from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, prune
from nlp_jobs.routing_heads import PREFIX
from nlp_jobs.text_features import TextFeatures
from nlp_jobs.training.labelled_texts import TEST_SHARE
from nlp_jobs.training.routing_texts import (
    CHARACTERS,
    Recipe,
    RoutedText,
    know_forms,
    make_recipes,
    read_helpers,
    read_routed,
)
from nlp_jobs.training.sentiment_metrics import calibration_error

Numbers = NDArray[np.float64]
FOLDS = 5
RAREST = 2  # n-grams that fewer texts hold are left out
IDF_SCALE = 4.0
SMALL = 5000  # rows up to which the closed form is faster than iterations


def fit_ridge(
    matrix: csr_matrix, targets: Numbers, weights: Numbers, strength: float
) -> tuple[NDArray[np.float32], Numbers]:
    """Weights (columns, labels) with the idf folded in, and intercepts (labels,).

    `targets` (rows, labels) holds 1 where a row has the label; `weights` (rows,) what it counts.
    """
    counts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    columns = np.flatnonzero(counts >= RAREST)
    idf = (np.log((1 + matrix.shape[0]) / (1 + counts[columns])) + 1) / IDF_SCALE
    scaled = (matrix[:, columns] @ diags(idf)).tocsr()
    # The constant column takes the place of an intercept, which the fast solver does not fit.
    inputs = hstack([scaled, np.ones((scaled.shape[0], 1))]).tocsr()
    means = np.average(targets, axis=0, weights=weights)
    solver = "cholesky" if inputs.shape[0] <= SMALL else "sparse_cg"
    model = Ridge(alpha=strength, solver=solver, tol=1e-3, fit_intercept=False)
    model.fit(inputs, targets - means, sample_weight=weights)
    found = np.zeros((matrix.shape[1], targets.shape[1]), dtype=np.float32)
    found[columns] = model.coef_[:, :-1].T * idf[:, None]
    return found, model.coef_[:, -1] + means


def weigh(rows: Sequence[RoutedText], is_balanced: bool) -> Numbers:
    """What each row counts; balanced: each label counts as much as any other."""
    weights = np.array([row.weight for row in rows])
    if is_balanced:
        labels = [row.label for row in rows]
        share = {label: len(rows) / labels.count(label) for label in set(labels)}
        weights *= np.array([share[label] for label in labels]) / len(share)
    return weights


class Trainer:
    """Holds the rows of one router as features, and fits on any part of them."""

    def __init__(
        self, recipe: Recipe, labelled: list[RoutedText], helpers: dict[str, list[RoutedText]]
    ) -> None:
        self.recipe = recipe
        self.labelled = labelled
        self.rows = [*labelled, *(row for found in helpers.values() for row in found)]
        self.labels = tuple(sorted({row.label for row in labelled}))
        self.matrix = recipe.features.build([row.text for row in self.rows])
        places = {label: place for place, label in enumerate(self.labels)}
        self.wanted = np.array([places[row.label] for row in self.rows])
        # each source is balanced by itself, so that a large weak one does not drown the labels
        parts = [labelled, *helpers.values()]
        self.weights = np.concatenate([weigh(part, recipe.is_balanced) for part in parts])
        self.is_labelled = np.arange(len(self.rows)) < len(labelled)
        self.places = np.array([row.place for row in self.rows])

    def fit(self, chosen: NDArray[np.bool_]) -> tuple[NDArray[np.float32], Numbers]:
        """Fit on the chosen rows."""
        targets = np.eye(len(self.labels))[self.wanted[chosen]]
        return fit_ridge(self.matrix[chosen], targets, self.weights[chosen], self.recipe.strength)

    def cross_validate(self, learning: NDArray[np.bool_]) -> Numbers:
        """Scores of the labelled learning rows by fits that saw neither them nor their like."""
        scores = np.zeros((len(self.rows), len(self.labels)))
        for fold in range(FOLDS):
            held = self.places % FOLDS == fold
            weights, intercepts = self.fit(learning & ~held)
            judged = held & learning & self.is_labelled
            scores[judged] = self.matrix[judged] @ weights + intercepts
        return scores[learning & self.is_labelled]


def fit_steepness(scores: Numbers, wanted: NDArray[np.int64]) -> float:
    """The factor on the scores that makes the softmax most likely to be right."""

    def loss(logarithm: float) -> float:
        logits = scores * np.exp(logarithm)
        logits -= logits.max(axis=1, keepdims=True)
        chosen = logits[np.arange(len(wanted)), wanted]
        return float((np.log(np.exp(logits).sum(axis=1)) - chosen).mean())

    return float(np.exp(minimize_scalar(loss, bounds=(-3, 6), method="bounded").x))


def measure(probabilities: Numbers, wanted: NDArray[np.int64]) -> dict[str, Any]:
    """Accuracy with a 95 % Wilson interval, macro-F1 and expected calibration error."""
    found = probabilities.argmax(axis=1)
    right = found == wanted
    low, high = proportion_confint(int(right.sum()), len(right), method="wilson")
    error = calibration_error(probabilities.max(axis=1), right.astype(np.int64))
    return {
        "n": len(wanted),
        "accuracy": round(float(right.mean()), 4),
        "accuracy_low": round(low, 4),
        "accuracy_high": round(high, 4),
        "macro_f1": round(float(f1_score(wanted, found, average="macro", zero_division=0)), 4),
        "expected_calibration_error": round(error, 4),
    }


def train(
    recipe: Recipe, labelled: list[RoutedText], helpers: dict[str, list[RoutedText]]
) -> LabelHeads:
    """Cross-validate, calibrate, fit and measure; the facts of the result hold the metrics."""
    trainer = Trainer(recipe, labelled, helpers)
    learning = np.ones(len(trainer.rows), dtype=bool)
    if not recipe.is_whole:
        learning = trainer.places >= TEST_SHARE
    wanted = trainer.wanted[learning & trainer.is_labelled]
    scores = trainer.cross_validate(learning)
    steepness = fit_steepness(scores, wanted)
    weights, intercepts = trainer.fit(learning)
    columns, kept = prune(weights, recipe.keep)
    labels = len(trainer.labels)
    heads = LabelHeads(
        kind="single",
        labels=trainer.labels,
        features=recipe.features,
        columns=columns,
        weights=kept,
        intercepts=intercepts,
        calibration=np.vstack([np.full(labels, steepness), np.zeros(labels)]),
        thresholds=np.zeros(labels),
    )
    heads.facts.update(
        {
            "language": recipe.language,
            "strength": recipe.strength,
            "form_columns": list(recipe.form_columns),
            "trained_on": {
                recipe.source: {
                    "rows": int((learning & trainer.is_labelled).sum()),
                    "licence": recipe.licence,
                },
                **{
                    source.name: {
                        "rows": len(helpers[source.name]),
                        "licence": source.licence,
                        "weight": source.weight,
                    }
                    for source in recipe.helpers
                },
            },
            "cross_validation": measure(heads.calibrate(scores), wanted),
        }
    )
    held = [row for row in labelled if row.place < TEST_SHARE and not recipe.is_whole]
    if held:
        wanted = np.array([trainer.labels.index(row.label) for row in held])
        found = heads.probabilities([row.text for row in held])
        heads.facts["test"] = measure(found, wanted)
        if recipe.form_columns:
            found = heads.probabilities([row.bare for row in held])
            heads.facts["test_without_form"] = measure(found, wanted)
    return heads


def save_with_metrics(heads: LabelHeads, directory: Path, name: str) -> str:
    """Write `<name>.npz` and, from the head's facts, `<name>.metrics.json`; return the latter."""
    directory.mkdir(parents=True, exist_ok=True)
    heads.save(directory / f"{name}.npz")
    metrics = {
        **heads.facts,
        "labels": list(heads.labels),
        "measured_on": dt.datetime.now(dt.UTC).date().isoformat(),
    }
    report = json.dumps(metrics, ensure_ascii=False, indent=2, sort_keys=True)
    (directory / f"{name}.metrics.json").write_text(report + "\n", encoding="utf-8")
    return report


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    recipes = make_recipes()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True, help=f"shipped: {', '.join(recipes)}")
    parser.add_argument("--data", type=Path, help="folder with the public data sets")
    parser.add_argument("--csv", type=Path, help="a labelled CSV of your own")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--language", choices=sorted(CHARACTERS), default="zh")
    parser.add_argument("--strength", type=float, help="ridge penalty")
    parser.add_argument("--out", type=Path, default=MODEL_DIR)
    options = parser.parse_args(arguments)
    helpers: dict[str, list[RoutedText]] = {}
    if options.csv is not None:
        columns = (options.text_column,)
        recipe = Recipe(
            options.name,
            options.language,
            options.csv.name.split(".")[0],
            columns,
            options.label_column,
            "own data",
            TextFeatures(CHARACTERS[options.language], (1, 2)),
        )
        labelled = read_routed(options.csv, columns, options.label_column, options.language)
    elif options.data is not None and options.name in recipes:
        recipe = recipes[options.name]
        path = options.data / f"{recipe.source}.csv.gz"
        labelled = read_routed(
            path,
            recipe.text_columns,
            recipe.label_column,
            recipe.language,
            recipe.weight,
            recipe.form_columns,
        )
        helpers = read_helpers(recipe, options.data, labelled)
    else:
        parser.error("give --csv, or --data with the name of a shipped router")
    if options.strength is not None:
        recipe = Recipe(**{**vars(recipe), "strength": options.strength})
    heads = train(know_forms(recipe, labelled), labelled, helpers)
    print(save_with_metrics(heads, options.out, f"{PREFIX}{recipe.name}"))


if __name__ == "__main__":
    main()
