"""Writing label rows: binary COPY, half the work of the text form for rows of many numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import Connection, sql

from warehouse.postgres import qualified


def copy_binary(
    connection: Connection[Any],
    table: str,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
) -> None:
    """Append rows (values in column order) to `table` (`schema.name`).

    Binary COPY converts nothing: values are packed as the types that the table's columns have
    now. A column that the table lacks is an `UndefinedColumn` error of psycopg.
    """
    statement = sql.SQL("copy {} ({}) from stdin (format binary)").format(
        qualified(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    types = dict(
        connection.execute(
            """
            select attname, atttypid from pg_catalog.pg_attribute
            where attrelid = %s::regclass and attnum > 0 and not attisdropped
            """,
            (table,),
        ).fetchall()
    )
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types([types.get(column, 0) for column in columns])
        for row in rows:
            copy.write_row(row)
