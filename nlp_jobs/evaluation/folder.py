"""Score a folder of data sets, file by file: `NAME.csv.gz` or `NAME.csv` by the usual names.

A name may go on behind the usual one: `NAME_test.csv` is scored like `NAME.csv`.

A file that is unknown, broken or lacks a column becomes a row that says so; the others go on.
Texts that a shipped head learned from are left out and counted, so that the figures are held out
whether the folder is the training material or a sealed one.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from nlp_jobs.evaluation.answers import ANSWERS, NotAvailableError, Opinions
from nlp_jobs.evaluation.public_sets import SETS_BY_NAME, Case, PublicSet, Row, Task
from nlp_jobs.evaluation.results import TaskResult
from nlp_jobs.evaluation.training_record import TrainingRecord, shipped_record

ALL_SEEN = "a head learned from every text: only other texts give a held-out figure"
SUFFIXES = (".csv.gz", ".csv")


class UnreadableSetError(ValueError):
    """A file that is no CSV with a header in UTF-8; the message says what is wrong."""


@dataclass(frozen=True)
class Scope:
    """What to score: `tasks` by name (all when empty), at most `limit` cases of each.

    `include_seen` scores the training texts too.
    """

    tasks: Collection[str] = ()
    limit: int | None = None
    include_seen: bool = False


class FolderScorer:
    """Scores folders with one pipeline, which is built at the first task that needs it."""

    def __init__(self, scope: Scope, record: TrainingRecord | None = None) -> None:
        self.scope = scope
        self.record = record if record is not None else shipped_record()

    @cached_property
    def opinions(self) -> Opinions:
        """The pipeline that answers."""
        return Opinions()

    def score(
        self, folder: Path, progress: Callable[[str], None] = lambda name: None
    ) -> Iterator[TaskResult]:
        """Yield a result per task and file, in the order of the names.

        `progress` is told the name of each file before it is read. A folder that does not exist
        is a `NotADirectoryError`.
        """
        if not folder.is_dir():
            raise NotADirectoryError(
                f"{folder} is no folder: give one that holds NAME.csv.gz files"
            )
        for path in sorted(path for path in folder.iterdir() if path.is_file()):
            progress(path.name)
            yield from self.score_file(path)

    def score_file(self, path: Path) -> Iterator[TaskResult]:
        """Yield the results of one file; what cannot be scored is a result that says why."""
        name = set_name(path)
        if name is None:
            yield TaskResult(path.name, "-", "skipped", "not NAME.csv or NAME.csv.gz")
            return
        public_set = find_public_set(name)
        if public_set is None or not public_set.tasks:
            reason = public_set.reason if public_set else "no task is known for a file of this name"
            yield TaskResult(name, "-", "skipped", reason)
            return
        tasks = [task for task in public_set.tasks if self.wants(task)]
        try:
            rows = read_rows(path) if tasks else []
        except UnreadableSetError as failure:
            yield TaskResult(name, "-", "error", str(failure))
            return
        for task in tasks:
            yield self.score_task(name, task, rows)

    def wants(self, task: Task) -> bool:
        """True when the scope names the task, or none."""
        return not self.scope.tasks or task.name in self.scope.tasks

    def score_task(self, name: str, task: Task, rows: Sequence[Row]) -> TaskResult:
        """Score one task of one file."""
        missing = [column for column in task.columns if not rows or column not in rows[0]]
        if not rows:
            return TaskResult(name, task.name, "error", "no rows")
        if missing:
            return TaskResult(name, task.name, "error", f"no column {', '.join(missing)}")
        if task.kind not in ANSWERS:
            return TaskResult(name, task.name, "not_served", task.note)
        cases = list(task.read(rows))
        fresh = cases
        if not self.scope.include_seen:
            fresh = [
                case for case in cases if not self.record.has_seen(task.family, case.known_text)
            ]
        seen = len(cases) - len(fresh)
        chosen = choose(fresh, self.scope.limit)
        if not chosen:
            note = ALL_SEEN if cases else "no row holds a usable label"
            return TaskResult(name, task.name, "skipped", note, n_seen_in_training=seen)
        try:
            result = ANSWERS[task.kind](chosen, self.opinions, task.head)
        except NotAvailableError as failure:
            return TaskResult(name, task.name, "not_available", str(failure))
        return result.about(name, task.name, note=task.note, n_seen_in_training=seen)


def set_name(path: Path) -> str | None:
    """The name of a data set by its file name, null for other kinds of files."""
    for suffix in SUFFIXES:
        if path.name.endswith(suffix):
            return path.name.removesuffix(suffix)
    return None


def find_public_set(name: str) -> PublicSet | None:
    """The set of that name; `zh_sentiment_waimai_test` is a part of `zh_sentiment_waimai`."""
    known = [found for found in SETS_BY_NAME if re.match(rf"{re.escape(found)}(?:[_.-]|$)", name)]
    return SETS_BY_NAME[max(known, key=len)] if known else None


def read_rows(path: Path) -> list[Row]:
    """All rows of a CSV file as they stand, every value a string."""
    try:
        frame = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError, ValueError) as failure:
        raise UnreadableSetError(f"unreadable: {failure}") from failure
    return [
        {str(column): value for column, value in row.items()}
        for row in frame.fillna("").to_dict("records")
    ]


def choose(cases: Sequence[Case], limit: int | None) -> list[Case]:
    """The first `limit` cases in the order of their texts' hashes: a sample that never changes."""
    if limit is None or len(cases) <= limit:
        return list(cases)
    return sorted(cases, key=lambda case: hashlib.blake2b(case.text.encode()).digest())[:limit]
