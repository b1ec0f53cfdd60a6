"""`voc_signals`: emotion, intent, need, effort, severity, cause and effect on decisions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import is_denied
from nlp_jobs.taxonomy import Pack

PLEASANT = frozenset(("joy", "gratitude", "trust"))
# Of several cues the one that asks most of the company decides.
INTENT_ORDER = (
    "churn_threat",
    "request",
    "suggestion",
    "question",
    "complaint",
    "praise",
    "report",
)
NEED_ORDER = ("workaround", "wish", "unmet", "explicit", "implicit")
THREATS = ("safety", "legal", "media")
DECISION_ORDER = ("churn", "discourage", "abandon", "repurchase", "recommend", "purchase")
DENIED_DECISION = {"recommend": "discourage", "repurchase": "churn", "purchase": "abandon"}
PLEASANT_DECISIONS = frozenset(("purchase", "repurchase", "recommend"))
HIGH_SCORE, MEDIUM_SCORE = -3.8, -1.5
KEPT_PROMISES = "kept_promises"


@Language.factory("voc_signals", requires=["doc._.opinion_units"], assigns=["doc._.opinion_units"])
def make_signals(nlp: Language, name: str, pack: Pack, language: str) -> SignalReader:
    """Build the pipe; it must run after `voc_polarity` and `voc_routing`."""
    return SignalReader(pack, language)


class SignalReader:
    """Reads the signal cues of each unit in the light of its polarity and topic."""

    def __init__(self, pack: Pack, language: str) -> None:
        self.language = language
        self.topics = {topic.slug: topic for *_, topic in pack.iter_topics()}
        self.touchpoints = {
            touchpoint.slug: touchpoint for _, touchpoint in pack.iter_touchpoints()
        }

    def __call__(self, doc: Doc) -> Doc:
        """Read the signals of the customer's units."""
        for unit in doc._.opinion_units:
            if unit.speaker == "customer":
                self.read(unit)
        return doc

    def read(self, unit: OpinionUnit) -> None:
        """Set all signal columns of one customer unit."""
        unit.emotion_slug = self.read_emotion(unit)
        unit.effort = self.read_effort(unit)
        unit.intent_slug = self.read_intent(unit)
        unit.need_kind = self.read_need_kind(unit)
        unit.severity_slug = self.read_severity(unit)
        unit.decision_effect_slug = self.read_decision(unit)
        is_blamed = unit.sentiment_label == "negative"
        if is_blamed or unit.need_kind is not None or unit.promise_role == "breach":
            unit.need_slug = self.read_need(unit)
        if is_blamed:
            unit.cause_slug = self._lookup(unit, "cause")

    def read_emotion(self, unit: OpinionUnit) -> str | None:
        """The emotion with the most evidence that does not contradict the polarity."""
        scores: dict[str, float] = {}
        for hit in self._affirmed(unit, "emotion_slug"):
            if hit.slug in PLEASANT and unit.sentiment_label == "negative":
                continue
            if hit.slug not in PLEASANT | {"surprise"} and unit.sentiment_label == "positive":
                continue
            scores[hit.slug] = (
                scores.get(hit.slug, 0.0) + hit.strength + 0.1 * (hit.end - hit.start)
            )
        return max(scores, key=scores.__getitem__) if scores else None

    def read_effort(self, unit: OpinionUnit) -> int | None:
        """-5 (a struggle) to 5 (no effort at all); null when effort is not spoken of."""
        hard = [*self._affirmed(unit, "effort_hard"), *self._denied(unit, "effort_easy")]
        easy = [*self._affirmed(unit, "effort_easy"), *self._denied(unit, "effort_hard")]
        if not hard and not easy:
            return None
        if len(hard) >= len(easy):
            return -min(
                5,
                1
                + len(hard)
                + bool(unit.hits.get("intensifier"))
                + any(h.end - h.start > 4 for h in hard),
            )
        return min(5, 1 + len(easy) + bool(unit.hits.get("intensifier")))

    def read_intent(self, unit: OpinionUnit) -> str | None:
        """What the customer wants by saying this; null for bare remarks."""
        named = {hit.slug for hit in self._affirmed(unit, "intent_slug")}
        for slug in INTENT_ORDER:
            if slug not in named:
                continue
            if slug == "praise" and unit.sentiment_label == "negative":
                continue
            if slug == "question" and unit.sentiment_label is not None and "complaint" in named:
                continue
            return slug
        if unit.sentiment_label == "negative":
            return "complaint"
        if unit.sentiment_label == "positive":
            return "praise"
        return "report" if unit.touchpoint_slug is not None else None

    def read_need_kind(self, unit: OpinionUnit) -> str | None:
        """How the need shows: said, wished for, worked around, unmet, or only to be inferred."""
        if unit.sentiment_label == "positive":
            return None
        named = {hit.slug for hit in unit.hits.get("need_kind", ())}
        for slug in NEED_ORDER:
            if slug in named and (
                slug not in ("unmet", "implicit") or unit.sentiment_label == "negative"
            ):
                return slug
        return None

    def read_need(self, unit: OpinionUnit) -> str | None:
        """The need behind the words: that of the topic, else of the touchpoint."""
        if unit.promise_role == "breach":
            return KEPT_PROMISES
        return self._lookup(unit, "need")

    def read_severity(self, unit: OpinionUnit) -> str | None:
        """Safety, legal and media threats on any affirmed cue; else by how bad the blame is."""
        if unit.sentiment_label == "positive":
            return None
        named = {hit.slug for hit in self._affirmed(unit, "severity_slug")}
        for slug in THREATS:
            if slug in named:
                return slug
        if unit.sentiment_label != "negative" or unit.sentiment_score is None:
            return None
        if "high" in named or unit.sentiment_score <= HIGH_SCORE:
            return "high"
        if unit.sentiment_score <= MEDIUM_SCORE and "low" not in named:
            return "medium"
        return "low"

    def read_decision(self, unit: OpinionUnit) -> str | None:
        """What the experience does to buying, coming back and recommending."""
        named = {hit.slug for hit in self._affirmed(unit, "decision_effect_slug")}
        for hit in self._denied(unit, "decision_effect_slug"):
            if hit.slug in DENIED_DECISION:
                named.add(DENIED_DECISION[hit.slug])
        if unit.sentiment_label == "negative":
            named -= PLEASANT_DECISIONS
        return next((slug for slug in DECISION_ORDER if slug in named), None)

    def _affirmed(self, unit: OpinionUnit, layer: str) -> Iterator[Hit]:
        negators: Sequence[Hit] = unit.hits.get("negator", ())
        for hit in unit.hits.get(layer, ()):
            if not is_denied(unit.text, hit, negators, self.language):
                yield hit

    def _denied(self, unit: OpinionUnit, layer: str) -> Iterator[Hit]:
        negators: Sequence[Hit] = unit.hits.get("negator", ())
        for hit in unit.hits.get(layer, ()):
            if is_denied(unit.text, hit, negators, self.language):
                yield hit

    def _lookup(self, unit: OpinionUnit, field: str) -> str | None:
        topic = self.topics.get(unit.topic_slug or "")
        touchpoint = self.touchpoints.get(unit.touchpoint_slug or "")
        for entry in (topic, touchpoint):
            if entry is not None and getattr(entry, field) is not None:
                return str(getattr(entry, field))
        return None
