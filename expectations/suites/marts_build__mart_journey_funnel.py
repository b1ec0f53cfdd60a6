"""Guards `marts_build.mart_journey_funnel`: from the advert to the next order, step by step."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "dimension",
    "segment_slug",
    "segment_name",
    "step_order",
    "step_slug",
    "step_name_zh",
    "step_name_en",
    "base_step_slug",
    "journey_count",
    "base_count",
    "reached_count",
    "lost_count",
    "share_pct",
    "share_low",
    "share_high",
    "median_days",
    "amount_cny",
    "negative_customer_count",
    "top_topic_customer_count",
    "top_topic_name_zh",
    "is_main",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is each step a part of the one before, and is every contact counted?"""
    return checks.make_suite(
        "marts_build__mart_journey_funnel",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_campaign_touch"
            " where campaign_key is not null and customer_key is not null)",
            rule="not empty while core has contacts of campaigns",
            notes="An empty mart under a full core is a broken join.",
        ),
        checks.one_row_per(
            ["dimension", "segment_slug", "step_slug"],
            notes="Its grain: a second row counts twice.",
        ),
        checks.no_row_where(
            "reached_count > base_count or reached_count > journey_count",
            rule="no step is reached by more than could reach it",
            notes="The share divides one by the other.",
        ),
        checks.no_row_where(
            "top_topic_customer_count > negative_customer_count or top_topic_customer_count < 5",
            rule="a topic is named by five customers, and by no more than complain",
            notes="What four people say can point at them.",
        ),
        checks.no_rows_from(
            "select 1 from {batch} where step_slug = 'seen' group by dimension"
            " having sum(journey_count) <> (select journey_count from {batch}"
            " where dimension = 'all' and step_slug = 'seen')",
            rule="every grouping holds every journey",
            notes="A join to a dimension that lacks a key loses journeys.",
        ),
        checks.within("share_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.suppressed_is_null(
            ["base_count", "reached_count", "share_pct", "share_low", "share_high", "median_days"]
        ),
    )
