"""The CRM: a real PostgreSQL database that fills as the company's clock goes on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from simulator.crm_tables import TABLES
from simulator.day_files import DELETED, iter_records

READER_ROLE = "crm_source_reader"
MARK = "simulated company "

# the newest version of each row, unless it is the row's end
_UPSERT = """
insert into {name} as kept ({names})
select {names} from (
    select distinct on ({key}) * from {incoming} order by {key}, updated_at desc
) as newest
where not {deleted}
on conflict ({key}) do update set ({names}) = row({excluded})
where kept.updated_at < excluded.updated_at
"""
_DELETE = """
delete from {name} as kept using {incoming} as gone
where gone.{deleted} and kept.{key} = gone.{key} and kept.updated_at <= gone.updated_at
"""


class CrmDatabaseError(RuntimeError):
    """The CRM database cannot be used; the message says why."""


def load(folder: Path, now: datetime, url: str, fingerprint: str) -> dict[str, int]:
    """Bring the CRM up to `now`; return how many rows were written per table.

    Tables are created when they are missing. Tables of another simulated company are replaced;
    tables that no simulator made are refused with `CrmDatabaseError`. All in one transaction.
    """
    with psycopg.connect(_libpq_url(url)) as connection:
        _prepare(connection, fingerprint)
        return {table: _load_table(connection, table, folder, now) for table in TABLES}


def _libpq_url(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


def _prepare(connection: psycopg.Connection, fingerprint: str) -> None:
    for table, (key, columns) in TABLES.items():
        name = sql.Identifier("public", table)
        found = connection.execute(
            "select obj_description(to_regclass(%s)), to_regclass(%s) is not null",
            (f"public.{table}", f"public.{table}"),
        ).fetchone()
        comment, exists = found if found else (None, False)
        if exists and not (comment or "").startswith(MARK):
            raise CrmDatabaseError(
                f"table public.{table} was not made by the simulator: it is left alone"
            )
        if exists and comment != MARK + fingerprint:
            connection.execute(sql.SQL("drop table {}").format(name))
            exists = False
        if exists:
            continue
        fields = sql.SQL(", ").join(
            sql.SQL("{} {}").format(sql.Identifier(column), sql.SQL(kind))
            for column, kind in {**columns, "updated_at": "timestamptz not null"}.items()
        )
        connection.execute(
            sql.SQL("create table {} ({}, primary key ({}))").format(
                name, fields, sql.Identifier(key)
            )
        )
        connection.execute(sql.SQL("create index on {} (updated_at)").format(name))
        connection.execute(
            sql.SQL("comment on table {} is {}").format(name, sql.Literal(MARK + fingerprint))
        )
        _grant(connection, name)


def _grant(connection: psycopg.Connection, table: sql.Identifier) -> None:
    role = connection.execute("select 1 from pg_roles where rolname = %s", (READER_ROLE,))
    if role.fetchone():
        connection.execute(
            sql.SQL("grant select on {} to {}").format(table, sql.Identifier(READER_ROLE))
        )


def _load_table(connection: psycopg.Connection, table: str, folder: Path, now: datetime) -> int:
    key, typed = TABLES[table]
    columns = [*typed, "updated_at"]
    name = sql.Identifier("public", table)
    newest = connection.execute(sql.SQL("select max(updated_at) from {}").format(name)).fetchone()
    since: datetime | None = newest[0] if newest else None
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    incoming = sql.Identifier(f"incoming_{table}")
    connection.execute(
        sql.SQL("create temp table {} (like {}) on commit drop").format(incoming, name)
    )
    connection.execute(
        sql.SQL("alter table {} add column {} boolean").format(incoming, sql.Identifier(DELETED))
    )
    with connection.cursor() as cursor:
        statement = sql.SQL("copy {} ({}, {}) from stdin").format(
            incoming, names, sql.Identifier(DELETED)
        )
        with cursor.copy(statement) as copy:
            for row in _iter_rows(folder, table, columns, since, now):
                copy.write_row(row)
    parts = {
        "name": name,
        "names": names,
        "key": sql.Identifier(key),
        "incoming": incoming,
        "deleted": sql.Identifier(DELETED),
        "excluded": sql.SQL(", ").join(sql.Identifier("excluded", column) for column in columns),
    }
    written = connection.execute(sql.SQL(_UPSERT).format(**parts)).rowcount
    return written + connection.execute(sql.SQL(_DELETE).format(**parts)).rowcount


def _iter_rows(
    folder: Path, table: str, columns: list[str], since: datetime | None, now: datetime
) -> Iterator[list[object]]:
    for record in iter_records(folder, table, since, now):
        is_deleted = bool(record.get(DELETED))
        # a deletion names the row and the moment alone
        yield [*(record.get(column) for column in columns), is_deleted]
