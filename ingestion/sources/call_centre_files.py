"""Call records in files -> raw_calls.calls

Data flow:
    list <folder>/**             local disk, S3, SFTP; names that say "unfinished" are passed over
        -> list_new_files()      not yet taken, or changed since (size, time)
        -> a second look         files that still change wait for the next load
        -> layout.check, .parse  is the end there? then one candidate per call
        -> landing               one current copy per call_id
        -> raw_calls.call_files  what was taken, once it is landed
"""

from __future__ import annotations

import csv
import logging
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from ingestion.call_layouts import LAYOUTS, CallLayout, UnfinishedFileError
from ingestion.candidates import Candidate, Reject
from ingestion.contracts import CALLS
from ingestion.csv_rows import UnclosedQuoteError
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.file_contents import open_content
from ingestion.file_store import (
    FileStore,
    ListedFile,
    describe,
    open_store,
    set_unsettled_apart,
)
from ingestion.landing import LoadReport, Progress, Stream, land
from ingestion.source_config import CallFilesConfig
from ingestion.taken_files import CALL_FILES, list_new_files, remember_files
from ingestion.window import Window
from warehouse.settings import Settings

SOURCE = CALLS.source
# so many are named in an error; the ledger names all
NAMED_FILES = 5

_log = logging.getLogger(__name__)


@dataclass
class FileReader:
    """Reads call files one after the other and remembers how each went.

    `waiting` are files whose end is missing and that are younger than `patience`: they are left
    for the next load, which is no failure. `broken` ones are, and stay so until they are
    delivered again. Both map names to causes.
    """

    source: str
    store: FileStore
    layout: CallLayout
    patience: timedelta
    taken: list[tuple[ListedFile, int]] = field(default_factory=list)
    waiting: dict[str, str] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    def iter_calls(
        self, files: Iterable[ListedFile], window: Window
    ) -> Iterator[Candidate | Reject]:
        """Yield the calls of all files, then raise `SourceError` when any was broken.

        A file is known to be whole before its first call goes on, so that none is half taken.
        """
        for file in files:
            yield from self._iter_file(file, window)
        for name, cause in self.waiting.items():
            _log.warning("%s: %s waits for the next load: %s", self.source, name, cause)
        if self.broken:
            listed = [f"{name}: {cause}" for name, cause in self.broken.items()]
            more = f" and {len(listed) - NAMED_FILES} more" if len(listed) > NAMED_FILES else ""
            raise SourceError(
                self.source,
                f"{len(listed)} file(s) in {self.store.address!r}",
                f"cannot be read to the end ({'; '.join(listed[:NAMED_FILES])}{more})",
                "let our account read them, or have them delivered again; the next load takes "
                "them, all other files are landed",
            )

    def _iter_file(self, file: ListedFile, window: Window) -> Iterator[Candidate | Reject]:
        count = 0
        try:
            with open_content(self.store, file) as content:
                if self.store.look_at(file) != file.state:
                    self.waiting[file.name] = "changed while it was read"
                    return
                if not self._is_finished(file, content):
                    return
                content.seek(0)
                for candidate in self.layout.parse(file.name, content):
                    count += 1
                    if isinstance(candidate, Reject) or _is_within(window, candidate):
                        yield candidate
        except EOFError as failure:
            self._leave(file, describe(failure))
        except (csv.Error, UnclosedQuoteError, zlib.error) as failure:
            self.broken[file.name] = describe(failure)
        except Exception as failure:  # each file system has errors of its own
            if isinstance(failure, SourceError):
                raise
            self.broken[file.name] = describe(failure)
        else:
            self.taken.append((file, count))

    def _is_finished(self, file: ListedFile, content: Any) -> bool:
        """Is the end of a file there? When it should be and is not, its records say what broke."""
        try:
            self.layout.check(file.name, content)
        except UnfinishedFileError as failure:
            if self._is_young(file):
                self.waiting[file.name] = str(failure)
                return False
        return True

    def _leave(self, file: ListedFile, cause: str) -> None:
        (self.waiting if self._is_young(file) else self.broken)[file.name] = cause

    def _is_young(self, file: ListedFile) -> bool:
        return datetime.now(UTC) - file.modified_at < self.patience


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
    source = config.slug or SOURCE
    prefix = "" if source == SOURCE else f"{source}/"
    layout = LAYOUTS[config.layout]
    store = open_store(source, settings.file_connection(config.connection))
    listed = store.list_files(layout.suffixes)
    files = layout.choose(listed)
    window = Window(since, until, keeps_watermark=True)
    is_windowed = since is not None or until is not None
    if not full and not is_windowed:
        files = list_new_files(settings, CALL_FILES, files, prefix)
    chosen, unsettled = set_unsettled_apart(store, files, layout.suffixes, config.settle_seconds)
    reader = FileReader(
        source, store, layout, timedelta(minutes=config.patience_minutes), waiting=unsettled
    )
    stream = Stream(
        entity=CALLS,
        candidates=reader.iter_calls(chosen, window),
        source_slug=source,
        keeps_watermark=True,
        detail={
            "files_listed": len(listed),
            "files_chosen": len(chosen),
            # filled while the files are read
            "files_waiting": reader.waiting,
            "files_broken": reader.broken,
        },
    )

    def remember(report: LoadReport) -> None:
        if not is_windowed:  # calls outside the window are still to be taken
            load_id = report.entities[0].load_id
            remember_files(settings, CALL_FILES, reader.taken, load_id, prefix)

    try:
        report = land(settings, source, [stream], progress)
    except SchemaChangedError:
        raise  # how much was landed, the files cannot tell
    except SourceError as failure:
        if isinstance(failure.report, LoadReport):
            remember(failure.report)
        raise
    remember(report)
    return report


def _is_within(window: Window, candidate: Candidate) -> bool:
    """Is a call's change within? One without a readable moment goes on, to quarantine."""
    if window.is_open:
        return True
    moment = _read_moment(candidate.values.get("updated_at"))
    return moment is None or window.holds(moment)


def _read_moment(value: Any) -> datetime | None:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None
