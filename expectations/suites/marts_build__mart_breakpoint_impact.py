"""Guards `marts_build.mart_breakpoint_impact`: how one department's trouble moves another."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "from_department_slug",
    "from_department_name_zh",
    "from_department_name_en",
    "to_department_slug",
    "to_department_name_zh",
    "to_department_name_en",
    "pair_label_zh",
    "pair_label_en",
    "feedback_count",
    "other_feedback_count",
    "net_sentiment_pct",
    "other_net_sentiment_pct",
    "impact_pct",
    "impact_low",
    "impact_high",
    "q_value",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the contrasts possible, and their intervals whole?"""
    return checks.make_suite(
        "marts_build__mart_breakpoint_impact",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["from_department_slug", "to_department_slug"],
            notes="Its grain: a second row would name the harm twice.",
        ),
        checks.no_row_where(
            "from_department_slug = to_department_slug",
            rule="two departments",
            notes="What a department does to itself is no impact on another.",
        ),
        checks.within("net_sentiment_pct", -100, 100),
        checks.within("other_net_sentiment_pct", -100, 100),
        checks.within("impact_pct", -200, 200),
        checks.interval_holds("impact_pct", "impact_low", "impact_high"),
        checks.suppressed_is_null(["net_sentiment_pct", "impact_pct", "q_value"]),
        checks.small_sample_flags("least(feedback_count, other_feedback_count)"),
    )
