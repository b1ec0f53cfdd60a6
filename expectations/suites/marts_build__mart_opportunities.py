"""Guards `marts_build.mart_opportunities`: which needs matter and are not met."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "need_slug",
    "need_name_zh",
    "need_name_en",
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "voter_count",
    "feedback_count",
    "suggestion_count",
    "unmet_count",
    "workaround_count",
    "wish_count",
    "importance_score",
    "satisfaction_score",
    "opportunity_score",
    "opportunity_low",
    "opportunity_high",
    "opportunity_class",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Are the scores on their scales?"""
    return checks.make_suite(
        "marts_build__mart_opportunities",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["need_slug", "touchpoint_slug"], notes="Its grain."),
        checks.no_row_where(
            "greatest(suggestion_count, unmet_count, workaround_count, wish_count) > voter_count",
            rule="each kind of voice is a part of the voices",
            notes="They are counted among the same customers.",
        ),
        checks.within("importance_score", 0, 10),
        checks.within("satisfaction_score", 0, 10),
        checks.within("opportunity_score", 0, 20),
        checks.interval_holds("opportunity_score", "opportunity_low", "opportunity_high"),
        checks.suppressed_is_null(["importance_score", "satisfaction_score", "opportunity_score"]),
        checks.small_sample_flags("voter_count"),
    )
