"""Folders of files wherever they lie: local disk, S3, SFTP, or what else fsspec reaches.

Data flow:
    FileConnection -> open_store() -> FileStore.list_files()     names, sizes, times
        -> set_unsettled_apart()      files that still change between two looks wait
        -> FileStore.copy_to()        one file, whole
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, Any

from ingestion.errors import SourceError
from ingestion.window import BEGINNING
from warehouse.file_connections import FileConnection

# one request of S3, one wait for SFTP
CONNECT_SECONDS = 15
READ_SECONDS = 60
S3_ATTEMPTS = 4


@dataclass(frozen=True)
class ListedFile:
    """One file as the listing shows it; `name` is relative to the folder."""

    name: str
    path: str
    size_bytes: int
    modified_at: datetime

    @property
    def state(self) -> tuple[int, datetime]:
        """Return what changes when the file is written to."""
        return self.size_bytes, self.modified_at


@dataclass(frozen=True)
class FileStore:
    """One folder (or one file) of one file system; `address` is its URL without credentials."""

    source: str
    address: str
    file_system: Any
    root: str

    def list_files(self, suffixes: tuple[str, ...]) -> list[ListedFile]:
        """Return the finished files below, oldest first, as they are now.

        Left out are names with another ending (so that `.part`, `.tmp` and `.filepart` wait until
        they are renamed) and hidden ones. Raises `SourceError` when the folder cannot be listed.
        """
        try:
            self.file_system.invalidate_cache()
            if self.file_system.isfile(self.root):
                root = PurePosixPath(self.root).parent
                found = {self.root: self.file_system.info(self.root)}
            elif self.file_system.isdir(self.root):
                root = PurePosixPath(self.root)
                found = self.file_system.find(self.root, detail=True)
            elif self._has_bucket():
                return []  # an object store knows no empty folders
            else:
                raise FileNotFoundError(f"there is no folder {self.root}")
        except Exception as failure:  # each file system has errors of its own
            raise self._explain(f"listing {self.address!r}", failure) from failure
        files = [
            ListedFile(
                str(PurePosixPath(path).relative_to(root)),
                path,
                int(info.get("size") or 0),
                read_modified(info),
            )
            for path, info in found.items()
            if path.lower().endswith(suffixes)
        ]
        shown = [file for file in files if not _is_hidden(file.name)]
        return sorted(shown, key=lambda file: (file.modified_at, file.name))

    def look_at(self, file: ListedFile) -> tuple[int, datetime] | None:
        """Return a file's size and time as they are now; None when it is gone."""
        try:
            self.file_system.invalidate_cache()
            info = self.file_system.info(file.path)
        except FileNotFoundError:
            return None
        return int(info.get("size") or 0), read_modified(info)

    def copy_to(self, file: ListedFile, target: IO[bytes]) -> None:
        """Copy a file's bytes into an open file; errors of the file system come through."""
        with self.file_system.open(file.path, "rb") as stream:
            shutil.copyfileobj(stream, target, 1 << 20)

    def _has_bucket(self) -> bool:
        if "s3" not in self.file_system.protocol:
            return False
        return bool(self.file_system.exists(self.root.partition("/")[0]))

    def _explain(self, request: str, failure: Exception) -> SourceError:
        return SourceError(
            self.source,
            request,
            describe(failure),
            "check that the folder exists, that our account may list it, and the connection's "
            "credentials (VOC_FILE_CONNECTIONS)",
        )


def open_store(source: str, connection: FileConnection) -> FileStore:
    """Open the file system of a connection; raise `SourceError` when that fails."""
    import fsspec

    try:
        options = _make_options(connection)
        if connection.protocol in ("sftp", "ssh"):
            from ingestion.checked_sftp import CheckedSftpFileSystem

            options |= CheckedSftpFileSystem._get_kwargs_from_urls(connection.url) | options
            file_system = CheckedSftpFileSystem(skip_instance_cache=True, **options)
            root = CheckedSftpFileSystem._strip_protocol(connection.url)
        else:
            file_system, root = fsspec.url_to_fs(connection.url, **options)
    except Exception as failure:  # each file system has errors of its own
        raise SourceError(
            source,
            f"opening {connection.address!r}",
            describe(failure),
            "check address and credentials of the connection (VOC_FILE_CONNECTIONS); for SFTP, "
            "the server's key must stand in its known_hosts_file",
        ) from failure
    return FileStore(source, connection.address, file_system, str(root))


def _make_options(connection: FileConnection) -> dict[str, Any]:
    """Return a connection's credentials as its file system's arguments."""
    if connection.protocol == "s3":
        client = {"endpoint_url": connection.endpoint, "region_name": connection.region}
        return {
            "key": connection.key and connection.key.get_secret_value(),
            "secret": connection.secret and connection.secret.get_secret_value(),
            "client_kwargs": {name: value for name, value in client.items() if value},
            "config_kwargs": {
                "connect_timeout": CONNECT_SECONDS,
                "read_timeout": READ_SECONDS,
                "retries": {"max_attempts": S3_ATTEMPTS, "mode": "standard"},
            },
            "use_listings_cache": False,
        }
    if connection.protocol in ("sftp", "ssh"):
        options = {
            "username": connection.user,
            "password": connection.password and connection.password.get_secret_value(),
            "passphrase": connection.passphrase and connection.passphrase.get_secret_value(),
            "private_key_file": connection.private_key_file,
            "known_hosts_file": connection.known_hosts_file,
            "timeout": CONNECT_SECONDS,
        }
        return {name: value for name, value in options.items() if value is not None}
    return {}


def set_unsettled_apart(
    store: FileStore,
    files: Iterable[ListedFile],
    suffixes: tuple[str, ...],
    settle_seconds: float,
    sleep: Callable[[float], None] = time.sleep,
) -> tuple[list[ListedFile], dict[str, str]]:
    """Look at files a second time; return those that did not change, and why the others wait.

    Needs no clock in common with the file system. A writer that pauses longer than
    `settle_seconds` passes here; the end of its file (gzip, JSON, the look after reading) tells.
    """
    chosen = list(files)
    if not chosen or settle_seconds <= 0:
        return chosen, {}
    sleep(settle_seconds)
    now = {file.path: file.state for file in store.list_files(suffixes)}
    settled, waiting = [], {}
    for file in chosen:
        if now.get(file.path) == file.state:
            settled.append(file)
        else:
            waiting[file.name] = "still changes"
    return settled, waiting


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


def describe(failure: BaseException) -> str:
    """Return an error's words, or its kind where it has none."""
    return str(failure) or type(failure).__name__


def _is_hidden(name: str) -> bool:
    """Does a name, or a folder on the way to it, say that programs keep it for themselves?"""
    return any(part.startswith((".", "~$")) for part in Path(name).parts)
