"""Which side a unit takes by what it tells, where no word of praise or blame is said.

「说要换别家了」 blames and 「已经囤了三箱」 praises, though no polarity word stands in them:
emotions, effort, decisions, alarms, broken promises and makeshifts take sides too.
"""

from __future__ import annotations

from nlp_jobs.components.opinion_unit import OpinionUnit
from nlp_jobs.polarity_rules import is_denied

# layer and slug of a cue -> the side that it takes
SIDES = {
    "emotion_slug": {
        "joy": 1,
        "gratitude": 1,
        "trust": 1,
        "anger": -1,
        "disappointment": -1,
        "anxiety": -1,
        "sadness": -1,
    },
    "effort_easy": {"effort_easy": 1},
    "effort_hard": {"effort_hard": -1},
    "need_kind": {"workaround": -1},
    "decision_effect_slug": {
        "recommend": 1,
        "repurchase": 1,
        "purchase": 1,
        "churn": -1,
        "discourage": -1,
        "abandon": -1,
    },
    "severity_slug": {"safety": -1, "legal": -1, "media": -1, "high": -1},
    "promise_kept": {"promise_kept": 1},
    "breach": {"breach": -1},
}
# Weaker cues of these are too often harmless to take sides by themselves.
STRONG_ONLY = frozenset(("safety", "legal", "media", "breach"))
STRONG = 3.0
MOST = 3  # more cues than this on one side add nothing
_LAYERS = frozenset(SIDES)


def tell_sides(unit: OpinionUnit, language: str) -> int:
    """From -3 (blames) to 3 (praises); 0 when the cues take no side or both."""
    hits = unit.hits
    if _LAYERS.isdisjoint(hits):
        return 0
    negators = hits.get("negator")
    total = 0
    for layer in _LAYERS.intersection(hits):
        if layer == "severity_slug" and "harmless" in hits:
            continue
        sides = SIDES[layer]
        for hit in hits[layer]:
            side = sides.get(hit.slug, 0)
            if not side or (hit.slug in STRONG_ONLY and hit.strength < STRONG):
                continue
            if negators and is_denied(unit.cued_text, hit, negators, language):
                side = -side
            total += side
    return max(-MOST, min(MOST, total))
