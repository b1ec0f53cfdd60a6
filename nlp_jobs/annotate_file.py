"""`voc annotate`: label the texts of a file, outside the warehouse.

CSV, JSON Lines and Parquet come in; one JSON line per input row goes out:
`{"id", "row", "document": {...}, "units": [{...}]}`, or with `error` in place of the labels for a
row that could not be read. With a router, `document.route` holds its `label` and `confidence`;
with a column of terms, `document.named_opinion` what is said of the row's term, or null where the
row names none or its language has no head for it.
`-` stands for standard input (JSON Lines) and standard output.

A file is one source: what it writes about is learnt from a sample of its rows before the first is
labelled (see `domain_shares`). Standard input is labelled as it comes.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any

from nlp_jobs.annotate import CHUNK, Annotator, Feedback
from nlp_jobs.annotator_pool import AnnotatorPool
from nlp_jobs.domain_shares import SAMPLE
from nlp_jobs.pipelines import LIGHT, BackEnds
from nlp_jobs.row_questions import RowQuestions
from nlp_jobs.taxonomy import load_pack
from warehouse.keys import text_hash

SOURCE = "file"
# Rows from which several processes save more time than starting them takes, and rows that these
# then label together.
MANY_ROWS = 40_000


@dataclass(frozen=True)
class InputRow:
    """One row of the input: its number from 1, its values, or why it has none."""

    number: int
    values: dict[str, Any] | None
    error: str | None = None


class UnreadableFileError(ValueError):
    """The input as a whole cannot be read: unknown format or a missing text column."""


def annotate_file(
    source: str,
    out: str,
    text_column: str = "text",
    id_column: str | None = None,
    pack: str = "retail",
    progress: Callable[[int], None] | None = None,
    router: str | None = None,
    back_ends: BackEnds = LIGHT,
    workers: int = 1,
    term_column: str | None = None,
    said_column: str | None = None,
    learns_domain: bool = True,
) -> dict[str, int]:
    """Label every row of `source` into `out`; returns `{"rows", "errors"}`.

    `router` names a head of `routing_heads`; an unknown one is a `ValueError`. `term_column` names
    what each row asks about, `said_column` the words said of it (see `named_opinions`). `back_ends`
    puts transformers models in the place of trained heads.

    `workers` processes share a file of `MANY_ROWS` or more; models of `back_ends` stay in this
    one, where they use all cores by themselves. A script that asks for more than one must guard
    its start by `if __name__ == "__main__"`.

    `learns_domain` false reads each text for itself, whatever else the file holds.

    `progress` is told the number of rows done after each chunk. Bad rows stay in the output with
    an `error` and do not stop the run.
    """
    if workers < 1:
        raise ValueError(f"workers must be at least 1, not {workers}")
    load_pack(pack)  # a wrong one fails here, not in a worker
    questions = RowQuestions(router, term_column, said_column)
    counts = {"rows": 0, "errors": 0}
    with ExitStack() as files:
        sink = sys.stdout if out == "-" else files.enter_context(open_text(Path(out), "w"))
        rows = iter_rows(source, files)
        first = list(islice(rows, MANY_ROWS)) if workers > 1 and not back_ends.identity else []
        annotator: Annotator | AnnotatorPool
        if len(first) < MANY_ROWS:
            annotator, size = Annotator(pack, back_ends=back_ends), CHUNK
        else:
            annotator, size = files.enter_context(AnnotatorPool(pack, workers=workers)), MANY_ROWS
        rows = chain(first, rows)
        if learns_domain and source != "-":
            sample = sample_feedback(source, text_column)
            annotator.know_domains(annotator.learn_domains(sample))
        while chunk := list(islice(rows, size)):
            for line in label_rows(annotator, chunk, text_column, id_column, questions):
                counts["rows"] += 1
                counts["errors"] += "error" in line
                sink.write(json.dumps(line, ensure_ascii=False, default=str) + "\n")
            if progress is not None:
                progress(counts["rows"])
    return counts


def sample_feedback(source: str, text_column: str, size: int = SAMPLE) -> list[Feedback]:
    """As many rows from all over a file (reservoir sampling, the same ones each time)."""
    draw = random.Random(0)
    sample: list[InputRow] = []
    with ExitStack() as files:
        good = (row for row in iter_rows(source, files) if find_error(row, text_column) is None)
        for number, row in enumerate(good):
            place = number if number < size else draw.randrange(number + 1)
            if place < size:
                sample[place : place + 1] = [row]
    return [make_feedback(row, text_column, None) for row in sample]


def label_rows(
    annotator: Annotator | AnnotatorPool,
    rows: Iterable[InputRow],
    text_column: str,
    id_column: str | None,
    questions: RowQuestions | None = None,
) -> Iterator[dict[str, Any]]:
    """Yield one output line per row, in order."""
    checked = [(row, find_error(row, text_column)) for row in rows]
    good = [row for row, error in checked if error is None]
    labelled = annotator.annotate_many(make_feedback(row, text_column, id_column) for row in good)
    asked = [(row.values or {}) for row in good]
    answers = iter(questions.answer(asked, text_column) if questions is not None else ())
    for row, error in checked:
        line: dict[str, Any] = {"id": read_id(row, id_column), "row": row.number}
        if error is None:
            document, line["units"] = next(labelled)
            line["document"] = {**document, **next(answers, {})}
        else:
            line["error"] = error
        yield line


def find_error(row: InputRow, text_column: str) -> str | None:
    """Why a row cannot be labelled, or None."""
    if row.values is None:
        return row.error
    if text_column not in row.values:
        return f"no column {text_column!r}"
    text = row.values[text_column]
    if text is not None and not isinstance(text, str):
        return f"column {text_column!r} holds {type(text).__name__}, not text"
    return None


def read_id(row: InputRow, id_column: str | None) -> str:
    """The row's own id where there is one, else its number."""
    value = (row.values or {}).get(id_column) if id_column else None
    return str(row.number if value is None else value)


def make_feedback(row: InputRow, text_column: str, id_column: str | None) -> Feedback:
    """The feedback of a row that has no error."""
    text = (row.values or {})[text_column]
    return Feedback(read_id(row, id_column), text, None, text_hash(text), SOURCE)


def iter_rows(source: str, files: ExitStack) -> Iterator[InputRow]:
    """Yield the rows of a file by its suffix; `files` closes what is opened here."""
    if source == "-":
        return iter_json_lines(sys.stdin)
    path = Path(source)
    suffix = path.suffix.lower()
    if suffix == ".csv":
        return iter_csv(files.enter_context(open_text(path, "r")))
    if suffix in (".jsonl", ".ndjson"):
        return iter_json_lines(files.enter_context(open_text(path, "r")))
    if suffix == ".parquet":
        return iter_parquet(path)
    raise UnreadableFileError(f"{path}: expected .csv, .jsonl, .ndjson or .parquet")


def open_text(path: Path, mode: str) -> IO[str]:
    """Open UTF-8 text; broken bytes are read as U+FFFD, which cleaning removes."""
    if mode == "w":
        return path.open("w", encoding="utf-8")
    return path.open(encoding="utf-8-sig", errors="replace", newline="")


def iter_csv(file: IO[str]) -> Iterator[InputRow]:
    """Rows of a CSV file with a header; a row with too many cells is an error row."""
    csv.field_size_limit(2**31 - 1)
    lines = (line.replace("\0", "") for line in file)
    for number, values in enumerate(csv.DictReader(lines), start=1):
        if None in values:
            yield InputRow(number, None, "more cells than the header has columns")
        else:
            yield InputRow(number, dict(values))


def iter_json_lines(file: IO[str] | io.TextIOBase) -> Iterator[InputRow]:
    """Rows of JSON Lines; blank lines are skipped, what is no object is an error row."""
    for number, line in enumerate(file, start=1):
        if not line.strip():
            continue
        try:
            values = json.loads(line)
        except json.JSONDecodeError as error:
            yield InputRow(number, None, f"not JSON: {error.msg} at column {error.colno}")
            continue
        if isinstance(values, dict):
            yield InputRow(number, values)
        else:
            yield InputRow(number, None, "not a JSON object")


def iter_parquet(path: Path) -> Iterator[InputRow]:
    """Rows of a Parquet file, read batch by batch."""
    from pyarrow import parquet

    number = 0
    for batch in parquet.ParquetFile(path).iter_batches(CHUNK):
        for values in batch.to_pylist():
            number += 1
            yield InputRow(number, values)
