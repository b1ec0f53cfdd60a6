"""A text in the making: segments that know which of them carry an opinion or personal data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.story import Episode


@dataclass(slots=True)
class Segment:
    """A stretch of text; `unit` holds its true labels when it is an opinion unit."""

    text: str
    unit: dict[str, object] | None = None
    is_protected: bool = False  # personal data is left as it is, so that it can be looked for


@dataclass(slots=True)
class Draft:
    """Segments that make one text or one turn of a call."""

    segments: list[Segment] = field(default_factory=list)
    personal_data: list[dict[str, str]] = field(default_factory=list)

    def add(self, text: str, unit: dict[str, object] | None = None) -> None:
        """Add a stretch of text; `unit` holds its true labels when it carries an opinion."""
        if text:
            self.segments.append(Segment(text, unit))

    def add_personal(self, text: str, values: dict[str, str]) -> None:
        """Add a stretch that holds personal data; `values` maps its kind to the value."""
        self.segments.append(Segment(text, is_protected=True))
        self.personal_data += [{"kind": kind, "value": value} for kind, value in values.items()]

    def change(self, convert: Callable[[str], str]) -> None:
        """Apply a conversion to every segment that is not protected."""
        for segment in self.segments:
            if not segment.is_protected:
                segment.text = convert(segment.text)

    @property
    def text(self) -> str:
        """The whole text as it is now."""
        return "".join(segment.text for segment in self.segments)

    def units(self, speaker: str = "customer", turn: int = 0) -> list[dict[str, object]]:
        """Return the true opinion units with their character spans in the text."""
        found: list[dict[str, object]] = []
        position = 0
        for segment in self.segments:
            end = position + len(segment.text)
            if segment.unit is not None:
                found.append(
                    {
                        "speaker": speaker,
                        "turn": turn,
                        "start": position,
                        "end": end,
                        "text": segment.text,
                        **segment.unit,
                    }
                )
            position = end
        return found


_INTENTS = {"negative": "complaint", "positive": "praise", "suggestion": "suggestion"}
_SENTIMENTS = {"negative": "negative", "positive": "positive"}


def label_episode(episode: Episode, issue: str | None) -> dict[str, object]:
    """Return the true labels of the unit that tells an episode."""
    neutral_intent = "question" if issue == "question" else "report"
    return {
        "touchpoint_slug": episode.touchpoint,
        "department_slug": episode.department,
        "sentiment_label": _SENTIMENTS.get(episode.polarity, "neutral"),
        "intent_slug": _INTENTS.get(episode.polarity, neutral_intent),
        "promise_role": episode.promise_role,
        "severity_slug": None,
        "decision_effect_slug": None,
        "issue": issue,
        "theme": episode.theme,
    }


def label_outcome(
    sentiment: str, intent: str, *, effect: str | None = None, severity: str | None = None
) -> dict[str, object]:
    """Return the true labels of a unit about what the customer will do, or of a hazard."""
    return {
        "touchpoint_slug": "product_quality" if severity == "safety" else None,
        "department_slug": "product" if severity == "safety" else None,
        "sentiment_label": sentiment,
        "intent_slug": intent,
        "promise_role": "none",
        "severity_slug": severity,
        "decision_effect_slug": effect,
        "issue": severity or effect,
        "theme": None,
    }
