"""Every statistic of the night, by name."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from threadpoolctl import threadpool_limits

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
    schedule,
    surge,
    theme_cohort,
    theme_trend,
    unit_scores,
)
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

logger = logging.getLogger(__name__)

Counts = dict[str, int]
Job = Callable[[Settings], Counts]

# most of a statistic is PostgreSQL's work: the next one's arithmetic fits beside it
STATISTICS_AT_ONCE = 2

JOBS: dict[str, Job] = {
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

# over a year or more: once a week and month, see `stat_jobs.schedule`
WEEKLY: dict[str, ResultTable] = {
    "theme_trend": theme_trend.RESULT,
    "theme_cohort": theme_cohort.RESULT,
    "nps_drivers": nps_drivers.RESULT,
    "nps_bridge": nps_bridge.RESULT,
    "recovery_value": recovery_value.RESULT,
    "churn_hazard": churn_hazard.RESULT,
    "nps_transitions": nps_transitions.RESULT,
    "prevalence": prevalence.RESULT,
    "priority": priority.RESULT,
    "experience_index": experience_index.RESULT,
    "benchmark_index": benchmark_index.INDEX,
    "surge": surge.SURGE_JUDGED,
}

# what a weekly statistic still does in the nights between
NIGHTLY_PART: dict[str, Job] = {
    "experience_index": experience_index.run_recent,
    "surge": surge.run_recent,
}

# what a user may change besides: a weekly statistic is due when it reads otherwise
CONFIGURED: dict[str, Callable[[Settings], str]] = {
    "experience_index": experience_index.describe_weights,
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
    schedule.RESULT,
)


def create_tables(settings: Settings) -> None:
    """Create every result table that is missing; marts can then be built before the first run."""
    with connect("voc_stats", settings) as connection:
        for result in RESULTS:
            result.create(connection)


def run_all(
    settings: Settings, on_end: Callable[[str, float], None] | None = None
) -> dict[str, Counts]:
    """Run every statistic that is due, two at once; return its counts, by name of the statistic.

    None reads what another one writes. Where some fail, the others are run to their end; then the
    first failure, in the order of `JOBS`, is raised. `on_end` is told name and seconds of each.
    """
    create_tables(settings)
    with one_thread_of_algebra(), ThreadPoolExecutor(STATISTICS_AT_ONCE) as pool:
        running = {name: pool.submit(_run_timed, settings, name, on_end) for name in JOBS}
    return {name: future.result() for name, future in running.items()}


def run_if_due(settings: Settings, name: str) -> Counts:
    """Run one statistic, a weekly one unless it stands; return its counts."""
    if name not in WEEKLY:
        return JOBS[name](settings)
    version = WEEKLY[name].method_version
    if name in CONFIGURED:
        version = f"{version} {CONFIGURED[name](settings)}"
    with connect("voc_stats", settings) as connection:
        ground = schedule.read_ground(connection, version)
        is_due = schedule.is_due(connection, name, ground)
    if not is_due and name in NIGHTLY_PART:
        return NIGHTLY_PART[name](settings)
    if not is_due:
        logger.info("%s stands for this week and month: not run tonight", name)
        return {"standing": 1}
    counts = JOBS[name](settings)
    with connect("voc_stats", settings) as connection:
        schedule.note_run(connection, name, ground)
    return counts


def _run_timed(
    settings: Settings, name: str, on_end: Callable[[str, float], None] | None
) -> Counts:
    started = time.monotonic()
    try:
        counts = run_if_due(settings, name)
    except Exception:
        logger.exception("%s failed", name)
        raise
    seconds = time.monotonic() - started
    logger.info("%s: %.1f s, %s", name, seconds, counts)
    if on_end:
        on_end(name, seconds)
    return counts


@contextmanager
def one_thread_of_algebra() -> Iterator[None]:
    """Let linear algebra use one thread, in every statistic that runs meanwhile.

    Thousands of small matrices: threads that wait for each other cost more than they bring, many
    times more where other processes want the processors too.
    """
    import scipy.linalg  # noqa: F401  (brings linear algebra of its own, to be limited as well)

    with threadpool_limits(limits=1):
        yield
