"""Does a theme move among one generation alone, or among everyone?

    core.fct_opinion_unit, core.fct_feedback, core.dim_customer -> stats.theme_cohort

Votes of known customers by quarter: one per customer, topic and quarter, of those of the cohort and
of everyone else. Per topic and side a straight line through the shares, quarters weighing as their
voters:

    share = a + b years,  Var(b) = phi sum w_i^2 p_i (1 - p_i) / n_i,  w_i = n_i (t_i - mean t) / S

with S the sum of n_i (t_i - mean t)^2 and p_i the line itself, a quarter of the mean share at least
(linear probability with binomial errors: McCullagh and Nelder 1989, 4.3, identity link). phi is
Pearson's dispersion, 1 at least: quarters may scatter more than chance lets them. The slope of the
cohort less that of the others is the age x period interaction, its variance the sum of both.
p-values of it and of each slope are corrected over the topics of a cohort (Benjamini, Hochberg).

Slopes are in shares, not in log odds: a theme that goes from 1 to 11 % among the young and from 0.6
to 1.4 % among the others is one of the young, though both double and more.

Verdict: `cohort` when d stands and the cohort's own slope does; `others` when d stands and only the
others move; `everyone` when d does not stand but both slopes do, in one direction; else `no_shift`.

Limits: age x period, no separate effect of the year of birth (the three are linear in each other).
At least 6 quarters and 20 votes in the cohort and among the others, else no row; nor is there one
where everybody of a side names the topic. A line is a line: a theme that is loud in its last
quarter alone has a slope, if one of a large error. The share is that of customers who speak, not
of all customers.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy
import psycopg

from stat_jobs.results import ResultTable
from warehouse.postgres import connect
from warehouse.settings import Settings

COHORTS = {
    "young": ("under_18", "18_24", "25_34"),
    "senior": ("55_64", "65_plus"),
}
MIN_QUARTERS = 6
MIN_VOTES = 20
SIGNIFICANCE = 0.05
Z_95 = 1.959964
LEAST_OF_MEAN = 0.25  # of the mean share: the line may fall below zero, a share cannot

RESULT = ResultTable(
    name="theme_cohort",
    comment="One row per cohort and topic: does the theme move among it, or among everyone?",
    columns=(
        ("cohort_slug", "text not null"),
        ("topic_slug", "text not null"),
        ("quarters", "integer not null"),
        ("cohort_votes", "integer not null"),
        ("other_votes", "integer not null"),
        ("cohort_slope", "double precision not null"),
        ("cohort_slope_low", "double precision not null"),
        ("cohort_slope_high", "double precision not null"),
        ("other_slope", "double precision not null"),
        ("other_slope_low", "double precision not null"),
        ("other_slope_high", "double precision not null"),
        ("difference", "double precision not null"),
        ("difference_low", "double precision not null"),
        ("difference_high", "double precision not null"),
        ("difference_q_value", "double precision not null"),
        (
            "verdict",
            "text not null check (verdict in ('cohort', 'others', 'everyone', 'no_shift'))",
        ),
    ),
    key=("cohort_slug", "topic_slug"),
    method="linear shares with binomial errors, age x period, Benjamini-Hochberg",
    method_version="2",
)

_VOTERS = """
    select feedback.feedback_key, feedback.customer_key, customers.age_band,
        date_trunc('quarter', feedback.occurred_date)::date as quarter
    from core.fct_feedback as feedback
    inner join core.dim_customer as customers on feedback.customer_key = customers.customer_key
    where feedback.subject_slug = 'us' and feedback.is_relevant and feedback.unit_count > 0
        and customers.age_band is not null
"""


@dataclass(frozen=True)
class Cell:
    """Votes for a topic in one quarter and cohort side: `named` of `total` customers."""

    years: float
    is_cohort: bool
    named: int
    total: int


@dataclass(frozen=True)
class Slope:
    """A yearly change of a share (0..1): estimate and standard error."""

    value: float
    error: float

    @property
    def p_value(self) -> float:
        """Two-sided p-value of no change."""
        return math.erfc(abs(self.value) / self.error / math.sqrt(2))

    @property
    def interval(self) -> tuple[float, float]:
        """Ends of the 95 % interval."""
        return self.value - Z_95 * self.error, self.value + Z_95 * self.error


@dataclass(frozen=True)
class Shift:
    """The slopes of the cohort and of the others, and their difference."""

    cohort: Slope
    others: Slope
    difference: Slope


def run(settings: Settings) -> dict[str, int]:
    """Test every cohort and topic; return rows and verdicts other than `no_shift`."""
    with connect("voc_stats", settings) as connection:
        rows = [row for name, bands in COHORTS.items() for row in judge(connection, name, bands)]
        RESULT.replace(connection, rows)
    return {"tested": len(rows), "shifts": sum(row[-1] != "no_shift" for row in rows)}


def judge(
    connection: psycopg.Connection[Any], cohort: str, bands: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Read the votes of one cohort and return its rows of `RESULT`."""
    return list(judge_topics(cohort, read_cells(connection, bands)))


def read_cells(
    connection: psycopg.Connection[Any], bands: Sequence[str]
) -> dict[str, tuple[Cell, ...]]:
    """Return the cells of each topic: every quarter, cohort side first."""
    totals = connection.execute(
        f"""
        select quarter, age_band = any(%s), count(distinct customer_key)
        from ({_VOTERS}) as voters group by 1, 2 order by 1, 2 desc
        """,
        (list(bands),),
    ).fetchall()
    named: dict[str, dict[tuple[Any, bool], int]] = {}
    for topic, quarter, is_cohort, count in connection.execute(
        f"""
        select units.topic_slug, voters.quarter, voters.age_band = any(%s),
            count(distinct voters.customer_key)
        from core.fct_opinion_unit as units
        inner join ({_VOTERS}) as voters on units.feedback_key = voters.feedback_key
        where units.topic_slug is not null
        group by 1, 2, 3
        """,
        (list(bands),),
    ):
        named.setdefault(topic, {})[quarter, is_cohort] = count
    if not totals:
        return {}
    first = totals[0][0]
    return {
        topic: tuple(
            Cell((quarter - first).days / 365.25, is_cohort, counts.get((quarter, is_cohort), 0), n)
            for quarter, is_cohort, n in totals
        )
        for topic, counts in sorted(named.items())
    }


def judge_topics(cohort: str, cells: Mapping[str, Sequence[Cell]]) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `RESULT` per topic that can be tested, in the order given."""
    from statsmodels.stats.multitest import multipletests

    measured = {
        topic: (votes, shift)
        for topic, rows in cells.items()
        if (votes := count_votes(rows)) is not None and (shift := measure_shift(rows)) is not None
    }
    if not measured:
        return
    shifts = [shift for _, shift in measured.values()]
    q_values = [
        multipletests([slope.p_value for slope in slopes], method="fdr_bh")[1]
        for slopes in (
            [shift.cohort for shift in shifts],
            [shift.others for shift in shifts],
            [shift.difference for shift in shifts],
        )
    ]
    for number, (topic, ((quarters, mine, theirs), shift)) in enumerate(measured.items()):
        cohort_q, others_q, difference_q = (float(values[number]) for values in q_values)
        yield (
            cohort,
            topic,
            quarters,
            mine,
            theirs,
            shift.cohort.value,
            *shift.cohort.interval,
            shift.others.value,
            *shift.others.interval,
            shift.difference.value,
            *shift.difference.interval,
            difference_q,
            name_verdict(shift, cohort_q, others_q, difference_q),
        )


def count_votes(cells: Sequence[Cell]) -> tuple[int, int, int] | None:
    """Return quarters and votes of both sides; null when they are too few to be tested."""
    quarters = min(
        len({cell.years for cell in cells if cell.is_cohort == side and cell.total})
        for side in (True, False)
    )
    mine = sum(cell.named for cell in cells if cell.is_cohort)
    theirs = sum(cell.named for cell in cells if not cell.is_cohort)
    enough = quarters >= MIN_QUARTERS and min(mine, theirs) >= MIN_VOTES
    return (quarters, mine, theirs) if enough else None


def measure_shift(cells: Sequence[Cell]) -> Shift | None:
    """Fit both lines to the cells of one topic; None when a slope has no error to go by."""
    cohort, others = (
        measure_slope([cell for cell in cells if cell.is_cohort == side and cell.total])
        for side in (True, False)
    )
    if not (cohort.error and others.error):
        return None
    difference = Slope(cohort.value - others.value, math.hypot(cohort.error, others.error))
    return Shift(cohort, others, difference)


def measure_slope(cells: Sequence[Cell]) -> Slope:
    """Fit the line of one side."""
    years = numpy.array([cell.years for cell in cells])
    total = numpy.array([cell.total for cell in cells], dtype=float)
    shares = numpy.array([cell.named for cell in cells]) / total
    mean = float(numpy.average(shares, weights=total))
    position = years - numpy.average(years, weights=total)
    weights = total * position / float((total * position**2).sum())
    value = float(weights @ shares)
    line = mean + value * position
    expected = numpy.clip(line, LEAST_OF_MEAN * mean, 1 - LEAST_OF_MEAN * (1 - mean))
    variances = expected * (1 - expected) / total
    if not variances.all():
        return Slope(value, 0.0)
    freedom = max(len(cells) - 2, 1)
    dispersion = max(1.0, float(((shares - line) ** 2 / variances).sum()) / freedom)
    return Slope(value, math.sqrt(dispersion * float((weights**2 * variances).sum())))


def name_verdict(shift: Shift, cohort_q: float, others_q: float, difference_q: float) -> str:
    """Put in a word who moves."""
    if difference_q < SIGNIFICANCE:
        if cohort_q < SIGNIFICANCE and abs(shift.cohort.value) >= abs(shift.others.value):
            return "cohort"
        return "others" if others_q < SIGNIFICANCE else "no_shift"
    together = shift.cohort.value * shift.others.value > 0
    if together and max(cohort_q, others_q) < SIGNIFICANCE:
        return "everyone"
    return "no_shift"
