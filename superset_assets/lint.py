"""What Superset's importer accepts in silence and a reader would meet as a broken chart."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from superset_assets.bundle_dashboards import GRID_COLUMNS, reaches
from superset_assets.bundle_datasets import expand_metric, metric_names
from superset_assets.contract import Contract
from superset_assets.estimates import ARITY, write_estimate
from superset_assets.sources import Chart, Column, Dashboard, Dataset, Filter, Metric, Sources

# the parameters of Superset that name metrics and columns
_METRIC_PARAMS = ("metric", "metrics", "x", "y", "size", "timeseries_limit_metric")
_COLUMN_PARAMS = ("groupby", "all_columns", "x_axis", "source", "target", "series",
                  "entity")  # fmt: skip

_SORTS = frozenset(("name", "sum", "avg", "min", "max"))

_LITERAL = re.compile(r"'[^']*'")
_WORD = re.compile(r"\b[a-z_][a-z0-9_]*\b(?!\s*\()")
_SQL_WORDS = frozenset(
    ("and", "as", "at", "case", "distinct", "double", "else", "end", "epoch", "false", "filter",
     "from", "in", "is", "not", "null", "or", "precision", "text", "then", "time", "true", "when",
     "where", "zone")
)  # fmt: skip


def find_problems(sources: Sources, contract: Contract | None = None) -> list[str]:
    """Every problem as one readable line; an empty list means that the sources are good."""
    return [
        *(
            f"{dataset.name}: {problem}"
            for dataset in sources.datasets.values()
            for problem in _check_dataset(dataset, sources, contract)
        ),
        *(
            f"{dashboard.slug}: {problem}"
            for dashboard in sources.dashboards.values()
            for problem in _check_dashboard(dashboard, sources)
        ),
    ]


def find_sql_columns(sql: str) -> set[str]:
    """The column names in a small SQL expression: words that are neither functions nor keywords."""
    return set(_WORD.findall(_LITERAL.sub("", sql.lower()))) - _SQL_WORDS


def _check_dataset(dataset: Dataset, sources: Sources, contract: Contract | None) -> Iterator[str]:
    stored = {name for name, column in dataset.columns.items() if column.expression is None}
    if dataset.time_column is not None and dataset.time_column not in dataset.columns:
        yield f"time_column {dataset.time_column} is not among its columns"
    for column in dataset.columns.values():
        yield from _check_column(column, dataset, stored)
        yield from _check_colors(column.name, column.colors.values(), sources)
    for metric in dataset.metrics.values():
        yield from _check_metric(metric, dataset, stored)
        yield from _check_colors(metric.name, [metric.color] if metric.color else [], sources)
    if contract is not None and dataset.is_described_by_dbt:
        if dataset.table not in contract:
            yield "dbt has no model of this name with an enforced contract"
            return
        for name in sorted(stored - contract[dataset.table].columns.keys()):
            yield f"column {name} is not in dbt's contract"


def _check_column(column: Column, dataset: Dataset, stored: set[str]) -> Iterator[str]:
    for missing in sorted(find_sql_columns(column.expression or "") - stored):
        yield f"derived column {column.name} uses the unknown column {missing}"
    if not dataset.is_described_by_dbt and (column.about is None or column.data_type is None):
        yield f"column {column.name} needs type and about: dbt does not describe this table"
    if dataset.is_described_by_dbt and column.expression is None and column.about is not None:
        yield f"column {column.name} is described here and in dbt; keep dbt's description"


def _check_metric(metric: Metric, dataset: Dataset, stored: set[str]) -> Iterator[str]:
    if metric.estimate is not None and len(metric.estimate[1]) != ARITY[metric.estimate[0]]:
        yield f"metric {metric.name}: {metric.estimate[0]} takes {ARITY[metric.estimate[0]]}"
        return
    for missing in sorted(find_sql_columns(expand_metric(metric)[0]["expression"]) - stored):
        yield f"metric {metric.name} uses the unknown column {missing}"
    if dataset.is_described_by_dbt and "avg(" in (metric.expression or "").lower():
        yield f"metric {metric.name} averages stored figures; recompute it from counts"


def _check_colors(owner: str, colors: Iterable[str], sources: Sources) -> Iterator[str]:
    for color in colors:
        if color not in sources.palette["colors"]:
            yield f"{owner}: the palette has no colour {color}"


def _check_dashboard(dashboard: Dashboard, sources: Sources) -> Iterator[str]:
    yield from _check_layout(dashboard)
    for chart in dashboard.charts.values():
        if chart.dataset not in sources.datasets:
            yield f"chart {chart.name}: unknown dataset {chart.dataset}"
            continue
        for problem in _check_chart(chart, sources.datasets[chart.dataset], sources):
            yield f"chart {chart.name}: {problem}"
    for native in dashboard.filters:
        yield from _check_filter(native, dashboard, sources)


def _check_layout(dashboard: Dashboard) -> Iterator[str]:
    placed = Counter(cell.chart for row in dashboard.rows for cell in row.cells if cell.chart)
    for name in dashboard.charts:
        if placed[name] != 1:
            yield f"chart {name} stands on the dashboard {placed[name]} times"
    for name in sorted(placed.keys() - dashboard.charts.keys()):
        yield f"the layout names the unknown chart {name}"
    for number, row in enumerate(dashboard.rows, start=1):
        width = sum(cell.width for cell in row.cells)
        if width != GRID_COLUMNS:
            yield f"row {number} is {width} columns wide, not {GRID_COLUMNS}"
        if any((cell.chart is None) == (cell.markdown is None) for cell in row.cells):
            yield f"row {number}: a cell holds either a chart or a text"


def _check_filter(native: Filter, dashboard: Dashboard, sources: Sources) -> Iterator[str]:
    dataset = sources.datasets.get(native.dataset or "")
    if native.column is not None and (dataset is None or native.column not in dataset.columns):
        yield f"filter {native.name}: unknown column {native.dataset}.{native.column}"
        return
    known = [name for name, chart in dashboard.charts.items() if chart.dataset in sources.datasets]
    if not any(reaches(native, name, dashboard, sources) for name in known):
        yield f"filter {native.name} reaches no chart"


def _check_chart(chart: Chart, dataset: Dataset, sources: Sources) -> Iterator[str]:
    if chart.viz_type not in sources.viz_types:
        yield f"viz {chart.viz_type} is not in viz_types.yaml"
        return
    if not all((chart.title.zh, chart.title.en, chart.about.zh, chart.about.en)):
        yield "the title or what it is about lacks a language"
    for name in sources.viz_types[chart.viz_type]["required"]:
        if chart.params.get(name) in (None, "", []):
            yield f"parameter {name} is missing"
    yield from _check_names(chart, dataset)
    yield from _check_colors("color", [chart.color] if chart.color else [], sources)
    yield from _check_labels(chart, dataset)
    if chart.viz_type == "table":
        yield from _check_table_shows_n(chart, dataset)


def _check_names(chart: Chart, dataset: Dataset) -> Iterator[str]:
    metrics, columns = metric_names(dataset), set(dataset.columns)
    rules = {name for name in (chart.grey_by, chart.red_by) if name is not None}
    sort = chart.params.get("x_axis_sort", "name")
    if sort not in _SORTS | _named_by(chart.params, ("metrics",)):
        yield f"x_axis_sort: {sort} is neither a shown metric nor one of {sorted(_SORTS)}"
    where = {name for condition in chart.where for name in find_sql_columns(condition)}
    for place, named, known in (
        ("metric", _named_by(chart.params, _METRIC_PARAMS), metrics),
        ("column", _named_by(chart.params, _COLUMN_PARAMS), columns),
        ("column in where", where, columns),
        ("metric or column in its formatting", rules | _formatted(chart.params), metrics | columns),
    ):
        for name in sorted(named - known):
            yield f"no {place} {name}"


def _check_labels(chart: Chart, dataset: Dataset) -> Iterator[str]:
    """Superset refuses a query in which two columns or metrics have the same label."""
    labels = {name: column.label.line for name, column in dataset.columns.items()}
    for metric in dataset.metrics.values():
        labels |= {sql["metric_name"]: sql["verbose_name"] for sql in expand_metric(metric)}
    keys = ("groupby", "all_columns", "metrics")
    shown = [name for key in keys for name in _names(chart.params.get(key)) if name in labels]
    for label, count in Counter(labels[name] for name in shown).items():
        if count > 1:
            yield f"the label {label!r} stands {count} times"


def _check_table_shows_n(chart: Chart, dataset: Dataset) -> Iterator[str]:
    shown = set(_names(chart.params.get("metrics")))
    sql_shown = {
        expanded["expression"]
        for metric in dataset.metrics.values()
        for expanded in expand_metric(metric)
        if expanded["metric_name"] in shown
    }
    for metric in dataset.metrics.values():
        uses = {expanded["metric_name"] for expanded in expand_metric(metric)} & shown
        if metric.estimate is not None and uses:
            count = write_estimate(*metric.estimate).count
            if count not in sql_shown:
                yield f"shows the estimate {metric.name} without its n, {count}"


def _named_by(params: Mapping[str, Any], keys: Iterable[str]) -> set[str]:
    return {name for key in keys for name in _names(params.get(key))}


def _formatted(params: Mapping[str, Any]) -> set[str]:
    ordered = {json.loads(entry)[0] for entry in params.get("order_by_cols", [])}
    return ordered | set(params.get("column_config", {}))


def _names(value: Any) -> list[str]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
