"""New subjects are found where they stand, and not where there are none."""

from __future__ import annotations

import math
import random

import pytest

from stat_jobs import topic_discovery
from stat_jobs.topic_discovery import TopicUnit

EVERYDAY = [f"word{number}" for number in range(400)]
FILTER = ["滤芯", "漏水", "接口", "更换", "密封"]


def everyday_units(count: int, seed: int, name: str) -> list[TopicUnit]:
    """Units of one voter each, whose words follow the same long-tailed law in every week."""
    chance = random.Random(seed)
    weights = [1 / (rank + 3) for rank in range(len(EVERYDAY))]
    return [
        TopicUnit(
            f"{name}{number}",
            1,
            f"{name}{number}",
            tuple(dict.fromkeys(chance.choices(EVERYDAY, weights, k=5))),
            "just talk",
        )
        for number in range(count)
    ]


def filter_units(count: int, voters: int) -> list[TopicUnit]:
    chance = random.Random(3)
    return [
        TopicUnit(f"f{n}", 1, f"voter{n % voters}", tuple(chance.sample(FILTER, 3)), f"滤芯漏水{n}")
        for n in range(count)
    ]


def test_a_new_subject_is_found_with_its_words_and_people():
    window = everyday_units(1500, 1, "w") + filter_units(40, voters=40)
    background = everyday_units(8000, 2, "b")

    found = topic_discovery.discover(window, background)

    rising = [candidate for candidate in found if candidate.kind == "rising"]
    assert len(rising) == 1
    assert set(FILTER) & set(rising[0].terms) >= {"滤芯", "漏水"}
    assert rising[0].voter_count >= 35
    assert rising[0].background_voter_count == 0
    assert math.isinf(rising[0].rise)
    assert rising[0].rise_low > 10
    assert rising[0].examples[0].startswith("滤芯漏水")
    assert found[0] is rising[0]


def test_one_loud_voice_makes_no_topic():
    window = everyday_units(1500, 1, "w") + filter_units(40, voters=3)

    found = topic_discovery.discover(window, everyday_units(8000, 2, "b"))

    assert not [candidate for candidate in found if "滤芯" in candidate.terms]


def test_a_subject_that_was_always_there_does_not_rise():
    window = everyday_units(1500, 1, "w") + filter_units(40, voters=40)
    background = everyday_units(8000, 2, "b") + [
        unit
        for copy in range(6)
        for unit in (
            TopicUnit(f"old{copy}{u.feedback_key}", 1, f"old{copy}{u.voter_key}", u.words, u.text)
            for u in filter_units(40, voters=40)
        )
    ]

    found = topic_discovery.discover(window, background)

    assert [candidate for candidate in found if candidate.kind == "rising"] == []


def test_weeks_without_anything_new_raise_no_alarm():
    background = everyday_units(6000, 2, "b")

    alarms = [
        candidate
        for seed in range(5)
        for candidate in topic_discovery.discover(everyday_units(800, 10 + seed, "w"), background)
        if candidate.kind == "rising"
    ]

    assert alarms == []


def test_the_same_week_gives_the_same_candidates():
    window = everyday_units(600, 1, "w") + filter_units(30, voters=30)
    background = everyday_units(3000, 2, "b")

    assert topic_discovery.discover(window, background) == topic_discovery.discover(
        window, background
    )


@pytest.mark.parametrize("window", [[], everyday_units(3, 1, "w")])
def test_a_week_with_next_to_nothing_has_no_candidates(window):
    assert topic_discovery.discover(window, []) == []


def test_ratio_of_shares_matches_the_exact_interval_of_two_poisson_rates():
    # 15 of 100 against 10 of 200; Clopper-Pearson of 15 in 25: 0.3867 to 0.7887, and
    # p / (1 - p) x 200 / 100 on both ends
    ratio, low, high, p_value = topic_discovery.ratio_of_shares(15, 100, 10, 200)

    assert ratio == pytest.approx(3.0)
    assert low == pytest.approx(2 * 0.3867 / 0.6133, rel=1e-3)
    assert high == pytest.approx(2 * 0.7887 / 0.2113, rel=1e-3)
    assert 0.001 < p_value < 0.01


def test_a_cluster_is_named_by_what_others_lack():
    members = [TopicUnit(str(n), 1, str(n), ("滤芯", "漏水", "东西"), "") for n in range(5)]

    terms = topic_discovery.name_cluster(members, {"滤芯": 5, "漏水": 5, "东西": 500, "x": 1})

    assert terms == ("滤芯", "漏水", "东西")
