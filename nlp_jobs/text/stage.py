"""The text stage as one step: raw text or turns in, a `PreparedText` out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from nlp_jobs.text.clean import clean
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.noise import find_noise
from nlp_jobs.text.redact import redact
from nlp_jobs.text.script import Script, detect_script, to_simplified
from nlp_jobs.text.turns import iter_turns, join_turns, split_written_turns


class PreparedText(NamedTuple):
    """A text that is ready for the pipeline.

    `text` is clean, simplified, redacted and, for dialogues, marked by speaker; empty when there
    was nothing. `customer_text` is the customer's part of it without marks.
    """

    text: str
    customer_text: str
    language: str
    script: str
    noise_reason: str | None
    pii_counts: dict[str, int]


def prepare(
    text: str | None,
    turns: Iterable[Mapping[str, Any]] | None = None,
    names: NameFinder | None = None,
    language: str | None = None,
) -> PreparedText:
    """Clean, detect, simplify, redact and judge one piece of feedback.

    `language` overrides the detection. Turns win over text when both are given.
    """
    said = [(speaker, clean(part)) for speaker, part in iter_turns(turns)] if turns else []
    cleaned = "" if said else clean(text or "")
    if not said and "\n" in cleaned:
        said = split_written_turns(cleaned)
    whole = "\n".join(part for _, part in said) if said else cleaned
    script = detect_script(whole)
    if language is not None:
        script = Script(language, script.script)
    # Signs and digits alone say nothing about the language; Chinese comes first here.
    spoken = "en" if script.language == "en" else "zh"
    counts: dict[str, int] = {}

    def finish(part: str) -> str:
        redaction = redact(to_simplified(part) if spoken == "zh" else part, names, spoken)
        for kind, count in redaction.counts.items():
            counts[kind] = counts.get(kind, 0) + count
        return redaction.text

    if said:
        said = [(speaker, finish(part)) for speaker, part in said]
        customer_text = "\n".join(part for speaker, part in said if speaker == "customer")
        joined = join_turns(said, spoken)
    else:
        customer_text = joined = finish(cleaned)
    return PreparedText(
        text=joined,
        customer_text=customer_text,
        language=script.language,
        script=script.script,
        noise_reason=find_noise(customer_text),
        pii_counts=dict(sorted(counts.items())) if counts else counts,
    )
