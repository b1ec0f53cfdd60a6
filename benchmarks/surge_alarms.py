"""How many surges are told of where nothing happens, and how early where something does?

    .venv/bin/python -m benchmarks.surge_alarms [--series 200] [--weeks 26] [--seed 20]

Series of daily counts with weekday, season and campaigns, over-dispersed (variance 1.5 times the
mean), rates from a gamma distribution (mean 3 a day). Without any surge: alarms a week. Then a
surge of 2, 3 and 5 times the rate over ten days, peak on the fourth, planted in one series at a
time: share found before it ends, and days from the first alarm to the peak.
"""

from __future__ import annotations

import argparse
from datetime import date

import numpy

from stat_jobs import surge
from stat_jobs.surge import DailyCounts

HISTORY_DAYS = 420
SURGE_SHAPE = numpy.array([0.4, 0.6, 0.8, 1.0, 0.9, 0.75, 0.6, 0.45, 0.3, 0.15])
PEAK = int(SURGE_SHAPE.argmax())


def main() -> None:
    """Print false alarms a week, then recall and lead of planted surges."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--surges", type=int, default=20, help="planted surges per size")
    parser.add_argument("--seed", type=int, default=20)
    arguments = parser.parse_args()
    rng = numpy.random.default_rng(arguments.seed)
    quiet = simulate(rng, arguments.series, HISTORY_DAYS + 7 * arguments.weeks)
    episodes = count_episodes(quiet, HISTORY_DAYS)
    print(
        f"nothing planted: {episodes} false alarms in {arguments.weeks} weeks over "
        f"{arguments.series} series, {episodes / arguments.weeks:.2f} a week"
    )
    for factor in (2, 3, 5):
        leads = [lead_of(rng, quiet, factor) for _ in range(arguments.surges)]
        found = sorted(lead for lead in leads if lead is not None)
        middle = found[len(found) // 2] if found else "-"
        print(
            f"{factor} times the rate at the peak, rate of 3 or more: {len(found)} of "
            f"{len(leads)} found, median lead {middle} days before the peak"
        )


def simulate(rng: numpy.random.Generator, series: int, days: int) -> DailyCounts:
    """Draw series without any surge; their orders move with season and campaigns."""
    position = numpy.arange(days)
    season = 1 + 0.25 * numpy.sin(2 * numpy.pi * position / 365.25)
    campaign = numpy.where((position % 180 < 14), 1.6, 1.0)
    weekday = numpy.array([1.12, 1.04, 1.0, 0.98, 0.96, 0.94, 0.96])[position % 7]
    orders = rng.poisson(200 * season * campaign).astype(float)
    rates = rng.gamma(1.5, 2.0, size=(series, 1)) * weekday * surge.exposure(orders) / 200
    # negative binomial with variance 1.5 x mean
    counts = rng.negative_binomial(numpy.maximum(rates * 2, 1e-9), 2 / 3).astype(float)
    return DailyCounts(
        first_day=date(2024, 1, 1),
        totals=counts.sum(axis=0),
        orders=orders,
        calendar=numpy.zeros((days, 2)),
        series=tuple(("topic", f"topic_{number:04d}", "*") for number in range(series)),
        counts=counts,
    )


def count_episodes(daily: DailyCounts, first: int) -> int:
    """Count alarms from a day on; one that follows within a week is the same."""
    last: dict[str, int] = {}
    episodes = 0
    for index in range(first, len(daily)):
        for row in surge.judge_day(daily, index):
            if row[-1]:
                episodes += index - last.get(row[2], -99) > 7
                last[row[2]] = index
    return episodes


def lead_of(rng: numpy.random.Generator, quiet: DailyCounts, factor: float) -> int | None:
    """Plant one surge and return the days from its alarm to its peak; null when it was missed."""
    loud = numpy.flatnonzero(quiet.counts.mean(axis=1) >= 3)
    row = int(rng.choice(loud))
    start = int(rng.integers(HISTORY_DAYS, len(quiet) - len(SURGE_SHAPE)))
    counts = quiet.counts.copy()
    added = (factor - 1) * quiet.counts[row].mean() * SURGE_SHAPE
    counts[row, start : start + len(SURGE_SHAPE)] += rng.poisson(added)
    daily = DailyCounts(**{**vars(quiet), "counts": counts})
    for index in range(start, start + len(SURGE_SHAPE)):
        if any(
            item[2] == quiet.series[row][1] and item[-1] for item in surge.judge_day(daily, index)
        ):
            return PEAK - (index - start)
    return None


if __name__ == "__main__":
    main()
