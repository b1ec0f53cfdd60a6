"""The trend test against hand-computed series, and its error rate where nothing moves."""

from __future__ import annotations

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


def test_p_value_is_the_larger_of_both_tests():
    # 24 months, each above the same month of the year before: S = 12 pairs, Var = 12 x 1,
    # z = (12 - 1) / sqrt(12) = 3.1754, two-sided p = 0.001496; the other test can only add
    shares = [0.1 + 0.01 * (month % 12) + 0.05 * (month // 12) for month in range(24)]

    trend = theme_trend.measure_trend(shares)

    assert trend.p_value >= 0.001496
    assert trend.p_value < 0.05


def test_constant_series_has_no_trend():
    trend = theme_trend.measure_trend([0.2] * 30)

    assert (trend.sen_slope_per_year, trend.p_value) == (0.0, 1.0)


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


def test_a_gap_cuts_the_series():
    totals = dict.fromkeys(month_range(6), 10)
    del totals[date(2025, 12, 1)]

    assert theme_trend.complete_months(totals, date(2026, 3, 31)) == month_range(3)


def test_month_before_crosses_the_year():
    day = date(2026, 1, 1)

    assert theme_trend.month_before(day) == (day - timedelta(days=1)).replace(day=1)
