"""One table or view of a database that SQLAlchemy reaches: its columns, keys and rows.

Moments: a column that says its zone (PostgreSQL timestamptz, SQL Server datetimeoffset) is taken at
its word. A MySQL TIMESTAMP is stored in UTC and shown in the session's zone, so sessions are opened
in UTC (`open_in_utc`). Anything else is in the zone that config/sources.yml names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql
from sqlalchemy.exc import SQLAlchemyError

from ingestion.contracts import Entity
from ingestion.errors import SchemaChangedError, SourceError
from ingestion.window import Window

BATCH_ROWS = 5_000
# keys per `in (...)`: every database takes as many
_KEYS_PER_QUERY = 500
# what the contract's columns may be in the source; other kinds are a retyped column
_EXPECTED_KINDS: dict[str, tuple[type[sa.types.TypeEngine[Any]], ...]] = {
    "text": (sa.String, sa.Integer, sa.Uuid),
    "timestamptz": (sa.DateTime,),
    "date": (sa.Date,),
    "numeric": (sa.Numeric, sa.Integer),
    "integer": (sa.Integer, sa.Numeric),
    "boolean": (sa.Boolean, sa.Integer),
}


@dataclass(frozen=True)
class SqlTable:
    """Reads the table or view that plays one entity; `zone` is that of moments without one."""

    source: str
    engine: sa.Engine
    entity: Entity
    name: str
    zone: ZoneInfo | None = None

    @cached_property
    def table(self) -> sa.Table:
        """Return the table as the database describes it, checked against the contract."""
        schema, _, name = self.name.rpartition(".")
        with self._explained():
            table = sa.Table(name, sa.MetaData(), schema=schema or None, autoload_with=self.engine)
        check_columns(self.source, self.entity, table, self.zone)
        return table

    def iter_rows(self, window: Window) -> Iterator[dict[str, Any]]:
        """Yield the rows that changed within the window, oldest change first."""
        changed_at = self._changed_at
        query = sa.select(self.table).order_by(changed_at)
        if window.since is not None:
            query = query.where(changed_at >= self._as_stored(window.since))
        if window.until is not None:
            query = query.where(changed_at < self._as_stored(window.until))
        yield from self._iter_query(query)

    def iter_rows_of(self, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
        """Yield the rows of these keys, in no certain order."""
        key = self._key
        remaining = iter(keys)
        while batch := list(islice(remaining, _KEYS_PER_QUERY)):
            values = [key.type.python_type(value) for value in batch]
            yield from self._iter_query(sa.select(self.table).where(key.in_(values)))

    def iter_keys(self) -> Iterator[tuple[str, datetime | None]]:
        """Yield the key of every row, as the contract writes it, and when it changed."""
        columns = (self._key, self._changed_at)
        zone = find_zone(self._changed_at.type, self.zone)
        for values in self._iter_tuples(sa.select(*columns)):
            key, changed_at = values
            if key is not None:
                moment = with_zone(changed_at, zone)
                # a date that MySQL has and no calendar (0000-00-00) comes as text
                yield str(key).strip(), moment if isinstance(moment, datetime) else None

    @property
    def _key(self) -> sa.Column[Any]:
        return self.table.c[self.entity.key[0]]

    @property
    def _changed_at(self) -> sa.Column[Any]:
        return self.table.c[self.entity.version or ""]

    def _iter_query(self, query: sa.Select[Any]) -> Iterator[dict[str, Any]]:
        names = self.table.c.keys()
        zones = {column.name: find_zone(column.type, self.zone) for column in self.table.c}
        unsaid = [(name, zone) for name, zone in zones.items() if zone]
        for values in self._iter_tuples(query):
            row = dict(zip(names, values, strict=True))
            for name, zone in unsaid:
                row[name] = with_zone(row[name], zone)
            yield row

    def _iter_tuples(self, query: sa.Select[Any]) -> Iterator[Sequence[Any]]:
        with self._explained(), self.engine.connect() as connection:
            options = connection.execution_options(yield_per=BATCH_ROWS)
            for batch in options.execute(query).partitions():
                yield from batch

    def _as_stored(self, moment: datetime) -> datetime:
        """Return a moment as the column of changes writes it."""
        zone = find_zone(self._changed_at.type, self.zone)
        return moment if zone is None else moment.astimezone(zone).replace(tzinfo=None)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn what the database says into an error that names the source and the next step."""
        try:
            yield
        except sa.exc.NoSuchTableError:
            raise SourceError(
                self.source,
                f"table {self.name!r}",
                "there is no such table, or our account may not see it",
                f"grant select on it, or correct {self.source}.tables in config/sources.yml",
            ) from None
        except SQLAlchemyError as failure:
            cause = str(getattr(failure, "orig", None) or failure).strip().splitlines()[0]
            raise SourceError(
                self.source,
                f"table {self.name!r}",
                f"the database answered: {cause}",
                "check that it is reachable with the configured address and account, then load "
                "again",
            ) from failure


def open_in_utc(engine: sa.Engine) -> None:
    """Have sessions of a MySQL or MariaDB server show its TIMESTAMP columns in UTC."""
    if engine.dialect.name not in {"mysql", "mariadb"}:
        return

    @sa.event.listens_for(engine, "connect")
    def set_zone(connection: Any, _record: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("set time_zone = '+00:00'")


def says_zone(kind: sa.types.TypeEngine[Any]) -> bool:
    """Does a column of moments say in which time zone each is?"""
    return isinstance(kind, mssql.DATETIMEOFFSET) or bool(getattr(kind, "timezone", False))


def find_zone(kind: sa.types.TypeEngine[Any], zone: tzinfo | None) -> tzinfo | None:
    """Return the zone of a column's moments, where the column does not say it; else None.

    `zone` is the configured one. None too for what is no moment.
    """
    if not isinstance(kind, sa.DateTime) or says_zone(kind):
        return None
    return UTC if isinstance(kind, mysql.TIMESTAMP) else zone


def with_zone(moment: Any, zone: tzinfo | None) -> Any:
    """Return a moment with the zone that its column is in; anything else as it is."""
    if zone is None or not isinstance(moment, datetime) or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=zone)


def check_columns(source: str, entity: Entity, table: sa.Table, zone: tzinfo | None) -> None:
    """Raise `SchemaChangedError` for the first contract column that is gone or of another kind.

    A moment without a time zone is no change of the schema: it asks for a setting, `time_zone`.
    """
    for name, sql_type in entity.contract_columns.items():
        if name in entity.derived:
            continue
        if name not in table.c:
            raise SchemaChangedError(
                source,
                entity.name,
                name,
                f"table {table.name!r} has no such column; it has {', '.join(table.c.keys())}",
            )
        found = table.c[name].type
        if not isinstance(found, _EXPECTED_KINDS[sql_type]):
            raise SchemaChangedError(
                source,
                entity.name,
                name,
                f"it is {found} in table {table.name!r}, which cannot be read as {sql_type}",
            )
        if sql_type == "timestamptz" and not says_zone(found) and not find_zone(found, zone):
            raise SourceError(
                source,
                f"table {table.name!r}, column {name!r}",
                "its moments do not say in which time zone they are",
                f"set time_zone of {source!r} in config/sources.yml (such as Asia/Shanghai), or "
                "change the column to a type with a time zone",
            )
