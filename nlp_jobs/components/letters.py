"""`voc_letters`: reads the letters of units for all heads at once (`nlp_jobs.letter_scores`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy import util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.alarms import read_alarm_head
from nlp_jobs.components.opinion_unit import OPINION_UNITS
from nlp_jobs.components.promises import read_promise_head
from nlp_jobs.components.topics import read_topic_head
from nlp_jobs.components.unit_sentiment import read_unit_sentiment_head
from nlp_jobs.letter_scores import ALARMS, PROMISES, SENTIMENT, TOPICS, LetterScorer
from nlp_jobs.taxonomy import Pack

CUSTOMER = "customer"


@Language.factory("voc_letters", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_letters(
    nlp: Language, name: str, pack: Pack, language: str, promises: str, sentiment: str, alarms: str
) -> LetterReader:
    """`promises`, `sentiment`, `alarms`: the heads of the pipes that judge these.

    The head of `voc_topics` is the one that the pack names.
    """
    heads = {
        PROMISES: read_promise_head(promises),
        SENTIMENT: read_unit_sentiment_head(sentiment),
        ALARMS: read_alarm_head(alarms),
    }
    topics = read_topic_head(pack, language)
    if topics is not None:
        heads[TOPICS] = topics
    return LetterReader(LetterScorer(heads))


class LetterReader:
    """Leaves the scores of each head at the units, a batch in one pass."""

    def __init__(self, scorer: LetterScorer) -> None:
        self.scorer = scorer

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc; `pipe` reads many in one pass."""
        self._read([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Read docs batch by batch."""
        for docs in util.minibatch(stream, size=batch_size):
            batch = list(docs)
            self._read(batch)
            yield from batch

    def _read(self, docs: Iterable[Doc]) -> None:
        units = [
            unit
            for doc in docs
            for unit in doc.user_data[OPINION_UNITS]
            if unit.speaker == CUSTOMER
        ]
        if units:
            scores = self.scorer.score([unit.text for unit in units])
            for row, unit in enumerate(units):
                unit.letters = (scores, row)
