"""Guards `marts_build.mart_proactive_service`: whom we serve before they ask."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "customer_key",
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "department_slug",
    "department_name_zh",
    "department_name_en",
    "region",
    "last_event_slug",
    "last_touchpoint_slug",
    "last_event_date",
    "days_since",
    "reason_zh",
    "reason_en",
    "probability_pct",
    "probability_low",
    "probability_high",
    "base_rate_pct",
    "lift",
    "watched_count",
    "brier_skill_pct",
    "top_tenth_lift",
    "observed_per_expected",
    "spend_12m_cny",
    "spend_at_stake_cny",
    "expected_loss_cny",
    "action_zh",
    "action_en",
    "has_open_case",
    "is_small_sample",
]


def build() -> ExpectationSuite:
    """Is everybody listed once, by a model that has shown that it knows more than the mean?"""
    return checks.make_suite(
        "marts_build__mart_proactive_service",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["customer_key"], notes="Its grain: one call each."),
        checks.within("probability_pct", 0, 100),
        checks.within("days_since", 0, 90),
        checks.interval_holds("probability_pct", "probability_low", "probability_high"),
        checks.no_row_where(
            "brier_skill_pct <= 0 or lift < 1.99",
            rule="nobody is listed by a model that is no better than the plain rate",
            notes="People are called by this list: a list by chance costs calls and trust.",
        ),
        checks.no_row_where(
            "spend_at_stake_cny > spend_12m_cny or expected_loss_cny > spend_at_stake_cny",
            rule="no more is lost than is at stake, no more is at stake than is spent",
            notes="Both are parts of the year's spend.",
        ),
        checks.no_personal_data("reason_zh", notes="Reasons are made of names of touchpoints."),
    )
