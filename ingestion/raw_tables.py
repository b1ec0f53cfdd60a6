"""The raw tables as the contracts describe them: DDL for PostgreSQL, schemas for Arrow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from psycopg import sql

from ingestion import seen_pages, taken_files
from ingestion.contracts import ENTITIES, ORDERS, Entity
from warehouse.postgres import connect, qualified
from warehouse.settings import Settings

if TYPE_CHECKING:
    import pyarrow

# beside each raw schema, for copies on their way in; emptied after each load. One each, so that
# sources can be loaded at the same time
STAGING_LAYOUT = "%s_landing"
# dlt's own bound for unbounded decimals; PostgreSQL would take more, no rating or price needs it
NUMERIC_PRECISION, NUMERIC_SCALE = 38, 9
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


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
            connection.execute(_create_index(entity.table, "_loaded_at"))
        connection.execute(_create_index(ORDERS.table, "customer_id"))
        for statement in taken_files.create_statements():
            connection.execute(statement)
        connection.execute(seen_pages.DDL)


def _create_index(table: str, column: str) -> sql.Composed:
    """Return the DDL of an index by which dbt finds what a night changed."""
    name = f"{table.partition('.')[2]}_{column.strip('_')}"
    return sql.SQL("create index if not exists {} on {} ({})").format(
        sql.Identifier(name), qualified(table), sql.Identifier(column)
    )


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
    """Return rows (all columns of the raw table, moments in UTC) as one Arrow table."""
    import pyarrow as pa

    schema = make_arrow_schema(entity)
    columns = [_make_column([row[field.name] for row in rows], field.type) for field in schema]
    return pa.Table.from_arrays(columns, schema=schema)


def _make_column(values: list[Any], arrow_type: pyarrow.DataType) -> pyarrow.Array:
    import pyarrow as pa

    if not pa.types.is_timestamp(arrow_type):
        return pa.array(values, type=arrow_type)
    # pyarrow asks each moment for its zone, which takes it 15 times as long as all of this
    numbers = [None if moment is None else (moment - _EPOCH) // _MICROSECOND for moment in values]
    return pa.array(numbers, type=pa.int64()).view(arrow_type)
