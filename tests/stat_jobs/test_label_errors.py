"""Shares freed from the errors of labels: a published example, coverage, borrowed rates."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs.label_errors import (
    GoldCount,
    Rates,
    TopicRates,
    choose_rates,
    correct,
    correction_interval,
    draw_corrected,
    pool,
    settle,
)


def rates(tpr: float, fpr: float, positives: float = 200, negatives: float = 400) -> Rates:
    return Rates("topic", tpr, positives, fpr, negatives)


def test_the_published_herd_has_five_sick_cows_in_a_hundred():
    # epiR, epi.prev: 23 of 150 positive, sensitivity 0.96, specificity 0.89 -> 5.1 %
    known = rates(0.96, 0.11, 1e9, 1e9)

    assert 100 * correct(23 / 150, known) == pytest.approx(5.1, abs=0.05)
    low, high = correction_interval(23 / 150, 150, known)
    # its exact (Blaker) interval: 0 to 13 %
    assert (100 * low, 100 * high) == (0, pytest.approx(13, abs=0.7))


def test_nothing_is_corrected_away_by_perfect_labels():
    assert correct(0.2, rates(1.0, 0.0)) == pytest.approx(0.2)


def test_fewer_than_the_false_alarms_are_none_and_more_than_all_are_all():
    assert correct(0.01, rates(0.7, 0.02)) == 0
    assert correct(0.9, rates(0.7, 0.02)) == 1


@pytest.mark.parametrize(("true_share", "tpr", "fpr"), [(0.05, 0.6, 0.01), (0.3, 0.8, 0.1)])
def test_the_interval_holds_the_truth_in_95_of_100_companies(true_share, tpr, fpr):
    generator = numpy.random.default_rng(7)
    covered, runs, voices, positives, negatives = 0, 1000, 2000, 40, 380
    for _ in range(runs):
        seen = generator.binomial(voices, true_share * tpr + (1 - true_share) * fpr) / voices
        measured = rates(
            generator.binomial(positives, tpr) / positives,
            generator.binomial(negatives, fpr) / negatives,
            positives,
            negatives,
        )
        if not measured.is_usable:
            continue
        low, high = correction_interval(seen, voices, measured)
        covered += low <= true_share <= high

    assert 0.93 <= covered / runs <= 0.99


def test_drawn_corrections_spread_as_the_interval_does():
    measured = rates(0.6, 0.01, 40, 380)
    generator = numpy.random.default_rng(3)
    observed = generator.binomial(2000, 0.04, 20_000) / 2000

    drawn = numpy.quantile(draw_corrected(observed, measured, generator), [0.025, 0.975])

    assert drawn == pytest.approx(correction_interval(0.04, 2000, measured), abs=0.01)


def test_a_topic_with_few_gold_documents_borrows_from_the_level_above():
    counts = {
        "rich": GoldCount(20, 10, 380, 4),
        "poor": GoldCount(2, 2, 398, 1),
        "cousin": GoldCount(9, 3, 391, 0),
        "stranger": GoldCount(30, 27, 370, 0),
        "orphan": GoldCount(0, 0, 400, 8),
    }
    levels = {
        "rich": ("returns", "service"),
        "poor": ("returns", "service"),
        "cousin": ("contact", "service"),
        "stranger": ("app", "digital"),
        "orphan": ("data", "privacy"),
    }

    chosen = choose_rates(counts, levels)

    assert chosen["rich"].own == Rates("topic", 0.5, 20, 4 / 380, 380)
    assert (chosen["poor"].own.level, chosen["poor"].own.tpr) == ("level2", 12 / 22)
    assert (chosen["cousin"].own.level, chosen["cousin"].own.tpr) == ("level1", 15 / 31)
    assert chosen["orphan"].own.level == "all_topics"
    # false alarms are measured on hundreds of documents, so they are each topic's own
    assert chosen["orphan"].own.fpr == 8 / 400


def test_topics_that_differ_are_worth_fewer_documents_than_topics_alike():
    alike, documents_alike = pool([GoldCount(50, 25, 0, 0), GoldCount(50, 25, 0, 0)])
    apart, documents_apart = pool([GoldCount(50, 45, 0, 0), GoldCount(50, 5, 0, 0)])

    assert alike == apart == 0.5
    assert documents_alike == 100
    assert documents_apart < 5


@pytest.mark.parametrize(
    ("level", "tpr", "verdict"),
    [
        ("topic", 0.045, "labels_too_weak"),
        ("level2", 0.045, "gold_too_thin"),
        ("topic", 0.5, "corrected"),
        ("level2", 0.5, "corrected"),
    ],
)
def test_labels_that_cannot_be_told_from_guessing_correct_nothing(level, tpr, verdict):
    found = TopicRates(Rates(level, tpr, 22, 0.005, 378), rates(0.5, 0.005))

    assert found.verdict == verdict


def test_the_share_to_go_by_changes_only_where_the_observed_one_is_refuted():
    assert settle(0.04, 1000, rates(0.25, 0.001)) == pytest.approx(0.039 / 0.249)
    assert settle(0.04, 1000, rates(0.8, 0.005, 15)) == 0.04


def test_with_few_gold_documents_the_share_to_go_by_misses_less_than_the_corrected_one():
    generator = numpy.random.default_rng(11)
    missed = {"settled": 0.0, "corrected": 0.0}
    for _ in range(500):
        true_share = generator.uniform(0.01, 0.05)
        seen = generator.binomial(2000, true_share * 0.4 + (1 - true_share) * 0.02) / 2000
        measured = rates(
            generator.binomial(12, 0.4) / 12, generator.binomial(390, 0.02) / 390, 12, 390
        )
        if measured.is_usable:
            missed["settled"] += abs(settle(seen, 2000, measured) - true_share)
            missed["corrected"] += abs(correct(seen, measured) - true_share)

    assert missed["settled"] < missed["corrected"]
