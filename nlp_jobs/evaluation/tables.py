"""Results as tables: for a terminal (rich) and for a page (Markdown)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table

from nlp_jobs.evaluation.metrics import Estimate
from nlp_jobs.evaluation.results import Confusion, LabelScore, TaskResult

SMALL_MATRIX = 4  # up to this many labels, the matrix itself is the shortest picture
RELIABILITY = ("confidence", "n", "mean confidence", "came true")
SUMMARY = (
    "data set",
    "task",
    "n",
    "seen",
    "no verdict",
    "accuracy",
    "macro-F1",
    "micro-F1",
    "precision",
    "recall",
    "ECE",
    "note",
)
NUMBERS = frozenset(SUMMARY[2:-1])


def format_estimate(estimate: Estimate | None) -> str:
    """`.937 (.930-.943)`; nothing without a figure."""
    if estimate is None:
        return ""
    return f"{_short(estimate.value)} ({_short(estimate.low)}-{_short(estimate.high)})"


def _short(value: float) -> str:
    return f"{value:.3f}".removeprefix("0")


def summarise(results: Iterable[TaskResult]) -> tuple[list[str], list[list[str]]]:
    """Header and rows of the summary, one row per result, without columns that are empty."""
    rows = [_summary_cells(result) for result in results]
    used = [
        place
        for place, name in enumerate(SUMMARY)
        if name not in NUMBERS or any(row[place] for row in rows)
    ]
    return [SUMMARY[place] for place in used], [[row[place] for place in used] for row in rows]


def _summary_cells(result: TaskResult) -> tuple[str, ...]:
    seen = f"{result.n_seen_in_training:,}" if result.n_seen_in_training else ""
    if result.status != "scored":
        reason = f"{result.status.replace('_', ' ')}: {result.note}"
        return (result.data_set, result.task, "", seen, *[""] * (len(SUMMARY) - 5), reason)
    error = result.calibration_error
    return (
        result.data_set,
        result.task,
        f"{result.n:,}",
        seen,
        f"{result.n_no_verdict:,}" if result.n_no_verdict else "",
        format_estimate(result.accuracy),
        format_estimate(result.macro_f1),
        format_estimate(result.micro_f1),
        format_estimate(result.precision),
        format_estimate(result.recall),
        "" if error is None else _short(error),
        result.note,
    )


def summary_table(results: Iterable[TaskResult], title: str) -> Table:
    """The summary for a terminal."""
    header, rows = summarise(results)
    table = Table(title=title, title_justify="left", pad_edge=False, box=SIMPLE_HEAD)
    for name in header:
        table.add_column(
            name,
            justify="right" if name in NUMBERS else "left",
            overflow="fold",
            no_wrap=name in ("data set", "task"),
        )
    for cells in rows:
        table.add_row(*cells)
    return table


def confusion_table(result: TaskResult) -> Table | None:
    """The whole confusion matrix of a result: gold labels down, predicted labels across."""
    confusion = result.confusion
    if confusion is None:
        return None
    table = _detail_table(result)
    table.add_column("gold \\ predicted")
    for label in confusion.labels:
        table.add_column(label, justify="right")
    for label, counts in zip(confusion.labels, confusion.counts, strict=True):
        if any(counts):
            table.add_row(label, *(str(count) if count else "·" for count in counts))
    return table


def label_table(result: TaskResult) -> Table | None:
    """Precision, recall and F1 of each label."""
    if not result.labels:
        return None
    table = _detail_table(result)
    for name in ("label", "n", "precision", "recall", "F1"):
        table.add_column(name, justify="left" if name == "label" else "right")
    for score in result.labels:
        table.add_row(*_label_cells(score))
    return table


def reliability_table(result: TaskResult) -> Table | None:
    """How often predictions of similar confidence come true."""
    if not result.reliability:
        return None
    table = _detail_table(result)
    for name in RELIABILITY:
        table.add_column(name, justify="right")
    for cells in _reliability_cells(result):
        table.add_row(*cells)
    return table


def confusion_line(confusion: Confusion) -> str:
    """The commonest mistakes in one line: `negative → positive 20, ...`."""
    errors = confusion.most_frequent_errors()
    return ", ".join(f"{gold} → {predicted} {count}" for gold, predicted, count in errors)


def is_small(result: TaskResult) -> bool:
    """True when the matrix is small enough to be always shown."""
    return result.confusion is not None and len(result.confusion.labels) <= SMALL_MATRIX


def to_markdown(results: Sequence[TaskResult], title: str) -> str:
    """The summary and, per result, its labels and its matrix or commonest mistakes."""
    header, rows = summarise(results)
    lines = [f"## {title}", "", *_markdown_rows(header, rows), ""]
    for result in results:
        if result.status != "scored" or not (result.labels or result.confusion):
            continue
        lines += [f"### {result.data_set}: {result.task}", ""]
        if result.labels:
            cells = (_label_cells(score) for score in result.labels)
            lines += [*_markdown_rows(("label", "n", "precision", "recall", "F1"), cells), ""]
        if result.confusion is not None and is_small(result):
            names = result.confusion.labels
            matrix = zip(names, result.confusion.counts, strict=True)
            lines += [
                *_markdown_rows(
                    ("gold \\ predicted", *names),
                    ((name, *map(str, counts)) for name, counts in matrix if any(counts)),
                ),
                "",
            ]
        elif result.confusion is not None:
            lines += [f"Commonest mistakes: {confusion_line(result.confusion)}", ""]
        if result.reliability:
            lines += [*_markdown_rows(RELIABILITY, _reliability_cells(result)), ""]
    return "\n".join(lines)


def _detail_table(result: TaskResult) -> Table:
    title = f"{result.data_set} · {result.task}"
    return Table(title=title, title_justify="left", pad_edge=False, box=SIMPLE_HEAD)


def _reliability_cells(result: TaskResult) -> Iterator[tuple[str, ...]]:
    for found in result.reliability:
        yield (
            f"{found.low:.1f}-{found.high:.1f}",
            f"{found.n:,}",
            _short(found.mean_confidence),
            _short(found.accuracy),
        )


def _label_cells(score: LabelScore) -> tuple[str, ...]:
    return (
        score.label,
        f"{score.n:,}",
        format_estimate(score.precision),
        format_estimate(score.recall),
        _short(score.f1),
    )


def _markdown_rows(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    for cells in rows:
        yield f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
