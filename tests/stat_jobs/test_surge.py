"""Alarms over many series: planted surges are found early, quiet series stay quiet."""

from __future__ import annotations

from datetime import date, timedelta

import numpy
import pytest

from stat_jobs import surge, surge_counts
from stat_jobs.surge_counts import DailyCounts

FIRST_DAY = date(2024, 1, 1)
DAYS = 460


def company(counts: numpy.ndarray, orders: numpy.ndarray | None = None) -> DailyCounts:
    days = counts.shape[1]
    return DailyCounts(
        first_day=FIRST_DAY,
        totals=numpy.random.default_rng(1).poisson(100, days).astype(float),
        orders=numpy.zeros(days) if orders is None else orders,
        calendar=numpy.zeros((days, 2)),
        series=tuple(("topic", f"topic_{row:03d}", "*") for row in range(len(counts))),
        counts=counts.astype(float),
    )


def alarms_between(daily: DailyCounts, first: int, last: int) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for index in range(first, last):
        for row in surge.judge_day(daily, index):
            if row[-1]:
                found.setdefault(row[2], []).append(index)
    return found


def test_a_surge_among_200_topics_is_told_two_days_before_its_peak():
    rng = numpy.random.default_rng(20)
    rates = rng.gamma(2.0, 1.0, size=(200, 1))
    counts = rng.negative_binomial(rates * 4, 0.8, size=(200, DAYS))
    shape = numpy.array([1, 2, 3, 4, 5, 5, 4, 3, 2, 1])  # peak on the fifth day
    counts[7, 440:450] = rng.poisson(rates[7] + 2.5 * shape)

    found = alarms_between(company(counts), 438, 446)

    assert found["topic_007"][0] <= 442  # the peak is at 444
    assert len(found) <= 1 + 2  # no more than one false alarm a week


def test_double_the_orders_are_no_surge():
    rng = numpy.random.default_rng(4)
    orders = numpy.full(DAYS, 200.0)
    orders[200:240] = orders[430:] = 500.0
    exposure = surge.exposure(orders)
    counts = rng.poisson(numpy.outer(numpy.full(30, 5.0), exposure / 200))
    daily = company(counts, orders)
    daily = DailyCounts(**{**vars(daily), "totals": rng.poisson(exposure / 2).astype(float)})

    assert alarms_between(daily, 440, DAYS) == {}


def test_few_voices_never_alarm():
    counts = numpy.zeros((5, DAYS))
    counts[:, ::40] = 1
    counts[0, -2:] = 2  # four voices out of nothing

    assert alarms_between(company(counts), DAYS - 5, DAYS) == {}


def test_below_a_year_ears_finds_the_jump():
    rng = numpy.random.default_rng(8)
    counts = rng.poisson(3, size=(20, 60))
    counts[3, 50] = 40

    daily = company(counts)
    rows = list(surge.judge_day(daily, 50))

    assert [(row[2], row[4]) for row in rows if row[-1]] == [("topic_003", "ears")]


def test_exposure_is_the_mean_of_two_weeks_and_never_zero():
    orders = numpy.concatenate([numpy.zeros(3), numpy.full(20, 14.0)])

    exposure = surge.exposure(orders)

    assert exposure[-1] == 14.0
    assert exposure[3] == pytest.approx(14 / 4)
    assert exposure[0] == pytest.approx(14 / 4)  # before the first order: the least that was seen
    assert surge.exposure(numpy.zeros(4)).tolist() == [1.0] * 4


def test_a_gap_or_a_new_source_begins_history_anew():
    steady, few, none = [30.0] * 100, [1.0] * 100, [0.0] * 100

    assert surge.find_break(numpy.array(steady)) == 0
    assert surge.find_break(numpy.array([*steady, *none[:27]])) == 0
    assert surge.find_break(numpy.array([*steady, *none, *steady])) == 201
    assert surge.find_break(numpy.array([*few, *steady])) in range(100, 103)
    # four times the voices are growth, not a new history
    assert surge.find_break(numpy.array([*few, *few] + [4.0] * 100)) == 0


def test_years_of_old_reviews_with_gaps_before_a_company_are_no_reason_to_stop_or_to_alarm():
    rng = numpy.random.default_rng(6)
    counts = numpy.zeros((4, 1500))
    counts[:2, :300:9] = 1
    counts[0, 700:712] = 6
    counts[:3, 1000:] = rng.poisson(6, size=(3, 500))
    counts[3, -30:-10] = 3  # speaks for the first time
    orders = numpy.zeros(1500)
    orders[1000:] = 80
    daily = company(counts, orders)
    daily = DailyCounts(**{**vars(daily), "totals": counts.sum(axis=0)})

    assert alarms_between(daily, 600, 1020) == {}
    assert min(alarms_between(daily, 1466, 1476)["topic_003"]) in range(1470, 1474)


def test_weights_are_roots_of_the_baseline_and_one_on_average():
    counts = numpy.zeros((4, DAYS))
    counts[0, : DAYS - 21] = 4
    counts[1, : DAYS - 21] = 1
    counts[2, -3:] = 50  # what is judged gives no weight
    weights = surge.weigh_series(company(counts), DAYS - 1)

    assert set(weights) == {("topic", f"topic_{row:03d}", "*") for row in range(3)}
    large, small, new = weights.values()
    assert large == pytest.approx(2 * small)
    assert new == pytest.approx(small * (0.5 / (DAYS - 21)) ** 0.5)
    assert large + small + new == pytest.approx(3)
    young = surge.weigh_series(company(counts[:, -60:]), 59)
    assert set(young.values()) == {1.0}


def test_fingerprints_change_from_the_first_changed_day_on():
    counts = numpy.ones((3, 10))
    before = surge_counts.fingerprints(company(counts))
    counts[1, 6] = 2

    after = surge_counts.fingerprints(company(counts))

    assert after[:6] == before[:6]
    assert all(new != old for new, old in zip(after[6:], before[6:], strict=True))


def test_days_are_named_from_the_first():
    assert company(numpy.ones((1, 3))).day(2) == FIRST_DAY + timedelta(days=2)
