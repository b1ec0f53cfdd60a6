"""Folders of somebody's own exports -> raw_files.feedback, night by night.

Data flow:
    list <path>              local disk, S3, SFTP; a folder, a file, or a pattern such as *.csv
        -> list_new_files()  not yet taken, or changed since (size, time)
        -> a second look     files that still change wait for the next load
        -> import            each file as `voc import` takes it: one load, whole or not at all
        -> raw_files.imported_files

A file that fails does not stop the others, and is tried again by the next load.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from ingestion.errors import ImportFileError, SourceConfigError, SourceError
from ingestion.file_store import (
    FileStore,
    ListedFile,
    describe,
    open_store,
    set_unsettled_apart,
)
from ingestion.files import land_file
from ingestion.landing import EntityReport, LoadReport, Progress
from ingestion.mappings import Mapping, load_mapping
from ingestion.source_config import FilesConfig
from ingestion.tabular import FORMATS
from ingestion.taken_files import IMPORTED_FILES, list_new_files, remember_files
from ingestion.window import Window
from warehouse.file_connections import FileConnection
from warehouse.settings import Settings

# gzip only around text
SUFFIXES = (
    *FORMATS,
    *(f"{ending}.gz" for ending, kind in FORMATS.items() if kind in ("csv", "jsonl")),
)
# a file that cannot be read and is younger than this may still be on its way
PATIENCE = timedelta(hours=1)
NAMED_FILES = 5

_log = logging.getLogger(__name__)


def load(
    settings: Settings,
    config: FilesConfig,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    full: bool = False,
    progress: Progress | None = None,
) -> LoadReport:
    """Import new and corrected files; with `full` all, with `since`, `until` those written then.

    The report has one entry per file. Raises `SourceError` when files could not be imported,
    `SourceConfigError` when the mapping is not the source's own.
    """
    mapping = load_mapping(settings, find_mapping(settings, config))
    if mapping.slug != config.slug:
        raise SourceConfigError(
            f"config/sources.yml: {config.slug}.mapping makes feedback of source {mapping.slug!r}; "
            f"call the source {mapping.slug!r}, too"
        )
    connection, pattern = locate(settings, config)
    store = open_store(config.slug, connection)
    files = [
        file
        for file in store.list_files(SUFFIXES)
        if fnmatch(PurePosixPath(file.name).name, pattern)
    ]
    prefix = f"{config.slug}/"
    if since is not None or until is not None:
        window = Window(since, until, keeps_watermark=True)
        files = [file for file in files if window.holds(file.modified_at)]
    elif not full:
        files = list_new_files(settings, IMPORTED_FILES, files, prefix)
    files, waiting = set_unsettled_apart(store, files, SUFFIXES, config.settle_seconds)
    reports: list[EntityReport] = []
    broken: dict[str, str] = {}
    for file in files:
        if file.size_bytes == 0:
            waiting[file.name] = "is empty"
            continue
        try:
            report = import_listed(settings, config, mapping, store, file, progress)
        except ImportFileError as failure:
            is_young = datetime.now(UTC) - file.modified_at < PATIENCE
            (waiting if is_young else broken)[file.name] = describe(failure)
            continue
        if report is None:
            waiting[file.name] = "changed while it was read"
            continue
        reports.append(report)
        remember_files(settings, IMPORTED_FILES, [(file, report.rows_read)], report.load_id, prefix)
    for name, cause in waiting.items():
        _log.warning("%s: %s waits for the next load: %s", config.slug, name, cause)
    loaded = LoadReport(config.slug, tuple(reports))
    if broken:
        raise _explain(config.slug, store, broken, loaded)
    return loaded


def import_listed(
    settings: Settings,
    config: FilesConfig,
    mapping: Mapping,
    store: FileStore,
    file: ListedFile,
    progress: Progress | None,
) -> EntityReport | None:
    """Import one listed file; None when it changed while it was fetched.

    Raises `ImportFileError`, and then nothing of it was landed.
    """
    reference = str(find_mapping(settings, config))
    with _fetched(store, file) as path:
        if store.look_at(file) != file.state:
            return None
        return land_file(settings, path, mapping, reference, file.name, progress)[0]


def find_mapping(settings: Settings, config: FilesConfig) -> str | Path:
    """Return the mapping as `load_mapping` takes it: a path below the project, or a name."""
    path = settings.root / Path(config.mapping).expanduser()
    return path if path.is_file() else config.mapping


def locate(settings: Settings, config: FilesConfig) -> tuple[FileConnection, str]:
    """Return the folder or file to list, and the pattern that names must fit."""
    path, pattern = config.path, "*"
    if "*" in PurePosixPath(path).name:
        path, _, pattern = path.rpartition("/")
    if config.connection is not None:
        return settings.file_connection(config.connection).below(path), pattern
    if "://" in path:
        return FileConnection(url=path), pattern
    return FileConnection(url=str(settings.root / Path(path or ".").expanduser())), pattern


@contextmanager
def _fetched(store: FileStore, file: ListedFile) -> Iterator[Path]:
    """Yield a local copy of a file, under its own name: the ending says how it is read."""
    with TemporaryDirectory(prefix="voc-files-") as folder:
        path = Path(folder) / PurePosixPath(file.name).name
        try:
            with path.open("wb") as target:
                store.copy_to(file, target)
        except Exception as failure:  # each file system has errors of its own
            raise ImportFileError(f"{file.name} cannot be read: {describe(failure)}") from failure
        yield path


def _explain(
    source: str, store: FileStore, broken: dict[str, str], report: LoadReport
) -> SourceError:
    listed = [f"{name}: {cause}" for name, cause in broken.items()]
    more = f" and {len(listed) - NAMED_FILES} more" if len(listed) > NAMED_FILES else ""
    failure = SourceError(
        source,
        f"{len(listed)} file(s) in {store.address!r}",
        f"cannot be imported ({'; '.join(listed[:NAMED_FILES])}{more})",
        "mend or remove them, or adapt the mapping (`voc import FILE --mapping NAME --dry-run` "
        "tries it); all other files are landed",
    )
    failure.report = report
    return failure
