"""What a survey tool's export is made of, whichever tool it is; its rows as candidates."""

from __future__ import annotations

import io
import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from typing import IO, Any, Protocol
from zoneinfo import ZoneInfo

from ingestion.candidates import Candidate, Reject, escape_bytes
from ingestion.contracts import Problem
from ingestion.csv_rows import iter_csv
from ingestion.encodings import SAMPLE_BYTES, detect_encoding
from ingestion.row_mapping import USUAL_DATE_FORMATS
from ingestion.web_source_config import ColumnRule, SurveyExportsConfig

_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_SCORES = ("nps", "csat", "ces")


class NotThisLayoutError(ValueError):
    """A file that is not what its configuration says; the message says what is missing."""


@dataclass(frozen=True)
class ExportRow:
    """One row of an export in the words that all tools share; `cells` by heading."""

    number: int
    cells: dict[str, str]
    native_id: str
    submitted_at: str
    recorded_at: str
    zone: ZoneInfo
    channel: str | None = None
    is_preview: bool | None = None
    is_finished: bool | None = None
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Export:
    """An export: its question columns, and its rows (rejects where a row cannot be read)."""

    questions: list[str]
    rows: Iterator[ExportRow | Reject]


class SurveyLayout(Protocol):
    """How one tool writes its exports."""

    @property
    def empty_answers(self) -> frozenset[str]:
        """Return the tool's words for no answer."""
        ...

    def read(self, file_name: str, lines: Iterator[list[str]], zone: ZoneInfo) -> Export:
        """Read the head of an export; raise `NotThisLayoutError` when it is another's."""
        ...


def parse_export(
    file_name: str, content: IO[bytes], layout: SurveyLayout, config: SurveyExportsConfig
) -> Iterator[Candidate | Reject]:
    """Yield the answers of one export. Rows of people who opened it and left have none.

    Raises `NotThisLayoutError` before the first row when a column is not there that the
    configuration names.
    """
    with closing(iter_lines(content)) as lines:
        export = layout.read(file_name, lines, ZoneInfo(config.time_zone))
        columns = {name: find_column(rule, export) for name, rule in config.answers.items()}
        others = [question for question in export.questions if question not in columns.values()]
        for row in export.rows:
            if isinstance(row, Reject):
                yield row
                continue
            candidate = _make_candidate(file_name, row, layout, config, columns, others)
            if candidate is not None:
                yield candidate


def iter_lines(content: IO[bytes]) -> Generator[list[str]]:
    """Yield the rows of a CSV file in whatever encoding; undecodable bytes stay as surrogates."""
    sample = content.read(SAMPLE_BYTES)
    content.seek(0)
    encoding = detect_encoding(sample, is_whole=len(sample) < SAMPLE_BYTES)
    text = io.TextIOWrapper(content, encoding, errors="surrogateescape", newline="")
    try:
        yield from iter_csv(text)
    finally:
        text.detach()


def read_rows(
    file_name: str, headings: list[str], lines: Iterator[list[str]], first_number: int
) -> Iterator[tuple[int, dict[str, str]] | Reject]:
    """Yield each line with its number and by its headings, or why it cannot be read."""
    for number, line in enumerate(lines, start=first_number):
        place = {"file_name": file_name, "row": number}
        escaped = [escape_bytes(cell) for cell in line]
        if escaped != line:
            problem = Problem("bad_encoding", f"row {number} of {file_name} is not text")
            yield Reject(problem, place | {"values": escaped})
        elif len(line) != len(headings):
            problem = Problem(
                "wrong_column_count",
                f"row {number} of {file_name} has {len(line)} values for {len(headings)} columns",
            )
            yield Reject(problem, place | {"values": line})
        else:
            yield number, dict(zip(headings, line, strict=True))


def find_column(rule: ColumnRule, export: Export) -> str:
    """Return the heading that a rule means: that very one, or the only one that begins so."""
    if rule.column in export.questions:
        return rule.column
    found = [heading for heading in export.questions if heading.startswith(rule.column)]
    if len(found) == 1:
        return found[0]
    how_many = "no column" if not found else f"{len(found)} columns"
    raise NotThisLayoutError(f"{how_many} beginning with {rule.column!r}")


def read_answer(rule: ColumnRule, text: str, empty_answers: frozenset[str]) -> Any:
    """Return an answer as our field wants it; raise `KeyError` for one that the rule lacks."""
    answer = text.strip()
    if answer == "" or answer in empty_answers:
        return None
    if rule.values is not None:
        return rule.values[answer]
    if rule.numbers:
        found = _NUMBER.search(answer)
        return found[0] if found else answer  # the contract says what is wrong with it
    return answer


def read_moment(text: str, zone: ZoneInfo) -> Any:
    """Return a moment with its zone; what cannot be read stays, for the contract to refuse."""
    trimmed = text.strip()
    if not trimmed:
        return None
    try:
        moment = datetime.fromisoformat(trimmed)
    except ValueError:
        for pattern in USUAL_DATE_FORMATS:
            try:
                moment = datetime.strptime(trimmed, pattern)
                break
            except ValueError:
                continue
        else:
            return trimmed
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _make_candidate(
    file_name: str,
    row: ExportRow,
    layout: SurveyLayout,
    config: SurveyExportsConfig,
    columns: dict[Any, str],
    others: list[str],
) -> Candidate | Reject | None:
    response_id = f"{config.id_prefix}:{row.native_id}" if row.native_id else None
    answers: dict[str, Any] = {}
    for name, heading in columns.items():
        try:
            answers[name] = read_answer(
                config.answers[name], row.cells[heading], layout.empty_answers
            )
        except KeyError:
            return Reject(
                Problem(
                    "out_of_range",
                    f"row {row.number} of {file_name}: the values of {name!r} do not list "
                    "this answer",
                    name,
                ),
                {"file_name": file_name, "row": row.number, "values": row.cells},
                native_id=response_id,
            )
    if row.is_finished is False and not any(
        answers.get(name) is not None for name in (*_SCORES, "comment")
    ):
        return None
    more = {
        question: row.cells[question].strip()
        for question in others
        if row.cells[question].strip() not in ("", *layout.empty_answers)
    }
    values = dict.fromkeys(
        ("customer_id", "channel", *_SCORES, "comment", "order_id", "store_id", "agent_id")
    )
    values |= {"channel": row.channel} | config.constants | answers
    return Candidate(
        values
        | {
            "response_id": response_id,
            "survey_slug": config.survey_slug,
            "submitted_at": read_moment(row.submitted_at, row.zone),
            "updated_at": read_moment(row.recorded_at, row.zone),
            "is_preview": row.is_preview,
            "is_finished": row.is_finished,
            "details": row.details | {"answers": more},
        },
        place=f"row {row.number} of {file_name}",
    )
