"""`voc_effort`: what it cost the customer to get something done, or how easy it was.

Words of effort come first (`voc_signals`), but customers tell of it in many ways that no list
holds (「客服一直占线」), and the words stand in much that was no effort (「给我省了二十块」). So a
trained head decides, which weighs the letters of a unit and what was found before; what the words
say too needs less of a chance.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.batch_pipe import BatchPipe
from nlp_jobs.components.opinion_unit import OpinionUnit, list_customer_units
from nlp_jobs.components.promises import BREACH
from nlp_jobs.heads import MODEL_DIR, clip_rules
from nlp_jobs.label_heads import LabelHeads, choose_supported, find_said, load_shared_heads
from nlp_jobs.letter_scores import EFFORT, take_scores

NONE, HIGH, LOW = LABELS = ("none", "high", "low")  # of the head, in this order
# what the head is told beside the letters
EVIDENCE = (
    "hard cues",
    "easy cues",
    "negated",
    "stressed",
    "wished for",
    "blame",
    "praise",
    "score",
    "broken promise",
    "rules say high",
    "rules say low",
)
MOST_CUES = 3
UNNAMED = 2  # how far from 0 is an effort that no word of the list names: that of one word

Floats = NDArray[np.float64]


@registry.misc("voc.effort_head.v1")
def read_effort_head(name: str) -> LabelHeads:
    """Return the shipped head of that name, such as `effort_zh`."""
    return load_shared_heads(MODEL_DIR / f"{name}.npz")


@Language.factory("voc_effort", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_effort(nlp: Language, name: str, head: LabelHeads) -> EffortReader:
    """Build the pipe; it must run after `voc_signals`."""
    return EffortReader(head)


def gather_evidence(units: Sequence[OpinionUnit]) -> Floats:
    """The head's inputs (units, EVIDENCE), from what the pipes before left at the units."""
    evidence = np.zeros((len(units), len(EVIDENCE)))
    for row, unit in enumerate(units):
        hits, effort = unit.hits, unit.effort or 0
        evidence[row] = (
            min(len(hits.get("effort_hard", ())), MOST_CUES),
            min(len(hits.get("effort_easy", ())), MOST_CUES),
            "negator" in hits,
            "intensifier" in hits,
            "unreal" in hits or "hypothetical" in hits,
            unit.sentiment_label == "negative",
            unit.sentiment_label == "positive",
            unit.sentiment_score or 0.0,
            unit.promise_role == BREACH,
            effort < 0,
            effort > 0,
        )
    evidence[:, EVIDENCE.index("score")] = clip_rules(evidence[:, EVIDENCE.index("score")])
    return evidence


class EffortReader(BatchPipe):
    """Sets `effort` anew: -5 (a struggle) to 5 (no effort at all), null where none is told of."""

    def __init__(self, head: LabelHeads) -> None:
        head.require(LABELS, EVIDENCE)
        self.head = head

    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Let the head judge the customers' units; how much effort it was is said by the words."""
        units = list_customer_units(docs)
        if not units:
            return
        evidence = gather_evidence(units)
        letters = take_scores(units, EFFORT, self.head)
        chances = self.head.calibrate(self.head.complete(letters, evidence))
        said = find_said(evidence, EVIDENCE, LABELS)
        places = choose_supported(chances, said, self.head.thresholds)
        for unit, place in zip(units, places.tolist(), strict=True):
            unit.effort = grade(LABELS[place], unit.effort)


def grade(label: str, by_words: int | None) -> int | None:
    """The effort of a unit with that label; `by_words`: what the words of the list make it."""
    if label == NONE:
        return None
    sign = -1 if label == HIGH else 1
    return by_words if by_words is not None and by_words * sign > 0 else sign * UNNAMED
