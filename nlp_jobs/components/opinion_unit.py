"""The opinion unit: a stretch of text about one thing, with the labels that the pipes give it.

`doc._.opinion_units` and its like are the public names. Pipes read `doc.user_data[OPINION_UNITS]`,
which is the same store without the price of looking the extension up each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from spacy.tokens import Doc

from nlp_jobs.lexicons.cues import Hit
from nlp_jobs.polarity_rules import SILENT, RuleReading

# strength of the cues by topic and by touchpoint
CueWeights = tuple[dict[str, float], dict[str, float]]
CUSTOMER = "customer"  # the speaker whose opinions count


def _label(default: Any = None) -> Any:
    """A field that a pipe sets later: until then it is the class's, and making a unit is cheap."""
    return field(default=default, init=False)


@dataclass
class OpinionUnit:
    """Labels of doc.text[char_start:char_end]; field names are the columns of nlp.opinion_units."""

    speaker: str
    char_start: int
    char_end: int
    text: str
    hits: dict[str, list[Hit]] = field(default_factory=dict)  # cues inside, by layer
    rules: RuleReading = SILENT  # what the polarity rules read
    source: str | None = None  # the text in which the hits count their places; null: `text`
    # scores of the heads by name, for many units, and the row of this one (`letter_scores`)
    letters: tuple[dict[str, NDArray[np.float32]], int] | None = _label()
    # `CueWeights` by `voc_routing`; null: it was not asked
    cue_weights: tuple[dict[str, float], dict[str, float]] | None = _label()
    alarm: str | None = _label()  # threat that the alarm head reads, for `voc_signals`
    alarm_is_read: bool = _label(False)  # false where the head was not asked
    praise: float | None = _label()  # probabilities that `voc_polarity` reads; null: not asked
    neutral: float | None = _label()
    sentiment_label: str | None = _label()
    sentiment_score: float | None = _label()
    sentiment_confidence: float | None = _label()
    intensity: int | None = _label()
    effort: int | None = _label()
    emotion_slug: str | None = _label()
    intent_slug: str | None = _label()
    need_kind: str | None = _label()
    need_slug: str | None = _label()
    touchpoint_slug: str | None = _label()
    touchpoint_confidence: float | None = _label()
    department_slug: str | None = _label()
    department_confidence: float | None = _label()
    topic_slug: str | None = _label()
    topic_confidence: float | None = _label()
    cause_slug: str | None = _label()
    severity_slug: str | None = _label()
    decision_effect_slug: str | None = _label()
    promise_role: str = _label("none")
    competitor_slug: str | None = _label()
    keywords: list[str] = field(default_factory=list, init=False)

    @property
    def cued_text(self) -> str:
        """The text in which the hits count their places."""
        return self.text if self.source is None else self.source

    def has(self, layer: str, slug: str | None = None) -> bool:
        """True when a cue of the layer (and slug) stands in the unit."""
        hits = self.hits.get(layer)
        if not hits:
            return False
        return slug is None or any(hit.slug == slug for hit in hits)


def _extension(name: str) -> Any:
    """Register doc._.<name>, null until set; return its key in doc.user_data.

    The key is a tuple, which the type stub of spaCy does not know of.
    """
    if not Doc.has_extension(name):
        Doc.set_extension(name, default=None)
    return ("._.", name, None, None)


# doc.text joins the tokens anew each time it is asked for; `source_text` is kept.
SOURCE_TEXT = _extension("source_text")
DOMAIN_SHIFT = _extension("domain_shift")  # log-odds that the source adds to each domain
WORDS = _extension("words")  # the tokens as strings, trailing blanks included
CUE_HITS = _extension("cue_hits")
OPINION_UNITS = _extension("opinion_units")
SENTIMENT_LABEL = _extension("sentiment_label")
SENTIMENT_SCORE = _extension("sentiment_score")
SENTIMENT_CONFIDENCE = _extension("sentiment_confidence")


def read_source_text(doc: Doc) -> str:
    """The text of a doc, joined once and kept."""
    text: str | None = doc.user_data.get(SOURCE_TEXT)
    if text is None:
        text = doc.user_data[SOURCE_TEXT] = doc.text
    return text


def list_customer_units(docs: Iterable[Doc]) -> list[OpinionUnit]:
    """The units of the customers, doc by doc."""
    return [
        unit for doc in docs for unit in doc.user_data[OPINION_UNITS] if unit.speaker == CUSTOMER
    ]
