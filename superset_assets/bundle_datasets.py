"""Dataset sources -> the dataset files of the bundle, and the names that charts may use."""

from __future__ import annotations

from typing import Any

from superset_assets.contract import Contract, PromisedColumn
from superset_assets.estimates import SMALL_BELOW, write_estimate
from superset_assets.identity import uuid_of
from superset_assets.sources import Dataset, Metric, Text

DATABASE_NAME = "voc"
FAINT = "_faint"  # suffix of the metric that holds points of small samples

_LOW = Text("95 % 下限", "low")
_HIGH = Text("95 % 上限", "high")


def expand_metric(metric: Metric) -> list[dict[str, Any]]:
    """Superset's metrics for one source metric.

    A plain expression stays one metric. An estimate becomes nine: the point, its interval for
    tables (`_low`, `_high`), both again under the suffixes by which a line chart draws a line in
    a band (`__yhat`, `__yhat_lower`, `__yhat_upper`), the point split by sample size (`_solid`,
    `_faint`) so that bars of small samples are grey, and its n (`_n`).
    """
    if metric.estimate is None:
        return [_metric(metric, metric.name, metric.label.line, metric.expression)]
    sql = write_estimate(*metric.estimate)
    label = metric.label.line
    return [
        _metric(metric, metric.name, label, sql.point),
        _metric(metric, f"{metric.name}_low", _LOW.line, sql.low),
        _metric(metric, f"{metric.name}_high", _HIGH.line, sql.high),
        _metric(metric, f"{metric.name}__yhat", f"{label}__yhat", sql.point),
        _metric(metric, f"{metric.name}__yhat_lower", f"{label}__yhat_lower", sql.low),
        _metric(metric, f"{metric.name}__yhat_upper", f"{label}__yhat_upper", sql.high),
        _metric(metric, f"{metric.name}_solid", f"{label} (n ≥ {SMALL_BELOW})", sql.solid),
        _metric(metric, f"{metric.name}{FAINT}", f"{label} (n < {SMALL_BELOW})", sql.faint),
        _metric(metric, f"{metric.name}_n", "n", sql.count) | {"d3format": ",d"},
    ]


def list_series(metric: Metric) -> list[tuple[str, str]]:
    """(name, label) of each of its metrics that a chart may draw as a series of its own."""
    return [(sql["metric_name"], sql["verbose_name"]) for sql in expand_metric(metric)]


def metric_names(dataset: Dataset) -> set[str]:
    """Every metric that a chart on this dataset may name."""
    return {
        expanded["metric_name"]
        for metric in dataset.metrics.values()
        for expanded in expand_metric(metric)
    }


def compile_dataset(dataset: Dataset, contract: Contract | None) -> dict[str, Any]:
    """The dataset file of the bundle.

    `contract` gives types and descriptions of the marts. Without it they are left out, which
    Superset accepts.
    """
    promised = (contract or {}).get(dataset.table) if dataset.is_described_by_dbt else None
    description = dataset.about.paragraph
    if promised and promised.description:
        description = f"{description}\n{promised.description}"
    columns = []
    for column in dataset.columns.values():
        stored = promised.columns.get(column.name) if promised else None
        columns.append(
            {
                "column_name": column.name,
                "verbose_name": column.label.line,
                "type": stored.data_type if stored else column.data_type,
                "description": _column_description(column.about, stored),
                "expression": column.expression,
                "is_dttm": column.name == dataset.time_column,
                "groupby": True,
                "filterable": True,
            }
        )
    return {
        "table_name": dataset.table,
        "schema": dataset.schema,
        "description": description,
        "main_dttm_col": dataset.time_column,
        "uuid": uuid_of("datasets", dataset.name),
        "database_uuid": uuid_of("databases", DATABASE_NAME),
        "version": "1.0.0",
        "is_managed_externally": True,
        "columns": columns,
        "metrics": [
            expanded for metric in dataset.metrics.values() for expanded in expand_metric(metric)
        ],
    }


def compile_database() -> dict[str, Any]:
    """The connection, as reader. `bootstrap` puts the real host in and hands the password over."""
    return {
        "database_name": DATABASE_NAME,
        "uuid": uuid_of("databases", DATABASE_NAME),
        "version": "1.0.0",
        "sqlalchemy_uri": "postgresql+psycopg2://voc_reader:XXXXXXXXXX@127.0.0.1:5432/voc",
        "expose_in_sqllab": True,
        "allow_ctas": False,
        "allow_cvas": False,
        "allow_dml": False,
        "allow_csv_upload": False,  # left out would mean true
        "allow_run_async": False,
        "extra": {
            "allows_virtual_table_explore": True,
            "engine_params": {"pool_pre_ping": True},
        },
    }


def _metric(metric: Metric, name: str, label: str, expression: str | None) -> dict[str, Any]:
    return {
        "metric_name": name,
        "verbose_name": label,
        "expression": expression,
        "description": metric.about.paragraph,
        "d3format": metric.number_format,
    }


def _column_description(about: Text | None, promised: PromisedColumn | None) -> str | None:
    if about is not None:
        return about.paragraph
    return promised.description if promised and promised.description else None
