"""Aspects of a domain with thousands of labelled texts: linear heads over n-grams.

A head over the whole text (characters and words) decides for documents; where the labels of
training stood on clauses, it also hears the best clause by a second head over single clauses
(characters only). That second head alone serves the opinion units of the pipeline.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.aspects.clauses import split_clauses
from nlp_jobs.label_heads import LabelHeads, load_label_heads

Numbers = NDArray[np.float64]
NEARLY_BEST = 0.3  # score below the best clause of a label, down to which a clause carries it too


class LearnedAspects:
    """Reads presence and polarity with `<stem>.npz`, `<stem>_units.npz`, `<stem>_polarity.npz`."""

    def __init__(self, text_head: LabelHeads, unit_head: LabelHeads, polarity: LabelHeads) -> None:
        self.text_head = text_head
        self.unit_head = unit_head
        self.polarity_head = polarity
        self.labels = text_head.labels
        self.thresholds = text_head.thresholds
        self.unit_thresholds = unit_head.thresholds
        self.facts = text_head.facts

    @classmethod
    def load(cls, directory: Path, stem: str) -> LearnedAspects:
        """Read the three files; a missing one is a `FileNotFoundError`."""
        return cls(
            *(
                load_label_heads(directory / f"{stem}{part}.npz")
                for part in ("", "_units", "_polarity")
            )
        )

    def presence(self, texts: Sequence[str]) -> Numbers:
        """Probability of each aspect in each text, (texts, labels)."""
        best = best_clause_scores(self.unit_head, texts) if self.text_head.extras else None
        return self.text_head.probabilities(texts, best)

    def unit_presence(self, texts: Sequence[str]) -> Numbers:
        """The same for short units, in one pass over characters."""
        return self.unit_head.probabilities(texts)

    def polarity(self, texts: Sequence[str], places: Sequence[int]) -> Numbers:
        """Probabilities of blame, neither, praise for the label at each place, (texts, 3)."""
        return self.polarity_head.probabilities(carriers(self.unit_head, texts, places))


def best_clause_scores(head: LabelHeads, texts: Sequence[str]) -> NDArray[np.float32]:
    """The highest raw score among the clauses of each text, (texts, labels)."""
    scores, owners, _ = score_clauses(head, texts)
    best = np.full((len(texts), len(head.labels)), -np.inf)
    np.maximum.at(best, owners, scores)
    return best.astype(np.float32)


def carriers(head: LabelHeads, texts: Sequence[str], places: Sequence[int]) -> list[str]:
    """The clauses of each text that carry the label at its place, joined by commas."""
    scores, owners, clauses = score_clauses(head, texts)
    starts = np.searchsorted(owners, np.arange(len(texts) + 1))
    joined = []
    for number, place in enumerate(places):
        here = slice(int(starts[number]), int(starts[number + 1]))
        values = scores[here, place]
        kept = np.flatnonzero(values >= values.max() - NEARLY_BEST)
        joined.append("，".join(clauses[here.start + int(offset)] for offset in kept))
    return joined


def score_clauses(
    head: LabelHeads, texts: Sequence[str]
) -> tuple[Numbers, NDArray[Any], list[str]]:
    """Raw scores of all clauses, the number of the text that each is from, and the clauses."""
    clauses, owners = [], []
    for number, text in enumerate(texts):
        for start, end in split_clauses(text):
            clauses.append(text[start:end])
            owners.append(number)
    return head.score(clauses), np.array(owners, dtype=np.int64), clauses
