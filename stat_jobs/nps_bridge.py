"""Why did NPS move between two periods, aspect by aspect, and is the move inside noise?

    core.fct_survey_response, core.fct_opinion_unit -> stats.nps_bridge

Three comparisons that end with the last complete month: it against the month before, the last 3
months against the 3 before, the last 12 against the 12 before. In a period each answer is dealt in
equal parts to the aspects that it names (`untagged` when none), as in `stat_jobs.nps_drivers`.
With s the share of all parts that aspect j holds and r the mean of v (1, 0, -1) over its parts,
NPS = 100 sum_j s_j r_j, and between period 0 and period 1

    mix_j  = 100 (s_j1 - s_j0) ((r_j0 + r_j1) / 2 - R)     it is talked about more or less
    rate_j = 100 (r_j1 - r_j0) (s_j0 + s_j1) / 2           who talks about it scores otherwise

R: mean of both periods' NPS / 100, so that more talk about what is worse than average pulls down.
The parts of all aspects add up to the move exactly, as shares add up to 1. Source: Kitagawa (1955),
Components of a difference between two rates, JASA 50; two factors: also Das Gupta's and Shapley's
split. An aspect that only one period names has all of its effect as mix.

Intervals: 95 %, percentiles of 1000 draws of customers, who may answer in both periods
(`stat_jobs.block_bootstrap`). Inside noise: the interval holds 0. Aspects with 1 to 4 answers in a
period are pooled. A comparison with fewer than 30 answers on a side has no rows.

Limits: it says where the move shows, not what caused it. Every aspect is looked at by itself: of
twenty that did not move about one stands outside its noise by chance (measured over 300 samples
without a move: 6.1 % of 1800 aspects, 3.7 % of the moves of NPS itself).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from stat_jobs.block_bootstrap import (
    DRAWS,
    assign_blocks,
    draw_counts,
    percentile_interval,
    sum_blocks,
)
from stat_jobs.nps_answers import (
    DIMENSIONS,
    Answers,
    Named,
    add_months,
    last_complete_month,
    pool_rare,
    read_answers,
)
from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

MIN_ANSWERS = 30
COMPARISONS = {"month": 1, "quarter": 3, "year": 12}  # months on each side

_EFFECTS = ("mix_effect", "rate_effect", "total_effect")

RESULT = ResultTable(
    name="nps_bridge",
    comment="One row per comparison, dimension and aspect: its part in the move of NPS.",
    columns=(
        ("comparison", "text not null"),
        ("dimension", "text not null"),
        ("aspect_slug", "text not null"),
        ("before_first_date", "date not null"),
        ("after_first_date", "date not null"),
        ("after_last_date", "date not null"),
        ("total_before", "integer not null"),
        ("total_after", "integer not null"),
        ("nps_before", "double precision not null"),
        ("nps_after", "double precision not null"),
        ("nps_change_low", "double precision not null"),
        ("nps_change_high", "double precision not null"),
        ("answers_before", "integer not null"),
        ("answers_after", "integer not null"),
        ("complaints_before", "integer not null"),
        ("complaints_after", "integer not null"),
        *(
            (f"{effect}{end}", "double precision not null")
            for effect in _EFFECTS
            for end in ("", "_low", "_high")
        ),
    ),
    key=("comparison", "dimension", "aspect_slug"),
    method="Kitagawa decomposition of equal-split NPS shares, block bootstrap",
    method_version="1",
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Periods:
    """Two neighbouring periods: the first days of both and the last day of the later one."""

    before_first: date
    after_first: date
    after_last: date


def run(settings: Settings) -> dict[str, int]:
    """Explain every comparison and replace `stats.nps_bridge`; return rows and comparisons."""
    with connect("voc_stats", settings) as connection:
        newest = read_newest(connection)
        rows = list(explain_all(connection, newest)) if newest else []
        RESULT.replace(connection, rows)
    return {"rows": len(rows), "comparisons": len({row[0] for row in rows})}


def explain_all(connection: psycopg.Connection[Any], newest: date) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of every comparison and dimension, in the columns of `RESULT`."""
    widest = periods_of(newest, max(COMPARISONS.values()))
    for dimension in DIMENSIONS:
        answers = read_answers(connection, dimension, widest.before_first, widest.after_last)
        for comparison, months in COMPARISONS.items():
            for row in explain_periods(answers, periods_of(newest, months)):
                yield (comparison, dimension, *row)


def read_newest(connection: psycopg.Connection[Any]) -> date | None:
    """Return the day of the newest answer: the data's own clock."""
    found = connection.execute(
        "select max(submitted_date) from core.fct_survey_response where nps_score is not null"
    ).fetchone()
    return found[0] if found else None


def periods_of(newest: date, months: int) -> Periods:
    """Return the last complete `months` and as many before them."""
    last = last_complete_month(newest)
    return Periods(
        add_months(last, 1 - 2 * months),
        add_months(last, 1 - months),
        add_months(last, 1) - timedelta(days=1),
    )


def explain_periods(answers: Answers, periods: Periods) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one comparison, in the columns of `RESULT` from `aspect_slug` on."""
    kept = answers.between(periods.before_first, periods.after_last)
    is_after = np.array([day >= periods.after_first for day in kept.days], dtype=bool)
    for name, *figures in explain(kept, is_after):
        yield (name, periods.before_first, periods.after_first, periods.after_last, *figures)


def explain(
    answers: Answers, is_after: NDArray[np.bool_], draws: int = DRAWS
) -> Iterator[tuple[Any, ...]]:
    """Yield (aspect, totals, NPS, counts, effects) per aspect; nothing below `MIN_ANSWERS`."""
    sides = (~is_after, is_after)
    if min(int(side.sum()) for side in sides) < MIN_ANSWERS:
        return
    voices = pool_rare(answers, sides)
    blocks = assign_blocks(answers.voters)
    sums = side_sums(voices, answers.points, sides, blocks)
    estimate = decompose(sums.sum(axis=0, keepdims=True))
    drawn = decompose(draw_counts(len(sums), draws) @ sums)
    effects = [
        (figure[0], *percentile_interval(figure[0], draw))
        for figure, draw in zip(estimate, drawn, strict=True)
    ]
    change, mix, rate, total = effects
    nps = [100 * float(answers.points[side].mean()) for side in sides]
    for column, name in enumerate(voices.names):
        yield (
            name,
            *(int(side.sum()) for side in sides),
            *nps,
            *(float(end[0]) for end in change[1:]),
            *(int(voices.named[side, column].sum()) for side in sides),
            *(int(voices.complained[side, column].sum()) for side in sides),
            *(float(end[column]) for effect in (mix, rate, total) for end in effect),
        )


def side_sums(
    voices: Named,
    points: Floats,
    sides: tuple[NDArray[np.bool_], NDArray[np.bool_]],
    blocks: NDArray[np.int64],
) -> Floats:
    """Sum per block and side: answers, parts per aspect, points per aspect."""
    parts = voices.named / voices.named.sum(axis=1, keepdims=True)
    table = np.hstack([np.ones((len(points), 1)), parts, parts * points[:, None]])
    return sum_blocks(np.hstack([table * side[:, None] for side in sides]), blocks)


def decompose(sums: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Return the move of NPS (draws x 1), mix, rate and total effect (draws x aspects)."""
    before, after = np.hsplit(sums, 2)
    width = (before.shape[1] - 1) // 2
    shares, rates, nps = [], [], []
    for side in (before, after):
        voices = np.where(side[:, :1] > 0, side[:, :1], np.nan)
        parts, points = side[:, 1 : 1 + width], side[:, 1 + width :]
        shares.append(parts / voices)
        rates.append(np.where(parts > 0, points / np.where(parts > 0, parts, 1), np.nan))
        nps.append((points.sum(axis=1, keepdims=True)) / voices)
    # an aspect that one period does not name has the other's rate: all of its effect is mix
    rates = [np.where(np.isnan(rates[one]), rates[1 - one], rates[one]) for one in (0, 1)]
    rates = [np.nan_to_num(rate) for rate in rates]
    middle = (nps[0] + nps[1]) / 2
    mix = 100 * (shares[1] - shares[0]) * ((rates[0] + rates[1]) / 2 - middle)
    rate = 100 * (rates[1] - rates[0]) * (shares[0] + shares[1]) / 2
    return 100 * (nps[1] - nps[0]), mix, rate, mix + rate
