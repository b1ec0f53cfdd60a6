"""The types that contracts are made of: what a value must be, and the column that holds it.

A type is `Annotated[python type, ColumnType, validators]`; `ColumnType` decides the raw table.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

# a text this long is no feedback but a broken export
MAX_TEXT_BYTES = 1_000_000
# before this no feedback system of ours existed: such a date is a default value of some tool
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
# clocks of sources may run ahead a little, and zones get mixed up by hours, not by days
LATEST_AHEAD = timedelta(days=2)
# what lies before this need not be compared with the clock, which only goes on from here
SURELY_PAST = datetime.now(UTC) + LATEST_AHEAD


@dataclass(frozen=True)
class ColumnType:
    """The PostgreSQL type of a raw column; a key of `ingestion.raw_tables.ARROW_TYPES`."""

    sql: str


def check_text(value: str) -> str:
    """Refuse what PostgreSQL cannot hold and what is too long to be feedback."""
    if "\x00" in value:
        raise PydanticCustomError("nul_byte", "holds a NUL byte, which PostgreSQL cannot store")
    try:
        size = len(value.encode())
    except UnicodeEncodeError:
        raise PydanticCustomError("bad_encoding", "holds characters that are not Unicode") from None
    if size >= MAX_TEXT_BYTES:
        raise PydanticCustomError("text_too_long", "is {size} bytes long", {"size": size})
    return value


def blank_to_none(value: Any) -> Any:
    """Treat white space alone as nothing said."""
    return None if isinstance(value, str) and (not value or value.isspace()) else value


def parse_identifier(value: Any) -> Any:
    """Trim an id; numbers and UUIDs become text, because some systems name records by them."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, (int, UUID)) and not isinstance(value, bool):
        return str(value)
    return value


def parse_timestamp(value: Any) -> Any:
    """Read ISO 8601 text; numbers are refused, because nobody says which epoch they count from."""
    if isinstance(value, datetime) or value is None:
        return value
    if isinstance(value, str):
        text = value.strip()
        if not text:
            return None
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            raise PydanticCustomError("bad_date", "is not an ISO 8601 date and time") from None
    raise PydanticCustomError("wrong_type", "is not a date and time")


def check_timestamp(value: datetime) -> datetime:
    """Return the moment in UTC; refuse moments without a zone and absurd ones."""
    if value.tzinfo is None:
        raise PydanticCustomError("wrong_type", "has no time zone")
    if value < EARLIEST or (value > SURELY_PAST and value > datetime.now(UTC) + LATEST_AHEAD):
        raise PydanticCustomError(
            "bad_date", "lies before 1990 or more than two days in the future"
        )
    return value.astimezone(UTC)


def parse_date(value: Any) -> Any:
    """Read an ISO date; a date with a time is refused."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            raise PydanticCustomError("bad_date", "is not an ISO 8601 date") from None
    raise PydanticCustomError("wrong_type", "is not a date")


def check_date(value: date) -> date:
    """Refuse days on which nothing that we record can have happened."""
    if not 1900 <= value.year <= 2100:
        raise PydanticCustomError("bad_date", "lies outside the years 1900 to 2100")
    return value


def parse_number(value: Any) -> Any:
    """Treat blank text as no number and refuse booleans, which Python counts as numbers."""
    if isinstance(value, bool):
        raise PydanticCustomError("wrong_type", "is true or false, not a number")
    if isinstance(value, float) and not value.is_integer():
        return str(value)  # the decimal that was written, not its binary neighbour
    return blank_to_none(value)


def dump_json(value: Any) -> str:
    """Write JSON for a jsonb column; refuse NUL characters, which jsonb cannot hold."""
    try:
        text = orjson.dumps(value, default=str, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except TypeError:
        text = _dump_unusual(value)
    # an innocent backslash before "u0000" looks alike, so look closely only when it is there
    if "\\u0000" in text and _holds_nul(value):
        raise PydanticCustomError("nul_byte", "holds a NUL byte, which PostgreSQL cannot store")
    return text


def _dump_unusual(value: Any) -> str:
    """Write what orjson refuses: keys that are no text, numbers beyond 64 bits, deep nesting."""
    text = json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("bad_encoding", "holds characters that are not Unicode") from None
    return text


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_holds_nul(key) or _holds_nul(item) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return any(map(_holds_nul, value))
    return False


# what a value must be once it was read; a field's `BeforeValidator` reads it, and only once:
# these functions are called for every value of every record
_IdentifierValue = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(check_text)]
_Moment = Annotated[datetime, AfterValidator(check_timestamp)]
_CalendarDay = Annotated[date, AfterValidator(check_date)]
_DecimalValue = Annotated[Decimal, Field(allow_inf_nan=False, max_digits=38, decimal_places=9)]

Identifier = Annotated[_IdentifierValue, ColumnType("text"), BeforeValidator(parse_identifier)]
Text = Annotated[str, ColumnType("text"), AfterValidator(check_text)]
Timestamp = Annotated[_Moment, ColumnType("timestamptz"), BeforeValidator(parse_timestamp)]
Number = Annotated[_DecimalValue, ColumnType("numeric"), BeforeValidator(parse_number)]
Count = Annotated[int, ColumnType("integer"), BeforeValidator(parse_number)]
Flag = Annotated[bool, ColumnType("boolean")]
OptionalFlag = Annotated[bool | None, ColumnType("boolean"), BeforeValidator(blank_to_none)]
OptionalIdentifier = Annotated[
    _IdentifierValue | None, ColumnType("text"), BeforeValidator(parse_identifier)
]
OptionalText = Annotated[Text | None, ColumnType("text"), BeforeValidator(blank_to_none)]
OptionalTimestamp = Annotated[
    _Moment | None, ColumnType("timestamptz"), BeforeValidator(parse_timestamp)
]
OptionalDay = Annotated[_CalendarDay | None, ColumnType("date"), BeforeValidator(parse_date)]
OptionalNumber = Annotated[
    _DecimalValue | None, ColumnType("numeric"), BeforeValidator(parse_number)
]
OptionalCount = Annotated[int | None, ColumnType("integer"), BeforeValidator(parse_number)]


def within(low: float, high: float = math.inf) -> AfterValidator:
    """Make the rule that a number, where there is one, lies in [low, high]."""

    def check(value: Any) -> Any:
        if value is not None and not low <= value <= high:
            bounds = f"{low} or more" if high == math.inf else f"{low} to {high}"
            raise PydanticCustomError("out_of_range", "is not {bounds}", {"bounds": bounds})
        return value

    return AfterValidator(check)


class Record(BaseModel):
    """Base of all contracts. Unknown fields are kept apart by the landing, never dropped."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def refuse(field: str, reason_code: str, message: str) -> PydanticCustomError:
    """Make the error of a rule that spans fields; `field` is the one to look at first."""
    return PydanticCustomError(reason_code, "{message}", {"field": field, "message": message})  # type: ignore[arg-type]
