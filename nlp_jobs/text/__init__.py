"""The text stage: what happens to a text before spaCy sees it (clean, detect, redact, judge)."""
