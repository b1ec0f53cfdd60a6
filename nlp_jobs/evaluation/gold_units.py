"""Scoring of the unit labels on the gold set: segmentation and one task per label.

How predicted units meet gold units: a predicted unit of the customer belongs to the gold unit with
which it shares most characters. A gold unit's answer for a label is that of the predicted unit
with the largest share among those that belong to it and have the label at all; severity is the
gravest of them. A label on a predicted unit that touches no gold unit is a false alarm. A gold
unit that no predicted unit touches has no labels. For the segmentation a gold unit is found when
some predicted unit, used once, shares at least half of the characters that the two cover together.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.alignment import overlap, trace
from nlp_jobs.evaluation.answers import Labelled, Opinions
from nlp_jobs.evaluation.results import TaskResult, score_classes, score_label

GOLD_DIR = Path(__file__).resolve().parent / "gold"
NOTHING = "none"
FOUND_FROM = 0.5  # shared characters over covered characters
GRAVEST_FIRST = ("safety", "legal", "media", "high", "medium", "low")
ALARMS = ("safety", "legal", "media")
# label of the gold set -> column of the pipeline
COLUMNS = {
    "touchpoint": "touchpoint_slug",
    "department": "department_slug",
    "topic": "topic_slug",
    "intent": "intent_slug",
    "need": "need_slug",
    "need_kind": "need_kind",
    "severity": "severity_slug",
    "promise_role": "promise_role",
    "effort": "effort",
    "decision_effect": "decision_effect_slug",
    "cause": "cause_slug",
    "emotion": "emotion_slug",
}
UNIT_TASKS = (
    "segmentation",
    "sentiment",
    *COLUMNS,
    *(f"alarm_{alarm}" for alarm in (*ALARMS, "any")),
)
Labels = dict[str, str | None]


@dataclass(frozen=True)
class Unit:
    """A stretch of the written text with its labels, null where nothing is said."""

    start: int
    end: int
    labels: Labels

    @property
    def span(self) -> tuple[int, int]:
        """Start and end."""
        return self.start, self.end


@dataclass(frozen=True)
class Match:
    """A document's gold units, each with its answer, and the predicted units that touch none."""

    gold: list[Unit]
    answers: list[Labels]
    strays: list[Labels]
    found: int
    predicted: int


def read_documents(path: Path) -> list[dict[str, Any]]:
    """The documents of a gold file, one JSON object per line."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def read_gold_units(document: dict[str, Any]) -> list[Unit]:
    """The gold units in order; each text is looked for behind the one before."""
    units, place = [], 0
    for unit in document["units"]:
        start = document["text"].index(unit["text"], place)
        place = start + len(unit["text"])
        labels = {name: unit[name] for name in (*COLUMNS, "sentiment")}
        units.append(Unit(start, place, labels))
    return units


def read_predicted_units(text: str, labelled: Labelled) -> list[Unit]:
    """The customer's units as the pipeline cuts and labels them, placed in the written text."""
    document, rows = labelled
    places = trace(text, document["redacted_text"] or "")
    return [
        Unit(
            places[row["char_start"]],
            places[row["char_end"]],
            {name: read_label(name, row[column]) for name, column in COLUMNS.items()}
            | {"sentiment": row["sentiment_label"]},
        )
        for row in rows
        if row["speaker"] == "customer"
    ]


def read_label(name: str, value: Any) -> str | None:
    """A column's value in the words of the gold set; effort is high below zero, low above."""
    if name == "effort":
        return None if not value else "high" if value < 0 else "low"
    return None if value is None else str(value)


def match(gold: list[Unit], predicted: list[Unit]) -> Match:
    """Give every gold unit its answer by the rule of this module."""
    shares: list[list[tuple[int, Unit]]] = [[] for _ in gold]
    strays = []
    for unit in predicted:
        overlaps = [overlap(unit.span, other.span) for other in gold]
        best = max(overlaps, default=0)
        if best == 0:
            strays.append(unit.labels)
        else:
            shares[overlaps.index(best)].append((best, unit))
    return Match(
        gold=gold,
        answers=[answer(found) for found in shares],
        strays=strays,
        found=count_found(gold, predicted),
        predicted=len(predicted),
    )


def answer(found: Sequence[tuple[int, Unit]]) -> Labels:
    """The labels of one gold unit from the predicted units that belong to it."""
    largest_first = [unit.labels for _, unit in sorted(found, key=lambda pair: -pair[0])]
    answers: Labels = {}
    for name in (*COLUMNS, "sentiment"):
        values = [labels[name] for labels in largest_first if labels[name] not in (None, NOTHING)]
        if name == "severity":
            values.sort(key=lambda value: GRAVEST_FIRST.index(value or ""))
        answers[name] = values[0] if values else None
    return answers


def count_found(gold: Sequence[Unit], predicted: Sequence[Unit]) -> int:
    """How many gold units have a predicted unit of nearly the same extent."""
    free = list(predicted)
    count = 0
    for unit in gold:
        for other in free:
            shared = overlap(unit.span, other.span)
            covered = (unit.end - unit.start) + (other.end - other.start) - shared
            if covered and shared / covered >= FOUND_FROM:
                free.remove(other)
                count += 1
                break
    return count


def score_gold_units(
    documents: Sequence[dict[str, Any]], opinions: Opinions, name: str
) -> Iterator[TaskResult]:
    """Yield the segmentation, the sentiment, each label, and the alarms of severity."""
    labelled = opinions.read([document["text"] for document in documents])
    matches = [
        match(read_gold_units(document), read_predicted_units(document["text"], rows))
        for document, rows in zip(documents, labelled, strict=True)
    ]
    yield score_segmentation(matches).about(name, "segmentation")
    for label in ("sentiment", *COLUMNS):
        yield score_label_column(matches, label).about(name, label)
    for alarm in ALARMS:
        yield score_alarm(matches, {alarm}).about(name, f"alarm_{alarm}")
    yield score_alarm(matches, set(ALARMS)).about(name, "alarm_any")


def score_segmentation(matches: Sequence[Match]) -> TaskResult:
    """Gold units found, by the documents they stand in."""
    hits = [found.found for found in matches]
    gold, predicted = [len(found.gold) for found in matches], [found.predicted for found in matches]
    return TaskResult(
        data_set="",
        task="",
        n=sum(gold),
        precision=metrics.share(sum(hits), sum(predicted)),
        recall=metrics.share(sum(hits), sum(gold)),
        micro_f1=metrics.micro_f1(
            hits,
            [total - hit for total, hit in zip(gold, hits, strict=True)],
            [total - hit for total, hit in zip(predicted, hits, strict=True)],
        ),
    )


def score_label_column(matches: Sequence[Match], label: str) -> TaskResult:
    """One label over all gold units.

    Accuracy takes "nothing said" as a label of its own. F1, precision and recall are about named
    labels only: one that is missed or wrong counts against recall, one that is wrong or too many
    against precision, stray units included.
    """
    gold, answers = _columns(matches, label)
    result = score_classes(gold, answers)
    strays = [labels[label] for found in matches for labels in found.strays]
    strays = [value for value in strays if value not in (None, NOTHING)]
    hits = [wanted == given != NOTHING for wanted, given in zip(gold, answers, strict=True)]
    misses = [wanted not in (given, NOTHING) for wanted, given in zip(gold, answers, strict=True)]
    extras = [given not in (wanted, NOTHING) for wanted, given in zip(gold, answers, strict=True)]
    none = [0] * len(strays)
    matrix = np.array(result.confusion.counts if result.confusion else [])
    names = result.confusion.labels if result.confusion else []
    named = [place for place, name in enumerate(names) if name != NOTHING]
    return result.about(
        "",
        "",
        macro_f1=metrics.macro_f1(matrix, named),
        micro_f1=metrics.micro_f1([*hits, *none], [*misses, *none], [*extras, *[1] * len(strays)]),
        precision=metrics.share(sum(hits), sum(hits) + sum(extras) + len(strays)),
        recall=metrics.share(sum(hits), sum(hits) + sum(misses)),
        labels=[score for score in result.labels if score.label != NOTHING],
    )


def score_alarm(matches: Sequence[Match], alarms: Collection[str]) -> TaskResult:
    """Precision and recall of kinds of severity, stray units counted as false alarms."""
    gold, answers = _columns(matches, "severity")
    strays = [labels["severity"] in alarms for found in matches for labels in found.strays]
    wanted = np.array([value in alarms for value in gold] + [False] * len(strays))
    given = np.array([*(value in alarms for value in answers), *strays])
    hits = wanted & given
    score = score_label("alarm", int(hits.sum()), int(wanted.sum()), int(given.sum()))
    return TaskResult(
        data_set="",
        task="",
        n=score.n,
        precision=score.precision,
        recall=score.recall,
        micro_f1=metrics.micro_f1(hits, wanted & ~given, given & ~wanted),
    )


def _columns(matches: Sequence[Match], label: str) -> tuple[list[str], list[str]]:
    """Gold and answer of every gold unit, `NOTHING` where nothing is said."""
    gold = [unit.labels[label] or NOTHING for found in matches for unit in found.gold]
    answers = [labels[label] or NOTHING for found in matches for labels in found.answers]
    return gold, answers
