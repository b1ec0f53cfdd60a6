"""The model on the simulated customer base, whose truth is known."""

from __future__ import annotations

from datetime import date

import pytest

from benchmarks.identity_truth import draw_customers, measure_pairs
from identity.links import find_deterministic_links
from identity.probabilistic import score_pairs
from identity.resolve import resolve

pytestmark = pytest.mark.slow
SIZE = 4000


@pytest.fixture(scope="module")
def company():
    return draw_customers(SIZE, seed=7, end=date(2026, 10, 31))


@pytest.fixture(scope="module")
def resolution(company):
    return resolve(company.records)


def test_the_model_finds_more_than_the_rules_and_stays_precise(company, resolution):
    by_rule = {link.pair for link in find_deterministic_links(company.records)}
    rules = measure_pairs(by_rule, company.true_pairs)
    found = measure_pairs(company.pairs_of(resolution.memberships), company.true_pairs)

    assert rules.precision.estimate > 0.97
    assert found.precision.estimate > 0.93
    assert found.recall.estimate > rules.recall.estimate + 0.15


def test_the_same_records_in_another_order_give_the_same_persons(company, resolution):
    again = resolve(company.records[::-1])

    assert again.memberships == resolution.memberships
    assert again.links == resolution.links


def test_probabilities_do_not_promise_more_than_is_true(resolution, company):
    likely = [
        link
        for link in resolution.links
        if link.kind == "probabilistic" and link.probability >= 0.5
    ]
    stated = sum(link.probability for link in likely) / len(likely)
    truly = sum(link.pair in company.true_pairs for link in likely) / len(likely)

    assert len(likely) > 50
    # 0.1: two standard errors of so few pairs
    assert truly > stated - 0.1


@pytest.mark.parametrize("size", [0, 1, 2, 30])
def test_a_base_too_small_to_learn_from_is_scored_with_the_given_weights(company, size):
    records = company.records[:size]

    links = score_pairs(records, len(find_deterministic_links(records)))

    assert all(0 < link.probability <= 1 for link in links)
    assert len(resolve(records).memberships) == size
