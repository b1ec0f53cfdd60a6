"""A pack's own examples, tried: each must come out with the topic it stands under."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from nlp_jobs.pack_check import Problem
from nlp_jobs.taxonomy import load_pack, preview


def find_missed_examples(pack: str, config_dir: Path) -> Iterator[Problem]:
    """A warning for each example of which no opinion unit gets its topic."""
    examples = [
        (topic.slug, text)
        for *_, topic in load_pack(pack, config_dir).iter_topics()
        for texts in topic.examples.values()
        for text in texts
    ]
    labelled = preview(pack, (text for _, text in examples), config_dir)
    for (slug, text), (_, units) in zip(examples, labelled, strict=True):
        found = [unit["topic_slug"] for unit in units]
        if slug not in found:
            named = ", ".join(topic or "nothing" for topic in found) or "noise"
            yield Problem("warning", f"topic {slug}", f"example {text!r} comes out as {named}")
