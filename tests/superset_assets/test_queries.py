"""Every chart on a mart asks a question that PostgreSQL can answer over the promised columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from superset_assets.bundle_datasets import expand_metric
from superset_assets.sources import Chart, Dataset, read_sources
from warehouse.postgres import connect

SOURCES = read_sources()
CHARTS = [
    pytest.param(chart, id=f"{dashboard.slug}-{chart.name}")
    for dashboard in SOURCES.dashboards.values()
    for chart in dashboard.charts.values()
    if SOURCES.datasets[chart.dataset].is_described_by_dbt
]
_DIMENSIONS = ("x_axis", "groupby", "entity", "series", "source", "target", "all_columns")
_METRICS = ("metric", "metrics", "x", "y", "size", "timeseries_limit_metric")


@pytest.fixture(scope="module")
def marts(database, contract) -> Iterator[psycopg.Connection]:
    """A connection on which each mart of the sources is an empty table."""
    with connect("voc_admin", database) as connection:
        for dataset in SOURCES.datasets.values():
            if dataset.is_described_by_dbt:
                promised = contract[dataset.table].columns
                columns = ", ".join(f"{name} {entry.data_type}" for name, entry in promised.items())
                connection.execute(f"create temporary table {dataset.table} ({columns})")
        yield connection


def write_select(chart: Chart, dataset: Dataset) -> str:
    """The chart's query in plain SQL, with its derived columns and metrics written out."""
    metrics = {
        sql["metric_name"]: sql["expression"]
        for metric in dataset.metrics.values()
        for sql in expand_metric(metric)
    }
    dimensions = [
        dataset.columns[name].expression or name for name in named(chart.params, _DIMENSIONS)
    ]
    measures = [metrics[name] for name in named(chart.params, _METRICS)]
    shown = ", ".join(f"({sql})" for sql in [*dimensions, *measures])
    where = " and ".join(f"({condition})" for condition in chart.where) or "true"
    groups = ", ".join(str(place) for place in range(1, len(dimensions) + 1))
    grouping = f" group by {groups}" if dimensions and measures else ""
    return f"select {shown} from {dataset.table} where {where}{grouping}"


def named(params: Any, keys: tuple[str, ...]) -> list[str]:
    values = [params.get(key) or [] for key in keys]
    return [name for value in values for name in ([value] if isinstance(value, str) else value)]


@pytest.mark.parametrize("chart", CHARTS)
def test_the_query_of_a_chart_is_valid_sql(chart, marts):
    marts.execute(write_select(chart, SOURCES.datasets[chart.dataset]))


def test_an_unknown_column_would_be_found(marts):
    with marts.transaction(force_rollback=True), pytest.raises(psycopg.errors.UndefinedColumn):
        marts.execute("select shoe_size from mart_nps")


@pytest.mark.parametrize(
    "table", ["mart_customer_360", "mart_silence_risk", "mart_proactive_service"]
)
def test_no_chart_can_list_a_customer(table):
    dataset = SOURCES.datasets[f"marts.{table}"]
    charts = [
        chart
        for dashboard in SOURCES.dashboards.values()
        for chart in dashboard.charts.values()
        if chart.dataset == dataset.name
    ]

    assert not {name for name in dataset.columns if name.endswith(("_key", "_id"))}
    assert charts
    assert all(chart.params.get("query_mode") != "raw" for chart in charts)


def test_every_dataset_of_a_mart_is_on_a_chart():
    shown = {
        chart.dataset
        for dashboard in SOURCES.dashboards.values()
        for chart in dashboard.charts.values()
    }

    assert SOURCES.datasets.keys() == shown
