"""The measures of the benchmark, on examples that can be counted by hand."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.identity import group_by, group_by_contact, name_and_year
from benchmarks.identity_truth import (
    draw_customers,
    measure_b_cubed,
    measure_pairs,
    pairs_within,
)

TRUE = {"a": "1", "b": "1", "c": "1", "d": "2", "e": "3"}
FOUND = {"a": "x", "b": "x", "c": "y", "d": "y", "e": "z"}


def test_pairs_are_those_within_a_group():
    assert pairs_within(TRUE) == {("a", "b"), ("a", "c"), ("b", "c")}


def test_pairwise_precision_and_recall():
    quality = measure_pairs(pairs_within(FOUND), pairs_within(TRUE))

    assert (quality.found, quality.precision.estimate) == (2, 1 / 2)
    assert quality.recall.estimate == pytest.approx(1 / 3)
    assert quality.recall.low < 1 / 3 < quality.recall.high


def test_b_cubed_weighs_every_record_alike():
    precision, recall = measure_b_cubed(FOUND, TRUE)

    # a and b: 2/2 and 2/3; c: 1/2 and 1/3; d: 1/2 and 1; e: 1 and 1
    assert precision.estimate == pytest.approx((1 + 1 + 1 / 2 + 1 / 2 + 1) / 5)
    assert recall.estimate == pytest.approx((2 / 3 + 2 / 3 + 1 / 3 + 1 + 1) / 5)
    assert precision.low <= precision.estimate <= precision.high


def test_a_perfect_answer_is_measured_as_one():
    assert [share.estimate for share in measure_b_cubed(TRUE, TRUE)] == [1, 1]


def test_the_rules_it_is_compared_with_group_what_they_say():
    base = draw_customers(1500, seed=3, end=date(2026, 10, 31))
    by_name = pairs_within(group_by(base.records, name_and_year))
    by_contact = pairs_within(group_by_contact(base.records))
    record = {one.customer_id: one for one in base.records}

    assert by_name and by_contact
    assert all(
        name_and_year(record[left]) == name_and_year(record[right]) for left, right in by_name
    )
    assert by_contact & base.true_pairs
