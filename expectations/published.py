"""The marts gate's look at what readers have today: a mart that shrank is suspicious."""

from __future__ import annotations

from typing import Any

import psycopg
from psycopg import sql

from expectations.report import CheckResult
from warehouse.publish import BUILD_SCHEMA, PUBLISHED_SCHEMA

# marts cover all history, so they grow; erasure and late corrections take a few rows away
MAX_DROP_SHARE = 0.2


def check_row_counts(connection: psycopg.Connection[Any]) -> list[CheckResult]:
    """Compare each mart that is built and published: one warning-level result per mart."""
    both = [
        name
        for (name,) in connection.execute(
            "select tablename from pg_tables where schemaname = %s intersect "
            "select tablename from pg_tables where schemaname = %s order by 1",
            (BUILD_SCHEMA, PUBLISHED_SCHEMA),
        )
    ]
    return [_compare(connection, name) for name in both]


def _compare(connection: psycopg.Connection[Any], name: str) -> CheckResult:
    built, published = (
        _count(connection, schema, name) for schema in (BUILD_SCHEMA, PUBLISHED_SCHEMA)
    )
    return CheckResult(
        f"{BUILD_SCHEMA}__{name}",
        f"at most {MAX_DROP_SHARE:.0%} fewer rows than published",
        "warning",
        built >= published * (1 - MAX_DROP_SHARE),
        f"{built} rows built, {published} published",
        notes="Marts cover all history and grow; a drop is a lost source or a new filter.",
    )


def _count(connection: psycopg.Connection[Any], schema: str, name: str) -> int:
    query = sql.SQL("select count(*) from {}").format(sql.Identifier(schema, name))
    row = connection.execute(query).fetchone()
    return int(row[0]) if row else 0
