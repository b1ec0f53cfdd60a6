"""The raw tables as the contracts describe them: DDL for PostgreSQL, schemas for Arrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import sql

from ingestion.contracts import ENTITIES, Entity
from warehouse.postgres import connect, qualified
from warehouse.settings import Settings

if TYPE_CHECKING:
    import pyarrow

# beside each raw schema, for copies on their way in; emptied after each load. One each, so that
# sources can be loaded at the same time
STAGING_LAYOUT = "%s_landing"
# dlt's own bound for unbounded decimals; PostgreSQL would take more, no rating or price needs it
NUMERIC_PRECISION, NUMERIC_SCALE = 38, 9


def ensure_tables(settings: Settings) -> None:
    """Create every raw table and column that the contracts name and the database lacks.

    Tables of sources that were never loaded exist empty, so dbt can read them. Columns are
    never dropped or retyped here: that is a migration.
    """
    with connect("voc_loader", settings) as connection:
        # two first starts at once would trip over each other's DDL
        connection.execute("select pg_advisory_xact_lock(hashtext('ingestion.ensure_tables'))")
        for entity in ENTITIES:
            staging = sql.Identifier(STAGING_LAYOUT % entity.schema)
            connection.execute(sql.SQL("create schema if not exists {}").format(staging))
            connection.execute(_create_table(entity))
            present = {
                name
                for (name,) in connection.execute(
                    "select attname from pg_attribute "
                    "where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
                    (entity.table,),
                )
            }
            for name, sql_type in entity.columns.items():
                if name not in present:
                    connection.execute(
                        sql.SQL("alter table {} add column {} {}").format(
                            qualified(entity.table), sql.Identifier(name), sql.SQL(sql_type)
                        )
                    )
        connection.execute(_CALL_FILES)


# which call files were taken, in which state: a file that changed since is taken again
_CALL_FILES = """
create table if not exists raw_calls.call_files (
    file_name text primary key,
    size_bytes bigint not null,
    modified_at timestamptz not null,
    rows_read bigint not null,
    load_id text not null,
    taken_at timestamptz not null default now()
)
"""


def _create_table(entity: Entity) -> sql.Composed:
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(sql_type))
        for name, sql_type in entity.columns.items()
    ]
    return sql.SQL("create table if not exists {} ({}, primary key ({}))").format(
        qualified(entity.table),
        sql.SQL(", ").join(columns),
        sql.SQL(", ").join(map(sql.Identifier, entity.key)),
    )


def make_arrow_schema(entity: Entity) -> pyarrow.Schema:
    """Return the Arrow schema of an entity's rows; jsonb travels as text."""
    import pyarrow as pa

    arrow_types = {
        "text": pa.string(),
        "jsonb": pa.string(),
        "timestamptz": pa.timestamp("us", tz="UTC"),
        "date": pa.date32(),
        "numeric": pa.decimal128(NUMERIC_PRECISION, NUMERIC_SCALE),
        "integer": pa.int32(),
        "boolean": pa.bool_(),
    }
    return pa.schema([(name, arrow_types[sql_type]) for name, sql_type in entity.columns.items()])


def make_arrow_table(entity: Entity, rows: list[dict[str, Any]]) -> pyarrow.Table:
    """Return rows (all columns of the raw table) as one Arrow table."""
    import pyarrow as pa

    schema = make_arrow_schema(entity)
    columns = [
        pa.array([row[name] for row in rows], type=schema.field(name).type) for name in schema.names
    ]
    return pa.Table.from_arrays(columns, schema=schema)
