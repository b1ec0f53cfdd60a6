"""`voc_alarms`: danger, law and press in what customers say, read by a head from cues and words.

Danger is told in too many ways for a list of words, and words of a list are often harmless. So a
trained head decides: it weighs the letters of a unit, what the cues say about it, and whether it
praises. Cues that would raise the alarm alone lower its bar a little; where the words around joke
or tell what was averted, they must name the threat too.
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
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, load_shared_heads
from nlp_jobs.letter_scores import ALARMS, take_scores
from nlp_jobs.threat_cues import LAYER, THREATS, is_clear_praise, read_cued_alarm, weigh_threats

MIN_LETTERS = 5  # a shorter unit holds too few n-grams: there the cues decide alone
EVIDENCE = (*THREATS, "praise")  # what the head is told beside the text
MOST_WEIGHT, STRONG = 6.0, 3.0  # cues beyond two strong ones add nothing; one strong cue is 1
NEEDS_CUES = ("harmless", "averted")
PRAISES = 2.0  # a score of this much counts 1
SUPPORT = 1.0  # logits below its threshold at which a threat still counts when cues name it


@registry.misc("voc.alarm_head.v1")
def read_alarm_head(name: str) -> LabelHeads:
    """Return the shipped head of that name, such as `alarms_zh`."""
    return load_shared_heads(MODEL_DIR / f"{name}.npz")


@Language.factory("voc_alarms", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_alarms(nlp: Language, name: str, head: LabelHeads, language: str) -> AlarmReader:
    """Build the pipe; it must stand between `voc_polarity` and `voc_signals`."""
    return AlarmReader(head, language)


def weigh_evidence(units: Sequence[OpinionUnit], language: str) -> NDArray[np.float64]:
    """The head's inputs (units, EVIDENCE): strength of each threat's cues, and of the praise."""
    evidence = np.zeros((len(units), len(EVIDENCE)))
    for row, unit in enumerate(units):
        if LAYER in unit.hits:
            for slug, weight in weigh_threats(unit, language).items():
                evidence[row, THREATS.index(slug)] = min(weight, MOST_WEIGHT) / STRONG
        if unit.sentiment_label == "positive":
            evidence[row, -1] = (unit.sentiment_score or 0.0) / PRAISES
    return evidence


class AlarmReader(BatchPipe):
    """Sets `alarm` and `alarm_is_read` of the customers' units, those of a batch in one pass."""

    def __init__(self, head: LabelHeads, language: str) -> None:
        self.head = head
        self.language = language
        self.bars = np.log(head.thresholds / (1 - head.thresholds))

    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Set the alarm of each customer's unit that the head is asked about."""
        units = [
            unit
            for unit in list_customer_units(docs)
            if len(unit.text) >= MIN_LETTERS and not is_clear_praise(unit)
        ]
        if not units:
            return
        evidence = weigh_evidence(units, self.language)
        letters = take_scores(units, ALARMS, self.head)
        above = self.head.complete(letters, evidence) - self.bars
        for unit in units:
            unit.alarm_is_read = True
        for row in np.flatnonzero((above >= -SUPPORT).any(axis=1)):
            units[row].alarm = self._choose(
                dict(zip(self.head.labels, above[row], strict=True)), units[row]
            )

    def _choose(self, above: dict[str, float], unit: OpinionUnit) -> str | None:
        """The gravest threat that counts; `above` is how far each is above its threshold."""
        cued = read_cued_alarm(unit, self.language)
        needs_cues = any(layer in unit.hits for layer in NEEDS_CUES)
        for threat in THREATS:
            if threat == cued:
                if above[threat] >= -SUPPORT:
                    return threat
            elif above[threat] >= 0 and not needs_cues:
                return threat
        return None
