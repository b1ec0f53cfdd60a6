"""In which state was each customer, and at which touchpoints did they complain within 30 days?

    core.fct_order, core.fct_opinion_unit, core.fct_case, core.dim_customer -> Watched, State

States and windows: see `stat_jobs.next_issue`. Of events on one day a complaint counts before a
resolved case, and that before an order; of a feedback's complaints the strongest. The history is
that of at most `MAX_CUSTOMERS` customers or so, chosen by their key, so always the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import psycopg

WINDOW_DAYS = 30
MEMORY_DAYS = 90
MAX_CUSTOMERS = 50_000

_CLOCK = """
    clock as (
        select max(occurred_date) as today
        from core.fct_feedback
        where subject_slug = 'us' and is_relevant
    )
"""
# `chosen` tells which events, before they are sorted: a condition on customer_key and {day}
_EVENTS = """
    complaints as (
        select distinct on (feedback_key, touchpoint_slug)
            feedback_key, customer_key, occurred_date, touchpoint_slug,
            coalesce(intensity, 0) as intensity, unit_seq
        from core.fct_opinion_unit
        where subject_slug = 'us' and is_relevant and customer_key is not null
            and touchpoint_slug is not null and sentiment_label = 'negative'
            and {chosen_by_occurred_date}
        order by feedback_key, touchpoint_slug, intensity desc nulls last, unit_seq
    ),
    events as (
        select customer_key, ordered_date as event_date, 'order' as event, 3 as place,
            '' as record_key
        from core.fct_order
        where customer_key is not null and not is_cancelled and {chosen_by_ordered_date}
        union all
        select customer_key, {resolved_date}, 'resolved', 2, case_id
        from core.fct_case
        where customer_key is not null and resolved_at is not null
            and {chosen_by_resolved_date}
        union all
        (
            select distinct on (feedback_key)
                customer_key, occurred_date, 'complaint:' || touchpoint_slug, 1, feedback_key
            from complaints
            order by feedback_key, intensity desc, unit_seq
        )
    )
"""
_RESOLVED_DATE = "(resolved_at at time zone 'Asia/Shanghai')::date"
_SHARE = "share as (select count(*) / %(most)s + 1 as step from core.dim_customer)"
_IN_SHARE = "mod(abs(hashtext(customer_key)::bigint), (select step from share)) = 0"
_IN_MEMORY = "{day} between (select today - %(memory)s from clock) and (select today from clock)"
_BUCKET = """
    case
        when {days} <= 7 then '0-7'
        when {days} <= 30 then '8-30'
        else '31-90'
    end
"""


def _events(chosen: str) -> str:
    """Return the part of a query that reads the events for which the condition holds."""
    return _EVENTS.format(
        resolved_date=_RESOLVED_DATE,
        chosen_by_occurred_date=chosen.format(day="occurred_date"),
        chosen_by_ordered_date=chosen.format(day="ordered_date"),
        chosen_by_resolved_date=chosen.format(day=_RESOLVED_DATE),
    )


@dataclass(frozen=True)
class Watched:
    """Customers in one state at the start of window `number` (1 is the newest).

    `complaints`: how many of them complained at each touchpoint within the window.
    """

    number: int
    event: str
    bucket: str
    watched: int
    complaints: dict[str, int] = field(default_factory=dict)

    @property
    def cell(self) -> tuple[str, str]:
        """The state: the last event and how long ago it was."""
        return self.event, self.bucket


@dataclass(frozen=True)
class State:
    """A customer's state on the day of the newest feedback."""

    customer_key: str
    event: str
    event_date: date
    days_since: int
    bucket: str

    @property
    def cell(self) -> tuple[str, str]:
        """The last event and how long ago it was."""
        return self.event, self.bucket


def read_watched(connection: psycopg.Connection[Any]) -> list[Watched]:
    """Return the watched customers of all whole windows, by window and state."""
    found: dict[tuple[int, str, str], Watched] = {}
    for number, event, bucket, touchpoint, count in connection.execute(
        f"""
        with {_CLOCK}, {_SHARE}, {_events(_IN_SHARE)},
        starts as (
            select customer_key, event_date, event, place, record_key, number,
                clock.today - %(window)s * number as start_date
            from events
            cross join clock
            -- the windows in which an event of this day is young enough to be a state
            cross join lateral generate_series(
                greatest(
                    ceil((clock.today - event_date - %(memory)s)::numeric / %(window)s), 1
                )::integer,
                floor((clock.today - event_date)::numeric / %(window)s)::integer
            ) as number
        ),
        states as (
            select distinct on (customer_key, number)
                customer_key, number, start_date, event,
                {_BUCKET.format(days="start_date - event_date")} as bucket
            from starts
            order by customer_key, number, event_date desc, place, record_key
        ),
        -- the oldest windows have no memory before them
        whole as (
            select states.* from states
            where start_date >= (select min(occurred_date) + %(memory)s from complaints)
        ),
        met as (
            select distinct whole.number, whole.event, whole.bucket, whole.customer_key,
                complaints.touchpoint_slug
            from whole
            inner join complaints on whole.customer_key = complaints.customer_key
                and complaints.occurred_date > whole.start_date
                and complaints.occurred_date <= whole.start_date + %(window)s
        )
        select number, event, bucket, null as touchpoint_slug, count(*)::integer
        from whole
        group by number, event, bucket
        union all
        select number, event, bucket, touchpoint_slug, count(*)::integer
        from met
        group by number, event, bucket, touchpoint_slug
        order by 1, 2, 3, 4 nulls first
        """,
        {"window": WINDOW_DAYS, "memory": MEMORY_DAYS, "most": MAX_CUSTOMERS},
    ):
        if touchpoint is None:
            found[number, event, bucket] = Watched(number, event, bucket, count)
        else:
            found[number, event, bucket].complaints[touchpoint] = count
    return list(found.values())


def read_states(connection: psycopg.Connection[Any]) -> list[State]:
    """Return the state of every customer who has one today, in order of the keys."""
    return [
        State(*row)
        for row in connection.execute(
            f"""
            with {_CLOCK}, {_events(_IN_MEMORY)}
            select distinct on (customer_key)
                customer_key, event, event_date, clock.today - event_date,
                {_BUCKET.format(days="clock.today - event_date")}
            from events
            cross join clock
            order by customer_key, event_date desc, place, record_key
            """,
            {"memory": MEMORY_DAYS},
        )
    ]
