"""Lift against hand-computed and published tables, and its error rate under independence."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs import breakpoint_lift
from stat_jobs.breakpoint_lift import Meetings


def test_lift_and_its_interval_match_the_hand_computed_example():
    # 20 of 200 together, 50 and 40 apart: lift 20 x 200 / (50 x 40) = 2; variance of its log
    # ((10 - 4 - 5)^2 x 0.1 + 0.15 / 0.25^2 + 0.1 / 0.2^2 - 1) / 200 = 0.02, exp(1.96 x 0.1414)
    # = 1.3194
    lift = breakpoint_lift.measure_lift(both=20, first=50, second=40, total=200)

    assert lift.lift == pytest.approx(2.0)
    assert lift.low == pytest.approx(1.5158, abs=1e-4)
    assert lift.high == pytest.approx(2.6388, abs=1e-4)


def test_p_value_is_that_of_the_lady_tasting_tea():
    # Fisher (1935): 3 of 4 cups right on each side, one-sided 17/70
    lift = breakpoint_lift.measure_lift(both=3, first=4, second=4, total=8)

    assert lift.p_value == pytest.approx(17 / 70)


@pytest.mark.parametrize(
    "counts",
    [
        pytest.param((6, 5, 9, 100), id="more together than alone"),
        pytest.param((0, 5, 9, 100), id="never together"),
        pytest.param((5, 60, 60, 100), id="more than the total"),
    ],
)
def test_impossible_counts_are_refused(counts: tuple[int, int, int, int]):
    with pytest.raises(ValueError, match="impossible counts"):
        breakpoint_lift.measure_lift(*counts)


def test_interval_covers_and_test_stays_quiet_under_independence():
    draws = numpy.random.default_rng(20).multinomial(1000, [0.04, 0.16, 0.16, 0.64], size=400)
    lifts = [
        breakpoint_lift.measure_lift(both, both + one, both + other, 1000)
        for both, one, other, _ in draws.tolist()
    ]

    covered = numpy.mean([lift.low <= 1 <= lift.high for lift in lifts])
    alarms = numpy.mean([lift.p_value < 0.05 for lift in lifts])

    assert 0.92 < covered < 0.98
    assert alarms < 0.06  # Fisher's test is conservative: at most its level


def test_rows_carry_their_pair_and_are_significant_by_their_own_count():
    meetings = Meetings(
        total=1000,
        departments={"logistics": 100, "sales": 100, "it": 200},
        pairs={("logistics", "sales"): 60, ("it", "sales"): 20, ("it", "logistics"): 4},
    )
    rows = [
        ("sales", "logistics", "over_promise", 56, 50),
        ("logistics", "sales", "other", 4, 4),
        ("it", "sales", "other", 20, 19),
        ("it", "logistics", "other", 4, 4),
    ]

    judged = {row[:3]: row for row in breakpoint_lift.judge_rows(rows, meetings)}

    assert list(judged) == [row[:3] for row in rows[:3]]  # four meetings are too few to test
    assert judged["sales", "logistics", "over_promise"][9] == pytest.approx(6.0)
    assert judged["sales", "logistics", "over_promise"][-1] is True
    assert judged["logistics", "sales", "other"][9] == pytest.approx(6.0)
    assert judged["logistics", "sales", "other"][-1] is False  # 4 feedback of its own
    assert judged["it", "sales", "other"][-1] is False  # 20 are what chance brings


def test_the_order_of_rows_does_not_show_in_a_sum_of_weights():
    weights = [1 / 3, 0.1, 1.0, 1 / 7, 0.2, 1 / 3] * 50
    forwards, backwards = sum(weights), sum(sorted(weights, reverse=True))

    assert forwards != backwards
    assert breakpoint_lift.settle(forwards) == breakpoint_lift.settle(backwards)


def test_nothing_to_judge_gives_no_rows():
    assert list(breakpoint_lift.judge_rows([], Meetings(0, {}, {}))) == []


def test_copies_of_one_text_are_one_in_every_count():
    # 10 copies of one complaint weigh 0.1 each: 19 + 1 texts together, as in the first example
    whole = breakpoint_lift.measure_lift(both=20, first=50, second=40, total=200)

    weighed = breakpoint_lift.measure_lift(both=19 + 10 * 0.1, first=50.0, second=40.0, total=200.0)

    assert weighed.lift == pytest.approx(whole.lift)
    assert weighed.p_value == pytest.approx(whole.p_value)
