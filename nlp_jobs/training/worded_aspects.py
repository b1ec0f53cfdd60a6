"""Training of `aspects.worded.WordedAspects`: weights for the words of a lexicon.

All labels share one weight per tier of words and deviate from it as far as the few labelled texts
show (the shared inputs are scaled up, so that the penalty prefers them). The clause head learns
from opinion pairs of the same domain, the polarity head from the labelled texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from nlp_jobs.aspects.reader import POLARITIES
from nlp_jobs.aspects.worded import WordedAspects, gather_evidence
from nlp_jobs.aspects.words import INPUTS_PER_LABEL, AspectWords, load_aspect_words
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.training.aspect_fitting import (
    UNIT_FEATURES,
    build_heads,
    choose,
    fit_weights,
    fold_logistic,
    measure_f1,
    measure_polarity,
)
from nlp_jobs.training.aspect_texts import AspectText
from nlp_jobs.training.learned_aspects import mark

PARTS = 10  # of cross-validation over the few labelled texts
SHARED_SCALE, OWN_INTERCEPT = 3.0, 2.0
PRESENCE_STRENGTH, POLARITY_STRENGTH, CLAUSE_STRENGTH = 0.3, 0.1, 0.3
THRESHOLD = 0.42  # of all labels alike: too few texts to choose one for each
KEEP_CLAUSE = 120_000  # weights
Numbers = NDArray[np.float64]


def train_worded(
    examples: Sequence[AspectText], pairs: Sequence[tuple[str, int]], words_name: str
) -> tuple[WordedAspects, dict[str, Any]]:
    """Fit the heads on all labelled texts; the metrics are cross-validated over texts.

    `pairs` are (clause, polarity) without clauses of the labelled texts.
    """
    words = load_aspect_words(words_name)
    clause_head = _train_clauses(pairs)
    parts = np.arange(len(examples)) % PARTS
    wanted = mark(examples, words.labels)
    hits = [words.find(example.text)[0] for example in examples]
    inputs = words.count(hits, [len(example.text) for example in examples])
    asked = [
        (number, words.labels.index(label), polarity)
        for number, example in enumerate(examples)
        for label, polarity in example.polarities.items()
    ]
    evidence = gather_evidence(
        words,
        clause_head,
        [examples[number].text for number, *_ in asked],
        [place for _, place, _ in asked],
    )
    polarities = np.array([polarity for *_, polarity in asked])
    asked_parts = parts[[number for number, *_ in asked]]
    presence_chances = np.zeros(wanted.shape)
    polarity_chances = np.zeros((len(asked), len(POLARITIES)))
    for part in range(PARTS):
        held, held_pairs = parts == part, asked_parts == part
        head = _fit_presence(words, inputs[~held], wanted[~held], words_name)
        presence_chances[held] = head.probabilities([""] * int(held.sum()), inputs[held])
        polarity_head = _fit_polarity(evidence[~held_pairs], polarities[~held_pairs])
        polarity_chances[held_pairs] = polarity_head.probabilities(
            [""] * int(held_pairs.sum()), evidence[held_pairs]
        )
    presence = _fit_presence(words, inputs, wanted, words_name)
    model = WordedAspects(words, presence, clause_head, _fit_polarity(evidence, polarities))
    chosen = choose(presence_chances, presence.thresholds, always_answers=False)
    return model, {
        "cross_validation": {
            "presence": measure_f1(chosen, wanted),
            "polarity": measure_polarity(polarity_chances, polarities.tolist()),
        }
    }


def _fit_presence(
    words: AspectWords, inputs: NDArray[np.float32], wanted: NDArray[np.int64], name: str
) -> LabelHeads:
    """One logistic regression over all (text, label) pairs, unfolded into a weight per input."""
    size, width = len(words.labels), INPUTS_PER_LABEL
    counts, lengths = inputs[:, :-1].reshape(len(inputs), size, width), inputs[:, -1]
    shared, block = width + 1, width + 1
    rows = np.zeros((len(inputs), size, shared + size * block))
    rows[:, :, :width] = counts * SHARED_SCALE
    rows[:, :, width] = lengths[:, None]
    for place in range(size):
        start = shared + place * block
        rows[:, place, start : start + width] = counts[:, place]
        rows[:, place, start + width] = OWN_INTERCEPT
    model = LogisticRegression(C=PRESENCE_STRENGTH, max_iter=2000)
    model.fit(rows.reshape(-1, rows.shape[2]), wanted.ravel())
    found = model.coef_[0]
    extra = np.zeros((size * width + 1, size), dtype=np.float32)
    intercepts = np.full(size, model.intercept_[0])
    for place in range(size):
        own = found[shared + place * block : shared + (place + 1) * block]
        extra[place * width : (place + 1) * width, place] = (
            found[:width] * SHARED_SCALE + own[:width]
        )
        intercepts[place] += own[width] * OWN_INTERCEPT
    extra[-1] = found[width]
    names = [
        f"{label}: {name}"
        for label in words.labels
        for name in ("strong", "plain", "weak", "any strong", "any plain")
    ]
    return build_heads(
        UNIT_FEATURES,
        words.labels,
        np.zeros((UNIT_FEATURES.width, size), dtype=np.float32),
        intercepts,
        keep=0,
        thresholds=np.full(size, THRESHOLD),
        extras=(*names, "length"),
        extra_weights=extra,
        facts={"method": "worded", "words": name, "always_answers": False},
    )


def _fit_polarity(evidence: NDArray[np.float32], polarities: NDArray[np.int64]) -> LabelHeads:
    """Balanced classes: neutral is rare and would hardly ever be said otherwise."""
    inputs = evidence.astype(np.float64)
    weights, intercepts, _ = fold_logistic(inputs, polarities, POLARITY_STRENGTH, "balanced")
    return build_heads(
        UNIT_FEATURES,
        [str(polarity) for polarity in POLARITIES],
        np.zeros((UNIT_FEATURES.width, len(POLARITIES)), dtype=np.float32),
        intercepts,
        keep=0,
        kind="single",
        extras=tuple(f"evidence {number}" for number in range(inputs.shape[1])),
        extra_weights=weights.astype(np.float32),
    )


def _train_clauses(pairs: Sequence[tuple[str, int]]) -> LabelHeads:
    """Blame, neither, praise of a clause; a clause with several polarities is neutral."""
    found: dict[str, set[int]] = {}
    for clause, polarity in pairs:
        found.setdefault(clause, set()).add(polarity)
    clauses = sorted(found)
    polarities = [next(iter(found[c])) if len(found[c]) == 1 else 0 for c in clauses]
    wanted = (np.array(polarities)[:, None] == np.array(POLARITIES)).astype(np.int64)
    weights, intercepts = fit_weights(UNIT_FEATURES.build(clauses), wanted, CLAUSE_STRENGTH)
    return build_heads(
        UNIT_FEATURES,
        [str(polarity) for polarity in POLARITIES],
        weights,
        intercepts,
        KEEP_CLAUSE,
        kind="single",
    )
