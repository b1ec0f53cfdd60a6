"""The plain layout: one call a line as JSON, or a row of CSV with `turns`, `transfers` as JSON."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from ingestion.call_layouts.layout import (
    MAX_RECORD_BYTES,
    CallLayout,
    Calls,
    UnfinishedFileError,
    reject_too_long,
)
from ingestion.candidates import Candidate, Reject, escape_bytes
from ingestion.contracts import Problem
from ingestion.csv_rows import MAX_FIELD_CHARACTERS, iter_csv, iter_lines
from ingestion.encodings import SAMPLE_BYTES, detect_encoding
from ingestion.json_text import load_json

SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")
DELIMITERS = ",;\t|"
# what a Chinese export is in; another guess is worth less than the bytes themselves
_CSV_ENCODINGS = ("utf-8", "utf-8-sig", "gb18030")
# columns of the csv layout that hold JSON
_JSON_COLUMNS = ("turns", "transfers")


def check_plain(file_name: str, stream: IO[bytes]) -> None:
    """Raise when the end of a file is missing, or its rows cannot be told apart."""
    if is_csv(file_name):
        for _ in _iter_csv(stream):
            pass
        return
    last = _read_last_line(stream)
    if last is None:
        return
    try:
        json.loads(last)
    except ValueError:
        raise UnfinishedFileError("its last line has no end") from None


def parse_plain(file_name: str, stream: IO[bytes]) -> Calls:
    """Yield the calls of one file."""
    if is_csv(file_name):
        yield from parse_csv(file_name, stream)
    else:
        yield from parse_lines(file_name, stream)


def is_csv(file_name: str) -> bool:
    """Is a file CSV by its name?"""
    return file_name.lower().removesuffix(".gz").endswith(".csv")


def parse_lines(file_name: str, stream: IO[bytes]) -> Calls:
    """Yield the calls of JSON lines; a line beyond the limit is rejected, never held whole."""
    number = 0
    while line := stream.readline(MAX_RECORD_BYTES + 1):
        number += 1
        if len(line) > MAX_RECORD_BYTES:
            yield reject_too_long(file_name, f"line {number}", line)
            while line and not line.endswith(b"\n"):
                line = stream.readline(MAX_RECORD_BYTES)
        elif line.strip():
            yield parse_line(file_name, number, line)


def parse_line(file_name: str, number: int, line: bytes) -> Candidate | Reject:
    """Return one JSON line as a candidate; `number` counts from 1."""
    place = {"file_name": file_name, "line": number}
    try:
        values = load_json(line)
    except UnicodeDecodeError:
        text = escape_bytes(line.decode(errors="surrogateescape"))
        return Reject(
            Problem("bad_encoding", f"line {number} of {file_name} is not UTF-8"),
            place | {"text": text},
        )
    except (ValueError, RecursionError):
        return Reject(
            Problem("bad_json", f"line {number} of {file_name} is not JSON"),
            place | {"text": line.decode()},
        )
    if not isinstance(values, dict):
        return Reject(
            Problem("bad_json", f"line {number} of {file_name} is not a JSON object"),
            place | {"text": line.decode()},
        )
    values["file_name"] = file_name
    return Candidate(values)


def parse_csv(file_name: str, stream: IO[bytes]) -> Calls:
    """Yield the calls of a csv file whose columns `turns` and `transfers` hold JSON."""
    lines = _iter_csv(stream)
    header = next(lines, [])
    for number, row in enumerate(lines, start=1):
        yield _parse_row(file_name, number, header, row)


def _iter_csv(stream: IO[bytes]) -> Iterator[list[str]]:
    """Yield header and rows; encoding and delimiter are told from the file itself.

    Raises `csv.Error` for a file that has no column `call_id`: whatever stands in it, its rows
    are no calls.
    """
    sample = stream.read(SAMPLE_BYTES)
    stream.seek(0)
    found = detect_encoding(sample, is_whole=len(sample) < SAMPLE_BYTES)
    encoding = found if found in _CSV_ENCODINGS else "utf-8"
    text = io.TextIOWrapper(stream, encoding, errors="surrogateescape", newline="")
    try:
        header = text.readline(MAX_FIELD_CHARACTERS)
        delimiter = max(DELIMITERS, key=header.count)
        rows = iter_csv(iter_lines(text, header), delimiter)
        for number, row in enumerate(rows):
            if number == 0:
                row = [escape_bytes(name.strip()) for name in row]
                if "call_id" not in row:
                    raise csv.Error(
                        f"its header has no column 'call_id' but {len(row)} others; is its "
                        f"delimiter one of comma, semicolon, tab, bar?"
                    )
            yield row
    finally:
        text.detach()  # the bytes are the caller's to close


def _read_last_line(stream: IO[bytes]) -> bytes | None:
    """Return the last line if no line break ends it; None when one does, or it is too long."""
    size = stream.seek(0, io.SEEK_END)
    if size == 0:
        return None
    stream.seek(max(0, size - MAX_RECORD_BYTES))
    tail = stream.read()
    line = tail.rpartition(b"\n")[2]
    return line if line.strip() and (len(line) < len(tail) or size == len(tail)) else None


def _parse_row(
    file_name: str, number: int, header: list[str], row: list[str]
) -> Candidate | Reject:
    place = {"file_name": file_name, "row": number}
    escaped = [escape_bytes(value) for value in row]
    if escaped != row:
        return Reject(
            Problem("bad_encoding", f"row {number} of {file_name} is not in its encoding"),
            place | {"values": escaped},
        )
    if len(row) != len(header):
        return Reject(
            Problem(
                "wrong_column_count",
                f"row {number} of {file_name} has {len(row)} values for {len(header)} columns",
            ),
            place | {"values": row},
        )
    values: dict[str, Any] = dict(zip(header, row, strict=True))
    for column in _JSON_COLUMNS:
        if not values.get(column):
            values.pop(column, None)
            continue
        try:
            values[column] = json.loads(values[column])
        except (ValueError, RecursionError):
            return Reject(
                Problem("bad_json", f"row {number} of {file_name} is not JSON", column),
                place | {"values": row},
                native_id=values.get("call_id"),
            )
    return Candidate(values | {"file_name": file_name})


PLAIN = CallLayout(suffixes=SUFFIXES, check=check_plain, parse=parse_plain)
