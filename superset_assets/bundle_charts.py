"""Chart sources -> the chart files of the bundle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superset_assets.estimates import SMALL_BELOW
from superset_assets.identity import uuid_of
from superset_assets.query_contexts import write_query_context
from superset_assets.sources import Chart, Dashboard, Dataset, Sources

COLOR_SCHEME = "voc"
MAY_BE_EMPTY = "voc_may_be_empty"  # our own parameter; Superset keeps and ignores it


def chart_uuid(dashboard: Dashboard, chart_name: str) -> str:
    """The uuid of a chart; a chart belongs to one dashboard."""
    return uuid_of("charts", f"{dashboard.slug}/{chart_name}")


def compile_params(chart: Chart, dataset: Dataset, sources: Sources) -> dict[str, Any]:
    """Superset's parameters: what is settled per kind of chart, then the chart's own.

    The period filter of a dashboard reaches only charts with a TEMPORAL_RANGE filter of their
    own, and says nothing about the others. So it is added here to every chart whose table has a
    time column, and cannot be forgotten.
    """
    filters: list[dict[str, Any]] = []
    if dataset.time_column is not None:
        filters.append(
            {
                "clause": "WHERE",
                "expressionType": "SIMPLE",
                "subject": dataset.time_column,
                "operator": "TEMPORAL_RANGE",
                "comparator": "No filter",
            }
        )
    filters += [
        {"clause": "WHERE", "expressionType": "SQL", "sqlExpression": condition}
        for condition in chart.where
    ]
    params = {
        "viz_type": chart.viz_type,
        "color_scheme": COLOR_SCHEME,
        **sources.viz_types[chart.viz_type]["params"],
        **chart.params,
        "adhoc_filters": filters,
    }
    if formatting := list_formatting(chart, sources.palette["colors"]):
        params["conditional_formatting"] = formatting
    if chart.may_be_empty:
        params[MAY_BE_EMPTY] = True
    return params


def list_formatting(chart: Chart, colors: Mapping[str, str]) -> list[dict[str, Any]]:
    """The colour rules of a chart: a big number by meaning, table rows by sample or alarm."""
    number = chart.params.get("metric")
    rules: list[dict[str, Any]] = []
    if chart.color is not None:
        rules.append(_rule(number, "None", None, colors[chart.color]))
    if chart.alarm_above is not None:
        rules.append(_rule(number, ">", chart.alarm_above, colors["negative"]))
        rules.append(_rule(number, "≤", chart.alarm_above, colors["positive"]))
    for column, operator, bound, color in (
        (chart.grey_by, "<", SMALL_BELOW, colors["muted"]),
        (chart.red_by, "≠", 0, colors["negative"]),
    ):
        if column is not None:
            whole_row = {"columnFormatting": "ENTIRE_ROW", "objectFormatting": "TEXT_COLOR"}
            rules.append(_rule(column, operator, bound, color) | whole_row)
    return rules


def _rule(column: str | None, operator: str, bound: float | None, color: str) -> dict[str, Any]:
    return {
        "column": column,
        "operator": operator,
        "targetValue": bound,
        "colorScheme": color,
        "useGradient": False,
    }


def compile_chart(
    dashboard: Dashboard, chart: Chart, dataset: Dataset, sources: Sources
) -> dict[str, Any]:
    """The chart file of the bundle."""
    params = compile_params(chart, dataset, sources)
    return {
        "slice_name": chart.title.line,
        "description": chart.about.paragraph,
        "uuid": chart_uuid(dashboard, chart.name),
        "version": "1.0.0",
        "viz_type": chart.viz_type,
        "dataset_uuid": uuid_of("datasets", dataset.name),
        "is_managed_externally": True,
        "params": params,
        "query_context": write_query_context(chart.viz_type, params, dataset.time_column),
    }
