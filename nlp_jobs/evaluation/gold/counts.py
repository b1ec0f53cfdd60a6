"""Counts of the gold set as the tables that stand in its README.

Run `python -m nlp_jobs.evaluation.gold.counts` after every change of a file and put what it prints
between the two marks of the README; a test compares the two.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LABELS = (
    "sentiment",
    "intent",
    "severity",
    "promise_role",
    "effort",
    "decision_effect",
    "emotion",
    "department",
    "touchpoint",
    "topic",
    "cause",
    "need",
    "need_kind",
)
PARTS = ("dev", "test")
Record = dict[str, Any]


def read_records(name: str, folder: Path = FOLDER) -> list[Record]:
    """The records of one file of the gold set, for example `units` for `units.jsonl`."""
    with (folder / f"{name}.jsonl").open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def render_counts(folder: Path = FOLDER) -> str:
    """All tables in Markdown."""
    return "\n".join(
        [
            *unit_tables(read_records("units", folder)),
            "",
            *redaction_table(read_records("redaction", folder)),
            "",
            *duplicates_table(read_records("duplicates", folder)),
        ]
    )


def unit_tables(documents: list[Record]) -> Iterator[str]:
    """Documents and units by part, then the values of each label with their unit counts."""
    yield "| units.jsonl | dev | test | all |"
    yield "|---|---:|---:|---:|"
    yield count_row("documents", documents)
    for language in ("zh", "en"):
        yield count_row(f"documents in {language}", of_value(documents, "language", language))
    yield count_row("documents of 2 to 6 units", [d for d in documents if len(d["units"]) > 1])
    for focus, _ in Counter(d["focus"] for d in documents if d["focus"]).most_common():
        yield count_row(f"documents with focus `{focus}`", of_value(documents, "focus", focus))
    units = [{**unit, "part": d["part"]} for d in documents for unit in d["units"]]
    yield count_row("opinion units", units)
    yield "| agent units | | | " + str(sum(len(d["agent_units"]) for d in documents)) + " |"
    yield ""
    yield "| label | units per value (`null` is the rest) |"
    yield "|---|---|"
    for label in LABELS:
        counts = Counter(unit[label] for unit in units if unit[label] is not None)
        values = ", ".join(f"{value} {n}" for value, n in by_count(counts))
        yield f"| {label} | {values} |"


def redaction_table(documents: list[Record]) -> Iterator[str]:
    """Documents with and without personal data, spans by type."""
    yield "| redaction.jsonl | dev | test | all |"
    yield "|---|---:|---:|---:|"
    yield count_row("documents with personal data", [d for d in documents if d["spans"]])
    yield count_row("documents without", [d for d in documents if not d["spans"]])
    spans = [{**span, "part": d["part"]} for d in documents for span in d["spans"]]
    for kind, _ in by_count(Counter(span["type"] for span in spans)):
        yield count_row(f"spans of type `{kind}`", of_value(spans, "type", kind))


def duplicates_table(texts: list[Record]) -> Iterator[str]:
    """Texts in clusters and alone."""
    yield "| duplicates.jsonl | dev | test | all |"
    yield "|---|---:|---:|---:|"
    clustered = [text for text in texts if text["cluster"] is not None]
    yield count_row("clusters", list({text["cluster"]: text for text in clustered}.values()))
    yield count_row("texts in clusters", clustered)
    yield count_row("texts that stand alone", of_value(texts, "cluster", None))


def of_value(records: Iterable[Record], field: str, value: str | None) -> list[Record]:
    """The records whose field holds the value."""
    return [record for record in records if record[field] == value]


def count_row(name: str, records: list[Record]) -> str:
    """One row with the counts of dev, test and both."""
    parts = Counter(record["part"] for record in records)
    return f"| {name} | " + " | ".join(str(parts[part]) for part in PARTS) + f" | {len(records)} |"


def by_count(counts: Counter[str]) -> list[tuple[str, int]]:
    """Values with their counts, the frequent first, equal ones by name."""
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


if __name__ == "__main__":
    print(render_counts())
