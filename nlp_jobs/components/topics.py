"""`voc_topics`: topic and touchpoint of each unit by a trained head that also hears the cues.

Customers tell things without naming them (「周一下的单周五还没发」), which no list of words holds.
The head gives every topic of the pack a score from the letters of the unit; five weights join it
with the strength of the cues; a touchpoint's chance is the sum of those of its topics.
Customers name a touchpoint once and go on about it (「打了客服电话」「一直没人理」), so each unit
of a text is read once more with what the units beside it are about.
A pack without a head (`topic_heads:`) costs nothing and keeps what the cues found, and so does a
unit whose cues point to a topic that was added to the pack after the head was trained.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from spacy import util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import CueWeights, OpinionUnit, list_customer_units
from nlp_jobs.heads import MODEL_DIR
from nlp_jobs.label_heads import LabelHeads, load_shared_heads
from nlp_jobs.letter_scores import TOPICS, take_scores
from nlp_jobs.taxonomy import Pack, TaxonomyError

LEAST_CHANCE = np.float32(1e-9)  # so that it has a logarithm
NOWHERE = "none"  # stands for no topic and for no touchpoint in the labels of a head
# what joins a head's score with the cues of a unit, in the order of the weights in its facts
JOINED = ("head", "topic cues", "touchpoint cues", "no topic", "no topic despite cues")
# what joins the logarithm of a unit's chances with those of the units beside it
BESIDE = ("alone", "no topic", "touchpoint before", "touchpoint after", "touchpoints of the others")
Numbers = NDArray[np.float64]
Scores = NDArray[np.float32]


class Named(NamedTuple):
    """What cues name: number of the unit, column of what is named, strength."""

    rows: list[int]
    columns: list[int]
    worths: list[float]


class GatheredCues(NamedTuple):
    """What the cues of so many units name; `with_topic` are the units with a topic of any kind."""

    units: int
    topics: Named
    touchpoints: Named
    with_topic: list[int]


@Language.factory("voc_topics", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_topics(nlp: Language, name: str, pack: Pack, language: str) -> TopicReader:
    """Build the pipe; it must stand behind `voc_routing`."""
    return TopicReader(pack, language)


def write_label(topic: str | None, touchpoint: str | None) -> str:
    """The label of a head for a topic at a touchpoint, null for none."""
    return f"{topic or NOWHERE}@{touchpoint or NOWHERE}"


def read_label(label: str) -> tuple[str | None, str | None]:
    """Topic and touchpoint of a head's label."""
    topic, _, touchpoint = label.partition("@")
    return (None if topic == NOWHERE else topic), (None if touchpoint == NOWHERE else touchpoint)


def read_topic_head(pack: Pack, language: str) -> LabelHeads | None:
    """The head that a pack names for a language; null where it names none."""
    name = pack.topic_heads.get(language)
    return None if name is None else load_shared_heads(find_topic_head(name, pack))


def find_topic_head(name: str, pack: Pack) -> Path:
    """The weights that a pack names; `TaxonomyError` where there are none."""
    path = MODEL_DIR / f"{name}.npz"
    if not path.is_file():
        raise TaxonomyError(f"pack {pack.slug}, topic_heads: {path} does not exist")
    return path


class TopicChances:
    """The chance of each topic and touchpoint, from the scores of a head and the cues of a unit.

    `pairs` (classes,) are the topic and touchpoint of each class, `touchpoints` the columns of
    `at` (classes, touchpoints + 1), the last of which is none.
    """

    def __init__(self, labels: Sequence[str]) -> None:
        self.pairs = [read_label(label) for label in labels]
        self.touchpoints = sorted({place for _, place in self.pairs if place is not None})
        self.at = np.zeros((len(self.pairs), len(self.touchpoints) + 1), dtype=np.float32)
        for row, (_, place) in enumerate(self.pairs):
            self.at[row, -1 if place is None else self.touchpoints.index(place)] = 1
        self.topic_columns = {
            topic: column for column, (topic, _) in enumerate(self.pairs) if topic is not None
        }
        self.places = {place: column for column, place in enumerate(self.touchpoints)}
        self.without_topic = np.array([topic is None for topic, _ in self.pairs], dtype=np.float32)

    def gather_cues(self, units: Sequence[CueWeights | None]) -> GatheredCues:
        """What the cues of each unit say, null where no cue speaks of topic or touchpoint."""
        # gathered in lists: to set single places of an array takes longer than to find them
        topics = Named([], [], [])
        touchpoints = Named([], [], [])
        with_topic: list[int] = []
        for row, weights in enumerate(units):
            if weights is None:
                continue
            by_topic, by_touchpoint = weights
            _append(topics, row, by_topic, self.topic_columns)
            _append(touchpoints, row, by_touchpoint, self.places)
            if by_topic:
                with_topic.append(row)
        return GatheredCues(len(units), topics, touchpoints, with_topic)

    def spread_cues(self, cues: GatheredCues) -> Numbers:
        """The same as inputs to fit weights on (`JOINED` without the head, units, classes)."""
        inputs = np.zeros((len(JOINED) - 1, cues.units, len(self.pairs)))
        inputs[0, cues.topics.rows, cues.topics.columns] = np.log1p(cues.topics.worths)
        by_place = np.zeros((cues.units, self.at.shape[1]))
        rows, columns, worths = cues.touchpoints
        by_place[rows, columns] = np.log1p(worths)
        inputs[1] = by_place @ self.at.T
        inputs[2] = self.without_topic
        inputs[3, cues.with_topic] = self.without_topic
        return inputs

    def join(self, scores: Scores, cues: GatheredCues, weights: Sequence[float]) -> Scores:
        """Chances (units, classes) that add up to 1; `weights` are those of `JOINED`.

        The weighted sum of the scores and of `spread_cues`, of which most is nought.
        """
        head, topic, touchpoint, no_topic, despite_cues = weights
        logits = scores * np.float32(head) + self.without_topic * np.float32(no_topic)
        rows, columns, worths = cues.topics
        logits[rows, columns] += np.float32(topic) * np.log1p(worths, dtype=np.float32)
        rows, columns, worths = cues.touchpoints
        if rows:
            placed, places = np.unique(rows, return_inverse=True)
            by_place = np.zeros((len(placed), self.at.shape[1]), dtype=np.float32)
            by_place[places, columns] = np.log1p(worths) * touchpoint
            logits[placed] += by_place @ self.at.T
        logits[cues.with_topic] += self.without_topic * np.float32(despite_cues)
        return to_chances(logits)

    def spread_beside(self, chances: Scores, texts: NDArray[np.intp]) -> Scores:
        """What stands beside each unit as inputs to fit weights on (`BESIDE`, units, classes).

        `texts` (units,) numbers the text of each unit; units of a text follow each other.
        """
        no_topic = np.broadcast_to(self.without_topic, chances.shape)
        beside = self._gather_beside(chances, texts) @ self.at.T
        return np.stack([_log(chances), no_topic, *beside])

    def read_beside(
        self, chances: Scores, texts: NDArray[np.intp], weights: Sequence[float]
    ) -> Scores:
        """The chances with those of the units of the same text weighed in.

        A unit that stands alone in its text keeps its own. `weights` are those of `BESIDE`.
        """
        _, numbers, counts = np.unique(texts, return_inverse=True, return_counts=True)
        several = counts[numbers] > 1
        if not several.any():
            return chances
        inside = chances[several]
        alone, no_topic, *beside = np.asarray(weights, dtype=np.float32)
        places = np.tensordot(beside, self._gather_beside(inside, texts[several]), axes=1)
        logits = alone * _log(inside) + no_topic * self.without_topic + places @ self.at.T
        logits[inside == 0] = -np.inf  # what is never chosen
        chances[several] = to_chances(logits)
        return chances

    def _gather_beside(self, chances: Scores, texts: NDArray[np.intp]) -> Scores:
        """The touchpoints of the unit before, of the one after, and the mean of all others of the
        text (3, units, touchpoints + 1).
        """
        places = chances @ self.at
        places[:, -1] = 0  # that nothing is named is not something to go on about
        follows = np.zeros((len(texts), 1), dtype=bool)
        follows[1:, 0] = texts[1:] == texts[:-1]
        before, after = np.zeros_like(places), np.zeros_like(places)
        before[1:] = places[:-1] * follows[1:]
        after[:-1] = places[1:] * follows[1:]
        _, first, numbers, counts = np.unique(
            texts, return_index=True, return_inverse=True, return_counts=True
        )
        others = np.add.reduceat(places, first)[numbers] - places
        others /= np.maximum(counts[numbers] - 1, 1, dtype=np.float32)[:, None]
        return np.stack([before, after, others])

    def choose(
        self, chances: Scores, least_topic: float, least_touchpoint: float
    ) -> Iterator[tuple[str | None, float, str | None, float]]:
        """Yield topic, its chance, touchpoint and its chance; null below what is asked for.

        The topic is the likeliest that happens at the chosen touchpoint, or anywhere.
        """
        by_place = chances @ self.at
        best_places = by_place.argmax(axis=1)
        anywhere = self.at[:, -1] > 0
        possible = chances * np.where(self.at.T[best_places] > 0, 1, anywhere)
        possible[:, self.without_topic > 0] = 0
        for place, place_chance, best, chance in zip(
            best_places.tolist(),
            by_place.max(axis=1).tolist(),
            possible.argmax(axis=1).tolist(),
            possible.max(axis=1).tolist(),
            strict=True,
        ):
            is_named = place < len(self.touchpoints) and place_chance >= least_touchpoint
            yield (
                self.pairs[best][0] if chance >= least_topic else None,
                chance,
                self.touchpoints[place] if is_named else None,
                place_chance,
            )


def _log(chances: Scores) -> Scores:
    logarithms: Scores = np.log(np.maximum(chances, LEAST_CHANCE))
    return logarithms


def to_chances(logits: Scores) -> Scores:
    """Chances (units, classes) that add up to 1, in the place of the logits."""
    logits -= logits.max(axis=1, keepdims=True)
    np.exp(logits, out=logits)
    logits /= logits.sum(axis=1, keepdims=True)
    return logits


def _append(found: Named, row: int, worths: Mapping[str, float], places: Mapping[str, int]) -> None:
    for slug, worth in worths.items():
        if slug in places:
            found.rows.append(row)
            found.columns.append(places[slug])
            found.worths.append(worth)


class TopicReader:
    """Sets topic, touchpoint and department of the customers' units, a batch in one pass."""

    def __init__(self, pack: Pack, language: str, head: LabelHeads | None = None) -> None:
        if head is None:
            head = read_topic_head(pack, language)
        self.head = head
        if head is None:
            return
        self.chances = TopicChances(head.labels)
        self.weights: list[float] = head.facts["join"]
        # null where nobody judged units in their texts
        self.beside: list[float] | None = head.facts.get("beside")
        self.least_topic: float = head.facts["least_topic"]
        self.least_touchpoint: float = head.facts["least_touchpoint"]
        self.owners = {
            touchpoint.slug: touchpoint.department for _, touchpoint in pack.iter_touchpoints()
        }
        topics = {topic.slug: topic for *_, topic in pack.iter_topics()}
        self.topic_owners = {slug: topic.department for slug, topic in topics.items()}
        # what the pack lost since the head was trained is never chosen
        self.lost = [
            column
            for column, (topic, place) in enumerate(self.chances.pairs)
            if (topic is not None and (topic not in topics or topics[topic].touchpoint != place))
            or (place is not None and place not in self.owners)
        ]

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc; `pipe` reads many in one pass."""
        if self.head is not None:
            self._read([doc], self.head)
        return doc

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterable[Doc]:
        """Read docs batch by batch."""
        return stream if self.head is None else self._pipe(stream, batch_size, self.head)

    def _pipe(self, stream: Iterable[Doc], batch_size: int, head: LabelHeads) -> Iterator[Doc]:
        for docs in util.minibatch(stream, size=batch_size):
            batch = list(docs)
            self._read(batch, head)
            yield from batch

    def _read(self, docs: Iterable[Doc], head: LabelHeads) -> None:
        placed = [
            (number, unit)
            for number, doc in enumerate(docs)
            for unit in list_customer_units([doc])
            if unit.promise_role != "promise" and self._knows(unit)
        ]
        if not placed:
            return
        units = [unit for _, unit in placed]
        scores = head.complete(take_scores(units, TOPICS, head)).astype(np.float32)
        scores[:, self.lost] = -np.inf
        cues = self.chances.gather_cues([unit.cue_weights for unit in units])
        joined = self.chances.join(scores, cues, self.weights)
        if self.beside is not None:
            texts = np.array([number for number, _ in placed])
            joined = self.chances.read_beside(joined, texts, self.beside)
        found = self.chances.choose(joined, self.least_topic, self.least_touchpoint)
        for unit, (topic, chance, touchpoint, place_chance) in zip(units, found, strict=True):
            self._take(unit, topic, chance, touchpoint, place_chance)

    def _knows(self, unit: OpinionUnit) -> bool:
        """False where the cues point to what the head has not learnt."""
        topic, place = unit.topic_slug, unit.touchpoint_slug
        return (topic is None or topic in self.chances.topic_columns) and (
            place is None or place in self.chances.places
        )

    def _take(
        self,
        unit: OpinionUnit,
        topic: str | None,
        chance: float,
        touchpoint: str | None,
        place_chance: float,
    ) -> None:
        before = self._owner(unit.topic_slug, unit.touchpoint_slug)
        unit.topic_slug = topic
        unit.topic_confidence = None if topic is None else round(chance, 3)
        unit.touchpoint_slug = touchpoint
        unit.touchpoint_confidence = None if touchpoint is None else round(place_chance, 3)
        owner = self._owner(topic, touchpoint)
        # the department goes with the touchpoint unless the customer named another
        if unit.department_slug in (None, before) and unit.department_slug != owner:
            unit.department_slug = owner
            unit.department_confidence = None if owner is None else round(place_chance, 3)

    def _owner(self, topic: str | None, touchpoint: str | None) -> str | None:
        return self.topic_owners.get(topic or "") or self.owners.get(touchpoint or "")
