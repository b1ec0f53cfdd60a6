"""Which files a source has taken, in which state: a file that changed since is taken again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from psycopg import sql

from ingestion.file_store import ListedFile
from warehouse.postgres import connect, qualified, upsert_rows
from warehouse.settings import Settings

# all have the same columns; the name of a file begins with its source's slug where sources share
CALL_FILES = "raw_calls.call_files"
IMPORTED_FILES = "raw_files.imported_files"
SURVEY_FILES = "raw_surveys.export_files"

_DDL = """
create table if not exists {table} (
    file_name text primary key,
    size_bytes bigint not null,
    modified_at timestamptz not null,
    rows_read bigint not null,
    load_id text not null,
    taken_at timestamptz not null default now()
)
"""


def create_statements() -> list[sql.Composed]:
    """Return the DDL of these tables."""
    tables = (CALL_FILES, IMPORTED_FILES, SURVEY_FILES)
    return [sql.SQL(_DDL).format(table=qualified(table)) for table in tables]


def list_new_files(
    settings: Settings, table: str, files: Iterable[ListedFile], prefix: str = ""
) -> list[ListedFile]:
    """Return the files that were not taken yet or have changed since. Files that vanish stay."""
    with connect("voc_loader", settings) as connection:
        taken = {
            name: (size, modified)
            for name, size, modified in connection.execute(
                sql.SQL("select file_name, size_bytes, modified_at from {}").format(
                    qualified(table)
                )
            )
        }
    return [file for file in files if taken.get(prefix + file.name) != file.state]


def remember_files(
    settings: Settings,
    table: str,
    taken: Iterable[tuple[ListedFile, int]],
    load_id: str,
    prefix: str = "",
) -> None:
    """Record landed files, with their rows, in the state in which they were listed."""
    now = datetime.now(UTC)
    with connect("voc_loader", settings) as connection:
        upsert_rows(
            connection,
            table,
            ["file_name", "size_bytes", "modified_at", "rows_read", "load_id", "taken_at"],
            [
                (prefix + file.name, file.size_bytes, file.modified_at, rows, load_id, now)
                for file, rows in taken
            ],
            key=["file_name"],
        )
