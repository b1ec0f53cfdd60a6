"""Scoring of redaction on the gold set, by type of personal data.

What was redacted is read from the finished text: its literal parts are found again in the cleaned
text, and what lies between them was replaced by the placeholder that stands there. A gold span
counts as redacted when nothing of it but signs and blanks is left, whatever type the placeholder
names; a placeholder that touches no gold span is a false alarm.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.alignment import overlap, trace
from nlp_jobs.evaluation.results import LabelScore, TaskResult
from nlp_jobs.text.clean import clean
from nlp_jobs.text.names import NameFinder
from nlp_jobs.text.redact import PLACEHOLDERS
from nlp_jobs.text.script import to_simplified
from nlp_jobs.text.stage import prepare
from nlp_jobs.text.turns import MARKS

# kinds of the pipeline -> types of the gold set; the others have the same name
TYPES = {
    "landline": "phone",
    "passport": "id_number",
    "wechat": "account",
    "qq": "account",
}
NO_KNOWN_NAMES = NameFinder(())  # names that the text itself introduces are found all the same
_PLACEHOLDER = re.compile(
    "|".join(
        re.escape(f"[{name}]")
        for name in sorted({name for names in PLACEHOLDERS.values() for name in names})
    )
)
_MARKS = "|".join(re.escape(mark.strip()) for marks in MARKS.values() for mark in marks.values())
_TOKEN = re.compile(rf"(?P<placeholder>{_PLACEHOLDER.pattern})|^(?:{_MARKS})", re.MULTILINE)
_KIND_BY_NAME = {name: kind for kind, names in PLACEHOLDERS.items() for name in names}


@dataclass(frozen=True)
class Span:
    """Personal data of one type at a place of the written text."""

    start: int
    end: int
    type: str


def read_redacted_spans(text: str) -> list[Span]:
    """What the text stage takes out of a text, placed in the text as written."""
    cleaned = to_simplified(clean(text))
    finished = prepare(text, names=NO_KNOWN_NAMES).text
    pattern, names = build_pattern(finished)
    found = re.fullmatch(pattern, cleaned, re.DOTALL)
    if found is not None:
        places = trace(text, cleaned)
        extents = [found.span(group) for group in range(1, len(names) + 1)]
    else:  # a turn was dropped or joined: place by place, less sharp at the edges
        places = trace(text, finished)
        extents = [match.span() for match in _PLACEHOLDER.finditer(finished)]
    return [
        Span(places[start], places[end], span_type(name))
        for (start, end), name in zip(extents, names, strict=True)
    ]


def build_pattern(finished: str) -> tuple[str, list[str]]:
    """A pattern that fits the cleaned text, one group per placeholder, and the placeholders.

    Blanks may differ, and a speaker mark stands for whatever mark was written there.
    """
    parts, names, place = [], [], 0
    for token in _TOKEN.finditer(finished):
        parts.append(_flexible(finished[place : token.start()]))
        place = token.end()
        if token["placeholder"]:
            parts.append("(.+?)")
            names.append(token["placeholder"])
        else:
            parts.append(r"\s*[^:：\n]{1,20}[:：]\s*")
    return "".join([*parts, _flexible(finished[place:])]), names


def _flexible(literal: str) -> str:
    return r"\s*".join(re.escape(word) for word in re.split(r"\s+", literal))


def span_type(placeholder: str) -> str:
    """The gold type behind a placeholder with its brackets."""
    kind = _KIND_BY_NAME[placeholder[1:-1]]
    return TYPES.get(kind, kind)


def score_redaction(documents: Sequence[dict[str, Any]], name: str) -> Iterator[TaskResult]:
    """Yield recall and precision over all types, with one row per type."""
    gold_counts: list[tuple[int, int, int]] = []
    wanted: dict[str, list[bool]] = {}
    given: dict[str, list[bool]] = {}
    for document in documents:
        text = document["text"]
        gold = [Span(span["start"], span["end"], span["type"]) for span in document["spans"]]
        predicted = read_redacted_spans(text)
        hits = [is_covered(text, span, predicted) for span in gold]
        right = [any(overlap_of(span, other) for other in gold) for span in predicted]
        for span, hit in zip(gold, hits, strict=True):
            wanted.setdefault(span.type, []).append(hit)
        for span, hit in zip(predicted, right, strict=True):
            given.setdefault(span.type, []).append(hit)
        gold_counts.append((sum(hits), len(hits) - sum(hits), len(right) - sum(right)))
    hit_count = sum(sum(hits) for hits in wanted.values())
    gold_count = sum(len(hits) for hits in wanted.values())
    right_count = sum(sum(right) for right in given.values())
    predicted_count = sum(len(right) for right in given.values())
    yield TaskResult(
        data_set=name,
        task="redaction",
        n=gold_count,
        precision=metrics.share(right_count, predicted_count),
        recall=metrics.share(hit_count, gold_count),
        micro_f1=metrics.micro_f1(*zip(*gold_counts, strict=True)) if gold_counts else None,
        labels=[
            score_type(kind, wanted.get(kind, []), given.get(kind, []))
            for kind in sorted({*wanted, *given})
        ],
        note=f"{len(documents):,} texts",
    )


def score_type(kind: str, hits: Sequence[bool], right: Sequence[bool]) -> LabelScore:
    """Recall over the gold spans of a type, precision over the placeholders of that type."""
    precision, recall = (metrics.share(sum(found), len(found)) for found in (right, hits))
    values = [figure.value if figure else 0.0 for figure in (precision, recall)]
    f1 = 2 * values[0] * values[1] / max(sum(values), 1e-9)
    return LabelScore(kind, len(hits), precision, recall, f1)


def is_covered(text: str, span: Span, predicted: Sequence[Span]) -> bool:
    """True when every letter and digit of the span lies in what was redacted."""
    return all(
        any(other.start <= place < other.end for other in predicted)
        for place in range(span.start, span.end)
        if text[place].isalnum()
    )


def overlap_of(first: Span, second: Span) -> int:
    """Shared characters of two spans."""
    return overlap((first.start, first.end), (second.start, second.end))
