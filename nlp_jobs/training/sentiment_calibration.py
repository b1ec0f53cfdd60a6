"""Calibrates a sentiment head on texts that its weights have not seen.

Weights fitted on some folds score the others; on these scores stand the reading of clauses, the
share of the rules, and the probabilities of praise and of neutrality.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp_jobs.heads import (
    CLAUSE_FEATURES,
    SentimentHead,
    Stretches,
    TextScores,
    clip_rules,
    neutral_inputs,
)
from nlp_jobs.lexicons.cues import CueFinder, iter_language_cues
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.polarity_rules import read_polarity
from nlp_jobs.training.labelled_texts import NEUTRAL, PRAISE, LabelledText, choose_place
from nlp_jobs.training.sentiment_fitting import number_domains

Floats = NDArray[np.float64]
FOLDS = 3
# Lengths in characters from which a calibration of units of its own applies: the shorter, the more
# the rules count. The first band is fitted on clauses cut out of the texts.
BANDS = {"zh": (0, 12, 40), "en": (0, 35, 120)}
UNIT_LENGTH = {"zh": 60, "en": 160}  # texts up to this length stand for units
MIN_BAND = 50  # a band with fewer texts takes the calibration of all texts
MIN_STACK = 500  # a domain with fewer texts takes the reading of all texts
CLAUSE = re.compile(r"[^，。！？；,.!?;\n]+")
CLAUSE_STEP = 4  # the clauses of every fourth text are enough
CHUNK = 2048
NEVER = -20.0  # log-odds of neutrality where no neutral text was ever seen


@dataclass
class HeldOutScores:
    """What a head says of texts it has not seen; `rules` and `cue_counts` are the rules' share."""

    texts: TextScores
    rules: Floats
    cue_counts: Floats
    clause_praise: Floats
    clause_rules: Floats
    clause_labels: NDArray[np.int64]


def read_rules(texts: Sequence[str], language: str) -> tuple[Floats, Floats]:
    """The rule score and the number of speaking cues of each whole text."""
    finder = CueFinder(chain(iter_language_cues(load_lexicon(language))), language)
    found = [read_polarity(text, finder.find(text), language) for text in texts]
    return (
        np.array([reading.score for reading in found], dtype=float),
        np.array([reading.count for reading in found], dtype=float),
    )


def choose_folds(examples: Sequence[LabelledText]) -> NDArray[np.int64]:
    """The fold of each example; near-duplicates mostly share it."""
    return np.array([choose_place(example.text) % FOLDS for example in examples])


def score_held_out(
    fit: Callable[[Sequence[LabelledText]], SentimentHead],
    examples: Sequence[LabelledText],
    language: str,
) -> HeldOutScores:
    """Score each fold with a head fitted on the other folds."""
    folds = choose_folds(examples)
    rules, cue_counts = read_rules([example.text for example in examples], language)
    parts: list[tuple[NDArray[np.int64], TextScores]] = []
    clauses: list[tuple[Floats, Floats, NDArray[np.int64]]] = []
    for fold in range(FOLDS):
        head = fit([e for e, other in zip(examples, folds, strict=True) if other != fold])
        held = np.flatnonzero(folds == fold)
        for start in range(0, len(held), CHUNK):
            places = held[start : start + CHUNK]
            scores, clause_scores = _score(head, [examples[place] for place in places], language)
            parts.append((places, scores))
            clauses.append(clause_scores)
    order = np.argsort(np.concatenate([places for places, _ in parts]))
    columns = zip(*(scores for _, scores in parts), strict=True)
    return HeldOutScores(
        TextScores(*(np.concatenate(column)[order] for column in columns)),
        rules,
        cue_counts,
        *(np.concatenate(column) for column in zip(*clauses, strict=True)),
    )


def _score(
    head: SentimentHead, examples: Sequence[LabelledText], language: str
) -> tuple[TextScores, tuple[Floats, Floats, NDArray[np.int64]]]:
    cut = [
        (place, match.start(), match.end())
        for place, example in enumerate(examples)
        if place % CLAUSE_STEP == 0 and example.label != NEUTRAL
        for match in CLAUSE.finditer(example.text)
        if 2 <= match.end() - match.start() < BANDS[language][1]
    ]
    stretches = Stretches(*np.array(cut, dtype=np.int64).reshape(-1, 3).T)
    scores, parts = head.read([example.text for example in examples], stretches)
    rules, _ = read_rules([examples[o].text[start:end] for o, start, end in cut], language)
    return scores, (parts.praise, rules, np.array([examples[o].label for o, *_ in cut], dtype=int))


def calibrate(
    scores: HeldOutScores, examples: Sequence[LabelledText], domains: Sequence[str], language: str
) -> dict[str, Any]:
    """The calibrations that `SentimentHead` reads from its facts."""
    labels = np.array([example.label for example in examples])
    lengths = np.array([len(example.text) for example in examples])
    numbers = number_domains(examples, domains)
    facts: dict[str, Any] = {
        "document_praise": _fit_stack(scores, labels, numbers, len(domains)),
        "unit_praise": _fit_bands(scores, labels, lengths, language),
    }
    whole = scores.texts.features[:, 0]
    short = lengths <= UNIT_LENGTH[language]
    documents = join_documents(facts["document_praise"], scores)
    for kind, praise, chosen in (
        ("document", documents, np.ones(len(labels), dtype=bool)),
        ("unit", whole, short if short.any() else ~short),
    ):
        inputs = neutral_inputs(
            scores.texts.neutral, praise, scores.cue_counts, lengths, scores.texts.domains
        )
        facts[f"{kind}_neutral"] = _fit_neutral(inputs[chosen], labels[chosen] == NEUTRAL)
    return facts


def join_documents(stack: dict[str, Any], scores: HeldOutScores) -> Floats:
    """Log-odds of praise of the held-out texts, as `SentimentHead.join` has them."""
    inputs = np.column_stack([scores.texts.features, clip_rules(scores.rules)])
    each = inputs @ np.array(stack["weights"]).T + np.array(stack["biases"])
    joined: Floats = (each * scores.texts.domains).sum(axis=1)
    return joined


def _fit_stack(
    scores: HeldOutScores,
    labels: NDArray[np.int64],
    numbers: NDArray[np.int64],
    domain_count: int,
) -> dict[str, Any]:
    """Weights of the clause features and the rule score, per domain."""
    inputs = np.column_stack([scores.texts.features, clip_rules(scores.rules)])
    is_polar = labels != NEUTRAL
    weights, biases = [], []
    for domain in range(domain_count):
        own = is_polar & (numbers == domain)
        if own.sum() < MIN_STACK or len(set(labels[own])) < 2:
            own = is_polar
        found, bias = _fit_scaled(inputs[own], labels[own] == PRAISE)
        weights.append(found)
        biases.append(bias)
    return {
        "inputs": [*CLAUSE_FEATURES, "rules"],
        "weights": [[round(weight, 4) for weight in row] for row in weights],
        "biases": [round(bias, 4) for bias in biases],
    }


def _fit_scaled(inputs: Floats, is_true: NDArray[np.bool_]) -> tuple[list[float], float]:
    """Logistic regression on standardised inputs, told in terms of the raw ones."""
    centre, spread = inputs.mean(axis=0), inputs.std(axis=0) + 1e-9
    model = LogisticRegression(C=0.3, max_iter=500).fit((inputs - centre) / spread, is_true)
    weights = np.where(spread > 1e-6, model.coef_[0] / spread, 0.0)
    return list(map(float, weights)), float(model.intercept_[0] - (weights * centre).sum())


def _fit_bands(
    scores: HeldOutScores, labels: NDArray[np.int64], lengths: NDArray[np.int64], language: str
) -> list[dict[str, Any]]:
    """(head weight, rule weight, bias) for each band of lengths.

    Clauses carry the label of their text, which is often wrong for the clause. That flattens both
    weights alike, so the band of clauses takes their ratio, and steepness and bias of the next
    band.
    """
    bands = BANDS[language]
    whole = scores.texts.features[:, 0]
    is_polar = labels != NEUTRAL
    fitted = [_fit_pair(scores.clause_praise, scores.clause_rules, scores.clause_labels)]
    for low, high in zip(bands[1:], [*bands[2:], 10**9], strict=True):
        chosen = is_polar & (lengths >= low) & (lengths < high)
        if chosen.sum() < MIN_BAND or len(set(labels[chosen])) < 2:
            chosen = is_polar
        fitted.append(_fit_pair(whole[chosen], scores.rules[chosen], labels[chosen]))
    steepness = fitted[1][0] / fitted[0][0]
    fitted[0] = [fitted[0][0] * steepness, fitted[0][1] * steepness, fitted[1][2]]
    return [
        {"from_length": low, "weights": [round(weight, 4) for weight in weights]}
        for low, weights in zip(bands, fitted, strict=True)
    ]


def _fit_pair(praise: Floats, rules: Floats, labels: NDArray[np.int64]) -> list[float]:
    inputs = np.column_stack([praise, clip_rules(rules)])
    model = LogisticRegression(C=1.0).fit(inputs, labels == PRAISE)
    return [*map(float, model.coef_[0]), float(model.intercept_[0])]


def _fit_neutral(inputs: Floats, is_neutral: NDArray[np.bool_]) -> dict[str, Any]:
    if not is_neutral.any() or is_neutral.all():
        return {"weights": [0.0] * inputs.shape[1], "bias": NEVER}
    weights, bias = _fit_scaled(inputs, is_neutral)
    return {"weights": [round(weight, 4) for weight in weights], "bias": round(bias, 4)}
