"""Guards `marts_build.mart_topic_prevalence`: how large a topic really is."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "scope_slug",
    "period_start",
    "channel_slug",
    "channel_name_zh",
    "channel_name_en",
    "measure_slug",
    "topic_slug",
    "topic_name_zh",
    "topic_name_en",
    "level1_slug",
    "level1_name_zh",
    "level1_name_en",
    "feedback_count",
    "topic_feedback_count",
    "observed_share_pct",
    "corrected_share_pct",
    "corrected_low_pct",
    "corrected_high_pct",
    "is_misstated",
    "correction_slug",
    "rates_level_slug",
    "true_positive_rate_pct",
    "false_positive_rate_pct",
    "gold_documents",
    "is_small_sample",
    "is_suppressed",
]
GRAIN = ["scope_slug", "period_start", "channel_slug", "measure_slug", "topic_slug"]


def build() -> ExpectationSuite:
    """Is each share shown once, with its interval or the reason why it cannot be corrected?"""
    return checks.make_suite(
        "marts_build__mart_topic_prevalence",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(GRAIN, notes="Its grain: a second row would show a topic twice."),
        checks.no_row_where(
            "topic_feedback_count > feedback_count",
            rule="a topic has no more feedback than its scope",
            notes="Both are counted over the same feedback.",
        ),
        checks.no_row_where(
            "corrected_share_pct is not null and correction_slug <> 'corrected'",
            rule="a share that cannot be corrected is left open",
            notes="A figure beside a reason against it would be believed.",
        ),
        checks.within("observed_share_pct", 0, 100),
        checks.interval_holds("corrected_share_pct", "corrected_low_pct", "corrected_high_pct"),
        checks.suppressed_is_null(
            ["topic_feedback_count", "observed_share_pct", "corrected_share_pct"]
        ),
        checks.no_row_where(
            "is_suppressed <> (topic_feedback_count is null) or topic_feedback_count < 5"
            " or is_small_sample <> (topic_feedback_count < 30)",
            rule="small samples are flagged or hidden",
            notes="Channels add up to the year: a count of four, or one alone, is not hidden.",
        ),
    )
