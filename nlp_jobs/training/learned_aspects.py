"""Training of `aspects.learned.LearnedAspects`: text, unit and polarity heads of one domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp_jobs.aspects.clauses import split_clauses
from nlp_jobs.aspects.learned import LearnedAspects, carriers
from nlp_jobs.aspects.reader import POLARITIES
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.training.aspect_fitting import (
    TEXT_FEATURES,
    UNIT_FEATURES,
    build_heads,
    calibrate,
    choose,
    choose_thresholds,
    fit_weights,
    fold_logistic,
    measure_f1,
    measure_nested,
    measure_polarity,
    score_out_of_fold,
)
from nlp_jobs.training.aspect_texts import AspectText

STRENGTH = 1.0  # C of the support vector machines
STACK_STRENGTH = 0.1
POLARITY_STRENGTH = 0.1
MARKED_SHARE = 0.95  # of texts with terms, from which the units learn from marked clauses
KEEP_TEXT, KEEP_UNIT, KEEP_POLARITY = 250_000, 150_000, 60_000  # weights
Flags = NDArray[np.int64]
Numbers = NDArray[np.float64]


def mark(examples: Sequence[AspectText], labels: Sequence[str]) -> Flags:
    """Which labels each text has, (texts, labels)."""
    return np.array([[int(label in e.polarities) for label in labels] for e in examples])


def train_learned(
    examples: Sequence[AspectText], labels: Sequence[str]
) -> tuple[LearnedAspects, dict[str, Any]]:
    """Fit the three heads on all but the test split; returns them and their metrics."""
    fitted = [example for example in examples if example.split != "test"]
    folds = np.array([example.fold for example in fitted])
    always = all(example.polarities for example in fitted)
    has_terms = sum(bool(e.terms) for e in fitted) >= MARKED_SHARE * len(fitted)
    unit_head, clause_scores = _train_units(fitted, labels, folds, has_terms)
    texts, wanted = [example.text for example in fitted], mark(fitted, labels)
    matrix = TEXT_FEATURES.build(texts)
    scores = score_out_of_fold(matrix, wanted, folds, STRENGTH)
    weights, intercepts = fit_weights(matrix, wanted, STRENGTH)
    extra: dict[str, Any] = {}
    if has_terms:
        shares, offsets, stacking = _stack(scores, clause_scores, wanted)
        scores = scores * shares + clause_scores @ stacking + offsets
        weights = (weights * shares).astype(np.float32)
        intercepts = intercepts * shares + offsets
        extra = {
            "extras": tuple(f"best clause: {label}" for label in labels),
            "extra_weights": stacking.astype(np.float32),
        }
    curves = calibrate(scores, wanted)
    chances = 1 / (1 + np.exp(-(scores * curves[0] + curves[1])))
    thresholds = choose_thresholds(chances, wanted, always)
    facts = {"method": "learned", "always_answers": always}
    text_head = build_heads(
        TEXT_FEATURES,
        labels,
        weights.astype(np.float32),
        intercepts,
        KEEP_TEXT,
        calibration=curves,
        thresholds=thresholds,
        facts=facts,
        **extra,
    )
    polarity = _train_polarity(unit_head, fitted, labels, folds)
    model = LearnedAspects(text_head, unit_head, polarity)
    metrics = {
        "cross_validation": measure_nested(chances, wanted, folds, always),
        "test": measure_model(model, [e for e in examples if e.split == "test"]),
    }
    return model, metrics


def measure_model(model: LearnedAspects, held: Sequence[AspectText]) -> dict[str, Any]:
    """Presence and polarity of a finished model on texts that it has not seen."""
    if not held:
        return {}
    texts, wanted = [example.text for example in held], mark(held, model.labels)
    chosen = choose(model.presence(texts), model.thresholds, model.facts["always_answers"])
    pairs = [
        (example.text, model.labels.index(label), polarity)
        for example in held
        for label, polarity in example.polarities.items()
    ]
    chances = model.polarity([text for text, *_ in pairs], [place for _, place, _ in pairs])
    return {
        "presence": measure_f1(chosen, wanted),
        "polarity": measure_polarity(chances, [polarity for *_, polarity in pairs]),
    }


def _train_units(
    fitted: Sequence[AspectText], labels: Sequence[str], folds: Flags, has_terms: bool
) -> tuple[LabelHeads, Numbers]:
    """The unit head, and the best clause scores of each text by models that did not see it.

    Where opinion terms say which clause speaks of what, the head learns from clauses; else from
    whole texts.
    """
    if has_terms:
        units, wanted, owners = _mark_clauses(fitted, labels)
    else:
        units, wanted = [example.text for example in fitted], mark(fitted, labels)
        owners = np.arange(len(units))
    matrix = UNIT_FEATURES.build(units)
    scores = score_out_of_fold(matrix, wanted, folds[owners], STRENGTH)
    weights, intercepts = fit_weights(matrix, wanted, STRENGTH)
    curves = calibrate(scores, wanted)
    chances = 1 / (1 + np.exp(-(scores * curves[0] + curves[1])))
    thresholds = choose_thresholds(chances, wanted, always_answers=False)
    head = build_heads(
        UNIT_FEATURES,
        labels,
        weights,
        intercepts,
        KEEP_UNIT,
        calibration=curves,
        thresholds=thresholds,
    )
    best = np.full((len(fitted), len(labels)), -np.inf)
    np.maximum.at(best, owners, scores)
    return head, best


def _mark_clauses(
    fitted: Sequence[AspectText], labels: Sequence[str]
) -> tuple[list[str], Flags, Flags]:
    """All clauses, the labels of the opinion terms in each, and the text that each is from."""
    clauses: list[str] = []
    marks: list[list[int]] = []
    owners: list[int] = []
    for number, example in enumerate(fitted):
        places = [(example.text.find(term), label) for label, term, _ in example.terms]
        for start, end in split_clauses(example.text):
            inside = {label for place, label in places if start <= place < end}
            clauses.append(example.text[start:end])
            marks.append([int(label in inside) for label in labels])
            owners.append(number)
    return clauses, np.array(marks), np.array(owners)


def _stack(
    scores: Numbers, clause_scores: Numbers, wanted: Flags
) -> tuple[Numbers, Numbers, Numbers]:
    """How much the text and the best clauses count for each label: logistic regressions."""
    size = wanted.shape[1]
    shares, offsets, stacking = np.ones(size), np.zeros(size), np.zeros((size, size))
    for place in range(size):
        inputs = np.column_stack([scores[:, place], clause_scores])
        weights, intercept, _ = fold_logistic(inputs, wanted[:, place], STACK_STRENGTH)
        shares[place], stacking[:, place], offsets[place] = (
            weights[0, 0],
            weights[1:, 0],
            intercept[0],
        )
    return shares, offsets, stacking


def _train_polarity(
    unit_head: LabelHeads, fitted: Sequence[AspectText], labels: Sequence[str], folds: Flags
) -> LabelHeads:
    """Blame, neither, praise of the clauses that carry a label."""
    pairs = [
        (number, label, polarity)
        for number, example in enumerate(fitted)
        for label, polarity in example.polarities.items()
    ]
    texts = [fitted[number].text for number, *_ in pairs]
    carried = carriers(unit_head, texts, [labels.index(label) for _, label, _ in pairs])
    polarities = np.array([polarity for *_, polarity in pairs])
    wanted = (polarities[:, None] == np.array(POLARITIES)).astype(np.int64)
    matrix = UNIT_FEATURES.build(carried)
    scores = score_out_of_fold(
        matrix, wanted, folds[[number for number, *_ in pairs]], POLARITY_STRENGTH
    )
    weights, intercepts = fit_weights(matrix, wanted, POLARITY_STRENGTH)
    return build_heads(
        UNIT_FEATURES,
        [str(polarity) for polarity in POLARITIES],
        weights,
        intercepts,
        KEEP_POLARITY,
        kind="single",
        calibration=fit_softmax(scores, wanted.argmax(axis=1)),
    )


def fit_softmax(scores: Numbers, classes: NDArray[np.int64]) -> Numbers:
    """One scale and an offset per class, (2, classes), by logistic regression on held-out scores.

    The scale is shared: the mean weight of the scores for their own class against the others.
    """
    model = LogisticRegression(C=10.0, max_iter=1000).fit(scores, classes)
    own = np.diag(model.coef_)
    others = (model.coef_.sum(axis=1) - own) / (scores.shape[1] - 1)
    scale = max(float((own - others).mean()), 1e-3)
    logits = scores * scale
    offsets = np.zeros(scores.shape[1])
    shares = np.bincount(classes, minlength=scores.shape[1]) / len(classes)
    for _ in range(200):  # move the offsets until the mean chances are the shares
        powers = np.exp(logits + offsets - (logits + offsets).max(axis=1, keepdims=True))
        chances = (powers / powers.sum(axis=1, keepdims=True)).mean(axis=0)
        offsets += 0.5 * np.log(np.maximum(shares, 1e-6) / chances)
    return np.array([[scale] * scores.shape[1], offsets])
