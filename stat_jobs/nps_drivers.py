"""Which topics and touchpoints go with low recommendation, each seen in three ways?

    core.fct_survey_response, core.fct_opinion_unit -> stats.nps_driver

Over the answers of the last 12 months; N answers, k of them name the aspect, v = 1 promoter,
0 passive, -1 detractor, NPS = 100 mean(v).

1. Leave one out: NPS - NPS of the N - k answers that do not name the aspect. With T the NPS of the
   k and O that of all this is k (T - O) / (N - k), the "impact" of the vendors (algebra; tested).
   Leave-one-out figures do not add up: an answer that names two aspects is taken out twice.
2. Additive share: each answer gives v in equal parts to the aspects that it names, all of it to
   `untagged` when it names none; 100 / N times the sum. The shares add up to NPS exactly: they are
   the Shapley value of the game in which an answer is won by having one of its aspects (Shapley
   1953).
3. Relative weight: share of the explained variance of the score (0-10) that the leanings (1, 0, -1)
   towards the aspects carry, freed from survey, way of asking, region and month
   (`stat_jobs.relative_weights`, Johnson 2000), and `score_effect`, the coefficient: points of
   score that one step of leaning goes with, other aspects equal. Significant: its z on the
   bootstrap's standard error, Benjamini and Hochberg at 5 % over the aspects of the dimension.

Intervals: 95 %, percentiles of 1000 bootstrap draws of customers (`stat_jobs.block_bootstrap`). A
weight cannot be negative, so that of an aspect which is not significant begins at 0.

Aspects with fewer than 5 answers go into `other`, joined by the next smaller ones until 5 answers
stand behind it: a single hidden row could be had by subtraction. The model takes aspects with at
least 30 opinions, the most frequent ones, one for ten answers; else the weight is null, as it is
below 30 customers, whose draws would hardly differ. Below 30 answers there is no row at all.

Limits: observed, not experimental: "goes with", never "causes". Who comments is not who only
scores: `untagged` shows how much of NPS that is. Measured on 150 samples of 800 answers with known
weights: intervals of real drivers held the truth in 90-96 % of them, coefficients of idle ones
stood out in 2-7 % (one, rare, 11 %) before the correction for many aspects.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from stat_jobs import relative_weights
from stat_jobs.block_bootstrap import (
    DRAWS,
    assign_blocks,
    draw_counts,
    percentile_interval,
    sum_blocks,
)
from stat_jobs.nps_answers import DIMENSIONS, Answers, pool_rare, read_answers
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MIN_ANSWERS = 30
MIN_OPINIONS = 30
ANSWERS_PER_TERM = 10
SIGNIFICANCE = 0.05
DRAWS_AT_ONCE = 50

RESULT = ResultTable(
    name="nps_driver",
    comment="One row per dimension and aspect: what goes with low or high recommendation?",
    columns=(
        ("dimension", "text not null"),
        ("aspect_slug", "text not null"),
        ("first_date", "date not null"),
        ("last_date", "date not null"),
        ("total_answers", "integer not null"),
        ("nps", "double precision not null"),
        ("answer_count", "integer not null"),
        ("complaint_count", "integer not null"),
        ("nps_of_named", "double precision not null"),
        ("leave_one_out", "double precision"),
        ("leave_one_out_low", "double precision"),
        ("leave_one_out_high", "double precision"),
        ("additive_share", "double precision not null"),
        ("additive_low", "double precision not null"),
        ("additive_high", "double precision not null"),
        ("relative_weight", "double precision"),
        ("weight_low", "double precision"),
        ("weight_high", "double precision"),
        ("score_effect", "double precision"),
        ("effect_low", "double precision"),
        ("effect_high", "double precision"),
        ("q_value", "double precision"),
        ("is_significant", "boolean not null"),
        ("r_squared", "double precision"),
    ),
    key=("dimension", "aspect_slug"),
    method="leave-one-out, equal-split Shapley share, Johnson relative weights, block bootstrap",
    method_version="1",
)

Floats = NDArray[np.float64]
Interval = tuple[Floats, Floats, Floats]  # estimate, low, high


@dataclass(frozen=True)
class Model:
    """Weights (shares of 1) and effects of the modelled aspects, each with its interval."""

    columns: NDArray[np.int64]
    weights: Interval
    effects: Interval
    q_values: Floats
    r_squared: float


def run(settings: Settings) -> dict[str, int]:
    """Measure every topic and touchpoint and replace `stats.nps_driver`; return the counts."""
    with connect("voc_stats", settings) as connection:
        period = read_period(connection)
        rows: list[tuple[Any, ...]] = []
        answers_read = 0
        for dimension in DIMENSIONS if period else ():
            answers = read_answers(connection, dimension, *period)
            answers_read = len(answers.voters)
            rows += [(dimension, row[0], *period, *row[1:]) for row in measure(answers)]
        RESULT.replace(connection, rows)
    return {
        "answers": answers_read,
        "aspects": len(rows),
        "significant": sum(row[-2] for row in rows),
    }


def read_period(connection: psycopg.Connection[Any]) -> tuple[date, date] | tuple[()]:
    """Return the first and last day of the last 12 months, nothing before the first feedback."""
    found = connection.execute(
        "select first_month, last_date from core.dim_reporting_period "
        "where period_slug = 'last_12_months'"
    ).fetchone()
    return (found[0], found[1]) if found else ()


def measure(answers: Answers, draws: int = DRAWS) -> Iterator[tuple[Any, ...]]:
    """Yield one row per aspect, in the columns of `RESULT` from `aspect_slug` on but the dates."""
    total = len(answers.voters)
    if total < MIN_ANSWERS:
        return
    rows = pool_rare(answers, [np.ones(total, dtype=bool)])
    names, named = rows.names, rows.named
    points = answers.points
    blocks = assign_blocks(answers.voters)
    counts = draw_counts(int(blocks.max()) + 1, draws)
    without, additive = score_impacts(named, points, blocks, counts)
    model = fit(answers, blocks, counts)
    places = {int(column): place for place, column in enumerate(model.columns)} if model else {}
    order = {aspect: column for column, aspect in enumerate(answers.aspects)}
    for column, name in enumerate(names):
        voices = named[:, column]
        place = places.get(order.get(name, -1))
        yield (
            name,
            total,
            100 * float(points.mean()),
            int(voices.sum()),
            int(rows.complained[:, column].sum()),
            100 * float(points[voices].mean()),
            *(null_if_nan(end[column]) for end in without),
            *(float(end[column]) for end in additive),
            *model_row(model, place),
        )


def score_impacts(
    named: NDArray[np.bool_], points: Floats, blocks: NDArray[np.int64], counts: Floats
) -> tuple[Interval, Interval]:
    """Return leave-one-out and additive share of each column, in points of NPS."""
    parts = named / named.sum(axis=1, keepdims=True)
    width = named.shape[1]
    sums = sum_blocks(
        np.hstack([np.ones((len(points), 1)), points[:, None], named,
                   named * points[:, None], parts * points[:, None]]),
        blocks,
    )  # fmt: skip

    def impacts(table: Floats) -> tuple[Floats, Floats]:
        voices, score = table[:, :1], table[:, 1:2]
        others = voices - table[:, 2 : 2 + width]
        left = np.where(others > 0, score - table[:, 2 + width : 2 + 2 * width], np.nan)
        without = score / voices - left / np.where(others > 0, others, 1)
        return 100 * without, 100 * table[:, 2 + 2 * width :] / voices

    estimates = [row[0] for row in impacts(sums.sum(axis=0, keepdims=True))]
    draws = impacts(counts @ sums)
    leave, share = (
        (estimate, *percentile_interval(estimate, drawn))
        for estimate, drawn in zip(estimates, draws, strict=True)
    )
    return leave, share


def fit(answers: Answers, blocks: NDArray[np.int64], counts: Floats) -> Model | None:
    """Weigh the aspects that enough opinions stand behind; None when none can be."""
    from scipy.stats import false_discovery_control, norm

    opinions = (answers.leaning != 0).sum(axis=0)
    room = len(answers.voters) // ANSWERS_PER_TERM - answers.controls.shape[1]
    ranked = np.argsort(-opinions, kind="stable")[: max(0, room)]
    columns = np.sort(ranked[opinions[ranked] >= MIN_OPINIONS])
    if not len(columns) or answers.scores.std() == 0 or blocks.max() + 1 < MIN_ANSWERS:
        return None
    table = relative_weights.design(
        answers.leaning[:, columns].astype(np.float64), answers.scores, answers.controls
    )
    products = np.stack([table[rows].T @ table[rows] for rows in rows_of_blocks(blocks)])
    whole = relative_weights.weigh_products(products.sum(axis=0), len(columns))
    if whole.r_squared <= 0:
        return None
    drawn = [
        relative_weights.weigh_products(drawn_products, len(columns))
        for drawn_products in draw_products(counts, products)
    ]
    shares = np.array([draw.weights / draw.r_squared for draw in drawn if draw.r_squared > 0])
    effects = np.array([draw.effects for draw in drawn])
    error = effects.std(axis=0, ddof=1)
    z = np.abs(whole.effects) / np.where(error > 0, error, np.inf)
    q_values = false_discovery_control(2 * norm.sf(z))
    estimate = whole.weights / whole.r_squared
    low, high = percentile_interval(estimate, shares)
    low = np.where(q_values < SIGNIFICANCE, low, 0.0)
    return Model(
        columns,
        (estimate, low, high),
        (whole.effects, *percentile_interval(whole.effects, effects)),
        q_values,
        whole.r_squared,
    )


def draw_products(counts: Floats, products: Floats) -> Iterator[Floats]:
    """Yield the cross products of each draw: those of its blocks, added up.

    `counts` is draws x blocks, `products` blocks x columns x columns. A few draws at a time: one
    by one each would read all blocks from memory, all at once they would not fit.
    """
    flat = products.reshape(len(products), -1)
    for start in range(0, len(counts), DRAWS_AT_ONCE):
        together = counts[start : start + DRAWS_AT_ONCE] @ flat
        yield from together.reshape(-1, *products.shape[1:])


def rows_of_blocks(blocks: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return the places of the answers of each block."""
    order = np.argsort(blocks, kind="stable")
    return np.split(order, np.searchsorted(blocks[order], np.arange(1, blocks.max() + 1)))


def model_row(model: Model | None, place: int | None) -> tuple[Any, ...]:
    """Return the columns of the model for one aspect; nulls when it is not in the model."""
    r_squared = model.r_squared if model else None
    if model is None or place is None:
        return (None,) * 7 + (False, r_squared)
    return (
        *(100 * float(end[place]) for end in model.weights),
        *(float(end[place]) for end in model.effects),
        float(model.q_values[place]),
        bool(model.q_values[place] < SIGNIFICANCE),
        r_squared,
    )


def null_if_nan(value: float) -> float | None:
    """Return the value, or None when it is not a number."""
    return None if np.isnan(value) else float(value)
