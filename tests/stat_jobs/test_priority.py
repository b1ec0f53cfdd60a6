"""The ranking by expected loss against hand-computed figures and planted order."""

from __future__ import annotations

import numpy
import pytest

from stat_jobs import priority
from stat_jobs.priority import Complaint


def complain(topic: str, count: int, *, leaving: int = 0, value: float = 100.0) -> list[Complaint]:
    return [
        Complaint(topic, f"{topic}-{number}", 1, 1.0, 5.0, number < leaving, value)
        for number in range(count)
    ]


def rank(complaints: list[Complaint]) -> dict[str, dict[str, object]]:
    names = [name for name, _ in priority.RESULT.columns]
    return {row[0]: dict(zip(names, row, strict=True)) for row in priority.rank_topics(complaints)}


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
