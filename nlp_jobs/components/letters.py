"""`voc_letters`: reads the letters of units for all heads at once (`nlp_jobs.letter_scores`)."""

from __future__ import annotations

from collections.abc import Sequence

from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.alarms import read_alarm_head
from nlp_jobs.components.batch_pipe import BatchPipe
from nlp_jobs.components.effort import read_effort_head
from nlp_jobs.components.opinion_unit import list_customer_units
from nlp_jobs.components.promises import read_promise_head
from nlp_jobs.components.signal_heads import read_signal_head
from nlp_jobs.components.topics import read_topic_head
from nlp_jobs.components.unit_sentiment import read_unit_sentiment_head
from nlp_jobs.letter_scores import (
    ALARMS,
    EFFORT,
    PROMISES,
    SENTIMENT,
    SIGNALS,
    TOPICS,
    LetterScorer,
)
from nlp_jobs.taxonomy import Pack


@Language.factory("voc_letters", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_letters(
    nlp: Language,
    name: str,
    pack: Pack,
    language: str,
    promises: str | None,
    sentiment: str | None,
    alarms: str | None,
    effort: str | None,
    signals: str | None,
) -> LetterReader:
    """`promises` to `signals` name the heads of the pipes that judge these.

    A head that is null is not read, and its pipe reads the letters itself. The head of
    `voc_topics` is the one that the pack names.
    """
    named = {
        PROMISES: (read_promise_head, promises),
        SENTIMENT: (read_unit_sentiment_head, sentiment),
        ALARMS: (read_alarm_head, alarms),
        EFFORT: (read_effort_head, effort),
        SIGNALS: (read_signal_head, signals),
    }
    heads = {slot: read(name) for slot, (read, name) in named.items() if name is not None}
    topics = read_topic_head(pack, language)
    if topics is not None:
        heads[TOPICS] = topics
    return LetterReader(LetterScorer(heads))


class LetterReader(BatchPipe):
    """Leaves the scores of each head at the units, a batch in one pass."""

    def __init__(self, scorer: LetterScorer) -> None:
        self.scorer = scorer

    def read_batch(self, docs: Sequence[Doc]) -> None:
        """Leave the scores of all heads at the customers' units."""
        units = list_customer_units(docs)
        if units:
            scores = self.scorer.score([unit.text for unit in units])
            for row, unit in enumerate(units):
                unit.letters = (scores, row)
