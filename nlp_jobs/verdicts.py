"""From probabilities to labels: what overrules them, whether anything is judged at all, how sure.

`sentiment_confidence` is the calibrated probability that the label is right; below `UNCERTAIN`
the label is a guess between two readings and belongs before human eyes.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.polarity_rules import RuleReading

UNCERTAIN = 0.6  # confidence below which a label counts as uncertain
IRONY_PRAISE = 0.15  # probability of praise that an ironic unit keeps at most
RIVAL_PRAISE = 0.2  # what is left for us where a rival is praised
WISH_PULL = 0.5  # what a wish leaves of the log-odds of praise
WISH_BLAME = 0.15  # a wish with less praise than this, and no word of praise, is a complaint
DENIED_PRAISE = 0.25  # 「不怎么好用」, "not good": praise that is only denied
DOUBLE_DENIAL_LEAN = 0.1  # how far 「不是不好」 leans to praise when nothing else is said
DOUBLE_DENIAL_PULL = 0.35  # beside other cues it leaves this share of the log-odds
SURELY_NEUTRAL = 0.7  # of a wish or a double denial
HARDLY_NEUTRAL = 0.3  # of irony and of a comparison: they take sides
FAULTLESS_PRAISE = 0.8  # "couldn't be happier": praise that is said by denying blame
CLEAR_PRAISE = 0.6  # the surer side of a unit without cues, from which it holds an opinion
STRONG_WORDS = 3.0  # a quoted promise holds an opinion only with a rule score from here on
PLAIN_RULE = 2.0  # a rule score from here on speaks plainly
CUED_NEUTRAL = 0.4  # what a plain cue leaves of it in a short unit
DOUBTED = 0.9  # a head this sure of praise or blame is believed against plain cues
MIN_LETTERS = 4  # shorter units need a cue word to hold an opinion
MIN_BESIDE_NUMBERS = 6  # and so do units of numbers and fewer letters than this
MIN_PROBABILITY = 1e-4
MIN_SCORE = 0.01  # a verdict keeps its sign
_LABELS = np.array(["negative", "neutral", "positive"], dtype=object)
_NUMBER = re.compile(r"\d+\s*[年月日号点时分天]?")
ASKING = frozenset(("question", "inquiry", "request", "suggestion"))
_OPINION_LAYERS = frozenset(("emotion_slug", "irony", "better_than", "worse_than"))

Floats = NDArray[np.float64]


class Verdict(NamedTuple):
    """A label with a score from -5 to 5 and a confidence from 0 to 1."""

    label: str
    score: float
    confidence: float


def overrule(praise: float, neutral: float, rules: RuleReading) -> tuple[float, float]:
    """Put right what n-grams read wrongly: negation, irony, wishes, rivals."""
    if rules.double_negations:
        if rules.double_negations == rules.count:
            praise = 0.5 + math.copysign(DOUBLE_DENIAL_LEAN, rules.score)
            neutral = max(neutral, SURELY_NEUTRAL)
        else:
            praise = to_probability(DOUBLE_DENIAL_PULL * to_log_odds(praise))
    if rules.denied_praises and rules.denied_praises == rules.count and praise < DOUBTED:
        praise, neutral = min(praise, DENIED_PRAISE), min(neutral, HARDLY_NEUTRAL)
    if rules.is_faultless and not rules.is_ironic:
        praise, neutral = max(praise, FAULTLESS_PRAISE), min(neutral, HARDLY_NEUTRAL)
    if rules.is_ironic and rules.score >= 0:
        praise, neutral = min(praise, 1 - praise, IRONY_PRAISE), min(neutral, HARDLY_NEUTRAL)
    if rules.prefers_competitor:
        praise, neutral = min(praise, 1 - praise, RIVAL_PRAISE), min(neutral, HARDLY_NEUTRAL)
    if rules.is_unreal:
        # the customer asks for more, no more; what is praised does not exist yet
        praise = to_probability(WISH_PULL * to_log_odds(praise))
        is_complaint = praise < WISH_BLAME and rules.score <= 0
        neutral = neutral if is_complaint else max(neutral, SURELY_NEUTRAL)
    return praise, neutral


def trust_cues(praise: float, neutral: float, rules: RuleReading) -> tuple[float, float]:
    """In a few words a plain cue outweighs n-grams that only hint at what is spoken of."""
    if abs(rules.score) < PLAIN_RULE:
        return praise, neutral
    contradicts = (rules.score > 0) != (praise > 0.5)
    if contradicts and max(praise, 1 - praise) < DOUBTED:
        praise = to_probability(to_log_odds(praise) / 2 + rules.score)
    return praise, min(neutral, CUED_NEUTRAL)


def has_opinion(unit: OpinionUnit, rules: RuleReading, praise: float, neutral: float) -> bool:
    """False where nothing is judged: null, not neutral."""
    if unit.promise_role == "promise" and abs(rules.score) < STRONG_WORDS:
        return False  # what was promised is no opinion yet
    if rules.count or rules.is_faultless:
        return True
    if not _OPINION_LAYERS.isdisjoint(unit.hits):
        return True
    if rules.is_unreal:
        return praise < WISH_BLAME  # what is only wished for judges nothing that exists
    if neutral >= 0.5 or 1 - CLEAR_PRAISE < praise < CLEAR_PRAISE:
        return False
    return tells_enough(unit.text) and not asks(unit)


def tells_enough(text: str) -> bool:
    """False for a unit of a few letters; 「3月5日下单」 needs more of them beside its numbers."""
    if not _NUMBER.search(text):
        return len(text) >= MIN_LETTERS
    return sum(map(str.isalpha, _NUMBER.sub("", text))) >= MIN_BESIDE_NUMBERS


def asks(unit: OpinionUnit) -> bool:
    """True for a unit that asks, begs or proposes: without a cue it judges nothing."""
    return any(hit.slug in ASKING for hit in unit.hits.get("intent_slug", ()))


def is_question(unit: OpinionUnit) -> bool:
    """True for a unit that asks: its words judge nothing by themselves."""
    return "intent_slug" in unit.hits and unit.has("intent_slug", "question")


def judge_all(praises: Floats, neutrals: Floats) -> Iterator[tuple[str, float, float]]:
    """What a `Verdict` holds, of many; the score of neutral words keeps its sign, little more."""
    clipped = np.clip(praises, MIN_PROBABILITY, 1 - MIN_PROBABILITY)
    scores = 5 * np.tanh(np.log(clipped / (1 - clipped)) / 4)
    sided = 1 - neutrals
    surer = np.maximum(praises, 1 - praises) * sided
    is_neutral = neutrals >= surer
    scores = np.where(is_neutral, scores * sided, scores)
    rounded = scores.round(2)
    rounded = np.where(rounded == 0, np.copysign(MIN_SCORE, scores), rounded)
    labels = _LABELS[np.where(is_neutral, 1, np.where(praises > 0.5, 2, 0))]
    sure = np.where(is_neutral, neutrals, surer).round(3)
    return zip(labels.tolist(), rounded.tolist(), sure.tolist(), strict=True)


def judge(praise: float, neutral: float) -> Verdict:
    """The verdict of one pair of probabilities."""
    [verdict] = judge_all(np.array([praise]), np.array([neutral]))
    return Verdict(*verdict)


def to_probability(value: float) -> float:
    """Log-odds to a probability."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def to_log_odds(probability: float) -> float:
    """A probability to log-odds, bounded."""
    clipped = max(MIN_PROBABILITY, min(1 - MIN_PROBABILITY, probability))
    return math.log(clipped / (1 - clipped))
