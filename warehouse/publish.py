"""Publish the audited marts by one swap, and take the last swap back.

    marts_previous   dropped
    marts            -> marts_previous
    marts_build      -> marts

All of it happens in one transaction, so a reader sees yesterday or today, never a mixture.
Only tables are published: dbt builds every mart as a table, anew each night.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import psycopg
from psycopg import sql

from warehouse.postgres import LOCK_NAMESPACE, connect
from warehouse.settings import Settings

BUILD_SCHEMA = "marts_build"
PUBLISHED_SCHEMA = "marts"
PREVIOUS_SCHEMA = "marts_previous"
READERS = ("voc_reader", "voc_stats")

_LOCK_NAME = "publish_marts"
# a dashboard query may hold a mart for seconds; longer waits would queue every new reader behind us
_LOCK_TIMEOUT = "10s"
_ATTEMPTS = 5
_PAUSE_SECONDS = 2.0
# what a dbt run that was cut off leaves beside the model: never a mart
_DBT_LEFTOVER = "%\\_\\_dbt\\_%"


class PublishError(RuntimeError):
    """Nothing was published or taken back; the message says why and what to do next."""


def publish(settings: Settings, run_id: str, *, allow_missing: bool = False) -> list[str]:
    """Swap every table of `marts_build` into `marts` and return their names, sorted.

    A second call for a run that is already published, with nothing newly built, changes nothing
    and returns what that run published. `allow_missing` lets a mart disappear that readers have
    today; without it such a build is refused with `PublishError`.
    """

    def swap(connection: psycopg.Connection[Any]) -> list[str]:
        built = _tables(connection, BUILD_SCHEMA)
        _refuse_views(connection)
        published = _tables(connection, PUBLISHED_SCHEMA)
        if not built:
            return _already_published(connection, run_id)
        missing = sorted(set(published) - set(built))
        if missing and not allow_missing:
            raise PublishError(
                f"readers have {', '.join(missing)} today, but the build lacks it: build all "
                "marts, or publish with allow_missing when the mart was removed on purpose"
            )
        _drop_all(connection, PREVIOUS_SCHEMA)
        _move_all(connection, published, PUBLISHED_SCHEMA, PREVIOUS_SCHEMA)
        _move_all(connection, built, BUILD_SCHEMA, PUBLISHED_SCHEMA)
        _grant_select(connection, built)
        connection.execute(
            "insert into ops.publications (run_id, tables) values (%s, %s)", (run_id, built)
        )
        return built

    return _in_one_transaction(settings, swap)


def rollback(settings: Settings) -> list[str]:
    """Take the last publication back: the exact inverse of `publish`; return the names restored.

    The withdrawn marts lie in `marts_build` afterwards, to be looked at or published again; a
    build that was waiting there is dropped. Raises `PublishError` when there is nothing to go
    back to.
    """

    def swap(connection: psycopg.Connection[Any]) -> list[str]:
        restored = _tables(connection, PREVIOUS_SCHEMA)
        if not restored:
            raise PublishError(
                "there is no earlier publication to go back to: run the nightly path again instead"
            )
        withdrawn = _tables(connection, PUBLISHED_SCHEMA)
        _drop_all(connection, BUILD_SCHEMA)
        _move_all(connection, withdrawn, PUBLISHED_SCHEMA, BUILD_SCHEMA)
        _move_all(connection, restored, PREVIOUS_SCHEMA, PUBLISHED_SCHEMA)
        _grant_select(connection, restored)
        connection.execute(
            """
            update ops.publications set rolled_back_at = now()
            where publication_id = (
                select max(publication_id) from ops.publications where rolled_back_at is null
            )
            """
        )
        return restored

    return _in_one_transaction(settings, swap)


def _in_one_transaction(
    settings: Settings, swap: Callable[[psycopg.Connection[Any]], list[str]]
) -> list[str]:
    """Run `swap` under the publishing lock; give way to busy readers and try again."""
    attempt = 0
    while True:
        attempt += 1
        try:
            with connect("voc_modeler", settings) as connection:
                connection.execute(
                    sql.SQL("set local lock_timeout = {}").format(sql.Literal(_LOCK_TIMEOUT))
                )
                connection.execute(
                    "select pg_advisory_xact_lock(%s, hashtext(%s))", (LOCK_NAMESPACE, _LOCK_NAME)
                )
                return swap(connection)
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected) as busy:
            if attempt == _ATTEMPTS:
                raise PublishError(
                    f"others held the marts through {_ATTEMPTS} attempts of {_LOCK_TIMEOUT}: end "
                    "the long query (pg_stat_activity shows it), then publish again"
                ) from busy
            time.sleep(_PAUSE_SECONDS * attempt)


def _tables(connection: psycopg.Connection[Any], schema: str) -> list[str]:
    """Return the tables of a schema, sorted; every swap takes its locks in this order."""
    return [
        name
        for (name,) in connection.execute(
            "select tablename from pg_tables where schemaname = %s and tablename not like %s "
            "order by tablename",
            (schema, _DBT_LEFTOVER),
        )
    ]


def _refuse_views(connection: psycopg.Connection[Any]) -> None:
    """Raise for a mart built as a view: it would read the next build while readers look at it."""
    views = [
        name
        for (name,) in connection.execute(
            "select viewname from pg_views where schemaname = %(schema)s union all "
            "select matviewname from pg_matviews where schemaname = %(schema)s order by 1",
            {"schema": BUILD_SCHEMA},
        )
    ]
    if views:
        raise PublishError(f"{', '.join(views)} in {BUILD_SCHEMA}: build marts as tables")


def _already_published(connection: psycopg.Connection[Any], run_id: str) -> list[str]:
    row = connection.execute(
        "select tables from ops.publications where run_id = %s and rolled_back_at is null "
        "order by publication_id desc limit 1",
        (run_id,),
    ).fetchone()
    if row is None:
        raise PublishError(f"{BUILD_SCHEMA} is empty: build the marts with dbt, then publish")
    return list(row[0])


def _drop_all(connection: psycopg.Connection[Any], schema: str) -> None:
    for name in _tables(connection, schema):
        connection.execute(sql.SQL("drop table {}").format(sql.Identifier(schema, name)))


def _move_all(
    connection: psycopg.Connection[Any], names: list[str], source: str, target: str
) -> None:
    for name in names:
        connection.execute(
            sql.SQL("alter table {} set schema {}").format(
                sql.Identifier(source, name), sql.Identifier(target)
            )
        )


def _grant_select(connection: psycopg.Connection[Any], names: list[str]) -> None:
    if names:
        connection.execute(
            sql.SQL("grant select on {} to {}").format(
                sql.SQL(", ").join(sql.Identifier(PUBLISHED_SCHEMA, name) for name in names),
                sql.SQL(", ").join(map(sql.Identifier, READERS)),
            )
        )
