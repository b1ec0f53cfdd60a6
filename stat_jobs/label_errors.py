"""How often the labels find a topic that is there, and one that is not: the rates, and their use.

    reference.topic_error_rates (counts on the hand-written gold set) -> Rates per topic

A share that labels show is not the share that is true: a topic is missed (true positive rate below
1) and seen where it is not (false positive rate above 0). Rogan and Gladen (1978, American Journal
of Epidemiology 107) turn one into the other:

    corrected = (observed - FPR) / (TPR - FPR), cut to 0..1

Interval: Lang and Reiczigel (2014, Preventive Veterinary Medicine 113), which carries the error of
both rates: with z = 1.96, p' = (n p + z^2 / 2) / (n + z^2), and one hit and one miss added to
each rate (marked ' as well), J' = TPR' - FPR', q' = (p' - FPR') / J',

    q' + d -/+ z / J' sqrt(p'(1-p')/(n+z^2) + q'^2 TPR'(1-TPR')/n_t' + (1-q')^2 FPR'(1-FPR')/n_f')
    d = 2 z^2 (q' TPR'(1-TPR')/n_t' - (1-q') FPR'(1-FPR')/n_f')

A topic with fewer than `MIN_POSITIVES` gold documents borrows the TPR of its second level, else of
its first, else of all topics: the pooled hits, resting on as many documents as say equally much of
one topic among topics that differ (variance between topics by moments, DerSimonian and Laird 1986,
Controlled Clinical Trials 7). Its FPR is its own: hundreds of documents do not name it.

A small gold set corrects in the right direction by too uncertain an amount: thirds of the shipped
one, corrected by the rates of the rest, missed the true share of complaints by 2.3 points on
average as corrected and by 0.8 as observed (`benchmarks.share_correction`, 2026-11-22), while the
interval held it in more than 99 of 100. So `settle`, the share to go by, is the corrected one only
where its interval leaves out the observed share: there the labels misstate it beyond doubt.

Labels that cannot be told from guessing (the lower limit of TPR' - FPR' is at or below 0)
correct nothing: by their own documents they are too weak, by borrowed ones the gold set is too
thin to know. Limits: the gold set is made up, retail, and one hand's; its false positives come
from its own mix of subjects; the same rates are taken for every channel and quarter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

MIN_POSITIVES = 10
Z_95 = 1.959964
CORRECTED = "corrected"
LEVELS = ("topic", "level2", "level1", "all_topics")
USABLE_FROM = 0.02  # a drawn TPR - FPR below it would divide by next to nothing

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GoldCount:
    """What the gold set says of a topic, in documents: naming it, found; not naming it, flagged."""

    positives: int
    hits: int
    negatives: int
    false_alarms: int


@dataclass(frozen=True)
class Rates:
    """True and false positive rate (0..1), the documents behind them, and the level of the TPR.

    `tpr_documents` is what they are worth for one topic, so it need not be whole.
    """

    level: str
    tpr: float
    tpr_documents: float
    fpr: float
    fpr_documents: float

    def with_one_added(self) -> tuple[float, float, float, float]:
        """Return TPR', its documents, FPR', its documents: one hit and one miss added to each."""
        positives, negatives = self.tpr_documents + 2, self.fpr_documents + 2
        return (
            (self.tpr * self.tpr_documents + 1) / positives,
            positives,
            (self.fpr * self.fpr_documents + 1) / negatives,
            negatives,
        )

    @property
    def is_usable(self) -> bool:
        """False where the labels cannot be told from guessing."""
        tpr, positives, fpr, negatives = self.with_one_added()
        error = math.sqrt(tpr * (1 - tpr) / positives + fpr * (1 - fpr) / negatives)
        return self.tpr > self.fpr and tpr - fpr - Z_95 * error > 0


@dataclass(frozen=True)
class TopicRates:
    """The rates of one topic: the best that there are, and those borrowed from all topics."""

    own: Rates
    of_all: Rates

    @property
    def verdict(self) -> str:
        """corrected, or why the topic's share may not be: labels_too_weak, gold_too_thin."""
        if self.own.is_usable:
            return CORRECTED
        return "labels_too_weak" if self.own.level == "topic" else "gold_too_thin"


def read_rates(connection: psycopg.Connection[Any], measure: str) -> dict[str, TopicRates]:
    """Return the rates by topic, as measured for the pipeline whose labels core shows.

    `measure` is complaint or mention. Empty when the gold set was not labelled by that version.
    """
    counts = {
        topic: GoldCount(*numbers)
        for topic, *numbers in connection.execute(
            """
            select topic_slug, positive_count, true_positive_count, negative_count,
                false_positive_count
            from reference.topic_error_rates
            where measure_slug = %s and pipeline_version = (
                select max(pipeline_version) from core.fct_feedback
                having count(distinct pipeline_version) = 1
            )
            """,
            (measure,),
        )
    }
    levels = {
        topic: (level2, level1)
        for topic, level2, level1 in connection.execute(
            "select topic_slug, level2_slug, level1_slug from core.dim_topic"
        )
    }
    return choose_rates(counts, levels)


def choose_rates(
    counts: Mapping[str, GoldCount], levels: Mapping[str, tuple[str | None, str | None]]
) -> dict[str, TopicRates]:
    """Return the rates of each topic, borrowed from above where its gold documents are too few.

    `levels` names the second and first level of each topic.
    """
    whole = pool(counts.values())
    chosen = {}
    for topic, count in counts.items():
        level2, level1 = levels.get(topic, (None, None))
        pools = (
            [count],
            [counts[other] for other in counts if level2 and levels.get(other, "")[0] == level2],
            [counts[other] for other in counts if level1 and levels.get(other, "")[1] == level1],
        )
        level, (tpr, documents) = next(
            (
                (name, pool(members))
                for name, members in zip(LEVELS, pools, strict=False)
                if sum(member.positives for member in members) >= MIN_POSITIVES
            ),
            ("all_topics", whole),
        )
        fpr = count.false_alarms / count.negatives if count.negatives else 0.0
        false_side = (fpr, float(count.negatives))
        chosen[topic] = TopicRates(
            Rates(level, tpr, documents, *false_side), Rates("all_topics", *whole, *false_side)
        )
    return chosen


def pool(counts: Iterable[GoldCount]) -> tuple[float, float]:
    """Return the TPR of several topics together and the documents that it is worth for one."""
    asked = [count for count in counts if count.positives]
    positives = np.array([count.positives for count in asked], dtype=float)
    hits = np.array([count.hits for count in asked], dtype=float)
    total = positives.sum()
    if not total:
        return 0.0, 0.0
    tpr = hits.sum() / total
    spread = tpr * (1 - tpr)
    if len(asked) == 1 or not spread:
        return float(tpr), float(total)
    excess = (positives * (hits / positives - tpr) ** 2).sum() / spread - (len(asked) - 1)
    scale = (total - (positives**2).sum() / total) / spread
    between = max(excess / scale, 0.0)
    return float(tpr), float(spread / (spread / total + between))


def correct(share: float, rates: Rates) -> float:
    """Return the corrected share, 0..1."""
    return min(max((share - rates.fpr) / (rates.tpr - rates.fpr), 0.0), 1.0)


def correction_interval(share: float, voices: float, rates: Rates) -> tuple[float, float]:
    """Return both ends of the 95 % interval of the corrected share; it holds the estimate."""
    tpr, positives, fpr, negatives = rates.with_one_added()
    seen = voices + Z_95**2
    observed = (voices * share + Z_95**2 / 2) / seen
    reach = tpr - fpr
    middle = (observed - fpr) / reach
    miss, alarm = tpr * (1 - tpr) / positives, fpr * (1 - fpr) / negatives
    shift = 2 * Z_95**2 * (middle * miss - (1 - middle) * alarm)
    error = math.sqrt(
        observed * (1 - observed) / seen + middle**2 * miss + (1 - middle) ** 2 * alarm
    )
    width = Z_95 * error / reach
    estimate = correct(share, rates)
    low, high = (min(max(middle + shift + side * width, 0.0), 1.0) for side in (-1, 1))
    return min(low, estimate), max(high, estimate)


def settle(share: float, voices: float, rates: Rates) -> float:
    """Return the share to go by: the corrected one where the observed one is refuted, else that."""
    low, high = correction_interval(share, voices, rates)
    return share if low <= share <= high else correct(share, rates)


def draw_corrected(shares: Floats, rates: Rates, generator: np.random.Generator) -> Floats:
    """Correct each drawn share by rates drawn anew from what the gold set leaves open (Beta)."""
    drawn = [
        generator.beta(rate * documents + 0.5, (1 - rate) * documents + 0.5, len(shares))
        for rate, documents in (
            (rates.tpr, rates.tpr_documents),
            (rates.fpr, rates.fpr_documents),
        )
    ]
    reach = np.maximum(drawn[0] - drawn[1], USABLE_FROM)
    return np.asarray(np.clip((shares - drawn[1]) / reach, 0.0, 1.0))
