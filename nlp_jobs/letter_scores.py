"""What the letters of a unit score for each head, weighed for all heads in one pass.

Heads of single units share their n-grams (`nlp_jobs.unit_features`), and to hash them costs more
than to weigh them. `voc_letters` leaves the scores at the units; the pipes of the heads take them
up, or read the letters themselves where that pipe does not stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.label_heads import LabelHeads

TOPICS, SENTIMENT, ALARMS, PROMISES, EFFORT, SIGNALS = (
    "topics",
    "sentiment",
    "alarms",
    "promises",
    "effort",
    "signals",
)
Scores = NDArray[np.float32]


class LetterScorer:
    """Heads with the same n-grams, their weights side by side.

    Raises `ValueError` where the heads read other n-grams than each other.
    """

    def __init__(self, heads: Mapping[str, LabelHeads]) -> None:
        first, *others = heads.values()
        if any(head.features != first.features for head in others):
            raise ValueError(f"the heads {', '.join(heads)} read different n-grams")
        columns = np.unique(np.concatenate([head.columns for head in heads.values()]))
        width = sum(len(head.labels) for head in heads.values())
        weights = np.zeros((len(columns), width), dtype=np.float32)
        self.places: dict[str, slice] = {}
        start = 0
        for name, head in heads.items():
            self.places[name] = slice(start, start + len(head.labels))
            weights[np.searchsorted(columns, head.columns), self.places[name]] = head.weights
            start += len(head.labels)
        noughts = np.zeros(width)
        self._joined = LabelHeads(
            kind="multiple",
            labels=tuple(
                f"{name}:{label}" for name, head in heads.items() for label in head.labels
            ),
            features=first.features,
            columns=columns,
            weights=weights,
            intercepts=noughts,
            calibration=np.array([noughts + 1, noughts]),
            thresholds=noughts,
        )

    def score(self, texts: Sequence[str]) -> dict[str, Scores]:
        """The scores (texts, labels) of each head, without intercepts."""
        scores = self._joined.score_letters(texts)
        return {name: scores[:, place] for name, place in self.places.items()}


def take_scores(units: Sequence[OpinionUnit], name: str, head: LabelHeads) -> Scores:
    """The scores (units, labels) of a head, without intercepts: those left there, or read now."""
    left = [unit.letters for unit in units if unit.letters is not None and name in unit.letters[0]]
    if len(left) < len(units):
        return head.score_letters([unit.text for unit in units])
    batch = left[0][0] if left else {}
    if all(scores is batch for scores, _ in left):  # units of one batch, as a rule
        return batch[name][[row for _, row in left]] if left else head.score_letters([])
    return np.array([scores[name][row] for scores, row in left])
