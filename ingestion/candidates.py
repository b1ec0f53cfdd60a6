"""What a connector hands to the landing: records, what could not be one, and what is gone."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ingestion.contracts import Problem

# how `surrogateescape` keeps the bytes 80 to ff
_UNDECODABLE = re.compile("[\udc80-\udcff]")


# not frozen, for that would take longer than to read the record
@dataclass(slots=True)
class Candidate:
    """A record that was read, in the contract's field names.

    `payload` is what quarantine keeps when the record does not fit (None: `values` themselves).
    `row_count` is how many rows of the source it was made of (turns of a dialogue in a file);
    `place` says where it stood, for people.
    """

    values: dict[str, Any]
    payload: Any = None
    row_count: int = 1
    place: str | None = None

    def dump_payload(self) -> str:
        """Return the payload as JSON text that PostgreSQL can hold."""
        return dump_payload(self.values if self.payload is None else self.payload)


@dataclass(frozen=True, slots=True)
class Reject:
    """Something that was read but is no record, such as a line that is not JSON."""

    problem: Problem
    payload: Any
    native_id: str | None = None
    row_count: int = 1

    def dump_payload(self) -> str:
        """Return the payload as JSON text that PostgreSQL can hold."""
        return dump_payload(self.payload)


@dataclass(frozen=True, slots=True)
class Deletion:
    """A source says that it no longer has a record; `key` has the values of the entity's key.

    `deleted_at` is when that happened, as the source tells it; None: it was found out just now.
    The raw row is kept and marked. A deletion is no row: it counts in `rows_deleted` alone.
    """

    key: tuple[str, ...]
    deleted_at: datetime | None = None


def dump_payload(payload: Any) -> str:
    """Write JSON with NUL bytes and lone surrogates escaped; `json.loads` restores them."""
    text = json.dumps(payload, ensure_ascii=False, default=_as_plain)
    # backslashreplace writes a lone surrogate as \\udXXX, which is just what JSON wants
    return text.encode("utf-8", "backslashreplace").decode()


def escape_bytes(text: str) -> str:
    """Show undecodable bytes (kept by `surrogateescape`) as \\xNN among the readable text."""
    if not _UNDECODABLE.search(text):
        return text
    return _UNDECODABLE.sub(lambda byte: f"\\x{ord(byte[0]) - 0xDC00:02x}", text)


def _as_plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):  # datetime is one, too
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "backslashreplace")
    return str(value)
