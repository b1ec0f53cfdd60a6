"""Which problem costs most, how sure is its place in the list, and who is behind it?

    core.fct_opinion_unit, core.fct_feedback, core.fct_order, core.fct_improvement,
    reference.topic_error_rates -> stats.priority

A vote is a customer (else author) who complains of a topic in a month: one vote per customer,
topic and month, near copies weighing as one, over the last 12 months. Per topic:

    expected yearly loss = 12 x customers a month x settled share x severity x churn risk x value
    expected yearly gain = expected yearly loss x P(fix works) - cost of the fix

customers a month: all who say anything; settled share: the votes' share of them, freed from the
errors of the labels where these misstate it beyond doubt (`stat_jobs.label_errors.settle`), else
as observed. Severity: mean intensity of
the votes by 5; churn risk: share of the complaining customers who say that they leave, give up the
purchase or talk others out of it, drawn towards the share over all topics as if `PRIOR_CUSTOMERS`
of them had spoken (a topic with two angry voices is not the riskiest of all); value: mean spend
within the 12 months of those whom the CRM knows, drawn to the mean over all in the same way. P(fix
works): `stat_jobs.fix_success`. Cost: mean of the improvements on the topic, else of the whole
register, else nothing. Topics rank by their gain.

Intervals and rank ranges: the customers are drawn anew (Poisson bootstrap, Hanley and MacGibbon
2006, Computer Methods and Programs in Biomedicine 83), and with them the rates of the labels and
P(fix works), all topics from the same draw; the middle 95 % of a topic's ranks is its range. So the
range tells what errors of the labels may do where the place itself goes by the observed share;
topics whose own rates are unknown take those of all topics for it. Loud
voices: the share of the topic's complaints that come from its most active hundredth of authors (at
least one).

Limits: churn risk is what customers say, not what they do; the loss is a figure to rank by, not a
forecast, as customers may complain of several topics and be counted with each; the error rates are
those of single texts, not of a customer's month.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy
from numpy.typing import NDArray

from stat_jobs.fix_success import FixSuccess, read_fix_success
from stat_jobs.label_errors import Rates, TopicRates, draw_corrected, read_rates, settle
from stat_jobs.prevalence import correct_cell
from stat_jobs.priority_votes import (
    Complaint,
    build_features,
    read_complaints,
    read_costs,
    read_customer_months,
)
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

PRIOR_CUSTOMERS = 20
DRAWS = 200
DRAWS_AT_ONCE = 20
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
        ("observed_share", "double precision"),
        ("corrected_share", "double precision"),
        ("corrected_low", "double precision"),
        ("corrected_high", "double precision"),
        ("is_misstated", "boolean"),
        ("correction", "text not null"),
        ("rates_level", "text"),
        ("mean_intensity", "double precision not null"),
        ("churn_risk", "double precision not null"),
        ("value_per_customer_cny", "double precision not null"),
        ("loudest_share", "double precision not null"),
        ("frequency_severity", "double precision not null"),
        ("expected_loss_cny", "double precision not null"),
        ("expected_loss_low_cny", "double precision not null"),
        ("expected_loss_high_cny", "double precision not null"),
        ("fix_success", "double precision not null"),
        ("fix_judged_count", "integer not null"),
        ("fix_worked_count", "integer not null"),
        ("assumed_cost_cny", "double precision not null"),
        ("expected_gain_cny", "double precision not null"),
        ("expected_gain_low_cny", "double precision not null"),
        ("expected_gain_high_cny", "double precision not null"),
        ("priority_rank", "integer not null"),
        ("rank_low", "integer not null"),
        ("rank_high", "integer not null"),
        ("observed_rank", "integer not null"),
    ),
    key=("topic_slug",),
    method="settled share x severity x stated churn x value x P(fix) - cost, Poisson bootstrap",
    method_version="2",
)

Matrix = NDArray[numpy.float64]


@dataclass(frozen=True)
class Circumstances:
    """What the ranking needs besides the complaints.

    `customer_months`: customers who said anything, added over the months, near copies less; 0 when
    unknown, and then no share is corrected. `rates` and `costs` (yuan) by topic; `usual_cost` for
    topics without one.
    """

    customer_months: float = 0.0
    rates: Mapping[str, TopicRates] = field(default_factory=dict)
    fixes: FixSuccess = field(default_factory=FixSuccess)
    costs: Mapping[str, float] = field(default_factory=dict)
    usual_cost: float = 0.0


def run(settings: Settings) -> dict[str, int]:
    """Rank the topics and replace `stats.priority`; return topics and complaining customers."""
    with connect("voc_stats", settings) as connection:
        complaints = read_complaints(connection)
        costs, usual_cost = read_costs(connection)
        circumstances = Circumstances(
            read_customer_months(connection),
            read_rates(connection, "complaint"),
            read_fix_success(connection),
            costs,
            usual_cost,
        )
        rows = list(rank_topics(complaints, circumstances))
        RESULT.replace(connection, rows)
    return {"topics": len(rows), "customers": len({item.voter for item in complaints})}


def rank_topics(
    complaints: Sequence[Complaint], circumstances: Circumstances | None = None
) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per topic, in the order of the slugs."""
    if not complaints:
        return
    known = circumstances or Circumstances()
    topics = sorted({item.topic for item in complaints})
    voters = {voter: number for number, voter in enumerate(sorted({c.voter for c in complaints}))}
    features = build_features(complaints, topics, voters)
    total = numpy.asarray([matrix.sum(axis=0).A1 for matrix in features])
    generator = numpy.random.default_rng(SEED)
    drawn = draw_sums(features, generator)
    costs = numpy.array([known.costs.get(topic, known.usual_cost) for topic in topics])

    observed_losses = expected_losses(total, total[0])
    losses = expected_losses(total, settle_votes(total[0], topics, known))
    gains = losses * known.fixes.probability - costs
    drawn_votes = draw_votes(drawn[0], topics, known, generator)
    drawn_losses = numpy.asarray(
        [expected_losses(drawn[:, number], drawn_votes[number]) for number in range(DRAWS)]
    )
    chances = generator.beta(*known.fixes.beta, size=(DRAWS, 1))
    drawn_gains = drawn_losses * chances - costs
    # equal gains keep the order of what was observed
    by_observed = numpy.argsort(-observed_losses, kind="stable")
    ranks = place(gains[None, :], by_observed)[0]
    low_ranks, high_ranks = spread(place(drawn_gains, by_observed))
    low_losses, high_losses = spread(drawn_losses)
    low_gains, high_gains = spread(drawn_gains)
    observed_ranks = place(observed_losses[None, :], by_observed)[0]
    _, churn_risks, values = read_rates_of(total)
    for column, topic in enumerate(topics):
        mine = [item for item in complaints if item.topic == topic]
        weight, intensity = total[0][column], total[1][column]
        yield (
            topic,
            sum(item.complaints for item in mine),
            len(mine),
            float(weight),
            *describe_share(float(weight), topic, known),
            float(intensity / weight),
            float(churn_risks[column]),
            float(values[column]),
            loudest_share([item.complaints for item in mine]),
            float(intensity / 5),
            float(losses[column]),
            float(min(low_losses[column], losses[column])),
            float(max(high_losses[column], losses[column])),
            known.fixes.probability,
            known.fixes.judged,
            known.fixes.worked,
            float(costs[column]),
            float(gains[column]),
            float(min(low_gains[column], gains[column])),
            float(max(high_gains[column], gains[column])),
            int(ranks[column]),
            int(min(low_ranks[column], ranks[column])),
            int(max(high_ranks[column], ranks[column])),
            int(observed_ranks[column]),
        )


def draw_sums(features: Sequence[Any], generator: numpy.random.Generator) -> Matrix:
    """Return the six sums of each topic over customers drawn anew: sums x draws x topics."""
    voters = features[0].shape[0]
    # a few draws at a time: all of them would hold every customer DRAWS times in memory
    parts = []
    for _ in range(0, DRAWS, DRAWS_AT_ONCE):
        draws = generator.poisson(1.0, size=(DRAWS_AT_ONCE, voters)).astype(float)
        parts.append(numpy.asarray([draws @ matrix for matrix in features]))
    return numpy.concatenate(parts, axis=1)


def describe_share(weight: float, topic: str, known: Circumstances) -> tuple[Any, ...]:
    """Return observed and corrected share, its ends, whether misstated, how, level of rates."""
    if not known.customer_months:
        return None, None, None, None, None, "no_rates", None
    share = min(weight / known.customer_months, 1.0)
    return share, *correct_cell(share, known.customer_months, known.rates.get(topic))[:6]


def choose_to_draw(topic: str, known: Circumstances) -> Rates | None:
    """Return the rates from which a topic's errors are drawn: its own, else those of all topics."""
    found = known.rates.get(topic)
    if found is None or not known.customer_months:
        return None
    if found.own.is_usable:
        return found.own
    return found.of_all if found.of_all.is_usable else None


def settle_votes(votes: Matrix, topics: Sequence[str], known: Circumstances) -> Matrix:
    """Return the votes of each topic to go by: corrected where the labels misstate them."""
    settled = votes.astype(float)
    for column, topic in enumerate(topics):
        found = known.rates.get(topic)
        if found is not None and found.own.is_usable and known.customer_months:
            share = min(votes[column] / known.customer_months, 1.0)
            settled[column] = known.customer_months * settle(
                share, known.customer_months, found.own
            )
    return settled


def draw_votes(
    votes: Matrix, topics: Sequence[str], known: Circumstances, generator: numpy.random.Generator
) -> Matrix:
    """Return drawn votes (draws x topics), corrected by drawn rates."""
    corrected = votes.astype(float)
    for column, topic in enumerate(topics):
        if (rates := choose_to_draw(topic, known)) is not None:
            shares = numpy.minimum(votes[:, column] / known.customer_months, 1.0)
            drawn = draw_corrected(shares, rates, generator)
            corrected[:, column] = known.customer_months * drawn
    return corrected


def read_rates_of(sums: Matrix) -> Matrix:
    """Return (severity, churn risk, value per customer) x topics from the six sums of each."""
    weight, intensity, customers, leaving, spend, known = sums
    overall_churn = leaving.sum() / max(customers.sum(), 1.0)
    overall_value = spend.sum() / max(known.sum(), 1.0)
    severity = numpy.divide(intensity, 5 * weight, out=numpy.zeros_like(weight), where=weight > 0)
    churn = (leaving + PRIOR_CUSTOMERS * overall_churn) / (customers + PRIOR_CUSTOMERS)
    value = (spend + PRIOR_CUSTOMERS * overall_value) / (known + PRIOR_CUSTOMERS)
    return numpy.asarray([severity, churn, value])


def expected_losses(sums: Matrix, votes: Matrix) -> Matrix:
    """Return the expected yearly loss of each topic in yuan, from its six sums and its votes."""
    severity, churn, value = read_rates_of(sums)
    # the votes are those of a year: customers a month x 12
    return votes * severity * churn * value


def place(figures: Matrix, first_come: NDArray[numpy.intp]) -> NDArray[numpy.intp]:
    """Return the ranks (1 = the largest) of each row; equals keep the order of `first_come`."""
    order = first_come[numpy.argsort(-figures[:, first_come], axis=1, kind="stable")]
    return numpy.argsort(order, axis=1, kind="stable") + 1


def spread(drawn: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the ends of the middle 95 % of each column."""
    low, high = numpy.quantile(drawn, [0.025, 0.975], axis=0, method="closest_observation")
    return low, high


def loudest_share(complaints: Sequence[int]) -> float:
    """Return the share of all complaints that the most active hundredth of authors made, 0-1."""
    loudest = sorted(complaints, reverse=True)[: math.ceil(LOUDEST_SHARE * len(complaints))]
    return sum(loudest) / sum(complaints)
