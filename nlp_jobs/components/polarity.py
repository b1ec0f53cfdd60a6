"""`voc_polarity`: sentiment label, score, confidence and intensity of each unit and of the text.

A trained head and the polarity rules each give a reading; a logistic calibration (fitted on
held-out texts) joins them to one probability of praise. Without any sign of an opinion all four
columns stay null: nothing said is not neutral.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from spacy import registry, util
from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.heads import MODEL_DIR, LinearHead, load_head
from nlp_jobs.lexicons.language import load_lexicon
from nlp_jobs.polarity_rules import RuleReading
from nlp_jobs.text.turns import iter_segments

MAX_RULE_SCORE = 6.0
IRONY_PRAISE = 0.15  # probability of praise that an ironic unit keeps at most
RIVAL_PRAISE = 0.2  # what is left for us where a rival is praised
WISH_PRAISE = 0.35
DENIED_PRAISE = 0.25  # 「不怎么好用」, "not good": praise that is only denied
DOUBLE_DENIAL_LEAN = 0.1  # how far 「不是不好」 leans to praise when nothing else is said
DOUBLE_DENIAL_PULL = 0.35  # beside other cues it leaves this share of the log-odds
CONFIDENT_HEAD = 0.42  # distance from 0.5 at which the head alone shows an opinion
STRONG_WORDS = 3.0  # a quoted promise holds an opinion only with a rule score from here on
MIN_LETTERS = 6  # shorter units need a cue word to hold an opinion
_OPINION_LAYERS = ("emotion_slug", "irony", "better_than", "worse_than")


@registry.misc("voc.head.v1")
def read_head(name: str) -> LinearHead:
    """A head shipped in nlp_jobs/models, by name, or any npz file by its path."""
    shipped = MODEL_DIR / f"{name}.npz"
    return load_head(shipped if shipped.exists() else Path(name))


@registry.misc("voc.courtesies.v1")
def read_courtesies(language: str) -> tuple[str, ...]:
    """The polite phrases of a language's word list."""
    return load_lexicon(language).courtesies


@Language.factory(
    "voc_polarity",
    requires=["doc._.opinion_units"],
    assigns=["doc._.sentiment_label", "doc._.sentiment_score", "doc._.sentiment_confidence"],
)
def make_polarity(
    nlp: Language,
    name: str,
    head: LinearHead,
    neutral_band: float,
    courtesies: tuple[str, ...],
) -> PolarityReader:
    """`neutral_band`: probabilities of praise this close to 0.5 are neutral.

    `courtesies`: what people say in a dialogue out of manners only.
    """
    return PolarityReader(head, neutral_band, courtesies)


@dataclass(frozen=True)
class Verdict:
    """A label with a score from -5 to 5 and a confidence from 0 to 1."""

    label: str
    score: float
    confidence: float


class PolarityReader:
    """Scores many docs at once: all their units and texts go through the head in one pass."""

    def __init__(self, head: LinearHead, neutral_band: float, courtesies: Iterable[str]) -> None:
        polite = "|".join(map(re.escape, sorted(courtesies, key=len, reverse=True)))
        self.only_courtesies = re.compile(rf"(?:(?:{polite})[\s，。！!,.~、]*)+", re.IGNORECASE)
        self.head = head
        self.neutral_band = neutral_band
        calibration = head.facts["calibration"]
        # (from this length on, (head weight, rule weight, bias)), longest first
        self.calibration = sorted(
            ((band["from_length"], band["weights"]) for band in calibration), reverse=True
        )

    def __call__(self, doc: Doc) -> Doc:
        """Read one doc; `pipe` reads many in one pass."""
        return self._read([doc])[0]

    def pipe(self, stream: Iterable[Doc], batch_size: int = 256) -> Iterator[Doc]:
        """Read docs batch by batch."""
        for docs in util.minibatch(stream, size=batch_size):
            yield from self._read(list(docs))

    def _read(self, docs: list[Doc]) -> list[Doc]:
        texts, owners = [], []
        for doc in docs:
            is_dialogue = doc._.source_text.startswith("[")
            for unit in doc._.opinion_units:
                if unit.speaker != "customer":
                    continue
                if is_dialogue and self.only_courtesies.fullmatch(unit.text):
                    continue
                texts.append(unit.text)
                owners.append(unit)
        said = [_customer_text(doc._.source_text) for doc in docs]
        log_odds = self.head.score(texts + said).tolist()
        for unit, value in zip(owners, log_odds, strict=False):
            self._judge_unit(unit, value)
        for doc, text, value in zip(docs, said, log_odds[len(texts) :], strict=True):
            self._judge_doc(doc, text, value)
        return docs

    def praise_probability(self, text: str, log_odds: float, rules: RuleReading) -> float:
        """The calibrated probability that a text praises, before any overruling."""
        rule = max(-MAX_RULE_SCORE, min(MAX_RULE_SCORE, rules.score))
        model_weight, rule_weight, bias = next(
            weights for length, weights in self.calibration if len(text) >= length
        )
        return _sigmoid(model_weight * log_odds + rule_weight * rule + bias)

    def _judge_unit(self, unit: OpinionUnit, log_odds: float) -> None:
        rules = unit.rules
        praise = self.overrule(self.praise_probability(unit.text, log_odds, rules), rules)
        if not self._has_opinion(unit, rules, praise):
            return
        verdict = self.verdict(praise, is_wish=rules.is_unreal)
        unit.sentiment_label = verdict.label
        unit.sentiment_score = verdict.score
        unit.sentiment_confidence = verdict.confidence
        unit.intensity = _intensity(unit, verdict)

    def _judge_doc(self, doc: Doc, text: str, log_odds: float) -> None:
        units = [unit for unit in doc._.opinion_units if unit.speaker == "customer"]
        opinions = [unit.sentiment_score for unit in units if unit.sentiment_score is not None]
        total = RuleReading(
            sum(unit.rules.score for unit in units), sum(unit.rules.count for unit in units)
        )
        praise = self.praise_probability(text, log_odds, total)
        if not opinions and abs(praise - 0.5) < CONFIDENT_HEAD:
            return
        if len(units) == 1 and units[0].sentiment_score is not None:
            doc._.sentiment_label = units[0].sentiment_label
            doc._.sentiment_score = units[0].sentiment_score
            doc._.sentiment_confidence = units[0].sentiment_confidence
            return
        verdict = self.verdict(praise)
        doc._.sentiment_label = verdict.label
        doc._.sentiment_score = verdict.score
        doc._.sentiment_confidence = verdict.confidence

    @staticmethod
    def overrule(praise: float, rules: RuleReading) -> float:
        """Put right what n-grams read wrongly: negation, irony, wishes, rivals."""
        if rules.double_negations:
            if rules.double_negations == rules.count:
                praise = 0.5 + math.copysign(DOUBLE_DENIAL_LEAN, rules.score)
            else:
                praise = _sigmoid(DOUBLE_DENIAL_PULL * _logit(praise))
        if rules.denied_praises and rules.denied_praises == rules.count:
            praise = min(praise, DENIED_PRAISE)
        if rules.is_ironic and rules.score >= 0:
            praise = min(praise, 1 - praise, IRONY_PRAISE)
        if rules.prefers_competitor:
            praise = min(praise, 1 - praise, RIVAL_PRAISE)
        if rules.is_unreal:
            praise = min(praise, WISH_PRAISE)
        return praise

    def verdict(self, praise: float, is_wish: bool = False) -> Verdict:
        """Label, score and confidence of a probability of praise.

        A wish without strong blame is neutral: the customer asks for more, no more.
        """
        score = round(5 * math.tanh(_logit(praise) / 4), 2)
        distance = abs(praise - 0.5)
        if distance < self.neutral_band or (is_wish and distance < 2 * self.neutral_band):
            return Verdict("neutral", score, round(1 - distance, 3))
        label = "positive" if praise > 0.5 else "negative"
        return Verdict(label, score, round(max(praise, 1 - praise), 3))

    @staticmethod
    def _has_opinion(unit: OpinionUnit, rules: RuleReading, praise: float) -> bool:
        if unit.promise_role == "promise" and abs(rules.score) < STRONG_WORDS:
            return False  # what was promised is no opinion yet
        if rules.count or any(unit.hits.get(layer) for layer in _OPINION_LAYERS):
            return True
        is_question = unit.has("intent_slug", "question")
        letters = sum(character.isalpha() for character in unit.text)
        return not is_question and letters >= MIN_LETTERS and abs(praise - 0.5) > CONFIDENT_HEAD


def _customer_text(text: str) -> str:
    """What the customer said, without speaker marks."""
    if not text.startswith("["):
        return text
    parts = (
        text[start:end] for speaker, start, end in iter_segments(text) if speaker == "customer"
    )
    return "\n".join(parts)


def _intensity(unit: OpinionUnit, verdict: Verdict) -> int:
    """1 (a remark) to 5 (an outburst): from the score, degree words, signs and strong emotion."""
    base = 1 + min(3, int(abs(verdict.score)))
    base += bool(unit.hits.get("intensifier"))
    base += unit.text.count("！") + unit.text.count("!") >= 2
    base += unit.has("emotion_slug", "anger")
    base -= bool(unit.hits.get("diminisher"))
    return max(1, min(5, base))


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, value))))


def _logit(probability: float) -> float:
    clipped = max(1e-4, min(1 - 1e-4, probability))
    return math.log(clipped / (1 - clipped))
