"""A file's bytes as text formats want them: whole, unpacked, without a byte order mark."""

from __future__ import annotations

import codecs
import gzip
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO

from ingestion.file_store import FileStore, ListedFile

# larger files go to disk
MEMORY_BYTES = 16_000_000
_COPY_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"


@contextmanager
def open_content(store: FileStore, file: ListedFile) -> Iterator[IO[bytes]]:
    """Yield a file's content from its start; gzip is known by its first bytes, whatever the name.

    UTF-16 is turned into UTF-8. Raises `EOFError` for gzip that is cut off, `gzip.BadGzipFile`
    and `zlib.error` for gzip that is damaged, and whatever the file system raises.
    """
    with SpooledTemporaryFile(MEMORY_BYTES) as raw, SpooledTemporaryFile(MEMORY_BYTES) as plain:
        store.copy_to(file, raw)  # type: ignore[arg-type]
        size = raw.tell()
        raw.seek(0)
        is_gzip = raw.read(2) == _GZIP
        raw.seek(0)
        content = raw
        if is_gzip:
            with gzip.GzipFile(fileobj=raw, mode="rb") as packed:
                shutil.copyfileobj(packed, plain, _COPY_BYTES)
            plain.seek(0)
            content = plain
        elif size == 0 and file.name.lower().endswith(".gz"):
            raise EOFError("it is empty, which gzip never is")
        with SpooledTemporaryFile(MEMORY_BYTES) as unmarked:
            yield _without_mark(content, unmarked)  # type: ignore[arg-type]


def _without_mark(content: IO[bytes], unmarked: IO[bytes]) -> IO[bytes]:
    start = content.read(3)
    content.seek(0)
    if start.startswith(codecs.BOM_UTF8):
        content.seek(len(codecs.BOM_UTF8))
        shutil.copyfileobj(content, unmarked, _COPY_BYTES)
    elif start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = io.TextIOWrapper(content, "utf-16", errors="replace", newline="")
        while part := text.read(_COPY_BYTES):
            unmarked.write(part.encode())
        text.detach()
    else:
        return content
    unmarked.seek(0)
    return unmarked
