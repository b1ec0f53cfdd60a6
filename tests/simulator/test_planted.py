"""The planted causes can be found again in the sources' own figures."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from statistics import mean

import pytest

from simulator.causes import describe_causes
from simulator.company import Plan
from simulator.day_files import iter_records
from simulator.geography import CITY_BY_NAME
from simulator.planted import SURGES, THEMES
from simulator.seasons import LUNAR_NEW_YEARS, campaign_on, days_from_new_year, iter_quotas


@pytest.fixture(scope="module")
def told_texts(told: tuple[Plan, Path]) -> list[dict]:
    """Return the truth of its texts."""
    lines = (told[1] / "truth" / "texts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def test_negative_touchpoints_cost_satisfaction(told_texts: list[dict]):
    def mean_with(touchpoint: str, sentiment: str) -> float:
        return mean(
            line["satisfaction"]
            for line in told_texts
            if any(
                unit["touchpoint_slug"] == touchpoint and unit["sentiment_label"] == sentiment
                for unit in line["units"]
            )
        )

    for touchpoint in ("installation", "after_sales_repair", "delivery"):
        assert mean_with(touchpoint, "negative") < mean_with(touchpoint, "positive") - 2
    # a broken box hurts less than a machine that nobody installs
    assert mean_with("packaging", "negative") > mean_with("installation", "negative")


def test_a_surge_stands_out_on_its_days(told: tuple[Plan, Path], told_texts: list[dict]):
    plan, _ = told
    for surge in SURGES:
        days = {line["occurred_at"][:10] for line in told_texts if line["surge"] == surge.slug}
        assert days, surge.slug
        assert min(days) >= surge.first_day(plan).isoformat()
        assert max(days) <= surge.last_day(plan).isoformat()


def test_a_regional_surge_stays_in_its_region(told: tuple[Plan, Path], told_texts: list[dict]):
    plan, folder = told
    cities = {
        one.get("review_id"): one["city"]
        for one in iter_records(folder, "reviews", None, plan.last_moment)
    }
    surge = next(surge for surge in SURGES if surge.slug == "warehouse_backlog")
    told_by = [
        CITY_BY_NAME[cities[line["source_record_id"]]].region
        for line in told_texts
        if line["surge"] == surge.slug and line["source_slug"] == "reviews"
    ]

    assert told_by
    assert set(told_by) == {surge.region}


def test_the_rising_theme_rises_and_the_falling_one_falls(
    told: tuple[Plan, Path], told_texts: list[dict]
):
    plan, _ = told
    middle = (plan.start + timedelta(days=365)).isoformat()
    for theme in THEMES:
        early = [
            theme.slug in line["themes"] for line in told_texts if line["occurred_at"] < middle
        ]
        late = [
            theme.slug in line["themes"] for line in told_texts if line["occurred_at"] >= middle
        ]
        assert (mean(late) > mean(early)) == (theme.trend == "rising"), theme.slug


def test_the_causes_written_down_are_the_causes_played(told: tuple[Plan, Path]):
    plan, folder = told
    lines = (folder / "truth" / "planted_causes.jsonl").read_text(encoding="utf-8").splitlines()

    assert [json.loads(line) for line in lines] == json.loads(json.dumps(describe_causes(plan)))


def test_campaigns_and_new_year_are_where_customers_expect_them():
    assert campaign_on(date(2026, 6, 18)) == "618"
    assert campaign_on(date(2025, 11, 11)) == "双十一"
    assert campaign_on(date(2026, 8, 20)) is None
    assert days_from_new_year(date(2026, 2, 17)) == 0
    assert days_from_new_year(date(2026, 2, 10)) == -7
    # the lunar year starts between 21 January and 20 February
    assert all((1, 21) <= (day.month, day.day) <= (2, 20) for day in LUNAR_NEW_YEARS)


def test_quotas_are_whole_and_add_up():
    weights = [0.2, 1.7, 0.0, 3.1, 0.9]

    quotas = list(iter_quotas(17, weights, sum(weights)))

    assert sum(quotas) == 17
    assert quotas[2] == 0
    assert max(quotas) == quotas[3]
