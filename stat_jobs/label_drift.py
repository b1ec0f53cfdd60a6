"""Do the labels move, week by week, in a way that the weeks before do not explain?

    core.fct_opinion_unit, core.fct_feedback -> stats.label_drift

One row per complete week (Monday to Sunday), scope (all feedback, a channel, a language) and label:

    polarity     praise, neutral, blame or none, of opinion units
    touchpoint   of opinion units, or none
    topic        any or none, of opinion units: how much does the pack explain?
    confidence   bands of the confidence in the polarity, of opinion units
    relevance    of feedback: relevant, noise, empty

against the 26 weeks before. Weighed, so that near copies count as one voice; feedback about us
alone. How a move is judged: `stat_jobs.label_shift`; q-values by Benjamini and Hochberg (1995)
over all rows of the week.

    moved_strongly   q < 0.05 and PSI of 0.25 and more
    moved            q < 0.05 and PSI of 0.1 and more
    stable           else
    too_few          fewer than 30 counts in the week, fewer than 8 weeks to compare, or one value

A moved `confidence`, `topic` or `relevance` first asks whether the pipeline still reads the texts;
a moved `polarity` or `touchpoint` alone, whether customers changed. Labels of one pipeline version
are compared with each other: a new version labels history anew, and all weeks are judged again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg

from stat_jobs.emerging_topics import newest_complete_week
from stat_jobs.label_shift import Shift, measure_shift
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

REFERENCE_WEEKS = 26
FIRST_WEEKS = 13  # judged on the first run, so that there is a past to look at
SIGNIFICANCE = 0.05
MOVED_FROM = 0.1
STRONGLY_FROM = 0.25

RESULT = ResultTable(
    name="label_drift",
    comment="One row per week, scope and label: did the mix of its values move?",
    columns=(
        ("week", "date not null"),
        ("scope_kind", "text not null check (scope_kind in ('all', 'channel', 'language'))"),
        ("scope_slug", "text not null"),
        ("label", "text not null"),
        ("pipeline_version", "text not null"),
        ("week_weight", "double precision not null"),
        ("reference_weight", "double precision not null"),
        ("reference_weeks", "integer not null"),
        ("value_count", "integer"),
        ("psi", "double precision"),
        ("psi_by_chance", "double precision"),
        ("dispersion", "double precision"),
        ("statistic", "double precision"),
        ("p_value", "double precision"),
        ("q_value", "double precision"),
        ("moved_value", "text"),
        ("share_before", "double precision"),
        ("share_now", "double precision"),
        ("verdict", "text not null"),
    ),
    key=("week", "scope_kind", "scope_slug", "label"),
    method="G test with dispersion of weekly blocks (F), PSI, BH",
    method_version="1",
)

_COUNTS = """
    with units as (
        select
            date_trunc('week', units.occurred_date)::date as week,
            coalesce(feedback.channel_slug, 'unknown') as channel_slug,
            coalesce(feedback.language, 'und') as language,
            coalesce(units.dedup_weight, 1) as weight,
            values_of.label,
            values_of.value
        from core.fct_opinion_unit as units
        inner join core.fct_feedback as feedback on units.feedback_key = feedback.feedback_key
        cross join lateral (
            values
                ('polarity', coalesce(units.sentiment_label, 'none')),
                ('touchpoint', coalesce(units.touchpoint_slug, 'none')),
                ('topic', case when units.topic_slug is null then 'none' else 'any' end),
                (
                    'confidence',
                    case
                        when units.sentiment_confidence is null then 'none'
                        when units.sentiment_confidence < 0.6 then 'below 0.6'
                        when units.sentiment_confidence < 0.75 then '0.6 to 0.75'
                        when units.sentiment_confidence < 0.9 then '0.75 to 0.9'
                        else '0.9 and more'
                    end
                )
        ) as values_of (label, value)
        where
            units.subject_slug = 'us'
            and units.is_relevant
            and units.occurred_date between %(first)s and %(last)s
    ),

    feedback as (
        select
            date_trunc('week', occurred_date)::date as week,
            coalesce(channel_slug, 'unknown') as channel_slug,
            coalesce(language, 'und') as language,
            coalesce(dedup_weight, 1) as weight,
            'relevance' as label,
            case
                when is_relevant then 'relevant' when noise_reason = 'empty' then 'empty'
                else 'noise'
            end as value
        from core.fct_feedback
        where subject_slug = 'us' and occurred_date between %(first)s and %(last)s
    ),

    labelled as (
        select * from units
        union all
        select * from feedback
    )

    select scopes.scope_kind, scopes.scope_slug, label, value, week, sum(weight)
    from labelled
    cross join lateral (
        values ('all', 'all'), ('channel', channel_slug), ('language', language)
    ) as scopes (scope_kind, scope_slug)
    group by 1, 2, 3, 4, 5
    order by 1, 2, 3, 4, 5
"""
# counts of one scope and label: value -> week -> weight
Counts = Mapping[str, Mapping[date, float]]


def run(settings: Settings, week: date | None = None) -> dict[str, int]:
    """Judge one week (its Monday), else the newest complete one and, the first time, those before.

    A new pipeline version judges the past anew. Returns how many weeks were judged, rows written
    and labels that moved in the newest. Raises `ValueError` when `week` is no Monday.
    """
    if week is not None and week.weekday():
        raise ValueError(f"{week} is no Monday: a week is named by its Monday.")
    with connect("voc_stats", settings) as connection:
        RESULT.create(connection)
        newest = week or newest_complete_week(connection)
        version = _read_version(connection)
        if newest is None or version is None:
            return {"weeks": 0, "rows": 0, "moved": 0}
        is_known = _is_judged(connection, version)
        weeks = 1 if week is not None or is_known else FIRST_WEEKS
        mondays = [newest - timedelta(weeks=number) for number in range(weeks)]
        counts = _read_counts(connection, mondays[-1], newest)
        if not is_known:
            RESULT.replace(connection, [])
        judged = {monday: list(judge_week(monday, version, counts)) for monday in mondays}
        for monday, rows in judged.items():
            RESULT.replace_part(connection, ("week", monday), rows)
    return {
        "weeks": len(mondays),
        "rows": sum(map(len, judged.values())),
        "moved": sum(row[-1].startswith("moved") for row in judged[newest]),
    }


def run_if_due(settings: Settings) -> dict[str, int]:
    """Run unless the newest complete week was judged with these labels; counts as `run`."""
    with connect("voc_stats", settings) as connection:
        RESULT.create(connection)
        newest, version = newest_complete_week(connection), _read_version(connection)
        if newest is None or version is None or _is_judged(connection, version, newest):
            return {"weeks": 0, "rows": 0, "moved": 0}
    return run(settings)


def judge_week(
    monday: date, version: str, counts: Mapping[tuple[str, str, str], Counts]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one week: a row per scope and label that has any count in it."""
    from scipy.stats import false_discovery_control

    reference = [monday - timedelta(weeks=number) for number in range(REFERENCE_WEEKS, 0, -1)]
    measured: list[tuple[tuple[str, str, str], float, np.ndarray[Any, Any], Shift | None]] = []
    for key, values in counts.items():
        names = sorted(values)
        now = np.array([values[name].get(monday, 0.0) for name in names])
        before = np.array([[values[name].get(day, 0.0) for name in names] for day in reference])
        if now.sum():
            shift = measure_shift(names, now, before)
            measured.append((key, float(now.sum()), before.sum(axis=1), shift))
    tested = [shift.p_value for _, _, _, shift in measured if shift is not None]
    q_values = iter(false_discovery_control(tested).tolist() if tested else [])
    for key, week_weight, weights, shift in measured:
        size = (week_weight, float(weights.sum()), int((weights > 0).sum()))
        if shift is None:
            yield (monday, *key, version, *size, *[None] * 10, "too_few")
            continue
        q_value = next(q_values)
        yield (
            monday,
            *key,
            version,
            *size,
            shift.value_count,
            shift.psi,
            shift.psi_by_chance,
            shift.dispersion,
            shift.statistic,
            shift.p_value,
            q_value,
            shift.moved_value,
            shift.share_before,
            shift.share_now,
            name_verdict(shift.psi, q_value),
        )


def name_verdict(psi: float, q_value: float) -> str:
    """Return the word for a move of this size and proof."""
    if q_value >= SIGNIFICANCE or psi < MOVED_FROM:
        return "stable"
    return "moved_strongly" if psi >= STRONGLY_FROM else "moved"


def _read_counts(
    connection: psycopg.Connection[Any], first: date, last: date
) -> dict[tuple[str, str, str], Counts]:
    """Return weights by (scope kind, scope, label), value and week, reference weeks included."""
    rows: Sequence[tuple[Any, ...]] = connection.execute(
        _COUNTS,
        {
            "first": first - timedelta(weeks=REFERENCE_WEEKS),
            "last": last + timedelta(days=6),
        },
    ).fetchall()
    counts: dict[tuple[str, str, str], dict[str, dict[date, float]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for scope_kind, scope_slug, label, value, week, weight in rows:
        counts[scope_kind, scope_slug, label][value][week] = float(weight)
    return dict(counts)


def _read_version(connection: psycopg.Connection[Any]) -> str | None:
    """Return the pipeline version of most feedback; null when nothing is labelled."""
    row = connection.execute(
        "select mode() within group (order by pipeline_version) from core.fct_feedback"
        " where subject_slug = 'us'"
    ).fetchone()
    return row[0] if row else None


def _is_judged(connection: psycopg.Connection[Any], version: str, week: date | None = None) -> bool:
    """Was this week judged with labels of this version; without a week: was any?"""
    row = connection.execute(
        "select exists (select 1 from stats.label_drift"
        " where pipeline_version = %s and week = coalesce(%s, week))",
        (version, week),
    ).fetchone()
    return bool(row and row[0])
