"""A table of results in schema stats: made by its job, replaced (in whole or part) by each run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from warehouse.postgres import copy_rows

# every result says how it was made; marts do not show `computed_at`, so that a night that is
# run twice gives the same marts
PROVENANCE = (
    ("method", "text not null"),
    ("method_version", "text not null"),
    ("computed_at", "timestamptz not null default now()"),
)


@dataclass(frozen=True)
class ResultTable:
    """One table of schema stats: its columns with their types, its key, how it is computed."""

    name: str
    comment: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    method: str
    method_version: str

    @property
    def qualified_name(self) -> str:
        """Name with its schema."""
        return f"stats.{self.name}"

    def create(self, connection: psycopg.Connection[Any]) -> None:
        """Create the table if it is missing, so that dbt can read it before the first run."""
        columns = [
            sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(definition))
            for name, definition in (*self.columns, *PROVENANCE)
        ]
        connection.execute(
            sql.SQL("create table if not exists {} ({}, primary key ({}))").format(
                sql.Identifier("stats", self.name),
                sql.SQL(", ").join(columns),
                sql.SQL(", ").join(map(sql.Identifier, self.key)),
            )
        )
        connection.execute(
            sql.SQL("comment on table {} is {}").format(
                sql.Identifier("stats", self.name), sql.Literal(self.comment)
            )
        )

    def replace(self, connection: psycopg.Connection[Any], rows: Iterable[Sequence[Any]]) -> int:
        """Put `rows` (in column order) in the place of what is there; return how many.

        Runs in the caller's transaction: readers see the old rows or the new ones, never none. A
        table that an earlier version made with other columns is made anew.
        """
        self._drop_if_outdated(connection)
        self.create(connection)
        connection.execute(sql.SQL("delete from {}").format(sql.Identifier("stats", self.name)))
        return self.append(connection, rows)

    def _drop_if_outdated(self, connection: psycopg.Connection[Any]) -> None:
        found = [
            name
            for (name,) in connection.execute(
                "select column_name from information_schema.columns "
                "where table_schema = 'stats' and table_name = %s order by ordinal_position",
                (self.name,),
            )
        ]
        if found and found != [name for name, _ in (*self.columns, *PROVENANCE)]:
            connection.execute(sql.SQL("drop table {}").format(sql.Identifier("stats", self.name)))

    def replace_part(
        self,
        connection: psycopg.Connection[Any],
        part: tuple[str, Any],
        rows: Iterable[Sequence[Any]],
    ) -> int:
        """Put `rows` in the place of those with `part` = (column, value); the rest stays."""
        column, value = part
        connection.execute(
            sql.SQL("delete from {} where {} = %s").format(
                sql.Identifier("stats", self.name), sql.Identifier(column)
            ),
            (value,),
        )
        return self.append(connection, rows)

    def append(self, connection: psycopg.Connection[Any], rows: Iterable[Sequence[Any]]) -> int:
        """Add `rows` (in column order) to what is there; return how many."""
        return copy_rows(
            connection,
            self.qualified_name,
            [name for name, _ in self.columns] + ["method", "method_version"],
            ((*map(_settle, row), self.method, self.method_version) for row in rows),
        )


def _settle(value: Any) -> Any:
    """Cut a number to nine significant digits.

    The last digits of a sum depend on the order of its rows, which is not the same from night to
    night; two runs over the same facts must give the same result.
    """
    return float(f"{value:.9g}") if isinstance(value, float) else value
