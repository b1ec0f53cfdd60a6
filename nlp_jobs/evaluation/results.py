"""What scoring yields: one `TaskResult` per task and data set, ready for a table or for JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np

from nlp_jobs.evaluation import metrics
from nlp_jobs.evaluation.metrics import Estimate, ReliabilityBin

NO_VERDICT = "(no verdict)"


@dataclass(frozen=True)
class LabelScore:
    """How one label fares: gold cases, and precision and recall where they are defined."""

    label: str
    n: int
    precision: Estimate | None
    recall: Estimate | None
    f1: float


@dataclass(frozen=True)
class Confusion:
    """Counts by gold label (row) and predicted label (column)."""

    labels: list[str]
    counts: list[list[int]]

    def most_frequent_errors(self, limit: int = 5) -> list[tuple[str, str, int]]:
        """The commonest (gold, predicted, count) off the diagonal."""
        errors = Counter(
            {
                (self.labels[row], self.labels[column]): count
                for row, counts in enumerate(self.counts)
                for column, count in enumerate(counts)
                if row != column and count
            }
        )
        return [(gold, predicted, count) for (gold, predicted), count in errors.most_common(limit)]


@dataclass(frozen=True)
class TaskResult:
    """One row of the evaluation.

    `status` is scored, not_served (the pipeline has nothing for the task), not_available (a
    trained head is missing), skipped (the file has nothing to score) or error (the file is
    broken); all but the first say why in `note`. `n` counts scored cases, `n_seen_in_training`
    what was left out because a shipped head learned from it, `n_no_verdict` the scored cases for
    which the pipeline said nothing.
    """

    data_set: str
    task: str
    status: str = "scored"
    note: str = ""
    n: int = 0
    n_seen_in_training: int = 0
    n_no_verdict: int = 0
    accuracy: Estimate | None = None
    macro_f1: Estimate | None = None
    micro_f1: Estimate | None = None
    precision: Estimate | None = None
    recall: Estimate | None = None
    calibration_error: float | None = None
    reliability: list[ReliabilityBin] = field(default_factory=list)
    labels: list[LabelScore] = field(default_factory=list)
    confusion: Confusion | None = None

    def about(self, data_set: str, task: str, **changes: Any) -> TaskResult:
        """The same figures under a name, with further fields changed."""
        return replace(self, data_set=data_set, task=task, **changes)

    def to_json(self) -> dict[str, Any]:
        """Plain types for JSON; estimates as {value, low, high}, rounded to four places."""
        return _plain(self)


def _plain(value: Any) -> Any:
    if isinstance(value, TaskResult | LabelScore | Confusion):
        return {part.name: _plain(getattr(value, part.name)) for part in fields(value)}
    if isinstance(value, Estimate | ReliabilityBin):
        return {name: _plain(part) for name, part in value._asdict().items()}
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def score_classes(
    gold: Sequence[str],
    predicted: Sequence[str | None],
    confidences: Sequence[tuple[float, bool]] = (),
) -> TaskResult:
    """One label per case; no verdict is a wrong answer.

    `confidences` holds (probability, whether the event came true) for the calibration error.
    """
    answers = [NO_VERDICT if label is None else label for label in predicted]
    labels = [*sorted(set(gold)), *sorted(set(answers) - set(gold))]
    matrix = metrics.confusion_matrix(gold, answers, labels)
    hits = np.diag(matrix)
    calibration = metrics.calibration(*zip(*confidences, strict=True)) if confidences else None
    return TaskResult(
        data_set="",
        task="",
        n=len(gold),
        n_no_verdict=answers.count(NO_VERDICT),
        accuracy=metrics.share(int(hits.sum()), len(gold)),
        macro_f1=metrics.macro_f1(matrix),
        calibration_error=calibration[0] if calibration else None,
        reliability=calibration[1] if calibration else [],
        labels=[
            score_label(label, int(hits[place]), int(matrix[place].sum()),
                        int(matrix[:, place].sum()))
            for place, label in enumerate(labels)
            if label in set(gold)
        ],
        confusion=Confusion(labels, matrix.tolist()),
    )  # fmt: skip


def score_label_sets(
    gold: Sequence[frozenset[str]],
    predicted: Sequence[frozenset[str]],
    labels: Sequence[str],
    confidences: Sequence[tuple[float, bool]] = (),
) -> TaskResult:
    """Any number of labels per case; accuracy is the share of cases with exactly the right set."""
    wanted = np.array([[label in found for label in labels] for found in gold], dtype=bool)
    given = np.array([[label in found for label in labels] for found in predicted], dtype=bool)
    wanted, given = wanted.reshape(-1, len(labels)), given.reshape(-1, len(labels))
    hits, misses, extras = wanted & given, wanted & ~given, given & ~wanted
    calibration = metrics.calibration(*zip(*confidences, strict=True)) if confidences else None
    return TaskResult(
        data_set="",
        task="",
        n=len(gold),
        n_no_verdict=int((~given.any(axis=1)).sum()),
        accuracy=metrics.share(int((wanted == given).all(axis=1).sum()), len(gold)),
        macro_f1=metrics.mean_label_f1(wanted, given),
        micro_f1=metrics.micro_f1(hits.sum(axis=1), misses.sum(axis=1), extras.sum(axis=1)),
        precision=metrics.share(int(hits.sum()), int(given.sum())),
        recall=metrics.share(int(hits.sum()), int(wanted.sum())),
        calibration_error=calibration[0] if calibration else None,
        reliability=calibration[1] if calibration else [],
        labels=[
            score_label(label, int(hits[:, place].sum()), int(wanted[:, place].sum()),
                        int(given[:, place].sum()))
            for place, label in enumerate(labels)
            if wanted[:, place].any() or given[:, place].any()
        ],
    )  # fmt: skip


def score_label(label: str, hits: int, gold: int, predicted: int) -> LabelScore:
    """Precision, recall and F1 of one label from three counts."""
    return LabelScore(
        label=label,
        n=gold,
        precision=metrics.share(hits, predicted),
        recall=metrics.share(hits, gold),
        f1=2 * hits / max(gold + predicted, 1),
    )
