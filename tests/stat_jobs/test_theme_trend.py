"""The trend test against hand-computed series, and its error rate where nothing moves."""

from __future__ import annotations

import warnings
from datetime import date, timedelta

import numpy
import pytest

from stat_jobs import theme_trend
from stat_jobs.theme_trend import TopicVotes


def month_range(count: int, last: date = date(2026, 3, 1)) -> list[date]:
    months = [last]
    while len(months) < count:
        months.append(theme_trend.month_before(months[-1]))
    return months[::-1]


def test_slope_of_a_straight_line_is_its_yearly_rise_whatever_the_season():
    season = [0.02 * (month % 12 in (0, 1, 10)) for month in range(36)]
    shares = [0.10 + 0.001 * month + season[month] for month in range(36)]

    trend = theme_trend.measure_trend(shares)

    assert trend.sen_slope_per_year == pytest.approx(0.012)
    assert trend.tau == pytest.approx(1.0)
    assert trend.p_value < 0.01


@pytest.mark.parametrize("seed", range(4))
def test_p_value_is_the_larger_of_both_tests(seed: int):
    import pymannkendall
    import statsmodels.api

    position = numpy.arange(36)
    noise = numpy.random.default_rng(seed).normal(0, 0.02, 36)
    shares = 0.1 + 0.0005 * position + 0.03 * numpy.sin(position) + noise
    months = (position[:, None] % 12 == numpy.arange(12)).astype(float)
    regression = statsmodels.api.OLS(shares, numpy.column_stack([position, months])).fit()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        corrected = pymannkendall.hamed_rao_modification_test(shares, lag=3)
    ranks = numpy.nanmax([corrected.p, pymannkendall.original_test(shares).p])

    trend = theme_trend.measure_trend(shares.tolist())

    assert theme_trend.regress(shares.tolist()) == pytest.approx(regression.pvalues[0])
    assert trend.p_value == pytest.approx(max(regression.pvalues[0], ranks))


def test_a_season_is_no_trend():
    season = 0.1 + 0.04 * numpy.sin(2 * numpy.pi * (numpy.arange(36) - 3) / 12)
    noise = numpy.random.default_rng(1).normal(0, 0.005, (100, 36))

    alarms = [theme_trend.measure_trend((season + row).tolist()).p_value < 0.05 for row in noise]

    assert numpy.mean(alarms) < 0.08


def test_topics_of_many_votes_weigh_more():
    noise = numpy.random.default_rng(3)
    months = month_range(36)
    rising = numpy.linspace(0.02, 0.035, 36)
    by_topic = {
        f"small_{number:02d}": dict(zip(months, map(int, noise.poisson(1, 36)), strict=True))
        for number in range(60)
    }
    by_topic["large"] = dict(zip(months, map(int, 1000 * rising), strict=True))
    by_topic["twin"] = dict(zip(months, (int(0.04 * n) for n in 1000 * rising), strict=True))
    votes = TopicVotes(dict.fromkeys(months, 1000), by_topic)

    rows = {row[0]: row for row in theme_trend.judge_topics(votes, date(2026, 3, 31))}

    assert rows["large"][8] < rows["large"][7] * len(rows)
    assert all(0 <= row[8] <= 1 for row in rows.values())


def test_constant_series_has_no_trend():
    trend = theme_trend.measure_trend([0.2] * 30)

    assert (trend.sen_slope_per_year, trend.p_value) == (0.0, 1.0)


def test_series_of_few_distinct_values_have_finite_figures():
    noise = numpy.random.default_rng(2)

    for length in (24, 37, 60):
        for _ in range(20):
            shares = numpy.zeros(length)
            spoken = noise.choice(length, noise.integers(1, length), replace=False)
            shares[spoken] = noise.integers(1, 3, len(spoken)) / 10
            trend = theme_trend.measure_trend(shares.tolist())

            assert numpy.isfinite([trend.sen_slope_per_year, trend.tau]).all()
            assert 0 <= trend.p_value <= 1


def test_false_alarms_stay_within_the_stated_rate():
    noise = numpy.random.default_rng(20)
    shares = noise.binomial(400, 0.1, size=(300, 36)) / 400

    alarms = numpy.mean([theme_trend.measure_trend(series).p_value < 0.05 for series in shares])

    # 1-3 % is stated; 300 series leave a standard error of about 0.9 points
    assert 0.0 < alarms < 0.05


def test_a_planted_trend_is_found_among_many_that_do_not_move():
    noise = numpy.random.default_rng(7)
    months = month_range(36)
    totals = dict.fromkeys(months, 500)
    by_topic = {
        f"still_{number:02d}": dict(
            zip(months, map(int, noise.binomial(500, 0.08, 36)), strict=True)
        )
        for number in range(40)
    }
    rising = noise.binomial(500, numpy.linspace(0.05, 0.12, 36))
    by_topic["rising"] = dict(zip(months, map(int, rising), strict=True))

    rows = {
        row[0]: row
        for row in theme_trend.judge_topics(TopicVotes(totals, by_topic), date(2026, 3, 31))
    }

    assert rows["rising"][-1] == "rising"
    assert rows["rising"][5] == pytest.approx(0.024, abs=0.008)  # 0.07 over 35 months, by the year
    assert [slug for slug, row in rows.items() if row[-1] != "no_trend"] == ["rising"]


@pytest.mark.parametrize(
    ("month_count", "monthly_votes"),
    [pytest.param(23, 50, id="too short"), pytest.param(24, 1, id="too thin")],
)
def test_series_that_cannot_be_tested_have_no_row(month_count: int, monthly_votes: int):
    months = month_range(month_count)
    votes = TopicVotes(dict.fromkeys(months, 100), {"topic": dict.fromkeys(months, monthly_votes)})

    assert list(theme_trend.judge_topics(votes, date(2026, 3, 31))) == []


def test_the_month_that_still_runs_is_left_out():
    totals = dict.fromkeys(month_range(3), 10)

    complete = theme_trend.complete_months(totals, date(2026, 3, 31))
    running = theme_trend.complete_months(totals, date(2026, 3, 30))

    assert complete == [date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)]
    assert running == [date(2026, 1, 1), date(2026, 2, 1)]


def test_the_month_in_which_feedback_began_is_left_out_unless_it_began_with_it():
    totals = dict.fromkeys(month_range(3), 10)
    last = date(2026, 3, 31)

    assert theme_trend.complete_months(totals, last, date(2026, 1, 22)) == month_range(2)
    assert theme_trend.complete_months(totals, last, date(2026, 1, 3)) == month_range(3)
    assert theme_trend.complete_months(totals, last, date(2025, 12, 22)) == month_range(3)


def test_a_gap_cuts_the_series():
    totals = dict.fromkeys(month_range(6), 10)
    del totals[date(2025, 12, 1)]

    assert theme_trend.complete_months(totals, date(2026, 3, 31)) == month_range(3)


def test_month_before_crosses_the_year():
    day = date(2026, 1, 1)

    assert theme_trend.month_before(day) == (day - timedelta(days=1)).replace(day=1)
