"""`voc_unit_sentiment`: whether a unit judges anything, and what, by a head trained on units.

`voc_polarity` learned from whole texts with stars, which say nothing of facts that judge nothing
and little of clauses that complain without a word of blame. This head learned from single units.
It weighs their letters beside what `voc_polarity` read of them, of the text around them, and what
the rules found, and has the last word on label, score and confidence of the customers' units.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from spacy import registry
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.batch_pipe import BatchPipe
from nlp_jobs.components.opinion_unit import (
    OPINION_UNITS,
    SENTIMENT_CONFIDENCE,
    SENTIMENT_LABEL,
    SENTIMENT_SCORE,
    OpinionUnit,
)
from nlp_jobs.heads import MODEL_DIR, clip_rules
from nlp_jobs.label_heads import LabelHeads, load_shared_heads
from nlp_jobs.letter_scores import SENTIMENT, take_scores
from nlp_jobs.verdicts import MIN_PROBABILITY, asks, judge_all

NOTHING_SAID = "none"
LABELS = (NOTHING_SAID, "negative", "neutral", "positive")  # of the head, in this order
# what the head is told beside the letters
EVIDENCE = (
    "praise",
    "neutral",
    "rules",
    "cues",
    "is judged",
    "label",
    "score",
    "asks",
    "wishes",
    "praise of the only unit",
    "side of the text",
    "score of the text",
)
MOST_CUES = 3
SIDES = {None: np.nan, "negative": -1.0, "neutral": 0.0, "positive": 1.0}

Floats = NDArray[np.float64]


@registry.misc("voc.unit_sentiment_head.v1")
def read_unit_sentiment_head(name: str) -> LabelHeads:
    """Return the shipped head of that name, such as `unit_sentiment_zh`."""
    return load_shared_heads(MODEL_DIR / f"{name}.npz")


@Language.factory(
    "voc_unit_sentiment",
    requires=["doc._.opinion_units", "doc._.sentiment_label"],
    assigns=["doc._.opinion_units", "doc._.sentiment_label"],
)
def make_unit_sentiment(nlp: Language, name: str, head: LabelHeads) -> UnitSentimentReader:
    """Build the pipe; it must stand behind `voc_polarity`."""
    return UnitSentimentReader(head)


def select_units(doc: Doc) -> list[OpinionUnit]:
    """The units that the head judges: of customers, read by `voc_polarity`, and left to it.

    Not asked about are quoted promises, which are no opinion yet, and what takes a turn of speech
    to understand, which the rules know: irony, a rival's praise, blame that is denied to praise.
    """
    return [
        unit
        for unit in doc.user_data[OPINION_UNITS]
        if unit.praise is not None
        and unit.promise_role != "promise"
        and not (unit.rules.is_ironic or unit.rules.prefers_competitor or unit.rules.is_faultless)
    ]


def gather_evidence(doc: Doc, units: Sequence[OpinionUnit]) -> list[tuple[float, ...]]:
    """What the pipes before read of units that were selected, for `to_inputs`; of each in order:

    probabilities of praise and of being neutral, score and number of rule cues, side (NaN: nothing
    judged) and score, whether it asks and wishes, whether it is the only one, side and score of
    the text.
    """
    data = doc.user_data
    side = SIDES[data.get(SENTIMENT_LABEL)]
    score = data.get(SENTIMENT_SCORE) or 0.0
    is_alone = len(units) == 1
    return [
        (
            unit.praise or 0.0,  # selected units have both
            unit.neutral or 0.0,
            unit.rules.score,
            unit.rules.count,
            SIDES[unit.sentiment_label],
            unit.sentiment_score or 0.0,
            "intent_slug" in unit.hits and asks(unit),
            unit.rules.is_unreal,
            is_alone,
            side,
            score,
        )
        for unit in units
    ]


def to_inputs(rows: Sequence[tuple[float, ...]]) -> Floats:
    """Rows of `gather_evidence` as the head's inputs (units, EVIDENCE)."""
    read = np.array(rows, dtype=float).reshape(len(rows), -1)
    praise, neutral, rules, cues, side, score, asking, wishes, is_alone, whole, total = read.T
    bounded = np.clip([praise, neutral], MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    praise, neutral = np.log(bounded / (1 - bounded))
    return np.column_stack(
        [
            praise,
            neutral,
            clip_rules(rules),
            np.minimum(cues, MOST_CUES),
            ~np.isnan(side),
            np.nan_to_num(side),
            score / 2,
            asking,
            wishes,
            praise * is_alone,
            np.nan_to_num(whole),
            total / 2,
        ]
    )


class UnitSentimentReader(BatchPipe):
    """Judges the units of a batch in one pass."""

    def __init__(self, head: LabelHeads) -> None:
        head.require(LABELS, EVIDENCE)
        self.head = head

    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Set label, score and confidence of the selected units."""
        units: list[OpinionUnit] = []
        rows: list[tuple[float, ...]] = []
        alone: list[Doc] = []
        for doc in docs:
            own = select_units(doc)
            units += own
            rows += gather_evidence(doc, own)
            if len(own) == 1 and len(doc.user_data[OPINION_UNITS]) == 1:
                alone.append(doc)
        if not units:
            return
        letters = take_scores(units, SENTIMENT, self.head)
        chances = self.head.calibrate(self.head.complete(letters, to_inputs(rows)))
        said = 1 - chances[:, 0]
        sides = np.maximum(chances[:, 1] + chances[:, 3], np.finfo(float).tiny)
        verdicts = judge_all(chances[:, 3] / sides, chances[:, 2] / said)
        is_judged = chances[:, 1:].max(axis=1) > chances[:, 0]
        for unit, verdict, share, judges in zip(
            units, verdicts, said.tolist(), is_judged.tolist(), strict=True
        ):
            if judges:
                label, score, confidence = verdict
                unit.sentiment_label, unit.sentiment_score = label, score
                unit.sentiment_confidence = round(confidence * share, 3)
            else:
                unit.sentiment_label = unit.sentiment_score = None
                unit.sentiment_confidence = None
        for doc in alone:
            _take_over(doc)


def _take_over(doc: Doc) -> None:
    """What the only unit says is what the text says, where the text itself said nothing.

    So it is where the text seems neutral and leans to the side that the unit takes. Elsewhere the
    reading of the whole text stays: it learned from stars, which are given for more than the words
    tell, and knows them better.
    """
    [unit] = doc.user_data[OPINION_UNITS]
    label, score = doc.user_data.get(SENTIMENT_LABEL), doc.user_data.get(SENTIMENT_SCORE)
    leans = label == "neutral" and (score or 0.0) * (unit.sentiment_score or 0.0) > 0
    if label is None or leans:
        doc.user_data[SENTIMENT_LABEL] = unit.sentiment_label
        doc.user_data[SENTIMENT_SCORE] = unit.sentiment_score
        doc.user_data[SENTIMENT_CONFIDENCE] = unit.sentiment_confidence
