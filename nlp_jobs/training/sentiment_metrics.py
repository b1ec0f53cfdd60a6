"""Measures a calibrated sentiment head on held-out texts, document by document."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score
from statsmodels.stats.proportion import proportion_confint

from nlp_jobs.heads import SentimentHead, neutral_inputs, sigmoid
from nlp_jobs.text_network import TextNetwork
from nlp_jobs.training.labelled_texts import BLAME, NEUTRAL, PRAISE, LabelledText
from nlp_jobs.training.sentiment_calibration import read_rules

Floats = NDArray[np.float64]
BINS = 10


def read_documents(
    head: SentimentHead,
    texts: Sequence[str],
    language: str,
    network: TextNetwork | None = None,
) -> tuple[Floats, Floats]:
    """The probabilities of praise and of neutrality of whole texts, head and rules together.

    `network`: asked where the head is unsure.
    """
    scores, _ = head.read(texts)
    rules, cue_counts = read_rules(texts, language)
    praise = head.join(scores, rules)
    if network is not None:
        praise = network.judge_unsure(texts, praise, scores.domains)
    lengths = np.array([len(text) for text in texts])
    inputs = neutral_inputs(scores.neutral, praise, cue_counts, lengths, scores.domains)
    return sigmoid(praise), head.neutral_probability("document", inputs)


def measure(
    head: SentimentHead,
    examples: Sequence[LabelledText],
    language: str,
    network: TextNetwork | None = None,
) -> dict[str, Any]:
    """Accuracy with a 95 % Wilson interval, macro-F1 and calibration of one data set.

    Praise against blame leaves neutral texts out; where the set has neutral texts, the three
    classes are measured too.
    """
    praise, neutral = read_documents(head, [e.text for e in examples], language, network)
    labels = np.array([example.label for example in examples])
    is_polar = labels != NEUTRAL
    sides = labels[is_polar] == PRAISE
    whole = head.score([e.text for e in examples])[is_polar]
    facts: dict[str, Any] = {
        "n": int(is_polar.sum()),
        "positive_share": round(float(sides.mean()), 4),
        **_accuracy((praise[is_polar] > 0.5) == sides),
        "macro_f1": round(float(f1_score(sides, praise[is_polar] > 0.5, average="macro")), 4),
        "head_alone_accuracy": round(float(((whole > 0) == sides).mean()), 4),
        "expected_calibration_error": round(calibration_error(praise[is_polar], sides), 4),
    }
    if not is_polar.all():
        facts["three_classes"] = _measure_three(praise, neutral, labels)
    return facts


def measure_folds(
    log_odds: Floats, examples: Sequence[LabelledText], sources: dict[str, list[LabelledText]]
) -> dict[str, dict[str, float]]:
    """Accuracy per source of texts that were scored by a head fitted on other folds.

    Many more texts than the test split holds, read by heads that learned from two thirds only.
    """
    places = {example.text: place for place, example in enumerate(examples)}
    metrics = {}
    for name, found in sources.items():
        polar = [e for e in found if e.label != NEUTRAL and e.text in places]
        if polar:
            chosen = log_odds[[places[example.text] for example in polar]] > 0
            right = chosen == np.array([example.label == PRAISE for example in polar])
            metrics[name] = {"n": len(polar), **_accuracy(right)}
    return metrics


def _measure_three(praise: Floats, neutral: Floats, labels: NDArray[np.int64]) -> dict[str, Any]:
    shares = np.column_stack([(1 - neutral) * (1 - praise), neutral, (1 - neutral) * praise])
    found = np.array([BLAME, NEUTRAL, PRAISE])[shares.argmax(axis=1)]
    right = found == labels
    confidence = shares.max(axis=1)
    return {
        "n": len(labels),
        "neutral_share": round(float((labels == NEUTRAL).mean()), 4),
        **_accuracy(right),
        "macro_f1": round(float(f1_score(labels, found, average="macro")), 4),
        "expected_calibration_error": round(calibration_error(confidence, right), 4),
        "neutral_calibration_error": round(calibration_error(neutral, labels == NEUTRAL), 4),
        "reliability": reliability(confidence, right),
    }


def _accuracy(right: NDArray[np.bool_]) -> dict[str, float]:
    low, high = proportion_confint(int(right.sum()), len(right), method="wilson")
    return {
        "accuracy": round(float(right.mean()), 4),
        "accuracy_low": round(low, 4),
        "accuracy_high": round(high, 4),
    }


def reliability(
    probabilities: Floats, came_true: NDArray[np.bool_]
) -> list[dict[str, float | int]]:
    """Per bin of probability: how many, the mean probability, how often it came true."""
    places = np.minimum((probabilities * BINS).astype(int), BINS - 1)
    return [
        {
            "n": int((places == place).sum()),
            "probability": round(float(probabilities[places == place].mean()), 4),
            "share": round(float(came_true[places == place].mean()), 4),
        }
        for place in range(BINS)
        if (places == place).any()
    ]


def calibration_error(probabilities: Floats, came_true: NDArray[np.bool_]) -> float:
    """Expected calibration error: mean gap between probability and share over the bins."""
    bins = reliability(probabilities, came_true)
    return float(
        sum(found["n"] * abs(found["probability"] - found["share"]) for found in bins)
        / len(probabilities)
    )
