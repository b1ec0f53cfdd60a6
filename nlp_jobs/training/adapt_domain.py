"""Adapt a sentiment head to texts of a new domain, without any labels.

    python -m nlp_jobs.training.adapt_domain --language zh --unlabelled FILE --text-column text
        --out DIR [--head FILE] [--labelled FILE --label-column label]

The head reads the new texts; what it reads surely teaches it the words of the domain, which then
help to read the rest (self-training, in rounds). The learned weights are added to the readings of
all domains, so the result is a head file like any other: name it in `configs/<language>.cfg`, or
give it to `voc.head.v2` by its path. `--labelled` measures head and adapted head side by side.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack
from sklearn.linear_model import LogisticRegression

from nlp_jobs.heads import MODEL_DIR, SentimentHead, load_sentiment_head
from nlp_jobs.training.labelled_texts import load_labelled_csv, prepare_text, read_csv
from nlp_jobs.training.sentiment_calibration import read_rules
from nlp_jobs.training.sentiment_fitting import FEATURES, IDF_SCALE, MIN_DOCUMENTS, build_matrix
from nlp_jobs.training.sentiment_metrics import measure

ROUNDS = 4
STUDENT_SHARE = 0.5  # of the joint log-odds; the rest is the head as it was
REGULARISATION = 2.0
MIN_TEXTS = 300  # fewer teach nothing that the head does not know


def adapt(head: SentimentHead, texts: Sequence[str], language: str) -> SentimentHead:
    """The head with what the unlabelled texts teach added to the readings of all its domains.

    Fewer than `MIN_TEXTS` texts are a `ValueError`.
    """
    texts = sorted(set(texts))
    if len(texts) < MIN_TEXTS:
        raise ValueError(f"{len(texts)} different texts: at least {MIN_TEXTS} are needed to adapt")
    matrix = build_matrix(head.features, texts)
    counts = np.asarray((matrix > 0).sum(axis=0)).ravel()
    columns = np.flatnonzero(counts >= MIN_DOCUMENTS)
    scale = (np.log((1 + len(texts)) / (1 + counts[columns])) + 1) / IDF_SCALE
    matrix = (matrix[:, columns] @ diags(scale.astype(np.float32))).tocsr()
    rules, _ = read_rules(texts, language)
    teacher = head.join(head.read(texts)[0], rules)
    belief = teacher
    for _ in range(ROUNDS):
        weights, intercept = _fit_soft(matrix, belief)
        student = matrix @ weights + intercept
        belief = (1 - STUDENT_SHARE) * teacher + STUDENT_SHARE * student
    return _add(head, columns, weights * scale, intercept)


def _fit_soft(
    matrix: csr_matrix, log_odds: NDArray[np.float64]
) -> tuple[NDArray[np.float64], float]:
    """A logistic regression on beliefs: each text counts as praise and as blame by its share."""
    praise = 1 / (1 + np.exp(-log_odds))
    labels = np.repeat([True, False], len(praise))
    model = LogisticRegression(
        C=REGULARISATION, solver="liblinear", dual=True, tol=2e-2, random_state=0
    )
    model.fit(vstack([matrix, matrix]), labels, sample_weight=np.concatenate([praise, 1 - praise]))
    return model.coef_[0], float(model.intercept_[0])


def _add(
    head: SentimentHead, columns: NDArray[np.int64], weights: NDArray[np.float64], intercept: float
) -> SentimentHead:
    """The mean of the readings of each domain and of the learned weights."""
    count = len(head.domains)
    merged = np.union1d(head.columns, columns)
    joint = np.zeros((len(merged), head.weights.shape[1]))
    joint[np.searchsorted(merged, head.columns)] = head.weights
    joint[:, :count] *= 1 - STUDENT_SHARE
    joint[np.searchsorted(merged, columns), :count] += STUDENT_SHARE * weights[:, None]
    intercepts = head.intercepts.copy()
    intercepts[:count] = (1 - STUDENT_SHARE) * intercepts[:count] + STUDENT_SHARE * intercept
    return replace(head, columns=merged, weights=joint.astype(np.float32), intercepts=intercepts)


def main(arguments: Sequence[str] | None = None) -> None:
    """Command line entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--language", choices=sorted(FEATURES), required=True)
    parser.add_argument("--unlabelled", type=Path, required=True, action="append")
    parser.add_argument("--text-column", default="text")
    parser.add_argument("--head", type=Path, help="head to start from; default: the shipped one")
    parser.add_argument("--labelled", type=Path, help="CSV with labels, only to measure")
    parser.add_argument("--label-column", default="label")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args(arguments)
    texts = []
    for path in options.unlabelled:
        rows = list(read_csv(path))
        if not rows or options.text_column not in rows[0]:
            parser.error(f"{path} has no rows with a column {options.text_column!r}")
        texts += [prepare_text(row[options.text_column], options.language) for row in rows]
    head = load_sentiment_head(options.head or MODEL_DIR / f"sentiment_{options.language}.npz")
    try:
        adapted = adapt(head, [text for text in texts if text], options.language)
    except ValueError as failure:
        parser.error(str(failure))
    options.out.mkdir(parents=True, exist_ok=True)
    path = options.out / f"sentiment_{options.language}.npz"
    adapted.facts["adapted_on"] = {"texts": len(set(texts))}
    adapted.save(path)
    if options.labelled is not None:
        examples = load_labelled_csv(
            options.labelled, options.text_column, options.label_column, options.language
        )
        report = {
            "before": measure(head, examples, options.language),
            "adapted": measure(load_sentiment_head(path), examples, options.language),
        }
        print(json.dumps(report, indent=2, sort_keys=True))
    print(f"{path}: adapted on {len(set(texts)):,} texts")


if __name__ == "__main__":
    main()
