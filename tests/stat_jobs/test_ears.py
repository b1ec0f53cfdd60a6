"""EARS against an example computed by hand, and its error rate."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs.ears import EARS_HISTORY, judge_ears, measure_ears


def test_ears_matches_the_hand_computed_example():
    # days 4-10 have mean 2 and deviation sqrt(4/6); C1 = (9 - 2) / max(1, 0.816) = 7
    counts = numpy.array([5, 5, 1, 2, 3, 2, 1, 2, 3, 2, 1, 9], dtype=float)

    first, second, third = measure_ears(counts[None])

    assert first == pytest.approx(9 - counts[4:11].mean())
    assert second == pytest.approx(9 - counts[2:9].mean())
    # of the two days before, neither exceeds its own baseline by more than one
    assert third == pytest.approx(second - 1)


def test_ears_stays_quiet_on_a_steady_series():
    noise = numpy.random.default_rng(3).poisson(6, size=(800, EARS_HISTORY))

    alarms = numpy.mean([excess.p_value < 0.01 for excess in judge_ears(noise.astype(float))])

    assert alarms < 0.025
