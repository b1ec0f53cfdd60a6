"""Does a topic or a touchpoint, in a region or everywhere, suddenly bring more complaints?

    core.fct_voice_day, core.fct_feedback, core.fct_order, core.dim_date -> stats.surge_day,
                                                                           stats.surge_judged

A series is a topic or a touchpoint, in one region or everywhere (`*`). Its daily count is of
voices that do not praise: one per customer (else author) and day; near copies of one text count as
one. The last day, the last 3 and the last 7 are compared with what `surge_model` expects; the
smallest of the three p-values counts three times (Bonferroni).

Two keys turn an alarm: *beyond chance*, q < 0.05 after Benjamini and Hochberg over all series of
the day, and *worth a look*, at least 5 voices within 4 days (Farrington's rule) and at least 1.5
times what was expected. Series without the second key are not fitted and enter the correction with
p = 1. With it, no more than one day in twenty should bring a false alarm, whatever the number of
series; `benchmarks/surge_alarms.py` measures it.

The correction has weights (Genovese, Roeder and Wasserman 2006, Biometrika 93): p is divided by the
root of the series' voices in its baseline, over the mean root of all series. They come from before
the days that are judged and are 1 on average, so no more gets through by chance; but a doubling,
which a small series could not show anyway, is seen in a large one among thousands of small ones.

Days are judged once. A later run takes up where the last one ended; if the counts of an earlier day
changed since (late, corrected or withdrawn feedback), it judges anew from that day on, so that
nightly runs and one run over everything give the same rows. For that it reads the daily counts of
the whole history, not the feedback: one aggregate, without which no baseline can be fitted.
In an ordinary night that goes back four weeks at most: one late record of two years ago would have
two years judged anew. What changed further back waits for the first night of a new week or month
(`stat_jobs.schedule`), which judges from it on.

History begins anew after a break: where the four weeks up to a day brought less than a twentieth of
what the last four weeks bring a day (a gap, or years in which hardly anybody wrote before a source
was added), the days until then are no baseline for today.

Limits: below a year of history EARS takes over, which is blind to weekdays and campaigns. A series
that never spoke before has no baseline: `emerging_topics` looks for those.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy
import psycopg
from numpy.typing import NDArray

from stat_jobs import ears, surge_excess, surge_model
from stat_jobs.poisson_regression import SILENT_VOICES, Matrix, Vector
from stat_jobs.results import ResultTable
from stat_jobs.surge_counts import DailyCounts, Series, fingerprints, read_counts
from stat_jobs.surge_excess import Excess
from warehouse.postgres import connect
from warehouse.settings import Settings

BASELINE_DAYS = 3 * 365
YEAR_DAYS = 365
# a surge that has begun must not raise its own baseline
GAP_DAYS = 14
WINDOWS = (1, 3, 7)
RECENT_DAYS = 4
MIN_RECENT_VOICES = 5
MIN_RATIO = 1.5
SIGNIFICANCE = 0.05
EXPOSURE_DAYS = 14
BREAK_DAYS = 28
BREAK_SHARE = 0.05
REJUDGED_DAYS = 28  # in an ordinary night

SURGE_DAY = ResultTable(
    name="surge_day",
    comment="One row per day and series loud enough to be tested: is it louder than expected?",
    columns=(
        ("day", "date not null"),
        ("subject_kind", "text not null check (subject_kind in ('topic', 'touchpoint'))"),
        ("subject_slug", "text not null"),
        ("region", "text not null"),
        ("baseline", "text not null check (baseline in ('quasi_poisson', 'ears'))"),
        ("baseline_voice_count", "integer not null"),
        ("day_count", "integer not null"),
        ("window_days", "integer not null"),
        ("window_count", "integer not null"),
        ("expected", "double precision not null"),
        ("expected_low", "double precision not null"),
        ("expected_high", "double precision not null"),
        ("p_value", "double precision not null"),
        ("q_value", "double precision not null"),
        ("is_alarm", "boolean not null"),
    ),
    key=("day", "subject_kind", "subject_slug", "region"),
    method="quasi-Poisson after Farrington flexible, EARS C1-C3, weighted Benjamini-Hochberg",
    method_version="2",
)
SURGE_JUDGED = ResultTable(
    name="surge_judged",
    comment="One row per day that was judged: how many series, how many alarms, on what counts?",
    columns=(
        ("day", "date not null"),
        ("series_count", "integer not null"),
        ("tested_count", "integer not null"),
        ("alarm_count", "integer not null"),
        ("fingerprint", "text not null"),
    ),
    key=("day",),
    method=SURGE_DAY.method,
    method_version=SURGE_DAY.method_version,
)
TABLES = (SURGE_DAY, SURGE_JUDGED)


@dataclass(frozen=True)
class Judgement:
    """One series on one day against its baseline."""

    series: Series
    baseline: str
    baseline_voices: int
    day_count: int
    excess: Excess
    p_value: float


def run_recent(settings: Settings) -> dict[str, int]:
    """Judge the days that are new, and of the last `REJUDGED_DAYS` those whose past changed."""
    return run(settings, REJUDGED_DAYS)


def run(settings: Settings, most_days: int | None = None) -> dict[str, int]:
    """Judge every day that is new or whose past has changed; return days, tests and alarms.

    With `most_days`, days that were judged before are judged anew only among the last so many.
    """
    with connect("voc_stats", settings) as connection:
        for table in TABLES:
            table.create(connection)
        daily = read_counts(connection)
        if daily is None:
            SURGE_DAY.replace(connection, [])
            SURGE_JUDGED.replace(connection, [])
            return {"judged": 0, "tested": 0, "alarms": 0}
        prints = fingerprints(daily)
        start = first_unjudged(connection, daily, prints)
        if most_days is not None:
            start = max(start, min(first_unknown(connection, daily), len(daily) - most_days))
        for table in TABLES:
            connection.execute(
                f"delete from {table.qualified_name} where day >= %s", (daily.day(start),)
            )
        rows: list[tuple[Any, ...]] = []
        judged: list[tuple[Any, ...]] = []
        for index in range(start, len(daily)):
            found = list(judge_day(daily, index))
            rows += found
            alarms = sum(row[-1] for row in found)
            heard = count_series(daily, index)
            judged.append((daily.day(index), heard, len(found), alarms, prints[index]))
        SURGE_DAY.append(connection, rows)
        SURGE_JUDGED.append(connection, judged)
    return {
        "judged": len(judged),
        "tested": len(rows),
        "alarms": sum(row[-1] for row in rows),
    }


def first_unjudged(
    connection: psycopg.Connection[Any], daily: DailyCounts, prints: list[str]
) -> int:
    """Return the index of the first day that has no judgement, or one on other counts."""
    judged = dict(
        connection.execute(
            "select day, fingerprint from stats.surge_judged where method_version = %s",
            (SURGE_JUDGED.method_version,),
        ).fetchall()
    )
    if any(day < daily.first_day for day in judged):
        return 0  # the first days of the history were withdrawn: every baseline moves
    for index, fingerprint in enumerate(prints):
        if judged.get(daily.day(index)) != fingerprint:
            return index
    return len(prints)


def first_unknown(connection: psycopg.Connection[Any], daily: DailyCounts) -> int:
    """Return the index of the first day that this method never judged, on whatever counts."""
    judged = {
        day
        for (day,) in connection.execute(
            "select day from stats.surge_judged where method_version = %s",
            (SURGE_JUDGED.method_version,),
        )
    }
    return next(
        (index for index in range(len(daily)) if daily.day(index) not in judged), len(daily)
    )


def count_series(daily: DailyCounts, index: int) -> int:
    """Return how many series have spoken up to a day: the tests that the day is corrected for."""
    return int((daily.counts[:, : index + 1].sum(axis=1) > 0).sum())


def judge_day(daily: DailyCounts, index: int) -> Iterator[tuple[Any, ...]]:
    """Yield one row of `SURGE_DAY` per series that is loud enough on the day at `index`."""
    return correct_day(daily, index, iter_judgements(daily, index))


def correct_day(
    daily: DailyCounts, index: int, judgements: Iterable[Judgement]
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of one day's judgements, corrected for all series of the day."""
    from statsmodels.stats.multitest import multipletests

    tested = sorted(judgements, key=lambda item: item.series)
    if not tested:
        return
    weights = weigh_series(daily, index)
    weighted = [min(1.0, item.p_value / weights[item.series]) for item in tested]
    _, q_values, _, _ = multipletests(
        weighted + [1.0] * (len(weights) - len(tested)), method="fdr_bh"
    )
    for item, q_value in zip(tested, q_values, strict=False):
        excess = item.excess
        yield (
            daily.day(index),
            *item.series,
            item.baseline,
            item.baseline_voices,
            item.day_count,
            excess.window_days,
            excess.observed,
            excess.expected,
            excess.expected_low,
            excess.expected_high,
            item.p_value,
            float(q_value),
            bool(q_value < SIGNIFICANCE and excess.observed >= MIN_RATIO * excess.expected),
        )


def weigh_series(daily: DailyCounts, index: int) -> dict[Series, float]:
    """Return a weight for each series that has spoken up to a day, 1 on average.

    The root of its voices in the baseline, of half a voice at least; all alike below a year.
    """
    start, known = find_baseline(daily, index)
    spoken = numpy.flatnonzero(daily.counts[:, : index + 1].any(axis=1))
    voices = daily.counts[spoken, start:known].sum(axis=1)
    roots = numpy.sqrt(numpy.maximum(voices, SILENT_VOICES))
    weights = roots / roots.mean() if has_year(start, index) else numpy.ones(len(spoken))
    return {daily.series[row]: float(weight) for row, weight in zip(spoken, weights, strict=True)}


def find_baseline(daily: DailyCounts, index: int) -> tuple[int, int]:
    """Return the first day of the baseline of the day at `index`, and the day after its last."""
    earliest = index + 1 - BASELINE_DAYS - GAP_DAYS - max(WINDOWS)
    start = max(find_break(daily.totals[: index + 1]), earliest)
    return start, max(start, index + 1 - GAP_DAYS - max(WINDOWS))


def has_year(start: int, index: int) -> bool:
    """Is the history from `start` to the day at `index` long enough for a model?"""
    return index + 1 - start >= YEAR_DAYS + GAP_DAYS + max(WINDOWS)


def iter_judgements(daily: DailyCounts, index: int) -> Iterator[Judgement]:
    """Yield the judgement of each series that passes the second key on the day at `index`."""
    start, _ = find_baseline(daily, index)
    days = slice(start, index + 1)
    length = index + 1 - start
    recent = daily.counts[:, max(start, index + 1 - RECENT_DAYS) : index + 1].sum(axis=1)
    loud = numpy.flatnonzero(recent >= MIN_RECENT_VOICES)
    if length < ears.EARS_HISTORY or not len(loud):
        return
    if has_year(start, index):
        yield from _iter_modelled(daily, days, loud)
        return
    for row, excess in zip(loud, ears.judge_ears(daily.counts[loud, days]), strict=True):
        if excess.observed < MIN_RATIO * excess.expected:
            continue
        voices = int(daily.counts[row, index - ears.EARS_DAYS : index].sum())
        yield Judgement(daily.series[row], "ears", voices, excess.observed, excess, excess.p_value)


def _iter_modelled(
    daily: DailyCounts, days: slice, loud: NDArray[numpy.intp]
) -> Iterator[Judgement]:
    """Yield the judgement of each of the `loud` series on the last of `days`, by its model."""
    calendar, design = expect_calendar(daily, days)
    known = len(calendar) - GAP_DAYS - max(WINDOWS)
    tested = loud[passes_screen(daily.counts[loud, days], calendar, known)]
    if not len(tested):
        return
    counts = daily.counts[tested, days]
    forecasts = surge_model.forecast(counts, calendar, design, max(WINDOWS), GAP_DAYS)
    excesses = surge_excess.measure_excess(counts, forecasts, WINDOWS)
    for row, heard, excess in zip(tested, counts, excesses, strict=True):
        yield Judgement(
            daily.series[row],
            "quasi_poisson",
            int(heard[:known].sum()),
            int(heard[-1]),
            excess,
            min(1.0, excess.p_value * len(WINDOWS)),
        )


def find_break(totals: Vector) -> int:
    """Return the index of the first day after the last break in `totals` (days); 0 without any."""
    sums = numpy.concatenate([[0.0], numpy.cumsum(totals)])
    ends = numpy.arange(len(totals)) + 1
    starts = numpy.maximum(ends - BREAK_DAYS, 0)
    daily_voices = (sums[ends] - sums[starts]) / (ends - starts)
    quiet = numpy.flatnonzero(daily_voices < BREAK_SHARE * daily_voices[-1])
    return int(quiet[-1]) + 1 if len(quiet) else 0


def passes_screen(counts: Matrix, calendar: Vector, known: int) -> NDArray[numpy.bool_]:
    """Is any window louder than a series' mean rate on such days? Else no model need be fitted.

    `counts` is series x days; one answer per series. A series without any voice in its first
    `known` days passes when it is loud: its rate is taken as half a voice.
    """
    voices = numpy.maximum(counts[:, :known].sum(axis=1), SILENT_VOICES)
    rates = voices / float(calendar[:known].sum())
    louder = [
        counts[:, -days:].sum(axis=1) >= MIN_RATIO * rates * calendar[-days:].sum()
        for days in WINDOWS
    ]
    return numpy.asarray(numpy.any(louder, axis=0))


def expect_calendar(daily: DailyCounts, days: slice) -> tuple[Vector, Vector]:
    """Return the voices that the calendar lets expect on each day, and the terms of a series."""
    length = days.stop - days.start
    position = numpy.arange(length) / 365.25
    weekday = numpy.array([daily.day(index).weekday() for index in range(days.start, days.stop)])
    season = [numpy.sin(2 * numpy.pi * position), numpy.cos(2 * numpy.pi * position)]
    weekdays = [(weekday == number).astype(float) for number in range(1, 7)]
    design = numpy.column_stack([position, *season, *weekdays, daily.calendar[days]])
    offset = numpy.log(exposure(daily.orders)[days])
    expected = surge_model.fit_calendar(daily.totals[days], design, offset, max(WINDOWS))
    day_off = ((weekday >= 5) | (daily.calendar[days, 0] > 0)).astype(float)
    return expected, numpy.column_stack([position, *season, day_off])


def exposure(orders: Vector) -> Vector:
    """Return the mean daily orders of the two weeks before each day; all one without any orders.

    Feedback trails the orders that it is about. Where the orders begin after the feedback, the
    days before carry the mean of the first weeks.
    """
    if not orders.any():
        return numpy.ones(len(orders))
    sums = numpy.concatenate([[0.0], numpy.cumsum(orders)])
    ends = numpy.arange(len(orders)) + 1
    starts = numpy.maximum(ends - EXPOSURE_DAYS, 0)
    means = (sums[ends] - sums[starts]) / (ends - starts)
    return numpy.maximum(means, means[means > 0].min())
