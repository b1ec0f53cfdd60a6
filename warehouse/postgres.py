"""Talking to PostgreSQL: one way in, COPY for bulk, upsert without doubling."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

from warehouse.settings import Settings, load_settings

# first key of every advisory lock of ours, so that they never meet another application's
LOCK_NAMESPACE = 0x766F63  # "voc"


@contextmanager
def connect(
    role: str,
    settings: Settings | None = None,
    *,
    database: str | None = None,
    autocommit: bool = False,
) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Open a connection as one of our roles; commit when the block ends well, else roll back."""
    url = (settings or load_settings()).database_url(role, database=database)
    with psycopg.connect(url, autocommit=autocommit, application_name="voc") as connection:
        yield connection


def qualified(table: str) -> sql.Identifier:
    """Quote `schema.table` (or `table`) part by part."""
    return sql.Identifier(*table.split("."))


def copy_rows(
    connection: psycopg.Connection[Any],
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> int:
    """Append rows (tuples in column order) to `table` through COPY and return how many."""
    statement = sql.SQL("copy {} ({}) from stdin").format(
        qualified(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count


def upsert_rows(
    connection: psycopg.Connection[Any],
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    key: Sequence[str],
) -> int:
    """Insert rows, replacing those whose `key` is already there; return how many were given.

    Rows go through a temporary table by COPY. A key that repeats within `rows` is an error of
    PostgreSQL (a row cannot be updated twice by one statement): dedupe before.
    """
    staging = sql.Identifier(f"upsert_{table.replace('.', '_')}")
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    changed = [column for column in columns if column not in key]
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "create temporary table {staging} on commit drop as "
                "select {names} from {table} with no data"
            ).format(staging=staging, names=names, table=qualified(table))
        )
        statement = sql.SQL("copy {} ({}) from stdin").format(staging, names)
        count = 0
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        action = (
            sql.SQL("update set ")
            + sql.SQL(", ").join(
                sql.SQL("{0} = excluded.{0}").format(sql.Identifier(column)) for column in changed
            )
            if changed
            else sql.SQL("nothing")
        )
        cursor.execute(
            sql.SQL(
                "insert into {table} ({names}) select {names} from {staging} "
                "on conflict ({key}) do {action}"
            ).format(
                table=qualified(table),
                names=names,
                staging=staging,
                key=sql.SQL(", ").join(map(sql.Identifier, key)),
                action=action,
            )
        )
        cursor.execute(sql.SQL("drop table {}").format(staging))
    return count


@contextmanager
def advisory_lock(
    connection: psycopg.Connection[Any], name: str, *, wait_seconds: float = 0
) -> Iterator[None]:
    """Hold a session lock named `name`, waiting for it up to `wait_seconds`.

    Raises `RuntimeError` when another run still holds it then.
    """
    arguments = (LOCK_NAMESPACE, name)
    deadline = time.monotonic() + wait_seconds
    while not _try_lock(connection, arguments):
        if time.monotonic() >= deadline:
            raise RuntimeError(
                f"another run holds the lock {name!r}: wait for it to end, then run again"
            )
        time.sleep(min(0.2, wait_seconds))
    try:
        yield
    finally:
        connection.execute("select pg_advisory_unlock(%s, hashtext(%s))", arguments)


def _try_lock(connection: psycopg.Connection[Any], arguments: tuple[int, str]) -> bool:
    taken = connection.execute(
        "select pg_try_advisory_lock(%s, hashtext(%s))", arguments
    ).fetchone()
    return bool(taken and taken[0])
