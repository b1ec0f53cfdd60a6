"""Which statistics wait for a new week, and whether they are due.

    core.fct_feedback, core.model_progress, nlp.pipelines -> stats.weekly_run

In a large warehouse a fit over a year and more of answers, orders or months does not move with one
night in three hundred, yet it costs more than the rest of the night. From `LARGE_FROM` pieces of
feedback on it runs in the first night whose newest feedback lies in a new week or a new month, by
the data's own clock; besides when the feedback grew or shrank by `MOVED_SHARE` (an import), when
its method or the labels' pipeline is another one, and when the facts were built in full since.
Until then its rows stand as they are: `computed_at` says since when. Below that size everything
runs every night.

When it runs it reads everything, so it catches up what came late in between: the result of a night
in which it is due is that of a first run over the same facts.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, NamedTuple

import psycopg

from stat_jobs.results import ResultTable

LARGE_FROM = 100_000
MOVED_SHARE = 0.01

RESULT = ResultTable(
    name="weekly_run",
    comment="One row per statistic that runs once a week: for which week, on whose labels?",
    columns=(
        ("statistic", "text not null"),
        ("week", "date not null"),
        ("month", "date not null"),
        ("statistic_version", "text not null"),
        ("pipeline_version", "text not null"),
        ("feedback_count", "integer not null"),
    ),
    key=("statistic",),
    method="first night whose newest feedback lies in a new week or month",
    method_version="1",
)


class Ground(NamedTuple):
    """What a run rests on: the columns of `stats.weekly_run` after `statistic`."""

    week: date
    month: date
    statistic_version: str
    pipeline_version: str
    feedback_count: int


def read_ground(connection: psycopg.Connection[Any], version: str) -> Ground | None:
    """Return what a run of this method version would rest on now; None without any feedback."""
    row = connection.execute(
        """
        select max(occurred_date), count(*), (
            select coalesce(max(pipeline_version), '') from nlp.pipelines where is_current
        )
        from core.fct_feedback
        where subject_slug = 'us' and is_relevant
        """
    ).fetchone()
    if row is None or row[0] is None:
        return None
    newest, count, pipeline = row
    monday = newest - timedelta(days=newest.weekday())
    return Ground(monday, newest.replace(day=1), version, pipeline, count)


def is_due(connection: psycopg.Connection[Any], statistic: str, ground: Ground | None) -> bool:
    """Is the warehouse small, or has the statistic not run on this ground since a full build?"""
    if ground is None or ground.feedback_count < LARGE_FROM:
        return True
    row = connection.execute(
        "select week, month, statistic_version, pipeline_version, feedback_count, computed_at "
        "from stats.weekly_run where statistic = %s",
        (statistic,),
    ).fetchone()
    if row is None:
        return True
    ran, computed_at = Ground(*row[:5]), row[5]
    moved = abs(ground.feedback_count - ran.feedback_count)
    if ran[:4] != ground[:4] or moved > MOVED_SHARE * ran.feedback_count:
        return True
    built = _read_full_build(connection)
    return built is not None and built > computed_at


def note_run(connection: psycopg.Connection[Any], statistic: str, ground: Ground | None) -> None:
    """Note that the statistic has run on this ground; without any feedback it stays due."""
    RESULT.replace_part(
        connection, ("statistic", statistic), [(statistic, *ground)] if ground else []
    )


def _read_full_build(connection: psycopg.Connection[Any]) -> Any:
    """Return when a fact of core was last built in full; None where nobody notes it."""
    noted = connection.execute("select to_regclass('core.model_progress')").fetchone()
    if noted is None or noted[0] is None:
        return None
    row = connection.execute(
        "select max(taken_until) from core.model_progress where input_slug = 'built_in_full'"
    ).fetchone()
    return row[0] if row else None
