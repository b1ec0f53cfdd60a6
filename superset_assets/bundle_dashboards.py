"""Dashboard sources -> the dashboard files of the bundle: positions, filters, colours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from superset_assets.bundle_charts import COLOR_SCHEME, chart_uuid
from superset_assets.bundle_datasets import FAINT, list_series
from superset_assets.identity import uuid_of
from superset_assets.sources import Cell, Dashboard, Filter, Sources

GRID_COLUMNS = 12

_ABOVE_ROWS = ["ROOT_ID", "GRID_ID"]


def compile_dashboard(dashboard: Dashboard, sources: Sources) -> dict[str, Any]:
    """The dashboard file of the bundle.

    Chart ids here are placeholders 1, 2, ... in reading order; the importer puts the real ones in.
    """
    chart_ids = {
        name: number
        for number, name in enumerate(
            (cell.chart for row in dashboard.rows for cell in row.cells if cell.chart), start=1
        )
    }
    return {
        "dashboard_title": dashboard.title.line,
        "slug": dashboard.slug,
        "description": dashboard.about.paragraph,
        "uuid": uuid_of("dashboards", dashboard.slug),
        "version": "1.0.0",
        "published": True,
        "is_managed_externally": True,
        "css": sources.palette["css"],
        "position": _lay_out(dashboard, chart_ids),
        "metadata": {
            "color_scheme": COLOR_SCHEME,
            "label_colors": list_label_colors(dashboard, sources),
            "cross_filters_enabled": True,
            "filter_bar_orientation": "HORIZONTAL",
            "refresh_frequency": 0,
            "timed_refresh_immune_slices": [],
            "expanded_slices": {},
            "native_filter_configuration": [
                _filter(dashboard, native, sources, chart_ids) for native in dashboard.filters
            ],
        },
    }


def list_label_colors(dashboard: Dashboard, sources: Sources) -> dict[str, str]:
    """Colour by series name: the same meaning has the same colour on every chart.

    Some kinds of chart look a metric up by its name and some by its label, so both are given.
    """
    palette: Mapping[str, str] = sources.palette["colors"]
    colors: dict[str, str] = {}
    for name in sorted({chart.dataset for chart in dashboard.charts.values()}):
        dataset = sources.datasets[name]
        for metric in dataset.metrics.values():
            for name, label in list_series(metric):
                color = "small_sample" if name.endswith(FAINT) else metric.color
                if color is not None:
                    colors |= {name: palette[color], label: palette[color]}
        for column in dataset.columns.values():
            colors.update({value: palette[color] for value, color in column.colors.items()})
    return dict(sorted(colors.items()))


def _lay_out(dashboard: Dashboard, chart_ids: Mapping[str, int]) -> dict[str, Any]:
    position: dict[str, Any] = {
        "DASHBOARD_VERSION_KEY": "v2",
        "ROOT_ID": {"type": "ROOT", "id": "ROOT_ID", "children": ["GRID_ID"]},
        "HEADER_ID": {
            "type": "HEADER",
            "id": "HEADER_ID",
            "meta": {"text": dashboard.title.line},
        },
    }
    on_grid: list[str] = []
    for number, row in enumerate(dashboard.rows, start=1):
        if row.heading is not None:
            heading_id = f"HEADER-{number}"
            on_grid.append(heading_id)
            position[heading_id] = {
                "type": "HEADER",
                "id": heading_id,
                "children": [],
                "parents": _ABOVE_ROWS,
                "meta": {
                    "text": row.heading.line,
                    "headerSize": "SMALL_HEADER",
                    "background": "BACKGROUND_TRANSPARENT",
                },
            }
        row_id = f"ROW-{number}"
        on_grid.append(row_id)
        cells = [
            _cell(
                dashboard, cell, f"{number}-{index}", row.height, [*_ABOVE_ROWS, row_id], chart_ids
            )
            for index, cell in enumerate(row.cells, start=1)
        ]
        position[row_id] = {
            "type": "ROW",
            "id": row_id,
            "children": [cell["id"] for cell in cells],
            "parents": _ABOVE_ROWS,
            "meta": {"background": "BACKGROUND_TRANSPARENT"},
        }
        position.update({cell["id"]: cell for cell in cells})
    position["GRID_ID"] = {
        "type": "GRID",
        "id": "GRID_ID",
        "children": on_grid,
        "parents": ["ROOT_ID"],
    }
    return position


def _cell(
    dashboard: Dashboard,
    cell: Cell,
    place: str,
    height: int,
    parents: list[str],
    chart_ids: Mapping[str, int],
) -> dict[str, Any]:
    size = {"width": cell.width, "height": height}
    if cell.markdown is not None:
        code = f"{cell.markdown.zh}\n\n{cell.markdown.en}"
        return {
            "type": "MARKDOWN",
            "id": f"MARKDOWN-{place}",
            "children": [],
            "parents": parents,
            "meta": {**size, "code": code},
        }
    assert cell.chart is not None  # lint: a cell holds a chart or a text
    return {
        "type": "CHART",
        "id": f"CHART-{cell.chart}",
        "children": [],
        "parents": parents,
        "meta": {
            **size,
            "chartId": chart_ids[cell.chart],
            "uuid": chart_uuid(dashboard, cell.chart),
            "sliceName": dashboard.charts[cell.chart].title.line,
        },
    }


def reaches(native: Filter, chart_name: str, dashboard: Dashboard, sources: Sources) -> bool:
    """Whether a filter can act on a chart: its table has the column, or a time column."""
    dataset = sources.datasets[dashboard.charts[chart_name].dataset]
    if native.column is None:
        return dataset.time_column is not None
    return native.column in dataset.columns


def _filter(
    dashboard: Dashboard, native: Filter, sources: Sources, chart_ids: Mapping[str, int]
) -> dict[str, Any]:
    targets: list[dict[str, Any]] = [{}]
    if native.column is not None and native.dataset is not None:
        uuid = uuid_of("datasets", native.dataset)
        targets = [{"datasetUuid": uuid, "column": {"name": native.column}}]
    excluded = [
        number
        for name, number in chart_ids.items()
        if not reaches(native, name, dashboard, sources)
    ]
    return {
        "id": f"NATIVE_FILTER-{native.name}",
        "type": "NATIVE_FILTER",
        "filterType": "filter_time" if native.column is None else "filter_select",
        "name": native.label.line,
        "description": "",
        "targets": targets,
        "scope": {"rootPath": ["ROOT_ID"], "excluded": excluded},
        "cascadeParentIds": [],
        "controlValues": {"enableEmptyFilter": False, "multiSelect": True},
        "defaultDataMask": {"extraFormData": {}, "filterState": {}, "ownState": {}},
    }
