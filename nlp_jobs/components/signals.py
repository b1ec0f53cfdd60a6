"""`voc_signals`: intensity, emotion, intent, need, effort, severity, cause, effect on decisions."""

from __future__ import annotations

from spacy.language import Language
from spacy.tokens import Doc

from nlp_jobs.components.opinion_unit import OPINION_UNITS, OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import is_denied
from nlp_jobs.taxonomy import Pack
from nlp_jobs.threat_cues import CLEAR_PRAISE, read_cued_alarm

PLEASANT = frozenset(("joy", "gratitude", "trust"))
WELCOME = PLEASANT | {"surprise"}  # what may go with praise
# Of several cues the one that asks most of the company decides.
INTENT_ORDER = ("churn_threat", "request", "suggestion", "question")
# What is needed shows differently in each kind of utterance; praise and reports show none.
NEED_KINDS = {
    "complaint": "unmet",
    "churn_threat": "unmet",
    "request": "explicit",
    "suggestion": "wish",
    "question": "implicit",
}
ANGRY_THREATS = frozenset(("legal", "media"))
DECISION_ORDER = ("churn", "discourage", "abandon", "repurchase", "recommend", "purchase")
DENIED_DECISION = {"recommend": "discourage", "repurchase": "churn", "purchase": "abandon"}
PLEASANT_DECISIONS = frozenset(("purchase", "repurchase", "recommend"))
HIGH_SCORE, MEDIUM_SCORE = -4.5, -0.6
MIN_REPORT = 4  # characters from which a remark without judgement is a report
KEPT_PROMISES = "kept_promises"
_DEGREES = frozenset(("intensifier", "diminisher", "emotion_slug"))


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
        for unit in doc.user_data[OPINION_UNITS]:
            if unit.speaker == "customer":
                self.read(unit)
        return doc

    def read(self, unit: OpinionUnit) -> None:
        """Set all signal columns of one customer unit."""
        hits = unit.hits
        is_blame = unit.sentiment_label == "negative"
        # Most units hold cues of a few layers only: what has none keeps its default.
        if is_blame or unit.alarm is not None or "severity_slug" in hits:
            unit.severity_slug = self.read_severity(unit)
        if unit.sentiment_score is not None:
            unit.intensity = read_intensity(unit, unit.sentiment_score)
        unit.intent_slug = self.read_intent(unit)
        if is_blame or "emotion_slug" in hits:
            unit.emotion_slug = self.read_emotion(unit)
        if "effort_hard" in hits or "effort_easy" in hits:
            unit.effort = self.read_effort(unit)
        if unit.intent_slug in NEED_KINDS:
            unit.need_kind = self.read_need_kind(unit)
        if "decision_effect_slug" in hits:
            unit.decision_effect_slug = self.read_decision(unit)
        if unit.need_kind is not None or unit.promise_role == "breach":
            unit.need_slug = self.read_need(unit)
        if is_blame:
            unit.cause_slug = self._read_cause(unit)

    def read_emotion(self, unit: OpinionUnit) -> str | None:
        """The emotion with the most evidence that does not contradict the polarity.

        Without a word for it: a complaint that threatens, shouts or asks back is angry.
        """
        if "emotion_slug" in unit.hits:
            scores: dict[str, float] = {}
            affirmed, _ = self._split(unit, "emotion_slug")
            for start, end, slug, strength in affirmed:
                if slug in PLEASANT and unit.sentiment_label == "negative":
                    continue
                if slug not in WELCOME and unit.sentiment_label == "positive":
                    continue
                scores[slug] = scores.get(slug, 0.0) + strength + 0.1 * (end - start)
            if scores:
                return max(scores, key=scores.__getitem__)
        if unit.sentiment_label != "negative" or unit.intent_slug not in (
            "complaint",
            "churn_threat",
        ):
            return None
        is_loud = "！" in unit.text or "!" in unit.text or unit.has("intent_slug", "question")
        return "anger" if is_loud or unit.severity_slug in ANGRY_THREATS else None

    def read_effort(self, unit: OpinionUnit) -> int | None:
        """-5 (a struggle) to 5 (no effort at all); null when effort is not spoken of."""
        hard, not_hard = self._split(unit, "effort_hard")
        easy, not_easy = self._split(unit, "effort_easy")
        hard, easy = hard + not_easy, easy + not_hard
        # Praise does not struggle, and blame does not find things easy.
        if unit.sentiment_label == "positive":
            hard = []
        elif unit.sentiment_label is not None:
            easy = []
        if not hard and not easy:
            return None
        stress = bool(unit.hits.get("intensifier"))
        if len(hard) >= len(easy):
            is_told_at_length = any(hit.end - hit.start > 4 for hit in hard)
            return -min(5, 1 + len(hard) + stress + is_told_at_length)
        return min(5, 1 + len(easy) + stress)

    def read_intent(self, unit: OpinionUnit) -> str | None:
        """What the customer wants by saying this; null for bare remarks."""
        label = unit.sentiment_label
        named = self._name(unit, "intent_slug") if "intent_slug" in unit.hits else None
        if named and not (label == "positive" and (unit.sentiment_score or 0) >= CLEAR_PRAISE):
            for slug in INTENT_ORDER:
                if slug not in named:
                    continue
                if slug == "question" and label == "negative" and "inquiry" not in named:
                    continue  # asked back in anger: 「这种东西也敢卖？」
                if slug == "churn_threat" and label == "positive":
                    continue
                return slug
            if "inquiry" in named:
                return "question"
        if label == "negative":
            return "complaint"
        if label == "positive":
            return "praise"
        if label is None and ((named and "complaint" in named) or unit.severity_slug == "safety"):
            return "complaint"
        is_said = len(unit.text) >= MIN_REPORT or unit.touchpoint_slug is not None
        return "report" if is_said or label is not None else None

    def read_need_kind(self, unit: OpinionUnit) -> str | None:
        """How the need shows: said, wished for, worked around, unmet, or only to be inferred."""
        kind = NEED_KINDS.get(unit.intent_slug or "")
        if kind == "unmet" and unit.has("need_kind", "workaround"):
            return "workaround"
        return kind

    def read_need(self, unit: OpinionUnit) -> str | None:
        """The need behind the words: that of the topic, else of the touchpoint."""
        if unit.severity_slug == "safety":
            return "safety"
        found = self._read_topic_need(unit)
        return found or (KEPT_PROMISES if unit.promise_role == "breach" else None)

    def read_severity(self, unit: OpinionUnit) -> str | None:
        """The alarm, by the head or, where it was not asked, by cues; else how bad the blame is."""
        alarm = unit.alarm if unit.alarm_is_read else read_cued_alarm(unit, self.language)
        if alarm is not None:
            return alarm
        label = unit.sentiment_label
        if label != "negative" or unit.sentiment_score is None:
            return None
        named = self._name(unit, "severity_slug") if "severity_slug" in unit.hits else set()
        if "high" in named or unit.sentiment_score <= HIGH_SCORE:
            return "high"
        if unit.sentiment_score <= MEDIUM_SCORE and "low" not in named:
            return "medium"
        return "low"

    def read_decision(self, unit: OpinionUnit) -> str | None:
        """What the experience does to buying, coming back and recommending."""
        affirmed, denied = self._split(unit, "decision_effect_slug")
        named = {hit.slug for hit in affirmed}
        named.update(DENIED_DECISION[hit.slug] for hit in denied if hit.slug in DENIED_DECISION)
        if unit.sentiment_label == "negative":
            named -= PLEASANT_DECISIONS
        return next((slug for slug in DECISION_ORDER if slug in named), None)

    def _name(self, unit: OpinionUnit, layer: str) -> set[str]:
        """The slugs of a layer that the unit affirms."""
        return {hit.slug for hit in self._split(unit, layer)[0]}

    def _split(self, unit: OpinionUnit, layer: str) -> tuple[list[Hit], list[Hit]]:
        """The hits of a layer that the unit affirms, and those that it denies."""
        hits = unit.hits.get(layer, [])
        negators = unit.hits.get("negator")
        if negators is None:
            return hits, []
        affirmed: list[Hit] = []
        denied: list[Hit] = []
        for hit in hits:
            is_no = is_denied(unit.cued_text, hit, negators, self.language)
            (denied if is_no else affirmed).append(hit)
        return affirmed, denied

    def _read_cause(self, unit: OpinionUnit) -> str | None:
        """What the topic blames; null where a complaint about it leaves that open."""
        topic = self.topics.get(unit.topic_slug or "")
        return topic.cause if topic is not None else None

    def _read_topic_need(self, unit: OpinionUnit) -> str | None:
        topic = self.topics.get(unit.topic_slug or "")
        touchpoint = self.touchpoints.get(unit.touchpoint_slug or "")
        return (topic.need if topic is not None else None) or (
            touchpoint.need if touchpoint is not None else None
        )


def read_intensity(unit: OpinionUnit, score: float) -> int:
    """1 (a remark) to 5 (an outburst): from the score, degree words, signs and strong emotion."""
    hits, text = unit.hits, unit.text
    base = 1 + min(3, int(abs(score)))
    if "！" in text or "!" in text:
        base += text.count("！") + text.count("!") >= 2
    if not _DEGREES.isdisjoint(hits):
        base += "intensifier" in hits
        base -= "diminisher" in hits
        base += "emotion_slug" in hits and unit.has("emotion_slug", "anger")
    return max(1, min(5, base))
