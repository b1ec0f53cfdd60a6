"""Do two departments meet in one complaint more often than by chance?

    core.fct_breakpoint, core.fct_opinion_unit -> stats.breakpoint_lift

Over the last 12 months, among the N feedback that speak of departments in at least two opinion
units (only there can two departments meet):

    lift = P(A and B) / (P(A) P(B)) = n_AB N / (n_A n_B)

A: department A is complained about or its promise is told; A and B: the feedback is a breakpoint
between them, in whatever direction. 1 is chance, 2 is twice as often as chance. Near copies of
one text count as one feedback in every n (each weighs `dedup_weight`): copies are no further
evidence, so the sum of the weights is the number of independent texts.

Interval: 95 %, normal on log(lift), with the delta-method variance of a multinomial sample
    ((p_11 (1/p_11 - 1/p_1. - 1/p_.1)^2 + p_10 / p_1.^2 + p_01 / p_.1^2) - 1) / N.
Test: Fisher's exact test, one-sided (more often than chance), corrected over all pairs by
Benjamini and Hochberg. A row (direction and kind) is significant when its pair is, q < 0.05 with
lift above 1, and at least 5 feedback stand behind the row itself.

Limits: lift says "together more often than chance", not which caused which; the direction comes
from the words. Pairs with fewer than 5 feedback are not tested and have no row. The interval
leans on n_AB: below about 10 it is rough.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MIN_FEEDBACK = 5
SIGNIFICANCE = 0.05
Z_95 = 1.959964
ROUNDING = 1e-6  # sums of weights, added in another order
DIGITS = 9  # of a sum of weights; those behind them depend on the order of adding up

RESULT = ResultTable(
    name="breakpoint_lift",
    comment="One row per directed department pair and kind: does the pair meet beyond chance?",
    columns=(
        ("from_department_slug", "text not null"),
        ("to_department_slug", "text not null"),
        ("breakpoint_kind", "text not null"),
        ("feedback_count", "integer not null"),
        ("customer_count", "integer not null"),
        ("pair_feedback_count", "integer not null"),
        ("from_feedback_count", "integer not null"),
        ("to_feedback_count", "integer not null"),
        ("total_feedback", "integer not null"),
        ("lift", "double precision not null"),
        ("lift_low", "double precision not null"),
        ("lift_high", "double precision not null"),
        ("p_value", "double precision not null"),
        ("q_value", "double precision not null"),
        ("is_significant", "boolean not null"),
    ),
    key=("from_department_slug", "to_department_slug", "breakpoint_kind"),
    method="lift with log-normal interval, Fisher exact, Benjamini-Hochberg",
    method_version="2",
)

Pair = tuple[str, str]  # two departments in alphabetical order

_PERIOD = "(select * from core.dim_reporting_period where period_slug = 'last_12_months')"

# one row per feedback and department, with the feedback's units on any department; one pass over
# the units, since a join with itself is planned badly on tables without statistics. One row of each
# feedback is its first, which the feedback itself is counted by
_SPOKEN = f"""
    select
        units.feedback_key,
        units.department_slug,
        max(units.dedup_weight) as weight,
        bool_or(
            units.sentiment_label = 'negative' or units.promise_role in ('breach', 'promise')
        ) as is_involved,
        sum(count(*)) over feedback as feedback_units,
        max(max(units.dedup_weight)) over feedback as feedback_weight,
        row_number() over feedback = 1 as is_first
    from core.fct_opinion_unit as units
    inner join {_PERIOD} as period
        on units.occurred_date between period.first_month and period.last_date
    where units.subject_slug = 'us' and units.is_relevant and units.department_slug is not null
    group by units.feedback_key, units.department_slug
    window feedback as (partition by units.feedback_key)
"""


@dataclass(frozen=True)
class Meetings:
    """How often departments are involved, alone and in pairs, among `total` feedback.

    All are sums of `dedup_weight`: the number of feedback, near copies counted as one.
    """

    total: float
    departments: Mapping[str, float]
    pairs: Mapping[Pair, float]


@dataclass(frozen=True)
class Lift:
    """Lift of one pair with its 95 % interval and one-sided p-value."""

    lift: float
    low: float
    high: float
    p_value: float


def run(settings: Settings) -> dict[str, int]:
    """Test every pair and replace `stats.breakpoint_lift`; return rows written and pairs."""
    with connect("voc_stats", settings) as connection:
        meetings = read_meetings(connection)
        rows = list(judge_rows(read_rows(connection), meetings))
        RESULT.replace(connection, rows)
    return {
        "pairs": len(meetings.pairs),
        "rows": len(rows),
        "significant": sum(row[-1] for row in rows),
    }


def read_meetings(connection: psycopg.Connection[Any]) -> Meetings:
    """Weigh involved departments and pairs in the last 12 months."""
    spoken = connection.execute(
        f"""
        select
            department_slug,
            sum(weight) filter (where is_involved),
            sum(feedback_weight) filter (where is_first)
        from ({_SPOKEN}) as spoken
        where feedback_units >= 2
        group by department_slug
        order by department_slug
        """
    ).fetchall()
    pairs = connection.execute(
        f"""
        select
            least(from_department_slug, to_department_slug),
            greatest(from_department_slug, to_department_slug),
            sum(dedup_weight)
        from core.fct_breakpoint as breakpoints
        inner join {_PERIOD} as period
            on breakpoints.occurred_date between period.first_month and period.last_date
        group by 1, 2
        """
    ).fetchall()
    return Meetings(
        total=settle(sum(weight or 0 for _, _, weight in spoken)),
        departments={
            department: settle(weight) for department, weight, _ in spoken if weight is not None
        },
        pairs={(first, second): settle(weight) for first, second, weight in pairs},
    )


def settle(weight: float) -> float:
    """A sum of weights without the digits that depend on the order in which rows came.

    The server adds up in the order in which it finds the rows, which a night changes; the same
    feedback has to give the same figures.
    """
    return round(float(weight), DIGITS)


def read_rows(connection: psycopg.Connection[Any]) -> list[tuple[str, str, str, int, int]]:
    """Return (from, to, kind, feedback, customers) of the last 12 months, in order."""
    return connection.execute(
        f"""
        select
            from_department_slug, to_department_slug, breakpoint_kind, count(*),
            count(distinct coalesce(customer_key, author_key, feedback_key))
        from core.fct_breakpoint as breakpoints
        inner join {_PERIOD} as period
            on breakpoints.occurred_date between period.first_month and period.last_date
        group by 1, 2, 3
        order by 1, 2, 3
        """
    ).fetchall()


def judge_rows(
    rows: list[tuple[str, str, str, int, int]], meetings: Meetings
) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per (from, to, kind) whose pair can be tested."""
    judged = judge_pairs(meetings)
    for from_slug, to_slug, kind, feedback_count, customer_count in rows:
        pair = (min(from_slug, to_slug), max(from_slug, to_slug))
        if pair not in judged:
            continue
        lift, q_value = judged[pair]
        yield (
            from_slug,
            to_slug,
            kind,
            feedback_count,
            customer_count,
            round(meetings.pairs[pair]),
            round(meetings.departments[from_slug]),
            round(meetings.departments[to_slug]),
            round(meetings.total),
            lift.lift,
            lift.low,
            lift.high,
            lift.p_value,
            q_value,
            q_value < SIGNIFICANCE and lift.lift > 1 and feedback_count >= MIN_FEEDBACK,
        )


def judge_pairs(meetings: Meetings) -> dict[Pair, tuple[Lift, float]]:
    """Return lift and q-value of every pair that meets in at least `MIN_FEEDBACK` texts."""
    from statsmodels.stats.multitest import multipletests

    lifts = {
        pair: measure_lift(
            count, meetings.departments[pair[0]], meetings.departments[pair[1]], meetings.total
        )
        for pair, count in sorted(meetings.pairs.items())
        if count >= MIN_FEEDBACK
    }
    if not lifts:
        return {}
    _, q_values, _, _ = multipletests([lift.p_value for lift in lifts.values()], method="fdr_bh")
    return {
        pair: (lift, float(q_value))
        for (pair, lift), q_value in zip(lifts.items(), q_values, strict=True)
    }


def measure_lift(both: float, first: float, second: float, total: float) -> Lift:
    """Measure the lift of two events that occur `first` and `second` times, `both` together.

    Counts may be sums of weights; the exact test rounds them. Raises `ValueError` for counts that
    cannot be (more together than alone, more than the total).
    """
    from scipy.stats import fisher_exact

    if not 0 < both <= min(first, second) + ROUNDING or first + second - both > total + ROUNDING:
        raise ValueError(f"impossible counts: {both=} {first=} {second=} {total=}")
    lift = both * total / (first * second)
    share, first_share, second_share = both / total, first / total, second / total
    variance = (
        share * (1 / share - 1 / first_share - 1 / second_share) ** 2
        + (first_share - share) / first_share**2
        + (second_share - share) / second_share**2
        - 1
    ) / total
    reach = math.exp(Z_95 * math.sqrt(max(variance, 0.0)))
    cells = (both, first - both, second - both, total - first - second + both)
    together, one, other, neither = (max(round(cell), 0) for cell in cells)
    p_value = float(fisher_exact([[together, one], [other, neither]], alternative="greater").pvalue)
    return Lift(lift, lift / reach, lift * reach, min(p_value, 1.0))
