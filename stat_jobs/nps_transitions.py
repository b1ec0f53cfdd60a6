"""What became of detractors whose complaint was solved, beside those who had no such luck?

    core.fct_survey_response, core.fct_case -> stats.nps_transition

Two answers of a customer that follow each other within 365 days make a pair; of each customer and
first group (detractor, passive, promoter) the newest pair whose second answer lies in the last 12
months counts. Treated: a case of the customer, opened at most 30 days before the first answer or
after it, was resolved between the two answers. All others are untreated, with or without an open
case. Untreated detractors move up too, as whoever is at the bottom can only rise: that is what the
treated are held against.

Shares: Wilson's 95 % interval. Difference treated less untreated: hybrid score interval (Newcombe
1998, Statistics in Medicine 17, method 10). Adjusted difference: like persons compared
(`stat_jobs.doubly_robust`), controls first score, days between the answers, tenure, spend and
orders until the first answer; null below 30 in either group.

Limits: staff choose which cases to solve first, and customers choose to answer twice. Solved cases
of the milder kind would flatter the treated; the adjusted figure repairs what the controls know.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from stat_jobs.doubly_robust import measure_effect
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

GROUPS = ("detractor", "passive", "promoter")
MAX_DAYS = 365
OPENED_BEFORE_DAYS = 30

RESULT = ResultTable(
    name="nps_transition",
    comment="One row per first and second NPS group: how many moved, solved beside untreated.",
    columns=(
        ("from_group", "text not null"),
        ("to_group", "text not null"),
        ("solved_from", "integer not null"),
        ("solved_to", "integer not null"),
        ("untreated_from", "integer not null"),
        ("untreated_to", "integer not null"),
        ("open_case_from", "integer not null"),
        ("solved_share", "double precision"),
        ("solved_low", "double precision"),
        ("solved_high", "double precision"),
        ("untreated_share", "double precision"),
        ("untreated_low", "double precision"),
        ("untreated_high", "double precision"),
        ("difference", "double precision"),
        ("difference_low", "double precision"),
        ("difference_high", "double precision"),
        ("adjusted", "double precision"),
        ("adjusted_low", "double precision"),
        ("adjusted_high", "double precision"),
        ("imbalance", "double precision"),
    ),
    key=("from_group", "to_group"),
    method="Wilson and Newcombe score intervals, doubly robust difference",
    method_version="1",
)

_PAIRS = """
    with answers as (
        select
            *,
            lag(submitted_at) over steps as first_at,
            lag(nps_group) over steps as from_group,
            lag(nps_score) over steps as first_score,
            lag(tenure_days) over steps as first_tenure,
            lag(spend_to_date_cny) over steps as first_spend,
            lag(order_count_to_date) over steps as first_orders
        from core.fct_survey_response
        where nps_score is not null and customer_key is not null
        window steps as (partition by customer_key order by submitted_at, feedback_key)
    ),

    pairs as (
        select distinct on (answers.customer_key, answers.from_group) answers.*
        from answers
        inner join core.dim_reporting_period as period
            on answers.submitted_date between period.first_month and period.last_date
        where
            period.period_slug = 'last_12_months'
            and answers.submitted_at - answers.first_at between
            interval '1 second' and make_interval(days => %(max_days)s)
        order by
            answers.customer_key, answers.from_group, answers.submitted_at desc,
            answers.feedback_key desc
    )

    select
        pairs.from_group,
        pairs.nps_group,
        coalesce(bool_or(cases.resolved_at between pairs.first_at and pairs.submitted_at), false),
        count(cases.case_id) > 0,
        pairs.first_score,
        extract(epoch from pairs.submitted_at - pairs.first_at) / 86400,
        pairs.first_tenure,
        pairs.first_spend,
        pairs.first_orders
    from pairs
    left join core.fct_case as cases
        on
            pairs.customer_key = cases.customer_key
            and cases.opened_at between
            pairs.first_at - make_interval(days => %(before_days)s) and pairs.submitted_at
            and (cases.resolved_at is null or cases.resolved_at >= pairs.first_at)
    group by
        pairs.feedback_key, pairs.from_group, pairs.nps_group, pairs.first_score,
        pairs.submitted_at, pairs.first_at, pairs.first_tenure, pairs.first_spend,
        pairs.first_orders
    order by pairs.feedback_key
"""


@dataclass(frozen=True)
class Pair:
    """Two answers of one customer that follow each other, and what is known at the first."""

    from_group: str
    to_group: str
    is_solved: bool
    has_case: bool
    controls: tuple[float, ...]


def run(settings: Settings) -> dict[str, int]:
    """Compare the transitions and replace `stats.nps_transition`; return pairs and solved ones."""
    with connect("voc_stats", settings) as connection:
        pairs = read_pairs(connection)
        rows = list(compare(pairs))
        RESULT.replace(connection, rows)
    return {"pairs": len(pairs), "solved": sum(pair.is_solved for pair in pairs)}


def read_pairs(connection: psycopg.Connection[Any]) -> list[Pair]:
    """Read the newest pair of each customer and first group."""
    found = connection.execute(
        _PAIRS, {"max_days": MAX_DAYS, "before_days": OPENED_BEFORE_DAYS}
    ).fetchall()
    return [
        Pair(first, second, solved, has_case, make_controls(*facts))
        for first, second, solved, has_case, *facts in found
    ]


def make_controls(score: Any, days: Any, *amounts: Any) -> tuple[float, ...]:
    """Return the controls: score and days, amounts on a log scale, each with "not known"."""
    known = [float(amount) if amount is not None else None for amount in amounts]
    logs = [float(np.log1p(max(amount, 0.0))) if amount is not None else 0.0 for amount in known]
    return (float(score), float(days), *logs, *(float(amount is None) for amount in known))


def compare(pairs: Sequence[Pair]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per first and second group; none without any pair."""
    if not pairs:
        return
    for from_group in GROUPS:
        started = [pair for pair in pairs if pair.from_group == from_group]
        solved = [pair for pair in started if pair.is_solved]
        untreated = [pair for pair in started if not pair.is_solved]
        for to_group in GROUPS:
            counts = [
                (sum(pair.to_group == to_group for pair in group), len(group))
                for group in (solved, untreated)
            ]
            yield (
                from_group,
                to_group,
                *(count for hits, total in counts for count in (total, hits)),
                sum(pair.has_case for pair in untreated),
                *(figure for hits, total in counts for figure in share_of(hits, total)),
                *difference_of(*counts),
                *adjust(started, to_group),
            )


def share_of(hits: int, total: int) -> tuple[float | None, ...]:
    """Return a share with Wilson's interval, per cent; nulls of nobody."""
    from statsmodels.stats.proportion import proportion_confint

    if not total:
        return (None,) * 3
    low, high = proportion_confint(hits, total, method="wilson")
    return 100 * hits / total, 100 * float(low), 100 * float(high)


def difference_of(treated: tuple[int, int], other: tuple[int, int]) -> tuple[float | None, ...]:
    """Return the difference of two shares (hits, total) with Newcombe's interval, in points."""
    from statsmodels.stats.proportion import confint_proportions_2indep

    if not treated[1] or not other[1]:
        return (None,) * 3
    low, high = confint_proportions_2indep(*treated, *other, method="newcomb", compare="diff")
    plain = treated[0] / treated[1] - other[0] / other[1]
    return 100 * plain, 100 * float(low), 100 * float(high)


def adjust(started: Sequence[Pair], to_group: str) -> tuple[float | None, ...]:
    """Return the adjusted difference, its interval in points, and the imbalance left."""
    if not started:
        return (None,) * 4
    effect = measure_effect(
        np.array([pair.to_group == to_group for pair in started], dtype=float),
        np.array([pair.is_solved for pair in started], dtype=bool),
        np.array([pair.controls for pair in started]),
    )
    if effect is None:
        return (None,) * 4
    return 100 * effect.effect, 100 * effect.low, 100 * effect.high, effect.imbalance
