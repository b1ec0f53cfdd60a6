"""The pipes of the pipeline, one module each; importing this package registers all factories."""

from nlp_jobs.components import (
    alarms,
    aspects,
    cues,
    keywords,
    letters,
    polarity,
    promises,
    routing,
    signal_heads,
    signals,
    tokenizer,
    topics,
    transformer_aspects,
    transformer_polarity,
    unit_sentiment,
    units,
)

__all__ = [
    "alarms",
    "aspects",
    "cues",
    "keywords",
    "letters",
    "polarity",
    "promises",
    "routing",
    "signal_heads",
    "signals",
    "tokenizer",
    "topics",
    "transformer_aspects",
    "transformer_polarity",
    "unit_sentiment",
    "units",
]
