"""A pack looked at as a whole: what it would label, and all that is wrong or doubtful in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from nlp_jobs.annotate import Annotator, Feedback
from nlp_jobs.pack_check import Problem, find_problems
from nlp_jobs.taxonomy import (
    DEFAULT_CONFIG_DIR,
    list_packs,
    load_departments,
    load_labels,
    load_pack,
)


def check(pack: str, config_dir: Path = DEFAULT_CONFIG_DIR) -> list[Problem]:
    """Problems of one pack, errors first; a file that cannot be read raises `TaxonomyError`."""
    labels, departments = load_labels(config_dir), load_departments(config_dir)
    others = [load_pack(slug, config_dir) for slug in list_packs(config_dir) if slug != pack]
    problems = find_problems(load_pack(pack, config_dir), labels, departments, others)
    if not any(problem.level == "error" for problem in problems):
        problems += _find_missed_examples(pack, config_dir)
    return problems


def preview(
    pack: str, texts: Iterable[str], config_dir: Path = DEFAULT_CONFIG_DIR
) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """What the pack would label: (document row, unit rows) of each text, in order."""
    annotator = Annotator(pack, config_dir=config_dir)
    feedback = (
        Feedback(str(number), text, None, "", "preview")
        for number, text in enumerate(texts, start=1)
    )
    return annotator.annotate_many(feedback)


def _find_missed_examples(pack: str, config_dir: Path) -> Iterator[Problem]:
    """A warning for each example of the pack of which no opinion unit gets its topic."""
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
