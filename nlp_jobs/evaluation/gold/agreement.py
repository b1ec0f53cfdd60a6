"""How far a second reader of the gold set's part `test` agrees with its author.

    python -m nlp_jobs.evaluation.gold.agreement

The second reader labelled the units in their documents by the guidelines of the README, without
seeing a label (`second_reading.tsv`). The table stands in the README; a test compares the two.
Above such a figure a pipeline learns one person's taste.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from sklearn.metrics import cohen_kappa_score

from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.gold.counts import FOLDER, read_records

FILE = "second_reading.tsv"
NOTHING = "none"  # in place of null
LABELS = (
    "sentiment",
    "touchpoint",
    "topic",
    "intent",
    "need",
    "need_kind",
    "severity",
    "promise_role",
    "effort",
    "decision_effect",
    "cause",
    "emotion",
)
ALARMS = ("safety", "legal", "media")
Pairs = list[tuple[str, str]]  # what the author says of a unit, and what the second reader says


def read_pairs(folder: Path = FOLDER) -> dict[str, Pairs]:
    """Return label -> answers of both readers, unit by unit; `none` where nothing is said.

    Raises `ValueError` when the second reading is not of the units of part `test`.
    """
    first = {
        (document["id"], str(number)): unit
        for document in read_records("units", folder)
        if document["part"] == "test"
        for number, unit in enumerate(document["units"])
    }
    with (folder / FILE).open(encoding="utf-8", newline="") as file:
        second = {(row["id"], row["unit"]): row for row in csv.DictReader(file, delimiter="\t")}
    if first.keys() != second.keys():
        unlike = sorted(first.keys() ^ second.keys())[0]
        raise ValueError(f"{folder / FILE} holds other units than part test, such as {unlike}")
    return {
        label: [(unit[label] or NOTHING, second[key][label]) for key, unit in first.items()]
        for label in LABELS
    }


def render_agreement(folder: Path = FOLDER) -> str:
    """Both tables in Markdown."""
    pairs = read_pairs(folder)
    return "\n".join([*label_table(pairs), "", *alarm_table(pairs["severity"])])


def label_table(pairs: dict[str, Pairs]) -> Iterator[str]:
    """Agreement by label; the F1 takes the author's answers for right, as `voc evaluate` does."""
    yield "| label | named by the author | by the second reader | accuracy | Cohen's kappa | F1 |"
    yield "|---|---:|---:|---|---:|---|"
    for label, both in pairs.items():
        first, second = zip(*both, strict=True)
        cells = (
            str(sum(answer != NOTHING for answer in first)),
            str(sum(answer != NOTHING for answer in second)),
            _write(metrics.share(sum(one == other for one, other in both), len(both))),
            f"{cohen_kappa_score(first, second):.3f}",
            _write(metrics.named_f1(both, NOTHING)),
        )
        yield f"| {label} | " + " | ".join(cells) + " |"


def alarm_table(severities: Pairs) -> Iterator[str]:
    """What recall and precision the second reader would get as a pipeline."""
    yield "| alarm | by the author | recall of the second reader | precision |"
    yield "|---|---:|---|---|"
    for alarm in ALARMS:
        both = sum(pair == (alarm, alarm) for pair in severities)
        author = sum(first == alarm for first, _ in severities)
        reader = sum(second == alarm for _, second in severities)
        found = f"{_write(metrics.share(both, author))} | {_write(metrics.share(both, reader))}"
        yield f"| {alarm} | {author} | {found} |"


def _write(figure: metrics.Estimate | None) -> str:
    if figure is None:
        return ""
    return f"{figure.value:.3f} ({figure.low:.3f}-{figure.high:.3f})"


if __name__ == "__main__":
    print(render_agreement())
