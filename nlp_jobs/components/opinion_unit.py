"""The opinion unit: a stretch of text about one thing, with the labels that the pipes give it."""

from __future__ import annotations

from dataclasses import dataclass, field

from spacy.tokens import Doc

from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import SILENT, RuleReading


@dataclass(slots=True)
class OpinionUnit:
    """Labels of doc.text[char_start:char_end]; field names are the columns of nlp.opinion_units."""

    speaker: str
    char_start: int
    char_end: int
    text: str
    hits: dict[str, list[Hit]] = field(default_factory=dict)  # cues inside, by layer
    rules: RuleReading = SILENT  # what the polarity rules read
    sentiment_label: str | None = None
    sentiment_score: float | None = None
    sentiment_confidence: float | None = None
    intensity: int | None = None
    effort: int | None = None
    emotion_slug: str | None = None
    intent_slug: str | None = None
    need_kind: str | None = None
    need_slug: str | None = None
    touchpoint_slug: str | None = None
    touchpoint_confidence: float | None = None
    department_slug: str | None = None
    department_confidence: float | None = None
    topic_slug: str | None = None
    topic_confidence: float | None = None
    cause_slug: str | None = None
    severity_slug: str | None = None
    decision_effect_slug: str | None = None
    promise_role: str = "none"
    competitor_slug: str | None = None
    keywords: list[str] = field(default_factory=list)

    def has(self, layer: str, slug: str | None = None) -> bool:
        """True when a cue of the layer (and slug) stands in the unit."""
        hits = self.hits.get(layer, ())
        return bool(hits) if slug is None else any(hit.slug == slug for hit in hits)


# doc.text joins the tokens anew each time it is asked for; `source_text` is kept.
for name in (
    "source_text",
    "cue_hits",
    "opinion_units",
    "sentiment_label",
    "sentiment_score",
    "sentiment_confidence",
):
    if not Doc.has_extension(name):
        Doc.set_extension(name, default=None)
