"""What each day and each series of topics and touchpoints brought: the input of `surge`.

core.fct_voice_day, core.fct_feedback, core.fct_order, core.dim_date -> DailyCounts
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy
import psycopg

from stat_jobs.poisson_regression import Vector

Series = tuple[str, str, str]  # kind, slug, region (`*`: everywhere)


@dataclass(frozen=True)
class DailyCounts:
    """The counts of an unbroken run of days: what each day and each series brought.

    `totals` (days) are voices of any subject, `orders` (days) orders, `calendar` (days x 2) flags
    for holiday and make-up workday, `counts` (series x days) the voices of each of `series`.
    """

    first_day: date
    totals: Vector
    orders: Vector
    calendar: Vector
    series: tuple[Series, ...]
    counts: Vector

    def __len__(self) -> int:
        return len(self.totals)

    def day(self, index: int) -> date:
        """Return the date of the day at `index`."""
        return self.first_day + timedelta(days=index)


def read_counts(connection: psycopg.Connection[Any]) -> DailyCounts | None:
    """Count voices per day and series, orders and holidays; None without any feedback."""
    totals = dict(
        connection.execute(
            "select occurred_date, count(*) from core.fct_feedback "
            "where subject_slug = 'us' and is_relevant and unit_count > 0 group by occurred_date"
        ).fetchall()
    )
    if not totals:
        return None
    first, last = min(totals), max(totals)
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    place = {day: number for number, day in enumerate(days)}
    orders = dict(
        connection.execute(
            "select ordered_date, count(*) from core.fct_order group by ordered_date"
        ).fetchall()
    )
    special = {
        day: flags
        for day, *flags in connection.execute(
            "select date_key, is_holiday, is_makeup_workday from core.dim_date "
            "where date_key between %s and %s",
            (first, last),
        )
    }
    heard: dict[Series, Vector] = {}
    for kind, slug, region, day, count in connection.execute(
        "select subject_kind, subject_slug, region, occurred_date, voice_count "
        "from core.fct_voice_day"
    ):
        series = (kind, slug, region)
        if series not in heard:
            heard[series] = numpy.zeros(len(days))
        heard[series][place[day]] = count
    names = tuple(sorted(heard))
    return DailyCounts(
        first_day=first,
        totals=numpy.array([totals.get(day, 0) for day in days], dtype=float),
        orders=numpy.array([orders.get(day, 0) for day in days], dtype=float),
        calendar=numpy.array([special.get(day, (False, False)) for day in days], dtype=float),
        series=names,
        counts=numpy.array([heard[name] for name in names]).reshape(len(names), len(days)),
    )


def fingerprints(daily: DailyCounts) -> list[str]:
    """Return for each day a hash of all that was counted up to it: what its judgement rests on."""
    running = hashlib.md5(usedforsecurity=False)
    prints = []
    for index in range(len(daily)):
        heard = [
            f"{'|'.join(daily.series[row])}={daily.counts[row, index]:.0f}"
            for row in numpy.flatnonzero(daily.counts[:, index])
        ]
        line = (daily.day(index), daily.totals[index], daily.orders[index], *heard)
        running.update(repr(line).encode())
        prints.append(running.hexdigest())
    return prints
