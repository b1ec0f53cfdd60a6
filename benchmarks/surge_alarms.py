"""How many surges are told of where nothing happens, and how early where something does?

    .venv/bin/python -m benchmarks.surge_alarms [--series 200] [--weeks 26] [--seed 20]

Series of daily counts with weekday, season and campaigns, over-dispersed (variance 1.5 times the
mean), rates from a gamma distribution (mean 3 a day). Without any surge: alarms a week. Then a
surge of ten days planted in one series at a time, by the series' rate, in two shapes: *peak*, 2, 3
or 5 times the rate on one day, rising for three and fading for six; *plateau*, that rate for four
days. Found before it ends, and how many days before its peak (the plateau's: its last full day)?
"""

from __future__ import annotations

import argparse
from datetime import date

import numpy

from stat_jobs import surge
from stat_jobs.poisson_regression import Vector
from stat_jobs.surge import Judgement
from stat_jobs.surge_counts import DailyCounts

HISTORY_DAYS = 420
SHAPES = {
    "peak": numpy.array([0.4, 0.6, 0.8, 1.0, 0.9, 0.75, 0.6, 0.45, 0.3, 0.15]),
    "plateau": numpy.array([0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.6, 0.45, 0.3, 0.15]),
}
PEAKS = {"peak": 3, "plateau": 4}
FACTORS = (2, 3, 5)
RATE_BANDS = ((3, 6), (6, 12), (12, 40))  # voices a day

Alarms = dict[int, list[Judgement]]


def main() -> None:
    """Print false alarms a week, then recall and lead of planted surges."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--series", type=int, default=200)
    parser.add_argument("--weeks", type=int, default=26)
    parser.add_argument("--surges", type=int, default=30, help="planted per shape, size and rate")
    parser.add_argument("--seed", type=int, default=20)
    arguments = parser.parse_args()
    rng = numpy.random.default_rng(arguments.seed)
    quiet = simulate(rng, arguments.series, HISTORY_DAYS + 7 * arguments.weeks)
    judged = {
        index: list(surge.iter_judgements(quiet, index))
        for index in range(HISTORY_DAYS, len(quiet))
    }
    episodes = count_episodes(quiet, judged)
    print(
        f"nothing planted: {episodes} false alarms in {arguments.weeks} weeks over "
        f"{arguments.series} series, {episodes / arguments.weeks:.2f} a week"
    )
    for shape in SHAPES:
        for factor in FACTORS:
            for band in RATE_BANDS:
                leads = [
                    lead_of(rng, quiet, judged, factor, shape, band)
                    for _ in range(arguments.surges)
                ]
                found = sorted(lead for lead in leads if lead is not None)
                middle = found[len(found) // 2] if found else "-"
                print(
                    f"{shape}, {factor} times a rate of {band[0]}-{band[1]}: {len(found)} of "
                    f"{len(leads)} found, median lead {middle} days",
                    flush=True,
                )


def simulate(rng: numpy.random.Generator, series: int, days: int) -> DailyCounts:
    """Draw series without any surge; their orders move with season and campaigns."""
    position = numpy.arange(days)
    season = 1 + 0.25 * numpy.sin(2 * numpy.pi * position / 365.25)
    campaign = numpy.where((position % 180 < 14), 1.6, 1.0)
    weekday = numpy.array([1.12, 1.04, 1.0, 0.98, 0.96, 0.94, 0.96])[position % 7]
    orders = rng.poisson(200 * season * campaign).astype(float)
    rates = rng.gamma(1.5, 2.0, size=(series, 1)) * weekday * surge.exposure(orders) / 200
    return DailyCounts(
        first_day=date(2024, 1, 1),
        totals=(counts := draw_counts(rng, rates)).sum(axis=0),
        orders=orders,
        calendar=numpy.zeros((days, 2)),
        series=tuple(("topic", f"topic_{number:04d}", "*") for number in range(series)),
        counts=counts,
    )


def draw_counts(rng: numpy.random.Generator, means: Vector) -> Vector:
    """Draw negative binomial counts whose variance is 1.5 times the mean."""
    return rng.negative_binomial(numpy.maximum(means * 2, 1e-9), 2 / 3).astype(float)


def count_episodes(daily: DailyCounts, judged: Alarms) -> int:
    """Count alarms over the judged days; one that follows within a week is the same."""
    last: dict[str, int] = {}
    episodes = 0
    for index, judgements in sorted(judged.items()):
        for row in surge.correct_day(daily, index, judgements):
            if row[-1]:
                episodes += index - last.get(row[2], -99) > 7
                last[row[2]] = index
    return episodes


def lead_of(
    rng: numpy.random.Generator,
    quiet: DailyCounts,
    judged: Alarms,
    factor: float,
    shape: str,
    band: tuple[int, int],
) -> int | None:
    """Plant one surge and return the days from its alarm to its peak; null when it was missed.

    The series is one of the quiet company, scaled up where none has a rate within `band`.
    """
    rate = float(rng.uniform(*band))
    means = quiet.counts.mean(axis=1)
    row = int(numpy.abs(means - rate).argmin())
    start = int(rng.integers(HISTORY_DAYS, len(quiet) - len(SHAPES[shape])))
    counts = quiet.counts[row].copy()
    if not band[0] <= means[row] < band[1]:
        counts = draw_counts(rng, rate * quiet.totals / quiet.totals.mean())
    counts[start : start + len(SHAPES[shape])] += rng.poisson(
        (factor - 1) * counts.mean() * SHAPES[shape]
    )
    all_counts = quiet.counts.copy()
    all_counts[row] = counts
    company = DailyCounts(**{**vars(quiet), "counts": all_counts})
    series = quiet.series[row]
    alone = DailyCounts(**{**vars(quiet), "series": (series,), "counts": counts[None, :]})
    for day in range(len(SHAPES[shape])):
        others = [item for item in judged[start + day] if item.series != series]
        mine = list(surge.iter_judgements(alone, start + day))
        for found in surge.correct_day(company, start + day, [*others, *mine]):
            if found[2] == series[1] and found[-1]:
                return PEAKS[shape] - day
    return None


if __name__ == "__main__":
    main()
