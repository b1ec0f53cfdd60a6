"""What a layout of call files has to say: which files, are they whole, which calls they hold."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Any

from ingestion.candidates import Candidate, Reject, escape_bytes
from ingestion.contracts import Problem
from ingestion.file_store import ListedFile

# a line or a document beyond this is no call
MAX_RECORD_BYTES = 16_000_000
# so much of what is too long is kept, to find it again
KEPT_BYTES = 1_000

Calls = Iterator[Candidate | Reject]


class UnfinishedFileError(Exception):
    """The end of a file is missing: it is still being written, or was cut off."""


def _choose_all(files: list[ListedFile]) -> list[ListedFile]:
    return files


@dataclass(frozen=True)
class CallLayout:
    """One shape of call files. All three functions work on bytes that are unpacked already.

    `check` raises when a file must not be taken: `UnfinishedFileError`, `csv.Error`,
    `UnclosedQuoteError`. `parse` yields one candidate or reject per call. `choose` leaves out
    files that others of the listing stand for.
    """

    suffixes: tuple[str, ...]
    check: Callable[[str, IO[bytes]], None]
    parse: Callable[[str, IO[bytes]], Calls]
    choose: Callable[[list[ListedFile]], list[ListedFile]] = _choose_all


def check_document(file_name: str, stream: IO[bytes]) -> None:
    """Raise `UnfinishedFileError` for a document whose JSON has no end (or is none at all)."""
    content = stream.read(MAX_RECORD_BYTES + 1)
    if len(content) > MAX_RECORD_BYTES:
        return  # `read_documents` says so
    try:
        json.loads(content)
    except ValueError as failure:
        raise UnfinishedFileError(f"its JSON has no end ({_place_of(failure)})") from None


def read_documents(
    file_name: str,
    stream: IO[bytes],
    parse_document: Callable[[str, dict[str, Any]], Candidate | Reject],
) -> Calls:
    """Yield what `parse_document` makes of the JSON object, or list of objects, in a file."""
    content = stream.read(MAX_RECORD_BYTES + 1)
    if len(content) > MAX_RECORD_BYTES:
        yield reject_too_long(file_name, "document", content)
        return
    try:
        loaded = json.loads(content)
    except ValueError as failure:
        text = escape_bytes(content.decode(errors="surrogateescape"))
        problem = Problem("bad_json", f"{file_name} is not JSON ({_place_of(failure)})")
        yield Reject(problem, {"file_name": file_name, "text": text})
        return
    for number, document in enumerate(loaded if isinstance(loaded, list) else [loaded], start=1):
        if isinstance(document, dict):
            yield parse_document(file_name, document)
        else:
            yield Reject(
                Problem("bad_json", f"document {number} of {file_name} is not a JSON object"),
                {"file_name": file_name, "document": document},
            )


def reject_too_long(file_name: str, place: str, start: bytes) -> Reject:
    """Reject what is beyond the limit; its beginning is kept, the file has the rest."""
    kept = escape_bytes(start[:KEPT_BYTES].decode(errors="surrogateescape"))
    return Reject(
        Problem(
            "text_too_long", f"{place} of {file_name} has more than {MAX_RECORD_BYTES:,} bytes"
        ),
        {"file_name": file_name, "place": place, "start": kept},
    )


def as_object(value: Any) -> dict[str, Any]:
    """Return a JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_objects(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a JSON list; none in place of anything else."""
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _place_of(failure: ValueError) -> str:
    """Return where a JSON text breaks, without quoting it: it may be personal."""
    if isinstance(failure, json.JSONDecodeError):
        return f"{failure.msg.lower()} at line {failure.lineno}, column {failure.colno}"
    return "not UTF-8"
