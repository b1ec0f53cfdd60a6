"""Every statistic of the night, by name."""

from __future__ import annotations

from collections.abc import Callable

from stat_jobs import (
    benchmark_index,
    breakpoint_evidence,
    breakpoint_lift,
    churn_hazard,
    emerging_topics,
    experience_index,
    keyword_odds,
    label_drift,
    next_issue,
    nps_bridge,
    nps_drivers,
    nps_transitions,
    prevalence,
    priority,
    recovery_value,
    surge,
    theme_cohort,
    theme_trend,
    unit_scores,
)
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

JOBS: dict[str, Callable[[Settings], dict[str, int]]] = {
    "theme_trend": theme_trend.run,
    "theme_cohort": theme_cohort.run,
    "breakpoint_lift": breakpoint_lift.run,
    "breakpoint_evidence": breakpoint_evidence.run,
    "nps_drivers": nps_drivers.run,
    "nps_bridge": nps_bridge.run,
    "recovery_value": recovery_value.run,
    "churn_hazard": churn_hazard.run,
    "nps_transitions": nps_transitions.run,
    "next_issue": next_issue.run,
    "prevalence": prevalence.run,
    "priority": priority.run,
    "experience_index": experience_index.run,
    "benchmark_index": benchmark_index.run,
    "surge": surge.run,
    "unit_scores": unit_scores.run,
    # once a week: the first night after a week is complete catches up what `voc_weekly_topics`
    # has not done
    "emerging_topics": emerging_topics.run_if_due,
    "keyword_odds": keyword_odds.run_if_due,
    "label_drift": label_drift.run_if_due,
}

RESULTS: tuple[ResultTable, ...] = (
    theme_trend.RESULT,
    theme_cohort.RESULT,
    breakpoint_lift.RESULT,
    breakpoint_evidence.RESULT,
    nps_drivers.RESULT,
    nps_bridge.RESULT,
    recovery_value.RESULT,
    churn_hazard.RESULT,
    nps_transitions.RESULT,
    *next_issue.TABLES,
    prevalence.RESULT,
    priority.RESULT,
    experience_index.RESULT,
    *benchmark_index.TABLES,
    *surge.TABLES,
    unit_scores.RESULT,
    *emerging_topics.TABLES,
    *keyword_odds.TABLES,
    label_drift.RESULT,
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
