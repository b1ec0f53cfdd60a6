"""What a raw table holds of some records: so that equal ones are not written again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
import psycopg
from psycopg import sql

from ingestion.contracts import Entity
from warehouse.postgres import qualified

Key = tuple[Any, ...]


class StoredRows:
    """Looks up rows of one entity during one load, which writes at its end, under a lock."""

    def __init__(self, entity: Entity) -> None:
        self._entity = entity
        self._was_empty: bool | None = None

    def find(
        self, connection: psycopg.Connection[Any], keys: Sequence[Key]
    ) -> dict[Key, tuple[str | None, datetime | None]]:
        """Return hash and version of those keys that the raw table already holds.

        A row that is marked as deleted counts as absent: when the record comes back, be it
        unchanged, it is written again and the mark goes.
        """
        if not keys or self._is_empty(connection):
            return {}
        entity = self._entity
        names = sql.SQL(", ").join(map(sql.Identifier, entity.key))
        version = sql.Identifier(entity.version) if entity.version else sql.SQL("null")
        # psycopg writes a list of texts ten times slower than one text
        lists = sql.SQL(", ").join(
            [sql.SQL("jsonb_array_elements_text(%s::jsonb)")] * len(entity.key)
        )
        query = sql.SQL(
            "select {names}, _row_hash, {version} from {table} "
            "inner join rows from ({lists}) as wanted ({names}) using ({names}) "
            "where _deleted_at is null"
        ).format(names=names, version=version, table=qualified(entity.table), lists=lists)
        columns = [orjson.dumps(column).decode() for column in zip(*keys, strict=True)]
        width = len(entity.key)
        return {
            row[:width]: (row[width], row[width + 1]) for row in connection.execute(query, columns)
        }

    def _is_empty(self, connection: psycopg.Connection[Any]) -> bool:
        """Was the table empty before this load?"""
        if self._was_empty is None:
            query = sql.SQL("select not exists (select from {})").format(
                qualified(self._entity.table)
            )
            row = connection.execute(query).fetchone()
            self._was_empty = bool(row and row[0])
        return self._was_empty
