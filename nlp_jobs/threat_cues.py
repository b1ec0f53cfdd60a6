"""What a unit's cues say about danger, law and press, in the light of the words around them.

「漏电」 is a danger, 「不漏电」, 「怕漏电」 and 「本来想找律师」 are none.
"""

from __future__ import annotations

from collections.abc import Sequence

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import is_denied

THREATS = ("safety", "legal", "media")  # the gravest first
LAYER = "severity_slug"
ALARM_FROM = 2.0  # strength of cues that makes blame an alarm: one plain cue, or two weak ones
STRONG_CUE = 3.0  # needed where nothing is blamed
JOKE_FROM = 5.0  # needed where the words around joke
CLEAR_PRAISE = 2.0  # score from which a unit is praise whatever its cues
FEAR_REACH = {"zh": 8, "en": 40}  # characters between a fear and what is feared


def weigh_threats(unit: OpinionUnit, language: str) -> dict[str, float]:
    """Threat -> strength of its cues that are affirmed and neither averted nor merely feared."""
    hits = unit.hits.get(LAYER)
    weights: dict[str, float] = {}
    if hits is None:
        return weights
    negators = unit.hits.get("negator", ())
    averted = unit.hits.get("averted", ())
    fears = unit.hits.get("feared", ()) if unit.sentiment_label != "negative" else ()
    reach = FEAR_REACH[language]
    for hit in hits:
        if hit.slug not in THREATS or _stands_after(hit, averted, reach):
            continue
        if hit.slug == "safety" and _stands_after(hit, fears, reach):
            continue
        if negators and is_denied(unit.cued_text, hit, negators, language):
            continue
        weights[hit.slug] = weights.get(hit.slug, 0.0) + hit.strength
    return weights


def read_cued_alarm(unit: OpinionUnit, language: str) -> str | None:
    """The gravest threat whose cues weigh enough; praise and jokes weigh against.

    One strong cue raises an alarm even in a unit that reads as faint praise: an alarm missed
    costs more than one too many.
    """
    if is_clear_praise(unit):
        return None
    bar = ALARM_FROM if unit.sentiment_label == "negative" else STRONG_CUE
    if "harmless" in unit.hits:
        bar = max(bar, JOKE_FROM)
    weights = weigh_threats(unit, language)
    return next((slug for slug in THREATS if weights.get(slug, 0.0) >= bar), None)


def is_clear_praise(unit: OpinionUnit) -> bool:
    """Praise that no cue can turn into an alarm."""
    return unit.sentiment_label == "positive" and (unit.sentiment_score or 0) >= CLEAR_PRAISE


def _stands_after(hit: Hit, fears: Sequence[Hit], reach: int) -> bool:
    """「担心漏电」, 「本来想找律师」: what is feared or was planned once has not happened."""
    return any(0 <= hit.start - fear.end <= reach for fear in fears)
