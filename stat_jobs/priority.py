"""Which problem costs most, how sure is its place in the list, and who is behind it?

    core.fct_opinion_unit, core.fct_order -> stats.priority

A vote is a customer (else author) who complains of a topic in a month: one vote per customer,
topic and month, near copies weighing as one, over the last 12 months. Per topic:

    expected yearly loss = 12 x customers a month x severity x churn risk x value per customer

severity: mean intensity of the votes by 5; churn risk: share of the complaining customers who say
that they leave, give up the purchase or talk others out of it, drawn towards the share over all
topics as if `PRIOR_CUSTOMERS` of them had spoken (a topic with two angry voices is not the
riskiest of all); value per customer: mean spend within the 12 months of those whom the CRM knows,
drawn to the mean over all in the same way.

Ranks come with a range: the customers are drawn anew (Poisson bootstrap, Hanley and MacGibbon 2006,
Computer Methods and Programs in Biomedicine 83), all topics from the same draw, and the middle 95 %
of a topic's ranks is its range. Loud voices: the share of the topic's complaints that come from its
most active hundredth of authors (at least one).

Limits: churn risk is what customers say, not what they do; the loss is a figure to rank by, not a
forecast, as customers may complain of several topics and be counted with each.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import psycopg
from numpy.typing import NDArray

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MONTHS = 12
PRIOR_CUSTOMERS = 20
DRAWS = 200
SEED = 20
LOUDEST_SHARE = 0.01

RESULT = ResultTable(
    name="priority",
    comment="One row per topic with complaints: what it may cost a year, and its place with range.",
    columns=(
        ("topic_slug", "text not null"),
        ("complaint_count", "integer not null"),
        ("customer_count", "integer not null"),
        ("customer_month_weight", "double precision not null"),
        ("mean_intensity", "double precision not null"),
        ("churn_risk", "double precision not null"),
        ("value_per_customer_cny", "double precision not null"),
        ("loudest_share", "double precision not null"),
        ("frequency_severity", "double precision not null"),
        ("expected_loss_cny", "double precision not null"),
        ("expected_loss_low_cny", "double precision not null"),
        ("expected_loss_high_cny", "double precision not null"),
        ("priority_rank", "integer not null"),
        ("rank_low", "integer not null"),
        ("rank_high", "integer not null"),
    ),
    key=("topic_slug",),
    method="frequency x severity x stated churn x value, Poisson bootstrap over customers",
    method_version="1",
)

Matrix = NDArray[numpy.float64]

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


def run(settings: Settings) -> dict[str, int]:
    """Rank the topics and replace `stats.priority`; return topics and complaining customers."""
    with connect("voc_stats", settings) as connection:
        complaints = read_complaints(connection)
        rows = list(rank_topics(complaints))
        RESULT.replace(connection, rows)
    return {"topics": len(rows), "customers": len({item.voter for item in complaints})}


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


def rank_topics(complaints: Sequence[Complaint]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per topic, in the order of the slugs."""
    if not complaints:
        return
    topics = sorted({item.topic for item in complaints})
    voters = {voter: number for number, voter in enumerate(sorted({c.voter for c in complaints}))}
    features = build_features(complaints, topics, voters)
    total = numpy.asarray([matrix.sum(axis=0).A1 for matrix in features])
    losses = expected_losses(total)
    draws = numpy.random.default_rng(SEED).poisson(1.0, size=(DRAWS, len(voters)))
    drawn = numpy.asarray([draws @ matrix for matrix in features])
    drawn_losses = numpy.asarray([expected_losses(drawn[:, number]) for number in range(DRAWS)])
    ranks = place(losses[None, :])[0]
    low_ranks, high_ranks = spread(place(drawn_losses))
    low_losses, high_losses = spread(drawn_losses)
    for column, topic in enumerate(topics):
        mine = [item for item in complaints if item.topic == topic]
        weight, intensity, _, _, _, _ = total[:, column]
        _, churn_risk, value = read_rates(total)[:, column]
        yield (
            topic,
            sum(item.complaints for item in mine),
            len(mine),
            float(weight),
            float(intensity / weight),
            float(churn_risk),
            float(value),
            loudest_share([item.complaints for item in mine]),
            float(intensity / 5),
            float(losses[column]),
            float(min(low_losses[column], losses[column])),
            float(max(high_losses[column], losses[column])),
            int(ranks[column]),
            int(min(low_ranks[column], ranks[column])),
            int(max(high_ranks[column], ranks[column])),
        )


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


def read_rates(sums: Matrix) -> Matrix:
    """Return (severity, churn risk, value per customer) x topics from the six sums of each."""
    weight, intensity, customers, leaving, spend, known = sums
    overall_churn = leaving.sum() / max(customers.sum(), 1.0)
    overall_value = spend.sum() / max(known.sum(), 1.0)
    severity = numpy.divide(intensity, 5 * weight, out=numpy.zeros_like(weight), where=weight > 0)
    churn = (leaving + PRIOR_CUSTOMERS * overall_churn) / (customers + PRIOR_CUSTOMERS)
    value = (spend + PRIOR_CUSTOMERS * overall_value) / (known + PRIOR_CUSTOMERS)
    return numpy.asarray([severity, churn, value])


def expected_losses(sums: Matrix) -> Matrix:
    """Return the expected yearly loss of each topic in yuan, from the six sums of each."""
    severity, churn, value = read_rates(sums)
    # the votes are those of a year: customers a month x 12
    return sums[0] * severity * churn * value


def place(losses: Matrix) -> NDArray[numpy.intp]:
    """Return the ranks (1 = the largest loss) of each row of losses; equals keep their order."""
    order = numpy.argsort(-losses, axis=1, kind="stable")
    return numpy.argsort(order, axis=1, kind="stable") + 1


def spread(drawn: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the ends of the middle 95 % of each column."""
    low, high = numpy.quantile(drawn, [0.025, 0.975], axis=0, method="closest_observation")
    return low, high


def loudest_share(complaints: Sequence[int]) -> float:
    """Return the share of all complaints that the most active hundredth of authors made, 0-1."""
    loudest = sorted(complaints, reverse=True)[: math.ceil(LOUDEST_SHARE * len(complaints))]
    return sum(loudest) / sum(complaints)
