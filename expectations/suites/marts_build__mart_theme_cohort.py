"""Guards `marts_build.mart_theme_cohort`: which themes move among which age."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "quarter",
    "age_band",
    "topic_slug",
    "topic_name_zh",
    "topic_name_en",
    "level1_slug",
    "level1_name_zh",
    "customer_count",
    "total_customer_count",
    "share_pct",
    "share_low",
    "share_high",
    "young_verdict",
    "young_slope",
    "not_young_slope",
    "young_q_value",
    "senior_verdict",
    "senior_slope",
    "senior_q_value",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the shares shares of the same customers?"""
    return checks.make_suite(
        "marts_build__mart_theme_cohort",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["quarter", "age_band", "topic_slug"], notes="Its grain."),
        checks.no_row_where(
            "customer_count > total_customer_count",
            rule="a topic has no more customers than the quarter",
            notes="The share divides one by the other.",
        ),
        checks.within("share_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.no_row_where(
            "young_q_value not between 0 and 1 or senior_q_value not between 0 and 1",
            rule="q is a probability",
            notes="A strategy review reads it.",
        ),
        checks.suppressed_is_null(["share_pct", "share_low", "share_high", "customer_count"]),
        checks.small_sample_flags("total_customer_count"),
    )
