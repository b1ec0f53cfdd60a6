"""Call records in files -> raw_calls.calls

Data flow:
    list <folder>/**/*.jsonl[.gz], *.csv[.gz]    any fsspec URL; `.part` is still being written
        -> iter_new_files()                       not yet taken, or changed since (size, time)
        -> parse_line() / parse_row()             one candidate per call
        -> landing                                one current copy per call_id
        -> raw_calls.call_files                   what was taken, once it is landed
"""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

import fsspec

from ingestion.candidates import Candidate, Reject, escape_bytes
from ingestion.contracts import CALLS, Problem
from ingestion.csv_rows import UnclosedQuoteError, iter_csv
from ingestion.errors import SourceError
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.source_config import CallFilesConfig
from ingestion.sources.paged_http import read_moment
from ingestion.window import BEGINNING, Window
from warehouse.postgres import connect, upsert_rows
from warehouse.settings import Settings

SOURCE = CALLS.source
SUFFIXES = (".jsonl", ".jsonl.gz", ".csv", ".csv.gz")
# columns of the csv layout that hold JSON
_JSON_COLUMNS = ("turns", "transfers")


@dataclass(frozen=True)
class CallFile:
    """One file as the listing shows it; `name` is relative to the folder."""

    name: str
    path: str
    size_bytes: int
    modified_at: datetime


@dataclass
class FileReader:
    """Reads call files one after the other and remembers how each went."""

    file_system: Any
    taken: list[tuple[CallFile, int]] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)

    def iter_calls(self, files: Iterable[CallFile], window: Window) -> Iterator[Candidate | Reject]:
        """Yield the calls of all files; broken files are left for a later load, then reported.

        A file is read to its end before its first call goes on, so that none is half taken.
        """
        for file in files:
            try:
                calls = list(parse_file(file.name, self._read_whole(file)))
            except (OSError, EOFError, zlib.error, csv.Error, UnclosedQuoteError) as failure:
                self.broken[file.name] = str(failure) or type(failure).__name__
                continue
            for candidate in calls:
                if isinstance(candidate, Reject) or _is_within(window, candidate):
                    yield candidate
            self.taken.append((file, len(calls)))
        if self.broken:
            listed = "; ".join(f"{name}: {cause}" for name, cause in self.broken.items())
            raise SourceError(
                SOURCE,
                f"{len(self.broken)} file(s)",
                f"cannot be read to the end ({listed})",
                "have them delivered again; the next load takes them, all other files are landed",
            )

    def _read_whole(self, file: CallFile) -> bytes:
        with self.file_system.open(file.path, "rb") as stream:
            content: bytes = stream.read()
        return gzip.decompress(content) if file.name.endswith(".gz") else content


def load(
    settings: Settings,
    config: CallFilesConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Land the calls of new and corrected files.

    With `since`, `until` or `full`, files taken before are read again, and only calls that
    changed within the window are landed.
    """
    file_system, files = list_files(settings.source_dir(config.connection))
    window = Window(since, until, keeps_watermark=True)
    is_windowed = since is not None or until is not None
    chosen = files if full or is_windowed else list(iter_new_files(settings, files))
    reader = FileReader(file_system)
    stream = Stream(
        entity=CALLS,
        candidates=reader.iter_calls(chosen, window),
        source_slug=SOURCE,
        keeps_watermark=True,
        detail={"files_listed": len(files), "files_chosen": len(chosen)},
    )
    try:
        report = land(settings, SOURCE, [stream], progress)
    except SourceError as failure:
        if isinstance(failure.report, LoadReport) and not is_windowed:
            remember_files(settings, reader.taken, failure.report.entities[0].load_id)
        raise
    if not is_windowed:  # calls outside the window are still to be taken
        remember_files(settings, reader.taken, report.entities[0].load_id)
    return report


def list_files(folder: str) -> tuple[Any, list[CallFile]]:
    """Return the file system and its finished call files, by name."""
    try:
        file_system, root = fsspec.url_to_fs(folder)
        file_system.invalidate_cache()
        if not file_system.isdir(root):
            raise FileNotFoundError(root)
        listing = file_system.find(root, detail=True)
    except (OSError, ImportError, ValueError) as failure:
        raise SourceError(
            SOURCE,
            f"listing {folder!r}",
            str(failure) or type(failure).__name__,
            "check that the folder exists and that our account may list it",
        ) from failure
    root_path = PurePosixPath(root)
    files = [
        CallFile(
            str(PurePosixPath(path).relative_to(root_path)),
            path,
            int(info.get("size") or 0),
            read_modified(info),
        )
        for path, info in listing.items()
        if path.endswith(SUFFIXES)
    ]
    return file_system, sorted(files, key=lambda file: file.name)


def read_modified(info: dict[str, Any]) -> datetime:
    """Return when a file was last written, as its file system names it; 1970 when it does not."""
    for name in ("mtime", "LastModified", "last_modified", "updated"):
        value = info.get(name)
        if isinstance(value, datetime):
            return value if value.tzinfo else value.replace(tzinfo=UTC)
        if isinstance(value, (int, float)):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str):
            return datetime.fromisoformat(value)
    return BEGINNING


def iter_new_files(settings: Settings, files: Iterable[CallFile]) -> Iterator[CallFile]:
    """Yield the files that were not taken yet or have changed since."""
    with connect("voc_loader", settings) as connection:
        taken = {
            name: (size, modified)
            for name, size, modified in connection.execute(
                "select file_name, size_bytes, modified_at from raw_calls.call_files"
            )
        }
    for file in files:
        if taken.get(file.name) != (file.size_bytes, file.modified_at):
            yield file


def remember_files(settings: Settings, taken: Iterable[tuple[CallFile, int]], load_id: str) -> None:
    """Record landed files in the state in which they were listed."""
    now = datetime.now(UTC)
    with connect("voc_loader", settings) as connection:
        upsert_rows(
            connection,
            "raw_calls.call_files",
            ["file_name", "size_bytes", "modified_at", "rows_read", "load_id", "taken_at"],
            [
                (file.name, file.size_bytes, file.modified_at, rows, load_id, now)
                for file, rows in taken
            ],
            key=["file_name"],
        )


def parse_file(file_name: str, content: bytes) -> Iterator[Candidate | Reject]:
    """Yield the calls of one file, whatever its layout."""
    content = content.removeprefix(codecs.BOM_UTF8)
    if ".csv" in file_name:
        yield from parse_csv(file_name, content)
        return
    for number, line in enumerate(content.split(b"\n"), start=1):
        if line.strip():
            yield parse_line(file_name, number, line)


def parse_line(file_name: str, number: int, line: bytes) -> Candidate | Reject:
    """Return one JSON line as a candidate; `number` counts from 1."""
    place = {"file_name": file_name, "line": number}
    try:
        values = json.loads(line.decode())
    except UnicodeDecodeError:
        text = escape_bytes(line.decode(errors="surrogateescape"))
        return Reject(
            Problem("bad_encoding", f"line {number} of {file_name} is not UTF-8"),
            place | {"text": text},
        )
    except ValueError:
        return Reject(
            Problem("bad_json", f"line {number} of {file_name} is not JSON"),
            place | {"text": line.decode()},
        )
    if not isinstance(values, dict):
        return Reject(
            Problem("bad_json", f"line {number} of {file_name} is not a JSON object"),
            place | {"text": line.decode()},
        )
    return Candidate(values | {"file_name": file_name})


def parse_csv(file_name: str, content: bytes) -> Iterator[Candidate | Reject]:
    """Yield the calls of a csv file whose columns `turns` and `transfers` hold JSON."""
    lines = iter_csv(io.StringIO(content.decode(errors="surrogateescape"), newline=""))
    header = next(lines, [])
    for number, row in enumerate(lines, start=1):
        yield _parse_row(file_name, number, header, row)


def _parse_row(
    file_name: str, number: int, header: list[str], row: list[str]
) -> Candidate | Reject:
    place = {"file_name": file_name, "row": number}
    escaped = [escape_bytes(value) for value in row]
    if escaped != row:
        return Reject(
            Problem("bad_encoding", f"row {number} of {file_name} is not UTF-8"),
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
        except ValueError:
            return Reject(
                Problem("bad_json", f"row {number} of {file_name} is not JSON", column),
                place | {"values": row},
                native_id=values.get("call_id"),
            )
    return Candidate(values | {"file_name": file_name})


def _is_within(window: Window, candidate: Candidate) -> bool:
    """Is a call's change within? One without a readable moment goes on, to quarantine."""
    moment = read_moment(candidate.values)
    return moment is None or window.holds(moment)
