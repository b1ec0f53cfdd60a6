"""Guards `marts_build.mart_journey_summary`: touchpoints that stand out in the last 12 months."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "touchpoint_order",
    "stage_slug",
    "stage_name_zh",
    "stage_name_en",
    "stage_order",
    "unit_count",
    "net_sentiment_pct",
    "net_sentiment_low",
    "net_sentiment_high",
    "journey_net_sentiment_pct",
    "p_value",
    "q_value",
    "flag_slug",
    "top_need_slug",
    "top_need_name_zh",
]


def build() -> ExpectationSuite:
    """Is a highlight one beyond chance?"""
    return checks.make_suite(
        "marts_build__mart_journey_summary",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["touchpoint_slug"], notes="Its grain: a second row is summed twice."),
        checks.within("net_sentiment_pct", -100, 100),
        checks.interval_holds("net_sentiment_pct", "net_sentiment_low", "net_sentiment_high"),
        checks.no_row_where(
            "p_value not between 0 and 1 or q_value not between 0 and 1 or q_value < p_value",
            rule="p and q are probabilities, and q is not below p",
            notes="A correction for many tests only makes a finding weaker.",
        ),
        checks.no_row_where(
            "flag_slug not in ('highlight', 'low', 'normal')"
            " or (flag_slug <> 'normal' and q_value is null)",
            rule="flags are known, and only tested touchpoints carry one",
            notes="A red touchpoint starts work: it must have been tested.",
        ),
    )
