"""The data health dashboard shows columns that the health views really have."""

from __future__ import annotations

import pytest

TYPES = {  # PostgreSQL's own names for the types that the sources write
    "BIGINT": {"bigint", "numeric"},
    "BOOLEAN": {"boolean"},
    "DATE": {"date"},
    "DOUBLE PRECISION": {"double precision"},
    "INTEGER": {"integer"},
    "TEXT": {"text"},
    "TIMESTAMP WITH TIME ZONE": {"timestamp with time zone"},
}


@pytest.fixture(scope="module")
def health_columns(database):
    from warehouse.postgres import connect

    with connect("voc_reader", database) as connection:
        rows = connection.execute(
            "select table_name, column_name, data_type from information_schema.columns"
            " where table_schema = 'health'"
        ).fetchall()
    return {(table, column): data_type for table, column, data_type in rows}


def test_health_datasets_show_existing_columns_of_the_stated_type(health_columns, sources):
    datasets = [dataset for dataset in sources.datasets.values() if dataset.schema == "health"]
    assert len(datasets) == 8
    for dataset in datasets:
        for name, column in dataset.columns.items():
            if column.expression is None:
                assert health_columns[(dataset.table, name)] in TYPES[column.data_type], name
