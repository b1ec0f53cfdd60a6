"""`voc_aspects`: topics by trained heads, for units in which the cues of a pack found none.

A pack names per language which aspect reader serves it and which of its topics each label stands
for (`heads:`). What the cues found stays; where they point to several topics and to none clearly, a
sure head may choose another one of these. A pack without heads costs nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.aspects.reader import load_aspect_model
from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.taxonomy import AspectHeads, Pack, TaxonomyError, Topic

SURE = 0.8  # chance from which a head chooses among topics that the cues leave open
CUSTOMER = "customer"


@Language.factory("voc_aspects", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_aspects(
    nlp: Language, name: str, pack: Pack, language: str, weak_confidence: float
) -> AspectTopics:
    """`weak_confidence`: below this confidence of the cues a head may choose among their topics."""
    return AspectTopics(pack, language, weak_confidence)


class AspectModel(Protocol):
    """What tells the chance of each aspect for many units at once."""

    labels: tuple[str, ...]
    unit_thresholds: NDArray[np.float64]

    def unit_presence(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Return shape (texts, labels)."""
        ...


class AspectTopics:
    """Fills topic, touchpoint and department of units, all units of a batch in one pass.

    `heads` says which label stands for which topic, null: what the pack says; `model` is asked in
    the place of the reader that the heads name.
    """

    def __init__(
        self,
        pack: Pack,
        language: str,
        weak_confidence: float,
        heads: AspectHeads | None = None,
        model: AspectModel | None = None,
    ) -> None:
        self.weak_confidence = weak_confidence
        self.heads = heads or pack.heads.get(language)
        topics = {topic.slug: topic for *_, topic in pack.iter_topics()}
        self.owners = {
            touchpoint.slug: touchpoint.department for _, touchpoint in pack.iter_touchpoints()
        }
        if self.heads is None:
            return
        try:
            self.model: AspectModel = model or load_aspect_model(self.heads.reader)
        except ValueError as error:
            raise TaxonomyError(f"pack {pack.slug}, heads {language}: {error}") from error
        least = self.heads.least_confidence
        self.topics = [topics.get(self.heads.topics.get(label, "")) for label in self.model.labels]
        self.thresholds = self.model.unit_thresholds.clip(min=least)

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc; `pipe` reads many in one pass."""
        if self.heads is not None:
            self._fill([doc])
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterable[Doc]:
        """Read docs batch by batch."""
        return stream if self.heads is None else self._pipe(stream, batch_size)

    def _pipe(self, stream: Iterable[Doc], batch_size: int) -> Iterator[Doc]:
        for docs in util.minibatch(stream, size=batch_size):
            batch = list(docs)
            self._fill(batch)
            yield from batch

    def _fill(self, docs: Iterable[Doc]) -> None:
        units = [
            unit
            for doc in docs
            for unit in doc.user_data[OPINION_UNITS]
            if unit.speaker == CUSTOMER
            and (unit.topic_slug is None or (unit.topic_confidence or 0) < self.weak_confidence)
        ]
        if not units:
            return
        chances = self.model.unit_presence([unit.text for unit in units])
        chances = chances * (chances >= self.thresholds)
        best = chances.argmax(axis=1).tolist()
        for unit, place, chance in zip(units, best, chances.max(axis=1).tolist(), strict=True):
            topic = self.topics[place]
            if topic is not None and chance > 0:
                self._take(unit, topic, chance)

    def _take(self, unit: OpinionUnit, topic: Topic, chance: float) -> None:
        """Set what the topic implies unless the cues say otherwise."""
        if unit.topic_slug is not None and not (
            chance >= SURE and any(hit.slug == topic.slug for hit in unit.hits.get("topic", ()))
        ):
            return
        if unit.touchpoint_slug is not None and topic.touchpoint not in (
            unit.touchpoint_slug,
            None,
        ):
            return
        unit.topic_slug, unit.topic_confidence = topic.slug, round(chance, 3)
        if unit.touchpoint_slug is None and topic.touchpoint is not None:
            unit.touchpoint_slug, unit.touchpoint_confidence = topic.touchpoint, round(chance, 3)
        owner = topic.department or self.owners.get(topic.touchpoint or "")
        if unit.department_slug is None and owner is not None:
            unit.department_slug, unit.department_confidence = owner, round(chance, 3)
