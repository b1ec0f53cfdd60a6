"""How likely is it that a fix works? From the improvements that the register calls done.

    core.fct_improvement, core.fct_opinion_unit, core.fct_feedback, core.fct_order -> FixSuccess

An improvement is judged when 12 whole weeks lie before its start and 12 behind its end (else its
start) within the data, with at least `MIN_COMPLAINTS` before (of fewer, not even a halving shows).
It worked when the complaints on its topic (else touchpoint; in its pilot cities where it names
some) fell by more than chance, orders held equal: given both counts, those behind are binomial with
the share of the orders behind (conditional test of two Poisson rates, Przyborowski and Wilenski
1940, Biometrika 31), one-sided at 2.5 %. All others count as not shown to have worked.

    P(fix works) = (1 + worked) / (3 + judged), its interval from Beta(1 + worked, 2 + the others)

The prior Beta(1, 2) is worth three improvements, of which one worked: at Microsoft about a third
of the ideas that were tested moved what they were to move (Kohavi et al. 2009, Online
Experimentation at Microsoft).

Limits: before and after without a control: a fix that began at a peak looks better than it was;
a small effect counts as none. Orders are those of the whole company.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import psycopg

WINDOW = timedelta(weeks=12)
PRIOR_WORKED, PRIOR_FAILED = 1, 2
MIN_COMPLAINTS = 30
SIGNIFICANCE = 0.025


@dataclass(frozen=True)
class Trial:
    """An improvement: complaints and orders of the weeks before its start and behind its end."""

    complaints_before: int
    complaints_after: int
    orders_before: int
    orders_after: int


@dataclass(frozen=True)
class FixSuccess:
    """How many improvements could be judged, and how many of them worked."""

    judged: int = 0
    worked: int = 0

    @property
    def beta(self) -> tuple[float, float]:
        """Both parameters of what is believed of P(fix works)."""
        return PRIOR_WORKED + self.worked, PRIOR_FAILED + self.judged - self.worked

    @property
    def probability(self) -> float:
        """Mean of it, 0..1."""
        worked, failed = self.beta
        return worked / (worked + failed)


def read_fix_success(connection: psycopg.Connection[Any]) -> FixSuccess:
    """Judge the improvements of the register."""
    return judge(
        Trial(*counts)
        for counts in connection.execute(
            """
            with span as (
                select min(occurred_date) as first_date, max(occurred_date) as last_date
                from core.fct_feedback
                where subject_slug = 'us' and is_relevant
            ),
            windows as (
                select improvements.improvement_id, improvements.topic_slug,
                    improvements.touchpoint_slug,
                    improvements.pilot_cities,
                    (improvements.started_date - %(window)s)::date as before_from,
                    improvements.started_date as before_to,
                    coalesce(improvements.ended_date, improvements.started_date) as after_from,
                    (coalesce(improvements.ended_date, improvements.started_date)
                    + %(window)s)::date as after_to
                from core.fct_improvement as improvements
                cross join span
                where coalesce(improvements.topic_slug, improvements.touchpoint_slug) is not null
                    and improvements.started_date - %(window)s >= span.first_date
                    and coalesce(improvements.ended_date, improvements.started_date)
                    + %(window)s <= span.last_date
            ),
            -- windows are few: what they look into is joined and counted once
            said as materialized (
                select distinct units.feedback_key, units.topic_slug, units.touchpoint_slug,
                    units.occurred_date, feedback.city
                from core.fct_opinion_unit as units
                inner join core.fct_feedback as feedback
                    on units.feedback_key = feedback.feedback_key
                where units.sentiment_label = 'negative' and units.subject_slug = 'us'
                    and units.is_relevant
                    and units.occurred_date >= (select min(before_from) from windows)
            ),
            order_days as materialized (
                select ordered_date, count(*) as order_count
                from core.fct_order
                group by ordered_date
            ),
            complaints as (
                select windows.improvement_id,
                    count(distinct said.feedback_key) filter (
                        where said.occurred_date < windows.before_to
                    ) as before,
                    count(distinct said.feedback_key) filter (
                        where said.occurred_date > windows.after_from
                    ) as after
                from windows
                inner join said
                    on said.occurred_date between windows.before_from and windows.after_to
                    and case
                        when windows.topic_slug is not null
                            then said.topic_slug = windows.topic_slug
                        else said.touchpoint_slug = windows.touchpoint_slug
                    end
                    and (
                        coalesce(cardinality(windows.pilot_cities), 0) = 0
                        or said.city = any (windows.pilot_cities)
                    )
                group by windows.improvement_id
            ),
            sales as (
                select windows.improvement_id,
                    sum(order_count) filter (
                        where order_days.ordered_date < windows.before_to
                    )::integer as before,
                    sum(order_count) filter (
                        where order_days.ordered_date > windows.after_from
                    )::integer as after
                from windows
                inner join order_days
                    on order_days.ordered_date between windows.before_from and windows.after_to
                group by windows.improvement_id
            )
            select coalesce(complaints.before, 0), coalesce(complaints.after, 0),
                coalesce(sales.before, 0), coalesce(sales.after, 0)
            from windows
            left join complaints using (improvement_id)
            left join sales using (improvement_id)
            order by windows.improvement_id
            """,
            {"window": WINDOW},
        )
    )


def judge(trials: Iterable[Trial]) -> FixSuccess:
    """Count the trials with enough complaints, and those of them that worked."""
    verdicts = [has_worked(trial) for trial in trials if trial.complaints_before >= MIN_COMPLAINTS]
    return FixSuccess(judged=len(verdicts), worked=sum(verdicts))


def has_worked(trial: Trial) -> bool:
    """Whether complaints per order fell by more than chance; without orders, complaints alone."""
    from scipy.stats import binomtest

    complaints = trial.complaints_before + trial.complaints_after
    orders = trial.orders_before + trial.orders_after
    expected = trial.orders_after / orders if orders else 0.5
    if not complaints or expected in (0, 1):
        return False
    test = binomtest(trial.complaints_after, complaints, expected, alternative="less")
    return bool(test.pvalue < SIGNIFICANCE)
