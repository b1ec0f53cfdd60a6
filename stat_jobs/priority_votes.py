"""The votes behind the ranking of problems: who complains of what, who speaks, what fixes cost.

    core.fct_opinion_unit, core.fct_feedback, core.fct_order, core.fct_improvement -> Complaint, ...

All over the last 12 months of `core.dim_reporting_period`, costs apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

_VOTES = """
    select
        units.topic_slug,
        coalesce(units.customer_key, units.author_key, units.feedback_key) as voter_key,
        date_trunc('month', units.occurred_date) as month,
        count(distinct units.feedback_key) as complaints,
        max(units.dedup_weight) as weight,
        coalesce(max(units.intensity), 1) as intensity,
        bool_or(
            units.decision_effect_slug in ('churn', 'abandon', 'discourage')
        ) as is_leaving
    from core.fct_opinion_unit as units
    inner join (select * from core.dim_reporting_period where period_slug = 'last_12_months')
        as period on units.occurred_date between period.first_month and period.last_date
    where units.subject_slug = 'us' and units.is_relevant and units.topic_slug is not null
        and units.sentiment_label = 'negative'
    group by 1, 2, 3
"""


@dataclass(frozen=True)
class Complaint:
    """What one customer holds against one topic within the year.

    `weight` adds up the months, near copies less; `intensity` is its mean, 1-5; `value_cny` is
    null when the CRM does not know the customer.
    """

    topic: str
    voter: str
    complaints: int
    weight: float
    intensity: float
    is_leaving: bool
    value_cny: float | None


def read_complaints(connection: psycopg.Connection[Any]) -> list[Complaint]:
    """Return the complaints of the last 12 months, one per customer and topic, in order."""
    return [
        Complaint(*row)
        for row in connection.execute(
            f"""
            with spends as (
                select customer_key, sum(amount_cny)::double precision as value_cny
                from core.fct_order as orders
                inner join core.dim_reporting_period as period
                    on orders.ordered_date between period.first_month and period.last_date
                where customer_key is not null and period.period_slug = 'last_12_months'
                group by customer_key
            )
            select topic_slug, voter_key, sum(complaints)::integer, sum(weight),
                sum(intensity * weight) / sum(weight), coalesce(bool_or(is_leaving), false),
                max(spends.value_cny)
            from ({_VOTES}) as votes
            left join spends on votes.voter_key = spends.customer_key
            group by topic_slug, voter_key
            order by topic_slug, voter_key
            """
        )
    ]


def read_customer_months(connection: psycopg.Connection[Any]) -> float:
    """Return the customers (else authors) who said anything, added over months, copies less."""
    row = connection.execute(
        """
        select coalesce(sum(weight), 0)::double precision
        from (
            select max(feedback.dedup_weight) as weight
            from core.fct_feedback as feedback
            inner join core.dim_reporting_period as period
                on feedback.occurred_date between period.first_month and period.last_date
            where period.period_slug = 'last_12_months' and feedback.subject_slug = 'us'
                and feedback.is_relevant and feedback.unit_count > 0
            group by
                coalesce(feedback.customer_key, feedback.author_key, feedback.feedback_key),
                date_trunc('month', feedback.occurred_date)
        ) as voters
        """
    ).fetchone()
    return float(row[0]) if row else 0.0


def read_costs(connection: psycopg.Connection[Any]) -> tuple[dict[str, float], float]:
    """Return the mean cost of improvements by topic, and over the whole register (or 0), yuan."""
    by_topic = connection.execute(
        "select topic_slug, avg(cost_cny)::double precision from core.fct_improvement "
        "where topic_slug is not null and cost_cny is not null group by topic_slug"
    ).fetchall()
    usual = connection.execute(
        "select coalesce(avg(cost_cny), 0)::double precision from core.fct_improvement"
    ).fetchone()
    return dict(by_topic), float(usual[0]) if usual else 0.0


def build_features(
    complaints: Sequence[Complaint], topics: Sequence[str], voters: dict[str, int]
) -> list[Any]:
    """Return six sparse matrices (voters x topics): what a customer adds to a topic's sums.

    In order: weight, weight x intensity, one per customer, leaving, spend, spend known.
    """
    from scipy.sparse import csr_matrix

    columns = {topic: number for number, topic in enumerate(topics)}
    places = (
        [voters[item.voter] for item in complaints],
        [columns[item.topic] for item in complaints],
    )
    shape = (len(voters), len(topics))
    sums = (
        [item.weight for item in complaints],
        [item.weight * item.intensity for item in complaints],
        [1.0] * len(complaints),
        [float(item.is_leaving) for item in complaints],
        [item.value_cny or 0.0 for item in complaints],
        [float(item.value_cny is not None) for item in complaints],
    )
    return [csr_matrix((values, places), shape=shape) for values in sums]
