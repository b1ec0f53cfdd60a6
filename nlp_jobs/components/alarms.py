"""`voc_alarms`: dangers that a trained head reads where no cue names them.

Danger is told in too many ways for a list of words. The head is asked about blame, and
proposes; `voc_signals` decides, for it knows the cues, what is feared and what was averted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from spacy import registry, util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, load_label_heads

CUSTOMER = "customer"
MIN_LETTERS = 5  # a shorter unit holds too few n-grams to tell a danger


@registry.misc("voc.alarm_head.v1")
def read_alarm_head(name: str) -> LabelHeads:
    """Return the shipped head of that name, such as `alarms_zh`."""
    return load_label_heads(MODEL_DIR / f"{name}.npz")


@Language.factory("voc_alarms", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_alarms(nlp: Language, name: str, head: LabelHeads) -> AlarmReader:
    """Build the pipe; it must stand between `voc_polarity` and `voc_signals`."""
    return AlarmReader(head)


class AlarmReader:
    """Sets `alarm` of the customers' units of blame, all units of a batch in one pass."""

    def __init__(self, head: LabelHeads) -> None:
        self.head = head

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
            and len(unit.text) >= MIN_LETTERS
            and unit.sentiment_label == "negative"
        ]
        if not units:
            return
        found = self.head.predict([unit.text for unit in units])
        for unit, alarms in zip(units, found, strict=True):
            if alarms:
                unit.alarm = alarms[0][0]
