"""Score the gold set that ships with the project: units, redaction, near duplicates.

Parts are reported apart. Rules and word lists may be improved by looking at the part `dev`; the
part `test` is for measuring only.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlp_jobs.evaluation.answers import Opinions
from nlp_jobs.evaluation.gold_duplicates import score_duplicates
from nlp_jobs.evaluation.gold_redaction import score_redaction
from nlp_jobs.evaluation.gold_units import (
    GOLD_DIR,
    UNIT_TASKS,
    read_documents,
    score_gold_units,
)
from nlp_jobs.evaluation.results import TaskResult


def score_gold_set(
    tasks: Collection[str] = (),
    limit: int | None = None,
    folder: Path = GOLD_DIR,
    progress: Callable[[str], None] = lambda name: None,
) -> Iterator[TaskResult]:
    """Yield a result per part and task; `tasks` (all when empty) and `limit` (documents) narrow.

    A file that is needed and missing becomes a row that says so.
    """
    for file_name, (names, scorer) in SCORERS.items():
        if tasks and not names & set(tasks):
            continue
        progress(file_name)
        name = f"gold {file_name.removesuffix('.jsonl')}"
        if not (folder / file_name).exists():
            yield TaskResult(name, "-", "skipped", f"no file {file_name}")
            continue
        documents = read_documents(folder / file_name)
        for part in sorted({document.get("part", "") for document in documents}):
            chosen = [document for document in documents if document.get("part", "") == part]
            for result in scorer(chosen[:limit], f"{name} {part}".strip()):
                if not tasks or result.task in tasks:
                    yield result


def _score_units(documents: Sequence[dict[str, Any]], name: str) -> Iterator[TaskResult]:
    return score_gold_units(documents, _opinions(), name)


@lru_cache(maxsize=1)
def _opinions() -> Opinions:
    return Opinions()


Scorer = Callable[[Sequence[dict[str, Any]], str], Iterator[TaskResult]]
SCORERS: dict[str, tuple[frozenset[str], Scorer]] = {
    "units.jsonl": (frozenset(UNIT_TASKS), _score_units),
    "redaction.jsonl": (frozenset({"redaction"}), score_redaction),
    "duplicates.jsonl": (frozenset({"duplicates"}), score_duplicates),
}
TASK_NAMES = frozenset(name for names, _ in SCORERS.values() for name in names)
