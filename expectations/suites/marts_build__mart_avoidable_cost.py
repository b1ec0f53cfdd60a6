"""Guards `marts_build.mart_avoidable_cost`: what problems that stay cost in contacts."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "topic_slug",
    "topic_name_zh",
    "topic_name_en",
    "department_slug",
    "department_name_zh",
    "department_name_en",
    "contact_count",
    "repeat_contact_count",
    "customer_count",
    "repeat_share_pct",
    "repeat_share_low",
    "repeat_share_high",
    "contact_cost_cny",
    "repeat_cost_cny",
    "contact_cost_per_1000_orders_cny",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the costs booked once, and repeats a part of the contacts?"""
    return checks.make_suite(
        "marts_build__mart_avoidable_cost",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["topic_slug", "department_slug"],
            notes="Its grain: a second row would book a cost twice.",
        ),
        checks.no_row_where(
            "repeat_contact_count > contact_count or repeat_cost_cny > contact_cost_cny",
            rule="what came again is a part of what came",
            notes="A share above one is an error of the join, never news.",
        ),
        checks.within("repeat_share_pct", 0, 100),
        checks.interval_holds("repeat_share_pct", "repeat_share_low", "repeat_share_high"),
        checks.suppressed_is_null(
            ["repeat_contact_count", "repeat_share_pct", "contact_cost_cny", "repeat_cost_cny"]
        ),
        checks.small_sample_flags("contact_count"),
    )
