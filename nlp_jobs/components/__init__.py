"""The pipes of the pipeline, one module each; importing this package registers all factories."""

from nlp_jobs.components import (
    cues,
    keywords,
    polarity,
    promises,
    routing,
    signals,
    tokenizer,
    units,
)

__all__ = ["cues", "keywords", "polarity", "promises", "routing", "signals", "tokenizer", "units"]
