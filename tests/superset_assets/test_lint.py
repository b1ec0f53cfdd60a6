"""The real sources are clean, and each kind of mistake is named."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from superset_assets.contract import PromisedColumn, PromisedTable
from superset_assets.lint import find_problems, find_sql_columns
from superset_assets.sources import Filter, Metric, Sources, Text

NAME = Text("名", "name")


def with_chart(sources: Sources, slug: str, name: str, **changes: Any) -> Sources:
    """The sources with one chart changed; `params` are merged."""
    dashboard = sources.dashboards[slug]
    chart = dashboard.charts[name]
    changes["params"] = {**chart.params, **changes.get("params", {})}
    charts = {**dashboard.charts, name: replace(chart, **changes)}
    return with_dashboard(sources, slug, charts=charts)


def with_dashboard(sources: Sources, slug: str, **changes: Any) -> Sources:
    dashboards = {**sources.dashboards, slug: replace(sources.dashboards[slug], **changes)}
    return replace(sources, dashboards=dashboards)


def with_metric(sources: Sources, table: str, metric: Metric) -> Sources:
    dataset = sources.datasets[table]
    changed = replace(dataset, metrics={**dataset.metrics, metric.name: metric})
    return replace(sources, datasets={**sources.datasets, table: changed})


def without_column(sources: Sources, table: str, column: str) -> Sources:
    dataset = sources.datasets[table]
    columns = {name: entry for name, entry in dataset.columns.items() if name != column}
    changed = replace(dataset, columns=columns)
    return replace(sources, datasets={**sources.datasets, table: changed})


def test_the_sources_are_clean(sources):
    assert find_problems(sources) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"viz_type": "pie_in_the_sky"}, "viz pie_in_the_sky is not in viz_types.yaml"),
        ({"dataset": "marts.mart_nowhere"}, "unknown dataset marts.mart_nowhere"),
        ({"title": Text("只有中文", "")}, "the title or what it is about lacks a language"),
        ({"params": {"x_axis": None}}, "parameter x_axis is missing"),
        ({"params": {"metrics": ["happiness"]}}, "no metric happiness"),
        ({"params": {"groupby": ["shoe_size"]}}, "no column shoe_size"),
        ({"params": {"x_axis_sort": "happiness"}}, "x_axis_sort: happiness is neither"),
        ({"where": ("shoe_size > 40",)}, "no column in where shoe_size"),
        ({"grey_by": "happiness"}, "no metric or column in its formatting happiness"),
        ({"color": "mauve"}, "the palette has no colour mauve"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_broken_chart_is_named(sources, changes, problem):
    problems = find_problems(with_chart(sources, "nps", "by_survey", **changes))

    assert any(problem in found for found in problems)
    assert all(found.startswith("nps: chart by_survey") for found in problems)


def test_a_table_must_show_the_n_of_its_estimates(sources):
    changed = with_chart(sources, "nps", "group_table", grey_by=None,
                         params={"metrics": ["nps"], "timeseries_limit_metric": "nps"})  # fmt: skip

    assert find_problems(changed) == [
        "nps: chart group_table: shows the estimate nps without its n, "
        "sum(case when not is_suppressed then response_count end)"
    ]


def test_one_label_twice_in_a_query_is_found(sources):
    metrics = ["nps_n", "promoter_share_n"]
    changed = with_chart(sources, "nps", "interval", params={"metrics": metrics})

    assert "nps: chart interval: the label 'n' stands 2 times" in find_problems(changed)


def test_the_layout_must_place_every_chart_once_and_fill_the_width(sources):
    rows = sources.dashboards["nps"].rows
    changed = with_dashboard(sources, "nps", rows=(replace(rows[0], cells=rows[0].cells[1:]),))

    problems = find_problems(changed)

    assert "nps: chart nps stands on the dashboard 0 times" in problems
    assert "nps: row 1 is 9 columns wide, not 12" in problems


def test_a_filter_must_name_a_column_and_reach_a_chart(sources):
    unknown = Filter("shoe", NAME, "shoe_size", "marts.mart_nps")
    useless = Filter("hours", NAME, "hours_behind", "health.source_freshness")

    problems = find_problems(with_dashboard(sources, "nps", filters=(unknown, useless)))

    assert problems == [
        "nps: filter shoe: unknown column marts.mart_nps.shoe_size",
        "nps: filter hours reaches no chart",
    ]


@pytest.mark.parametrize(
    ("expression", "problem"),
    [
        ("avg(response_count)", "averages stored figures"),
        ("sum(shoe_size)", "uses the unknown column shoe_size"),
    ],
)
def test_a_metric_recomputes_from_known_counts(sources, expression, problem):
    metric = Metric("odd", NAME, NAME, ",d", expression=expression)

    problems = find_problems(with_metric(sources, "marts.mart_nps", metric))

    assert len(problems) == 1
    assert problem in problems[0]


def test_a_column_that_dbt_does_not_promise_is_found(sources):
    contract = {
        dataset.table: PromisedTable(
            "", {name: PromisedColumn("TEXT", "") for name in dataset.columns}
        )
        for dataset in sources.datasets.values()
        if dataset.is_described_by_dbt
    }
    assert find_problems(sources, contract) == []

    del contract["mart_nps_region"].columns["region"]
    del contract["mart_nps_monthly"]

    assert find_problems(sources, contract) == [
        "marts.mart_nps_monthly: dbt has no model of this name with an enforced contract",
        "marts.mart_nps_region: column region is not in dbt's contract",
    ]


def test_a_chart_on_a_removed_column_is_found(sources):
    problems = find_problems(without_column(sources, "marts.mart_nps_region", "region"))

    assert "nps: filter region: unknown column marts.mart_nps_region.region" in problems
    assert "nps: chart by_region: no column region" in problems


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("sum(a + b_2)", {"a", "b_2"}),
        ("count(*) filter (where trend = 'rising')", {"trend"}),
        ("case when a then '▲ High' else 'Low' end", {"a"}),
        ("to_char(at_1 at time zone 'Asia/Shanghai', 'HH24:MI')", {"at_1"}),
        ("lpad(order_no::text, 2, '0') || ' ' || name", {"order_no", "name"}),
    ],
)
def test_sql_columns_are_told_from_functions_words_and_literals(sql, columns):
    assert find_sql_columns(sql) == columns
