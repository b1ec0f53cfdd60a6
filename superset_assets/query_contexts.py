"""Chart parameters -> the query that Superset saves beside a chart.

The browser builds its own query from the parameters. The saved one serves everybody without a
browser: the chart check, cache warm-up, alerts and reports. Without it Superset answers
"no query context saved".
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

_FLATTEN: dict[str, Any] = {"operation": "flatten"}


def write_query_context(viz_type: str, params: Mapping[str, Any], time_column: str | None) -> str:
    """The query context as the JSON text that Superset stores.

    Raises ValueError for a viz_type that no builder here knows.
    """
    return json.dumps(
        {
            "datasource": {"id": 0, "type": "table"},  # the importer puts the real id in
            "force": False,
            "queries": [write_query(viz_type, params, time_column)],
            "form_data": dict(params),
            "result_format": "json",
            "result_type": "full",
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def write_query(
    viz_type: str, params: Mapping[str, Any], time_column: str | None
) -> dict[str, Any]:
    """The query of one chart; every kind in use needs exactly one."""
    metrics = _as_list(params.get("metrics") or params.get("metric"))
    groupby = _as_list(params.get("groupby"))
    query = _base_query(params)

    if viz_type.startswith("echarts_"):
        _fill_series(query, params, metrics, groupby, time_column)
    elif viz_type == "big_number":
        query["columns"] = [_axis(params["x_axis"], params.get("time_grain_sqla"))]
        query["metrics"] = metrics
        query["post_processing"] = [_pivot(params["x_axis"], [], metrics), _FLATTEN]
    elif viz_type == "big_number_total":
        query["metrics"] = metrics
    elif viz_type == "heatmap_v2":
        grain = params.get("time_grain_sqla") if params["x_axis"] == time_column else None
        query["columns"] = [_axis(params["x_axis"], grain), *groupby]
        query["metrics"] = metrics
        query["post_processing"] = [{"operation": "rank", "options": {"metric": metrics[0]}}]
    elif viz_type == "sankey_v2":
        query["columns"] = [params["source"], params["target"]]
        query["metrics"] = metrics
    elif viz_type == "bubble_v2":
        query["columns"] = [params["entity"], *_as_list(params.get("series"))]
        query["metrics"] = [params["x"], params["y"], params["size"]]
    elif viz_type == "word_cloud":
        query["columns"] = [params["series"]]
        query["metrics"] = metrics
        query["orderby"] = [[metrics[0], False]]
    elif viz_type == "table":
        _fill_table(query, params, metrics, groupby)
    else:
        raise ValueError(f"no query builder for viz_type {viz_type}")
    return query


def _base_query(params: Mapping[str, Any]) -> dict[str, Any]:
    filters = params["adhoc_filters"]
    simple = [
        {"col": entry["subject"], "op": entry["operator"], "val": entry["comparator"]}
        for entry in filters
        if entry["expressionType"] == "SIMPLE"
    ]
    where = [f"({entry['sqlExpression']})" for entry in filters if entry["expressionType"] == "SQL"]
    extras: dict[str, Any] = {"where": " AND ".join(where), "having": ""}
    if params.get("time_grain_sqla"):
        extras["time_grain_sqla"] = params["time_grain_sqla"]
    return {
        "filters": simple,
        "extras": extras,
        "columns": [],
        "metrics": [],
        "annotation_layers": [],
        "row_limit": params.get("row_limit", 10000),
        "series_limit": 0,
        "order_desc": True,
        "url_params": {},
        "custom_params": {},
        "custom_form_data": {},
        "post_processing": [],
    }


def _fill_series(
    query: dict[str, Any],
    params: Mapping[str, Any],
    metrics: list[str],
    groupby: list[str],
    time_column: str | None,
) -> None:
    """One series per metric (and group) over the x axis: lines, bars, areas."""
    x_axis = params["x_axis"]
    grain = params.get("time_grain_sqla") if x_axis == time_column else None
    steps = [_pivot(x_axis, groupby, metrics)]
    if groupby and len(metrics) == 1:
        # series are then named by the group alone
        rename = {"columns": {metrics[0]: None}, "level": 0, "inplace": True}
        steps.append({"operation": "rename", "options": rename})
    if params.get("contributionMode"):
        orientation = {"orientation": params["contributionMode"]}
        steps.append({"operation": "contribution", "options": orientation})
    if params.get("x_axis_sort") in metrics and not groupby:
        order = {"by": params["x_axis_sort"], "ascending": params.get("x_axis_sort_asc", True)}
        steps.append({"operation": "sort", "options": order})
    query.update(
        columns=[_axis(x_axis, grain), *groupby],
        metrics=metrics,
        series_columns=groupby,
        orderby=[[metrics[0], False]],
        post_processing=[*steps, _FLATTEN],
    )


def _fill_table(
    query: dict[str, Any], params: Mapping[str, Any], metrics: list[str], groupby: list[str]
) -> None:
    if params["query_mode"] == "raw":
        query["columns"] = params["all_columns"]
        query["metrics"] = None
        query["orderby"] = [json.loads(entry) for entry in params.get("order_by_cols", [])]
        return
    sorting = _as_list(params.get("timeseries_limit_metric")) or metrics[:1]
    query["columns"] = groupby
    query["metrics"] = metrics
    query["orderby"] = [[metric, not params.get("order_desc", True)] for metric in sorting]


def _axis(column: str, grain: str | None) -> dict[str, Any]:
    axis = {
        "columnType": "BASE_AXIS",
        "sqlExpression": column,
        "label": column,
        "expressionType": "SQL",
        "isColumnReference": True,
    }
    return {"timeGrain": grain, **axis} if grain else axis


def _pivot(x_axis: str, columns: list[str], metrics: list[str]) -> dict[str, Any]:
    return {
        "operation": "pivot",
        "options": {
            "index": [x_axis],
            "columns": columns,
            "aggregates": {metric: {"operator": "mean"} for metric in metrics},
            "drop_missing_columns": False,
        },
    }


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
