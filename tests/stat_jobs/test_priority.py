"""The ranking by expected loss against hand-computed figures and planted order."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs import priority
from stat_jobs.fix_success import FixSuccess
from stat_jobs.label_errors import Rates, TopicRates
from stat_jobs.priority import Circumstances
from stat_jobs.priority_votes import Complaint


def complain(topic: str, count: int, *, leaving: int = 0, value: float = 100.0) -> list[Complaint]:
    return [
        Complaint(topic, f"{topic}-{number}", 1, 1.0, 5.0, number < leaving, value)
        for number in range(count)
    ]


def rank(
    complaints: list[Complaint], known: Circumstances | None = None
) -> dict[str, dict[str, object]]:
    names = [name for name, _ in priority.RESULT.columns]
    rows = priority.rank_topics(complaints, known)
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def rates(tpr: float, fpr: float = 0.0, positives: float = 200.0) -> TopicRates:
    of_all = Rates("all_topics", 0.5, 200.0, fpr, 400.0)
    return TopicRates(Rates("topic", tpr, positives, fpr, 400.0), of_all)


def test_expected_loss_is_the_product_of_its_parts():
    rows = rank(complain("leak", 20, leaving=10, value=1000.0))

    # alone, a topic is the mean of all: 20 votes x severity 1 x risk 0.5 x 1000 yuan
    assert rows["leak"]["churn_risk"] == pytest.approx(0.5)
    assert rows["leak"]["expected_loss_cny"] == pytest.approx(10_000)
    assert rows["leak"]["frequency_severity"] == pytest.approx(20)


def test_two_angry_voices_are_drawn_to_the_mean():
    rows = rank([*complain("rare", 2, leaving=2), *complain("common", 98, leaving=8)])

    # 10 of 100 leave: (2 + 20 x 0.1) / (2 + 20)
    assert rows["rare"]["churn_risk"] == pytest.approx(4 / 22)
    assert rows["rare"]["priority_rank"] == 2


def test_one_loud_author_is_one_vote_and_is_named():
    loud = [Complaint("noise", "shouter", 60, 3.0, 5.0, False, 100.0)]
    rows = rank([*loud, *complain("noise", 20, leaving=4), *complain("real", 40, leaving=8)])

    assert rows["noise"]["priority_rank"] == 2  # 80 complaints, but 23 votes
    assert rows["noise"]["loudest_share"] == pytest.approx(60 / 80)


def test_rank_range_holds_the_true_place_and_is_wide_where_topics_are_alike():
    rng = numpy.random.default_rng(2)
    sizes = {"clear": 400, **{f"alike_{number}": 60 for number in range(6)}}
    complaints = [
        Complaint(topic, f"{topic}-{number}", 1, 1.0, 3.0, bool(rng.random() < 0.2), 500.0)
        for topic, size in sizes.items()
        for number in range(size)
    ]

    rows = rank(complaints)

    assert (rows["clear"]["rank_low"], rows["clear"]["rank_high"]) == (1, 1)
    widths = [row["rank_high"] - row["rank_low"] for topic, row in rows.items() if topic != "clear"]
    assert min(widths) >= 2


def test_interval_of_the_loss_covers_the_truth_in_most_companies():
    covered = 0
    for seed in range(40):
        rng = numpy.random.default_rng(seed)
        votes = rng.poisson(50)
        complaints = [
            Complaint("only", str(number), 1, 1.0, 5.0, bool(rng.random() < 0.3), 200.0)
            for number in range(votes)
        ]
        row = rank(complaints)["only"]
        covered += row["expected_loss_low_cny"] <= 50 * 0.3 * 200 <= row["expected_loss_high_cny"]

    assert covered >= 35


def test_unknown_value_takes_the_mean_of_all():
    rows = rank([*complain("known", 50, value=300.0), Complaint("new", "x", 1, 1, 5, False, None)])

    assert rows["new"]["value_per_customer_cny"] == pytest.approx(300)


def test_nobody_complains():
    assert list(priority.rank_topics([])) == []


def test_a_topic_that_labels_miss_is_ranked_by_its_true_share():
    # both are complained of alike often, yet of "missed" the labels find one in four
    complaints = [*complain("missed", 40, leaving=8), *complain("found", 60, leaving=12)]
    known = Circumstances(
        customer_months=1000.0, rates={"missed": rates(0.25), "found": rates(1.0)}
    )

    rows = rank(complaints, known)

    assert rows["missed"]["corrected_share"] == pytest.approx(0.16)
    assert rows["found"]["corrected_share"] == pytest.approx(0.06)
    assert (rows["missed"]["priority_rank"], rows["missed"]["observed_rank"]) == (1, 2)
    assert rows["missed"]["expected_loss_cny"] == pytest.approx(160 * 0.2 * 100)
    low, high = rows["missed"]["expected_loss_low_cny"], rows["missed"]["expected_loss_high_cny"]
    assert low < 160 * 0.2 * 100 < high


def test_a_share_that_the_gold_set_does_not_refute_counts_as_observed():
    # two thirds are found, one in a hundred is a false alarm: 4 % may well be 4 %
    known = Circumstances(customer_months=1000.0, rates={"leak": rates(0.66, 0.01, 15.0)})

    row = rank(complain("leak", 40, leaving=8), known)["leak"]

    assert row["corrected_share"] == pytest.approx(0.03 / 0.65)
    assert not row["is_misstated"]
    assert row["expected_loss_cny"] == pytest.approx(40 * 0.2 * 100)


def test_labels_too_weak_leave_the_share_open_and_rank_as_observed_with_a_wide_range():
    complaints = [*complain("leak", 40, leaving=8), *complain("slow", 44, leaving=9)]
    known = Circumstances(
        customer_months=1000.0, rates={"leak": rates(0.02, 0.01, 20.0), "slow": rates(1.0)}
    )

    row = rank(complaints, known)["leak"]

    assert (row["corrected_share"], row["correction"]) == (None, "labels_too_weak")
    assert (row["observed_share"], row["is_misstated"]) == (pytest.approx(0.04), None)
    assert row["expected_loss_cny"] == pytest.approx(40 * row["churn_risk"] * 100)
    assert (row["priority_rank"], row["rank_low"], row["rank_high"]) == (2, 1, 2)


def test_without_rates_the_observed_share_counts():
    row = rank(complain("leak", 40, leaving=8), Circumstances(customer_months=1000.0))["leak"]

    assert (row["corrected_share"], row["correction"]) == (None, "no_rates")
    assert row["expected_loss_cny"] == pytest.approx(40 * 0.2 * 100)


def test_far_fewer_votes_than_false_alarms_cost_nothing_and_keep_their_order():
    complaints = [*complain("more", 9), *complain("less", 6), *complain("true", 200, leaving=40)]
    known = Circumstances(
        customer_months=1000.0, rates={topic: rates(0.9, 0.06) for topic in ("more", "less")}
    )

    rows = rank(complaints, known)

    assert rows["more"]["corrected_share"] == rows["less"]["corrected_share"] == 0
    assert [rows[topic]["priority_rank"] for topic in ("true", "more", "less")] == [1, 2, 3]


def test_the_gain_is_what_a_fix_may_save_less_what_it_costs():
    known = Circumstances(fixes=FixSuccess(3, 1), costs={"dear": 5000.0}, usual_cost=100.0)

    rows = rank([*complain("dear", 40, leaving=8), *complain("cheap", 39, leaving=8)], known)

    # P(fix works) = (1 + 1) / (3 + 3)
    loss = rows["dear"]["expected_loss_cny"]
    assert rows["dear"]["fix_success"] == pytest.approx(1 / 3)
    assert rows["dear"]["expected_gain_cny"] == pytest.approx(loss / 3 - 5000)
    assert rows["cheap"]["assumed_cost_cny"] == 100
    assert (rows["cheap"]["priority_rank"], rows["dear"]["priority_rank"]) == (1, 2)
    gain_low, gain_high = (rows["dear"][f"expected_gain_{end}_cny"] for end in ("low", "high"))
    assert gain_low < rows["dear"]["expected_gain_cny"] < gain_high
