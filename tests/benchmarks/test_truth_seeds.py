"""What the table over many seeds says about found causes and intervals."""

from __future__ import annotations

import numpy
import pytest

from benchmarks import oracle_labels, truth_seeds
from benchmarks.truth_checks import Finding


def lifts(errors: float, seeds: int = 2000) -> list[Finding]:
    estimates = numpy.random.default_rng(5).normal(3.0, 1.0, seeds)
    reach = 1.96 * errors
    return [
        Finding("handoff", "parcel", True, "", float(e), float(e - reach), float(e + reach))
        for e in estimates
    ]


@pytest.mark.parametrize(("errors", "share"), [(1.0, 0.95), (0.5, 0.673)])
def test_intervals_without_a_planted_value_are_held_against_the_other_seeds(
    errors: float, share: float
):
    covered = truth_seeds.count_covered(lifts(errors))

    assert numpy.mean(covered) == pytest.approx(share, abs=0.03)


def test_a_planted_value_is_held_against_each_interval():
    found = [
        Finding("cohort", "privacy", True, "", 0.1, low, high, 0.0)
        for low, high in ((-0.1, 0.3), (0.05, 0.15))
    ]

    assert truth_seeds.count_covered(found) == [True, False]


def test_few_seeds_say_nothing_about_intervals():
    assert truth_seeds.count_covered(lifts(1.0, seeds=4)) == []


def test_a_planted_rule_confusion_has_a_cause():
    text = {"breakpoint_kind": "rule_confusion", "handoff": "points_rules"}

    assert oracle_labels.name_cause(text, {"issue": "points_rules"}) == "unclear_terms"
    assert oracle_labels.name_cause(text, {"issue": "late"}) is None
    assert oracle_labels.name_cause({**text, "breakpoint_kind": None}, {"issue": "late"}) is None
