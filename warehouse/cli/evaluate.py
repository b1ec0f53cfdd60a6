"""`voc evaluate`: how good the labels are, on the gold set or on a folder of data sets."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from warehouse.cli.steps import console, errors

if TYPE_CHECKING:
    from nlp_jobs.evaluation.results import TaskResult


TABLE_WIDTH = 160


def evaluate(
    sets: Annotated[
        Path | None,
        typer.Option(help="A folder of data sets (NAME.csv.gz, NAME.csv); the gold set."),
    ] = None,
    task: Annotated[
        list[str] | None, typer.Option(help="Only this task; may be given again.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Score at most so many cases.")] = None,
    include_seen: Annotated[
        bool, typer.Option("--include-seen", help="Score training texts too.")
    ] = False,
    confusion: Annotated[
        bool, typer.Option("--confusion", help="Every matrix whole, every label, calibration.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the tables as Markdown.")] = None,
) -> None:
    """Score the labels: n, accuracy, F1, 95 % intervals, calibration, confusion.

    Without --sets, the gold set that ships with the project. With --sets, any folder that holds
    files under the usual names of public data sets; texts that the shipped heads learned from
    are left out and counted.

    Examples:

      voc evaluate

      voc evaluate --sets data/open --task polarity --json
    """
    from nlp_jobs.evaluation import gold_set, public_sets
    from nlp_jobs.evaluation.folder import FolderScorer, Scope

    known = gold_set.TASK_NAMES if sets is None else public_sets.TASK_NAMES
    if unknown := sorted(set(task or ()) - known):
        raise typer.BadParameter(
            f"no task {', '.join(unknown)}; there are {', '.join(sorted(known))}",
            param_hint="--task",
        )

    def progress(name: str) -> None:
        errors.print(f"  … {name}", markup=False)

    if sets is None:
        title = "Gold set"
        results = list(gold_set.score_gold_set(task or (), limit, progress=progress))
    else:
        title = f"Data sets of {sets.name}"
        results = list(FolderScorer(Scope(task or (), limit, include_seen)).score(sets, progress))
    if out is not None:
        from nlp_jobs.evaluation.tables import to_markdown

        out.write_text(to_markdown(results, title) + "\n", encoding="utf-8")
    if as_json:
        document = {"title": title, "results": [result.to_json() for result in results]}
        print(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        show(results, title, whole=confusion)


def show(results: list[TaskResult], title: str, whole: bool) -> None:
    """Print the summary, then the matrices: small ones always, all of them when `whole`."""
    from nlp_jobs.evaluation import tables

    # a log file has no width of its own, and a narrow table says nothing
    wide = Console(width=max(console.width, TABLE_WIDTH), highlight=False)
    wide.print(tables.summary_table(results, title))
    for result in results:
        if whole:
            parts = [
                tables.label_table(result),
                tables.confusion_table(result),
                tables.reliability_table(result),
            ]
        elif result.confusion is None:
            parts = [tables.label_table(result)]
        elif tables.is_small(result):
            parts = [tables.confusion_table(result)]
        else:
            parts = []
            line = tables.confusion_line(result.confusion)
            console.print(f"{result.data_set} · {result.task}: {line}", markup=False)
        for table in parts:
            if table is not None:
                wide.print(table)
