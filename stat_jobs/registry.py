"""Every statistic of the night, by name."""

from __future__ import annotations

from collections.abc import Callable

from stat_jobs import breakpoint_lift, emerging_topics, theme_trend
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

JOBS: dict[str, Callable[[Settings], dict[str, int]]] = {
    "theme_trend": theme_trend.run,
    "breakpoint_lift": breakpoint_lift.run,
    # once a week: the first night after a week is complete catches up what `voc_weekly_topics`
    # has not done
    "emerging_topics": emerging_topics.run_if_due,
}

RESULTS: tuple[ResultTable, ...] = (
    theme_trend.RESULT,
    breakpoint_lift.RESULT,
    *emerging_topics.TABLES,
)


def create_tables(settings: Settings) -> None:
    """Create every result table that is missing; marts can then be built before the first run."""
    with connect("voc_stats", settings) as connection:
        for result in RESULTS:
            result.create(connection)


def run_all(settings: Settings) -> dict[str, dict[str, int]]:
    """Run every statistic and return its counts, by name of the statistic."""
    create_tables(settings)
    return {name: job(settings) for name, job in JOBS.items()}
