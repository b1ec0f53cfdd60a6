"""Files of rows: CSV, TSV, JSON lines (plain or gzip), Excel, Parquet; one pass, flat memory.

A row that cannot be read as a row comes out as `BrokenRow`; the rows after it go on.
"""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from ingestion.candidates import escape_bytes
from ingestion.csv_rows import (
    MAX_FIELD_CHARACTERS,
    UnclosedQuoteError,
    iter_csv,
    iter_lines,
)
from ingestion.encodings import SAMPLE_BYTES, detect_encoding
from ingestion.errors import ImportFileError
from ingestion.mappings import FileOptions

FORMATS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".parquet": "parquet",
}
# JSON lines name their columns row by row: so many are looked at to know them
PEEKED_LINES = 1_000
PARQUET_BATCH_ROWS = 5_000
# so much is kept of a line that is too long, to find it again
KEPT_CHARACTERS = 1_000
_GZIP = b"\x1f\x8b"
_UNREADABLE = (OSError, EOFError, zlib.error, csv.Error, UnclosedQuoteError)


# not frozen, for that would take longer than to read the row
@dataclass(slots=True)
class Row:
    """One row; `number` counts data rows from 1, the header is not counted."""

    number: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """What stands in place of a row that cannot be read, with the reason."""

    number: int
    reason_code: str
    reason: str
    payload: Any


@dataclass(frozen=True)
class Table:
    """An opened file: its columns (those seen so far, for JSON lines) and its rows, once."""

    columns: list[str]
    rows: Iterator[Row | BrokenRow]
    encoding: str | None = None


def open_table(path: Path, options: FileOptions) -> Table:
    """Open a file by its name's ending; raise `ImportFileError` that says what is wrong with it."""
    if not path.exists():
        raise ImportFileError(f"there is no file {path}")
    if not path.is_file():
        raise ImportFileError(f"{path} is not a file")
    name = path.name.lower().removesuffix(".gz")
    kind = FORMATS.get(Path(name).suffix)
    if kind is None or (path.name.lower().endswith(".gz") and kind in ("excel", "parquet")):
        raise ImportFileError(
            f"{path}: files of this kind cannot be imported; known endings are "
            f"{', '.join(FORMATS)}, and .gz after those of text files"
        )
    openers = {
        "csv": _open_csv,
        "jsonl": _open_json_lines,
        "excel": _open_excel,
        "parquet": _open_parquet,
    }
    try:
        table = openers[kind](path, options)
    except _UNREADABLE as failure:
        raise ImportFileError(f"{path} cannot be read: {failure}") from failure
    return Table(table.columns, _reporting(path, table.rows), table.encoding)


def _reporting(path: Path, rows: Iterator[Row | BrokenRow]) -> Iterator[Row | BrokenRow]:
    """Pass rows on; a file that breaks off is an error that says where."""
    number = 0
    try:
        for row in rows:
            number = row.number
            yield row
    except _UNREADABLE as failure:
        raise ImportFileError(
            f"{path} cannot be read after row {number}: {failure}. Nothing of it was imported"
        ) from failure


def _open_text(path: Path, options: FileOptions) -> tuple[io.TextIOWrapper, str]:
    # its first bytes say what a file is, whatever its name
    with path.open("rb") as file:
        is_gzip = file.read(2) == _GZIP

    def open_bytes() -> IO[bytes]:
        return gzip.open(path) if is_gzip else path.open("rb")  # type: ignore[return-value]

    encoding = options.encoding
    if encoding is None:
        with open_bytes() as stream:
            sample = stream.read(SAMPLE_BYTES)
        encoding = detect_encoding(sample, is_whole=len(sample) < SAMPLE_BYTES)
    # undecodable bytes survive as surrogates, so that only their own rows are set aside
    try:
        text = io.TextIOWrapper(
            open_bytes(), encoding=encoding, errors="surrogateescape", newline=""
        )
    except LookupError:
        raise ImportFileError(f"{path}: unknown encoding {encoding!r} in the mapping") from None
    return text, encoding


def _open_csv(path: Path, options: FileOptions) -> Table:
    text, encoding = _open_text(path, options)
    first = text.readline(MAX_FIELD_CHARACTERS)
    if not first.strip():
        raise ImportFileError(f"{path} is empty: it has no header row")
    delimiter = options.delimiter or _find_delimiter(path, first)
    lines = iter_csv(iter_lines(text, first), delimiter)
    columns = _check_header(path, next(lines))
    return Table(columns, _iter_csv_rows(lines, columns), encoding)


def _find_delimiter(path: Path, header: str) -> str:
    if ".tsv" in path.name.lower():
        return "\t"
    return max(",;\t", key=header.count)  # a comma when there is none of them


def _check_header(path: Path, names: Iterable[Any]) -> list[str]:
    columns = [
        escape_bytes(str(name).strip()) if name not in (None, "") else f"column_{position}"
        for position, name in enumerate(names, start=1)
    ]
    repeated = sorted({name for name in columns if columns.count(name) > 1})
    if repeated:
        raise ImportFileError(
            f"{path}: the header names {', '.join(repeated)} more than once; rename the columns"
        )
    return columns


def _iter_csv_rows(lines: Iterator[list[str]], columns: list[str]) -> Iterator[Row | BrokenRow]:
    width = len(columns)
    for number, values in enumerate(lines, start=1):
        whole = "".join(values)
        if escape_bytes(whole) is not whole:
            yield BrokenRow(
                number,
                "bad_encoding",
                "holds bytes that are not text in the file's encoding",
                [escape_bytes(value) for value in values],
            )
        elif len(values) != width:
            yield BrokenRow(
                number,
                "wrong_column_count",
                f"has {len(values)} values for {width} columns",
                values,
            )
        else:
            yield Row(number, dict(zip(columns, values, strict=True)))


def _open_json_lines(path: Path, options: FileOptions) -> Table:
    text, encoding = _open_text(path, options)
    rows = _iter_json_lines(text)
    peeked = list(itertools.islice(rows, PEEKED_LINES))
    if not peeked:
        raise ImportFileError(f"{path} is empty")
    columns = dict.fromkeys(name for row in peeked if isinstance(row, Row) for name in row.values)
    if not columns:
        raise ImportFileError(
            f"{path}: none of its first {len(peeked)} lines is a JSON object; is it JSON lines?"
        )
    return Table(list(columns), itertools.chain(peeked, rows), encoding)


def _iter_json_lines(text: IO[str]) -> Iterator[Row | BrokenRow]:
    number = 0
    while line := text.readline(MAX_FIELD_CHARACTERS + 1):
        if not line.strip():
            continue
        number += 1
        if len(line) > MAX_FIELD_CHARACTERS:
            yield BrokenRow(
                number,
                "text_too_long",
                f"has more than {MAX_FIELD_CHARACTERS:,} characters",
                escape_bytes(line[:KEPT_CHARACTERS]),
            )
            while line and not line.endswith("\n"):
                line = text.readline(MAX_FIELD_CHARACTERS)
            continue
        escaped = escape_bytes(line)
        if escaped != line:
            yield BrokenRow(
                number,
                "bad_encoding",
                "holds bytes that are not text in the file's encoding",
                escaped,
            )
            continue
        try:
            values = json.loads(line)
        except ValueError:
            yield BrokenRow(number, "bad_json", "is not JSON", line)
            continue
        if isinstance(values, dict):
            yield Row(number, values)
        else:
            yield BrokenRow(number, "bad_json", "is not a JSON object", line)


def _open_excel(path: Path, options: FileOptions) -> Table:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, KeyError, ValueError) as failure:
        raise ImportFileError(f"{path} is not an Excel workbook: {failure}") from failure
    except Exception as failure:  # a broken zip raises an error of its own kind
        if type(failure).__name__ != "BadZipFile":
            raise
        raise ImportFileError(f"{path} is not an Excel workbook (.xlsx)") from failure
    if options.sheet is not None and options.sheet not in book.sheetnames:
        raise ImportFileError(
            f"{path} has no sheet {options.sheet!r}; it has {', '.join(book.sheetnames)}"
        )
    sheet = book[options.sheet] if options.sheet is not None else book.worksheets[0]
    lines = sheet.iter_rows(values_only=True)
    header = next(lines, None)
    if header is None or all(name is None for name in header):
        raise ImportFileError(f"{path}: the sheet {sheet.title!r} has no header row")
    columns = _check_header(path, header)
    return Table(columns, _iter_excel(lines, columns))


def _iter_excel(lines: Iterable[tuple[Any, ...]], columns: list[str]) -> Iterator[Row | BrokenRow]:
    width = len(columns)
    number = 0
    for line in lines:
        if all(value is None for value in line):
            continue
        number += 1
        # Excel stores every number as a float: an id of 12 must not become 12.0
        values = [
            int(value) if isinstance(value, float) and value.is_integer() else value
            for value in line
        ]
        if any(value is not None for value in values[width:]):
            yield BrokenRow(
                number,
                "wrong_column_count",
                f"has values beyond the {width} columns of the header",
                values,
            )
            continue
        values += [None] * (width - len(values))
        yield Row(number, dict(zip(columns, values, strict=False)))


def _open_parquet(path: Path, options: FileOptions) -> Table:
    import pyarrow as pa
    import pyarrow.parquet

    try:
        file = pyarrow.parquet.ParquetFile(path)
    except pa.ArrowInvalid as failure:
        raise ImportFileError(f"{path} is not a Parquet file: {failure}") from failure
    return Table(list(file.schema_arrow.names), _iter_parquet(file))


def _iter_parquet(file: Any) -> Iterator[Row | BrokenRow]:
    number = 0
    for batch in file.iter_batches(batch_size=PARQUET_BATCH_ROWS):
        for values in batch.to_pylist():
            number += 1
            yield Row(number, values)
