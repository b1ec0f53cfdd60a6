"""Raw record -> row of a raw table, or the reason why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from ingestion.contracts.entities import Entity
from ingestion.contracts.fields import dump_json

REASONS = {
    "missing_field": "a value that must be there is not",
    "wrong_type": "a value of another type",
    "out_of_range": "a value outside its range or vocabulary",
    "bad_date": "a date that cannot be read or cannot be true",
    "nul_byte": "a NUL byte, which PostgreSQL cannot store",
    "text_too_long": "a text of 1 MB or more",
    "empty_feedback": "neither text nor any score",
    "duplicate_id": "a second record of the same id, and nothing tells which is newer",
    "bad_encoding": "bytes that are not text in the file's encoding",
    "bad_json": "a line that is not a JSON object",
    "wrong_column_count": "a row with more or fewer values than the file has columns",
}

# pydantic's error types -> ours; prefixes, first match wins
_REASON_BY_ERROR = (
    ("missing", "missing_field"),
    ("string_too_short", "missing_field"),
    ("string_too_long", "out_of_range"),
    ("string_unicode", "bad_encoding"),
    ("greater_than", "out_of_range"),
    ("less_than", "out_of_range"),
    ("literal_error", "out_of_range"),
    ("finite_number", "out_of_range"),
    ("decimal_max", "out_of_range"),
    ("decimal_whole", "out_of_range"),
    ("int_parsing_size", "out_of_range"),
)


@dataclass(frozen=True)
class Problem:
    """Why a record does not fit its contract; `field` is null when it is the record as a whole."""

    reason_code: str
    reason: str
    field: str | None = None


class ContractError(Exception):
    """A record does not fit its contract."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        super().__init__(problem.reason)


def validate(entity: Entity, values: dict[str, Any], key: bytes) -> dict[str, Any]:
    """Return the contract's columns of one record, typed, moments in UTC, jsonb as text.

    `key` is the secret of keyed hashes. Raises `ContractError` with the first problem; its
    text lists all of them, without quoting values: they may be personal data.
    """
    try:
        record = entity.record.model_validate(values)
    except ValidationError as invalid:
        raise ContractError(_explain(invalid.errors(include_url=False))) from None
    row = dict(record.__dict__)
    for column in entity.json_columns:
        # jsonb keeps what the source sent: unknown keys inside a turn are data too
        sent = values.get(column)
        if sent is None:
            sent = row[column]  # the contract's default
        try:
            row[column] = None if sent is None else dump_json(sent)
        except PydanticCustomError as invalid:
            problem = Problem(invalid.type, f"{column}: {invalid.message()}", column)
            raise ContractError(problem) from None
    if entity.derive is not None:
        row.update(entity.derive(row, key))
    return row


def dump_extra(entity: Entity, values: dict[str, Any]) -> str | None:
    """Return the fields that the contract does not know, as JSON; None when there are none."""
    if values.keys() <= entity.contract_columns.keys():
        return None
    extra = {name: value for name, value in values.items() if name not in entity.contract_columns}
    try:
        return dump_json(extra)
    except PydanticCustomError as invalid:
        names = ", ".join(extra)
        raise ContractError(
            Problem(invalid.type, f"{names}: {invalid.message()}", next(iter(extra)))
        ) from None


def _explain(errors: list[ErrorDetails]) -> Problem:
    """Put a record's errors into words; the first decides the reason code."""
    problems = [_explain_one(error) for error in errors]
    text = "; ".join(f"{problem.field or 'record'}: {problem.reason}" for problem in problems)
    return Problem(problems[0].reason_code, text, problems[0].field)


def _explain_one(error: ErrorDetails) -> Problem:
    location = ".".join(str(part) for part in error["loc"])
    kind, context = error["type"], error.get("ctx", {})
    field = location or context.get("field")
    if kind in REASONS:
        return Problem(kind, error["msg"], field)
    if error["input"] is None and location:
        return Problem("missing_field", "is missing", field)
    for prefix, reason_code in _REASON_BY_ERROR:
        if kind.startswith(prefix):
            return Problem(reason_code, error["msg"], field)
    return Problem("wrong_type", error["msg"], field)
