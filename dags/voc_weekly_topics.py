"""
### voc_weekly_topics

Once a week: which subjects do customers raise that the industry pack has no topic for? Looks at
the last complete week, an hour before `voc_nightly` publishes what was found
(`marts.mart_emerging_topics`, dashboard 战略趋势 Strategy trends).

Beside it: did the mix of the labels move against the 26 weeks before (`stats.label_drift`, shown
by `voc status`)? A moved confidence or share without a topic asks for a look at the pipeline
(`voc evaluate`, new words in the pack); a moved polarity or touchpoint alone, at the customers.

A candidate is adopted by editing the pack: `voc topics show ID` prints the lines to paste into
`config/taxonomies/<pack>.yml`. The next night labels anew and shows the candidate as adopted.

May be re-run at any time: a week's candidates are replaced, their ids stay. Another week: trigger
with its Monday as `week`.

**Triage:** the log of the failed task ends with the cause. `no Monday`: the parameter names
a day inside a week. Anything about the database: `voc doctor`. A week that was missed is caught up
by the next `voc_nightly`.
"""

from __future__ import annotations

from datetime import date, timedelta

from airflow.sdk import Param, dag, get_current_context, task
from airflow.timetables.trigger import CronTriggerTimetable

from dags.defaults import DAG_DEFAULTS
from dags.tags import Tag
from warehouse.settings import load_settings


@task
def find_emerging_topics() -> dict[str, int]:
    """Cluster the week's units that fit no topic; return how many candidates stand."""
    from stat_jobs import emerging_topics

    week = get_current_context()["params"].get("week")
    return emerging_topics.run(load_settings(), date.fromisoformat(week) if week else None)


@task
def measure_label_drift() -> dict[str, int]:
    """Compare the week's mix of labels with the weeks before; return how many moved."""
    from stat_jobs import label_drift

    week = get_current_context()["params"].get("week")
    return label_drift.run(load_settings(), date.fromisoformat(week) if week else None)


@dag(
    schedule=CronTriggerTimetable(
        "0 1 * * 1", timezone="Asia/Shanghai", run_immediately=timedelta(0)
    ),
    tags=[Tag.WEEKLY, Tag.TIER_2],
    params={
        "week": Param(
            None,
            type=["null", "string"],
            format="date",
            description="Monday of the week to look at; empty: the newest complete one.",
        )
    },
    doc_md=__doc__,
    **DAG_DEFAULTS,
)
def voc_weekly_topics() -> None:
    """Two tasks side by side: the week's candidates, and the drift of its labels."""
    find_emerging_topics()
    measure_label_drift()


voc_weekly_topics()
