"""The raw tables as the contracts describe them: DDL for PostgreSQL, schemas for Arrow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
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


def ensure_tables(settings: Settings) -> None:
    """Create every raw table and column that the contracts name and the database lacks.

    Tables of sources that were never loaded exist empty, so dbt can read them. Columns are
    never dropped or retyped here: that is a migration.
    """
    with connect("voc_loader", settings) as connection:
        # two first starts at once would trip over each other's DDL
        connection.execute("select pg_advisory_xact_lock(hashtext('ingestion.ensure_tables'))")
        for entity in ENTITIES:
            staging = STAGING_LAYOUT % entity.schema
            connection.execute(
                sql.SQL("create schema if not exists {}").format(sql.Identifier(staging))
            )
            connection.execute(_create_table(entity))
            connection.execute(_create_landing_table(entity, staging))
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


def _create_landing_table(entity: Entity, schema: str) -> sql.Composed:
    """Return the DDL of the table for copies on their way in: no key, nothing to recover."""
    columns = [
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(sql_type))
        for name, sql_type in entity.columns.items()
    ]
    return sql.SQL("create unlogged table if not exists {} ({})").format(
        sql.Identifier(schema, entity.name), sql.SQL(", ").join(columns)
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


def make_arrow_table(
    entity: Entity, columns: Mapping[str, list[Any]], constants: Mapping[str, Any]
) -> pyarrow.Table:
    """Return columns (moments in UTC) and constants, all of the raw table, as one Arrow table."""
    import pyarrow as pa

    schema = make_arrow_schema(entity)
    count = len(next(iter(columns.values())))
    arrays = [
        pa.repeat(pa.scalar(constants[name], kind), count)
        if name in constants
        else _make_column(columns[name], kind)
        for name, kind in zip(schema.names, schema.types, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def write_csv(
    path: Path, schema: pyarrow.Schema, tables: Iterator[pyarrow.Table], enough_rows: int
) -> int:
    """Write tables as one file with a header, until it has enough rows; return how many it has."""
    import pyarrow.csv as pa_csv

    count = 0
    with pa_csv.CSVWriter(path, schema) as writer:
        for table in tables:
            writer.write_table(table)
            count += table.num_rows
            if count >= enough_rows:
                break
    return count


def _make_column(values: list[Any], arrow_type: pyarrow.DataType) -> pyarrow.Array:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_timestamp(arrow_type):
        return pa.array(values, type=arrow_type)
    # pyarrow asks each moment for its zone, which takes it 15 times as long as all of this
    seconds = pa.array(
        [None if moment is None else moment.timestamp() for moment in values], pa.float64()
    )
    # a float holds the microseconds of any year that a contract lets through
    return pc.round(pc.multiply(seconds, 1e6)).cast(pa.int64()).view(arrow_type)
