"""Does a theme move among one generation alone, or among everyone?

    core.fct_opinion_unit, core.fct_feedback, core.dim_customer -> stats.theme_cohort

Votes of known customers by quarter: one per customer, topic and quarter, of those of the cohort and
of everyone else. Per topic and cohort a binomial regression (McCullagh and Nelder 1989) with

    logit(share) = a + b years + c cohort + d years x cohort

b is the yearly slope of the others, b + d that of the cohort, d their difference: the age x period
interaction. Standard errors are scaled by Pearson's dispersion where quarters scatter more than
chance lets them. p-values of d and of each slope are corrected over all topics of a cohort by
Benjamini and Hochberg.

Verdict: `cohort` when d stands and the cohort's own slope does; `others` when d stands and only the
others move; `everyone` when d does not stand but both slopes do, in one direction; else `no_shift`.

Limits: age x period, no separate effect of the year of birth (the three are linear in each other).
At least 6 quarters, 20 votes in the cohort and 20 among the others, else no row. The share is that
of customers who speak, not of all customers.
"""

from __future__ import annotations

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
    method="binomial regression with age x period interaction, Benjamini-Hochberg",
    method_version="1",
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
    """A yearly change on the logit scale: estimate, standard error, two-sided p-value."""

    value: float
    error: float
    p_value: float

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
        topic: (votes, measure_shift(rows))
        for topic, rows in cells.items()
        if (votes := count_votes(rows)) is not None
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
    quarters = len({cell.years for cell in cells})
    mine = sum(cell.named for cell in cells if cell.is_cohort)
    theirs = sum(cell.named for cell in cells if not cell.is_cohort)
    enough = quarters >= MIN_QUARTERS and min(mine, theirs) >= MIN_VOTES
    return (quarters, mine, theirs) if enough else None


def measure_shift(cells: Sequence[Cell]) -> Shift:
    """Fit the regression to the cells of one topic."""
    import statsmodels.api
    from scipy.stats import norm

    years = numpy.array([cell.years for cell in cells])
    cohort = numpy.array([float(cell.is_cohort) for cell in cells])
    named = numpy.array([cell.named for cell in cells], dtype=float)
    total = numpy.array([cell.total for cell in cells], dtype=float)
    terms = numpy.column_stack([numpy.ones(len(cells)), years, cohort, years * cohort])
    model = statsmodels.api.GLM(
        numpy.column_stack([named, total - named]),
        terms,
        family=statsmodels.api.families.Binomial(),
    )
    fitted = model.fit()
    freedom = max(len(cells) - terms.shape[1], 1)
    dispersion = max(1.0, float(fitted.pearson_chi2) / freedom)
    covariance = fitted.cov_params() * dispersion

    def slope(weights: Sequence[float]) -> Slope:
        vector = numpy.array(weights)
        value = float(vector @ fitted.params)
        error = float(numpy.sqrt(vector @ covariance @ vector))
        return Slope(value, error, float(2 * norm.sf(abs(value) / error)) if error else 1.0)

    return Shift(slope((0, 1, 0, 1)), slope((0, 1, 0, 0)), slope((0, 0, 0, 1)))


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
