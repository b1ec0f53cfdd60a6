"""What share of the feedback speaks of a topic, once the errors of the labels are taken out?

    core.fct_feedback, core.fct_opinion_unit, reference.topic_error_rates -> stats.topic_prevalence

Observed share: feedback that speaks of the topic (measure `mention`) or complains of it
(`complaint`) / all relevant feedback about us in which something is said, near copies as one.
Three scopes: each quarter, all channels; each channel, last 12 months; the last 12 months whole.
A row per topic that was observed there. Corrected share and its interval:
`stat_jobs.label_errors`; `is_misstated` when that interval leaves out the observed share; null with
a reason where the labels cannot be corrected:

    corrected         by the rates of the topic, or of the level that `rates_level` names
    labels_too_weak   on the gold set they cannot be told from guessing
    gold_too_thin     too few gold documents, and topics too unlike each other to borrow from
    no_rates          the gold set was not labelled by this pipeline (other pack or version)

Checked in the tests: a published example, coverage of the interval over a simulated company.
Limits: those of `stat_jobs.label_errors`; weights of near copies count as if they were voices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg

from stat_jobs.label_errors import (
    CORRECTED,
    TopicRates,
    correct,
    correction_interval,
    read_rates,
)
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MEASURES = ("complaint", "mention")
ALL_CHANNELS = "all"

RESULT = ResultTable(
    name="topic_prevalence",
    comment="One row per scope, measure and topic: its share, and that without errors of labels.",
    columns=(
        ("scope_slug", "text not null check (scope_slug in ('quarter', 'channel', 'year'))"),
        ("period_start", "date not null"),
        ("channel_slug", "text not null"),
        ("measure_slug", "text not null"),
        ("topic_slug", "text not null"),
        ("feedback_count", "integer not null"),
        ("topic_feedback_count", "integer not null"),
        ("observed_share", "double precision not null"),
        ("corrected_share", "double precision"),
        ("corrected_low", "double precision"),
        ("corrected_high", "double precision"),
        ("is_misstated", "boolean"),
        ("correction", "text not null"),
        ("rates_level", "text"),
        ("true_positive_rate", "double precision"),
        ("false_positive_rate", "double precision"),
        ("gold_documents", "double precision"),
    ),
    key=("scope_slug", "period_start", "channel_slug", "measure_slug", "topic_slug"),
    method="Rogan-Gladen, rates of the gold set, Lang-Reiczigel interval",
    method_version="1",
)

# counted once by the finest cells, then added up to the scopes: the history is read in one pass
_COUNTS = """
    with feedback as (
        select
            feedback.feedback_key, feedback.channel_slug, feedback.dedup_weight,
            date_trunc('quarter', feedback.occurred_date)::date as quarter,
            period.first_month,
            feedback.occurred_date between period.first_month and period.last_date as is_recent
        from core.fct_feedback as feedback
        inner join core.dim_reporting_period as period on period.period_slug = 'last_12_months'
        where feedback.subject_slug = 'us' and feedback.is_relevant and feedback.unit_count > 0
    ),
    said as (
        select feedback_key, topic_slug, bool_or(sentiment_label = 'negative') as is_complaint
        from core.fct_opinion_unit
        where subject_slug = 'us' and is_relevant and topic_slug is not null
        group by 1, 2
    ),
    cells as (
        select quarter, is_recent, first_month, channel_slug, '' as measure_slug,
            '' as topic_slug, count(*) as feedback_count, sum(dedup_weight) as weight
        from feedback
        group by 1, 2, 3, 4
        union all
        select quarter, is_recent, first_month, channel_slug,
            case when said.is_complaint then 'complaint' else 'other' end, said.topic_slug,
            count(*), sum(dedup_weight)
        from feedback
        inner join said using (feedback_key)
        group by 1, 2, 3, 4, 5, 6
    ),
    scoped as (
        select 'quarter' as scope_slug, quarter as period_start, 'all' as channel_slug,
            measure_slug, topic_slug, feedback_count, weight
        from cells
        union all
        select 'year', first_month, 'all', measure_slug, topic_slug, feedback_count, weight
        from cells
        where is_recent
        union all
        select 'channel', first_month, channel_slug, measure_slug, topic_slug, feedback_count,
            weight
        from cells
        where is_recent and channel_slug is not null
    ),
    voices as (
        select scope_slug, period_start, channel_slug, sum(feedback_count)::integer as
            feedback_count, sum(weight) as weight
        from scoped
        where measure_slug = ''
        group by 1, 2, 3
    ),
    topics as (
        select scope_slug, period_start, channel_slug, measures.measure_slug, topic_slug,
            sum(feedback_count)::integer as topic_feedback_count, sum(weight) as topic_weight
        from scoped
        -- a complaint is a mention, too
        inner join (values ('mention', 'complaint'), ('mention', 'other'),
            ('complaint', 'complaint')) as measures (measure_slug, counted)
            on scoped.measure_slug = measures.counted
        group by 1, 2, 3, 4, 5
    )
    select scope_slug, period_start, channel_slug, measure_slug, topic_slug, feedback_count,
        topic_feedback_count, weight, topic_weight
    from topics
    inner join voices using (scope_slug, period_start, channel_slug)
    order by 1, 2, 3, 4, 5
"""


@dataclass(frozen=True)
class Cell:
    """Feedback of a scope, and that of it which names a topic; weights count near copies as one."""

    scope: str
    period_start: date
    channel: str
    measure: str
    topic: str
    feedback: int
    topic_feedback: int
    weight: float
    topic_weight: float


def run(settings: Settings) -> dict[str, int]:
    """Replace `stats.topic_prevalence`; return rows and how many of them could be corrected."""
    with connect("voc_stats", settings) as connection:
        cells = read_cells(connection)
        rates = {measure: read_rates(connection, measure) for measure in MEASURES}
        rows = list(measure_prevalence(cells, rates))
        RESULT.replace(connection, rows)
    return {"rows": len(rows), "corrected": sum(row[12] == CORRECTED for row in rows)}


def read_cells(connection: psycopg.Connection[Any]) -> list[Cell]:
    """Return every scope, measure and topic that was observed in it, in this order."""
    return [Cell(*row) for row in connection.execute(_COUNTS)]


def measure_prevalence(
    cells: Sequence[Cell], rates: Mapping[str, Mapping[str, TopicRates]]
) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per cell; `rates` by measure and topic."""
    for cell in cells:
        share = min(cell.topic_weight / cell.weight, 1.0)
        found = rates.get(cell.measure, {}).get(cell.topic)
        yield (
            cell.scope,
            cell.period_start,
            cell.channel,
            cell.measure,
            cell.topic,
            cell.feedback,
            cell.topic_feedback,
            share,
            *correct_cell(share, cell.weight, found),
        )


def correct_cell(share: float, weight: float, found: TopicRates | None) -> tuple[Any, ...]:
    """Return the last nine columns of `RESULT` for a share of `weight` voices."""
    if found is None:
        return None, None, None, None, "no_rates", None, None, None, None
    rates = found.own
    behind = (rates.level, rates.tpr, rates.fpr, rates.tpr_documents)
    if found.verdict != CORRECTED:
        return None, None, None, None, found.verdict, *behind
    low, high = correction_interval(share, weight, rates)
    return correct(share, rates), low, high, not low <= share <= high, CORRECTED, *behind
