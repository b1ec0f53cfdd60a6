"""Guards `marts_build.mart_theme_trend`: how much of the talk each topic takes, month by month."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

SHARES = ["share_pct", "share_low", "share_high", "net_sentiment_pct"]
COUNTS = ["feedback_count", "voice_count", "negative_count"]
COLUMNS = [
    "month",
    "topic_slug",
    "topic_name_zh",
    "topic_name_en",
    "level1_slug",
    "level1_name_zh",
    "level2_slug",
    "level2_name_zh",
    "feedback_count",
    "unit_count",
    "voice_count",
    "total_feedback_count",
    "total_voice_count",
    "share_pct",
    "share_low",
    "share_high",
    "net_sentiment_pct",
    "negative_count",
    "trend",
    "sen_slope_pct_per_year",
    "q_value",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the shares shares of the same total?"""
    return checks.make_suite(
        "marts_build__mart_theme_trend",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_opinion_unit where topic_slug is not null"
            " and is_relevant and subject_slug = 'us')",
            rule="not empty while core has units with a topic",
            notes="An empty mart under a full core is a broken join or a wrong pack.",
        ),
        checks.one_row_per(
            ["month", "topic_slug"], notes="Its grain: a second row is summed twice."
        ),
        checks.no_row_where(
            "feedback_count > total_feedback_count or feedback_count > unit_count",
            rule="a topic has no more feedback than the month or than its units",
            notes="The share divides one by the other.",
        ),
        checks.within("share_pct", 0, 100),
        checks.interval_holds("share_pct", "share_low", "share_high"),
        checks.within("net_sentiment_pct", -100, 100),
        checks.no_row_where(
            "trend not in ('rising', 'falling', 'no_trend') or q_value not between 0 and 1",
            rule="trends are known, q is a probability",
            notes="A strategy review reads these words.",
        ),
        checks.suppressed_is_null(SHARES + COUNTS),
    )
