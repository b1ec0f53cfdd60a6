"""How do customers judge each agent and each store, fairly: with few voices drawn to the peers?

    core.fct_feedback, core.dim_agent, core.dim_store -> stats.unit_score

A voice is one feedback of the last 12 months: 100 when it praises, -100 when it blames, 0 between,
less the mean of its channel, plus the mean of all (a call is angrier than a survey, whoever takes
it); near copies weigh as one. The mean of a unit with n voices is drawn to the mean of its kind:

    shrunken = mean + w (raw - mean),  w = tau^2 / (tau^2 + sigma^2 / n)

sigma^2 is the variance within units, tau^2 that between them, by the method of moments (DerSimonian
and Laird 1986, Controlled Clinical Trials 7). The interval is that of the posterior,
shrunken -/+ 1.96 sqrt(tau^2 (1 - w)) (Morris 1983, JASA 78: empirical Bayes). Rank ranges: middle
95 % of the ranks in draws from all posteriors (Goldstein and Spiegelhalter 1996, JRSS A 159), among
all units of the kind and among peers (the team of an agent, the region of a store).

Limits: takes units as drawn from one normal distribution; tells nothing about why. Who gets the
hard cases is not known beyond the channel. tau^2 = 0 (no difference beyond chance) puts every unit
on the mean, and every range is the whole list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import psycopg
from numpy.typing import NDArray

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

DRAWS = 1000
SEED = 20
Z_95 = 1.959964
SPAN = 200.0  # of a voice: -100 to 100

RESULT = ResultTable(
    name="unit_score",
    comment="One row per agent or store with feedback: how it is judged, drawn to its peers.",
    columns=(
        ("unit_kind", "text not null check (unit_kind in ('agent', 'store'))"),
        ("unit_key", "text not null"),
        ("peer_group", "text not null"),
        ("feedback_count", "integer not null"),
        ("voice_weight", "double precision not null"),
        ("raw_score", "double precision not null"),
        ("score", "double precision not null"),
        ("score_low", "double precision not null"),
        ("score_high", "double precision not null"),
        ("shrinkage_weight", "double precision not null"),
        ("kind_mean", "double precision not null"),
        ("between_deviation", "double precision not null"),
        ("unit_rank", "integer not null"),
        ("rank_low", "integer not null"),
        ("rank_high", "integer not null"),
        ("unit_count", "integer not null"),
        ("peer_rank", "integer not null"),
        ("peer_rank_low", "integer not null"),
        ("peer_rank_high", "integer not null"),
        ("peer_count", "integer not null"),
    ),
    key=("unit_kind", "unit_key"),
    method="empirical Bayes with moments, rank ranges from the posterior",
    method_version="1",
)

Vector = NDArray[numpy.float64]

_GROUPS = {
    "agent": "left join core.dim_agent as units on feedback.agent_key = units.agent_key",
    "store": "left join core.dim_store as units on feedback.store_key = units.store_key",
}
_PEERS = {
    "agent": "coalesce(units.team_id, units.department_slug, '')",
    "store": "coalesce(units.region, '')",
}


@dataclass(frozen=True)
class UnitVoices:
    """What was said of one unit: sums over its voices, each weighed, in points -100..100."""

    key: str
    peers: str
    feedback: int
    weight: float
    total: float
    squares: float


@dataclass(frozen=True)
class Spread:
    """Mean over units, variance within them (of one voice) and between them."""

    mean: float
    within: float
    between: float


def run(settings: Settings) -> dict[str, int]:
    """Score agents and stores; return how many of each."""
    with connect("voc_stats", settings) as connection:
        scored = {kind: list(score_units(kind, read_voices(connection, kind))) for kind in _GROUPS}
        RESULT.replace(connection, [row for rows in scored.values() for row in rows])
    return {f"{kind}s": len(rows) for kind, rows in scored.items()}


def read_voices(connection: psycopg.Connection[Any], kind: str) -> list[UnitVoices]:
    """Return the voices on each unit of `kind` (agent, store), in the order of the keys."""
    return [
        UnitVoices(*row)
        for row in connection.execute(
            f"""
            with voices as (
                select feedback.{kind}_key as unit_key, feedback.channel_slug,
                    {_PEERS[kind]} as peers, feedback.dedup_weight as weight,
                    case feedback.sentiment_label
                        when 'positive' then 100.0 when 'negative' then -100.0 else 0.0
                    end as points
                from core.fct_feedback as feedback
                inner join core.dim_reporting_period as period
                    on feedback.occurred_date between period.first_month and period.last_date
                    and period.period_slug = 'last_12_months'
                {_GROUPS[kind]}
                where feedback.subject_slug = 'us' and feedback.is_relevant
                    and feedback.{kind}_key is not null and feedback.sentiment_label is not null
            ),
            levelled as (
                select unit_key, peers, weight,
                    points - sum(points * weight) over (partition by channel_slug)
                    / sum(weight) over (partition by channel_slug)
                    + sum(points * weight) over () / sum(weight) over () as points
                from voices
            )
            -- rounded: sums of binary fractions depend on the order of the rows
            select unit_key, min(peers), count(*)::integer,
                round(sum(weight)::numeric, 6)::double precision,
                round(sum(points * weight)::numeric, 6)::double precision,
                round(sum(points * points * weight)::numeric, 6)::double precision
            from levelled
            group by unit_key
            order by unit_key
            """
        )
    ]


def score_units(kind: str, units: Sequence[UnitVoices]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per unit, in the order given."""
    if len(units) < 2:
        return  # nobody to be compared with
    weights = numpy.array([unit.weight for unit in units])
    raw = numpy.array([unit.total for unit in units]) / weights
    spread = measure_spread(units)
    shrinkage = shrinkage_weights(spread, weights)
    scores = spread.mean + shrinkage * (raw - spread.mean)
    reach = numpy.sqrt(spread.between * (1 - shrinkage))
    noise = numpy.random.default_rng(SEED).standard_normal((DRAWS, len(units)))
    drawn = scores + noise * reach
    everyone = rank_range(scores, drawn)
    peers: dict[str, list[int]] = defaultdict(list)
    for number, unit in enumerate(units):
        peers[unit.peers].append(number)
    among_peers = numpy.zeros((len(units), 3), dtype=int)
    for members in peers.values():
        among_peers[members] = rank_range(scores[members], drawn[:, members])
    for number, unit in enumerate(units):
        yield (
            kind,
            unit.key,
            unit.peers,
            unit.feedback,
            unit.weight,
            float(raw[number]),
            float(scores[number]),
            float(scores[number] - Z_95 * reach[number]),
            float(scores[number] + Z_95 * reach[number]),
            float(shrinkage[number]),
            spread.mean,
            float(numpy.sqrt(spread.between)),
            *(int(value) for value in everyone[number]),
            len(units),
            *(int(value) for value in among_peers[number]),
            len(peers[unit.peers]),
        )


def measure_spread(units: Sequence[UnitVoices]) -> Spread:
    """Estimate mean and variances; the variance between units is never below zero."""
    weights = numpy.array([unit.weight for unit in units])
    totals = numpy.array([unit.total for unit in units])
    squares = numpy.array([unit.squares for unit in units])
    raw = totals / weights
    freedom = max(weights.sum() - len(units), 1.0)
    within = max(float((squares - totals * raw).sum() / freedom), 1e-9)
    precision = weights / within
    pooled = float((precision * raw).sum() / precision.sum())
    scatter = float((precision * (raw - pooled) ** 2).sum())
    scale = float(precision.sum() - (precision**2).sum() / precision.sum())
    between = max(0.0, (scatter - (len(units) - 1)) / scale) if scale > 0 else 0.0
    full = 1 / (between + within / weights)
    return Spread(float((full * raw).sum() / full.sum()), within, between)


def shrinkage_weights(spread: Spread, voices: Vector) -> Vector:
    """Return how far each unit is believed, 0 (not at all) to 1, by its number of voices."""
    return spread.between / (spread.between + spread.within / voices)


def rank_range(scores: Vector, drawn: NDArray[numpy.float64]) -> NDArray[numpy.int64]:
    """Return (rank, low, high) per unit: 1 is the best; equal scores share the order given."""
    order = numpy.argsort(numpy.argsort(-scores, kind="stable"), kind="stable") + 1
    ranks = numpy.argsort(numpy.argsort(-drawn, axis=1, kind="stable"), axis=1, kind="stable") + 1
    low, high = numpy.quantile(ranks, [0.025, 0.975], axis=0, method="closest_observation")
    if not numpy.ptp(drawn):
        low, high = numpy.ones_like(order), numpy.full_like(order, len(order))
    return numpy.column_stack([order, numpy.minimum(low, order), numpy.maximum(high, order)])
