"""Measures the topic heads on texts that they have not seen, by themselves and in their texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.components.cues import make_cue_finder
from nlp_jobs.components.routing import Router
from nlp_jobs.components.topics import TopicChances, write_label
from nlp_jobs.evaluation import metrics
from nlp_jobs.label_heads import LabelHeads
from nlp_jobs.taxonomy import Pack
from nlp_jobs.training.topic_fitting import LEAST_TOPIC, LEAST_TOUCHPOINT
from nlp_jobs.training.topic_texts import TextInside, TopicText


class Measured:
    """Texts with what the cues say of them, as one unit each."""

    def __init__(
        self,
        texts: Sequence[TopicText],
        chances: TopicChances,
        router: Router,
        language: str,
        pack: str,
        labels: list[str],
    ) -> None:
        self.texts = texts
        self.pairs = [text[:2] for text in texts]
        self.right = np.array([labels.index(write_label(*text[:2])) for text in self.texts])
        finder = make_cue_finder(language, pack)
        self.hits = finder.find_many([text.text for text in self.texts])
        self.cues = chances.gather_cues([router.weigh(hits) for hits in self.hits])


class MeasuredInside:
    """All units of texts with what the cues say of them; `judged` marks those with a label."""

    def __init__(
        self, texts: Sequence[TextInside], chances: TopicChances, router: Router, labels: list[str]
    ) -> None:
        self.units = [unit for text in texts for unit in text.units]
        self.texts = np.repeat(np.arange(len(texts)), [len(text.units) for text in texts])
        self.cues = chances.gather_cues([router.weigh(unit.unit.hits) for unit in self.units])
        places = {label: place for place, label in enumerate(labels)}
        found = [
            -1 if unit.label is None else places.get(write_label(*unit.label[:2]), -1)
            for unit in self.units
        ]
        self.judged = np.array(found) >= 0
        self.right = np.array(found)[self.judged]

    def score(self, head: LabelHeads) -> NDArray[np.float32]:
        """What the letters of all units score (units, labels)."""
        return head.score([unit.unit.text for unit in self.units]).astype(np.float32)


def score_pairs(
    wanted_of: Sequence[tuple[str | None, ...]],
    answers: Sequence[tuple[str | None, ...]],
    names: Sequence[str] = ("topic", "touchpoint"),
) -> dict[str, Any]:
    """Accuracy, precision, recall and micro-F1 of each of the named labels."""
    figures: dict[str, Any] = {"n": len(answers)}
    for column, name in enumerate(names):
        both = zip(wanted_of, answers, strict=True)
        pairs = [(wanted[column], answer[column]) for wanted, answer in both]
        hits = [wanted == said is not None for wanted, said in pairs]
        misses = [wanted not in (None, said) for wanted, said in pairs]
        extras = [said not in (None, wanted) for wanted, said in pairs]
        found = {
            "accuracy": metrics.share(sum(wanted == said for wanted, said in pairs), len(pairs)),
            "precision": metrics.share(sum(hits), sum(hits) + sum(extras)),
            "recall": metrics.share(sum(hits), sum(hits) + sum(misses)),
            "micro_f1": metrics.micro_f1(hits, misses, extras),
        }
        figures[name] = {
            key: [round(figure.value, 3), round(figure.low, 3), round(figure.high, 3)]
            for key, figure in found.items()
            if figure is not None
        }
    return figures


def answer_by_cues(router: Router, measured: Measured) -> list[tuple[str | None, str | None]]:
    """What the pack's cues say alone."""
    answers = []
    for hits in measured.hits:
        topics, touchpoints = router.weigh(hits)
        place = max(touchpoints, key=touchpoints.__getitem__, default=None)
        possible = {
            slug: worth for slug, worth in topics.items() if router.places[slug] in (None, place)
        }
        answers.append((max(possible, key=possible.__getitem__, default=None), place))
    return answers


def measure_inside(
    measured: MeasuredInside,
    scores: NDArray[np.float32],
    chances: TopicChances,
    join: Sequence[float],
    beside: Sequence[float],
    pack: Pack,
) -> dict[str, Any]:
    """How right units are in their texts, read by themselves and beside each other."""
    owners = {place.slug: place.department for _, place in pack.iter_touchpoints()}
    topic_owners = {topic.slug: topic.department for *_, topic in pack.iter_topics()}
    wanted = [
        (*unit.label[:2], unit.department) for unit in measured.units if unit.label is not None
    ]
    alone = chances.join(scores, measured.cues, join)
    figures = {}
    for name, joined in (
        ("by themselves", alone),
        ("beside each other", chances.read_beside(alone.copy(), measured.texts, beside)),
    ):
        found = chances.choose(joined, LEAST_TOPIC, LEAST_TOUCHPOINT)
        answers = [
            (topic, place, topic_owners.get(topic or "") or owners.get(place or ""))
            for unit, (topic, _, place, _) in zip(measured.units, found, strict=True)
            if unit.label is not None
        ]
        figures[name] = score_pairs(wanted, answers, ("topic", "touchpoint", "department"))
    return figures
