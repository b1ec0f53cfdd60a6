"""Guards `marts_build.mart_satisfaction_monthly`: CSAT and CES by month, and what is noise."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COUNTS = ["content_count", "discontent_count"]
COLUMNS = [
    "month",
    "measure_slug",
    "response_count",
    *COUNTS,
    "mean_score",
    "content_pct",
    "content_low",
    "content_high",
    "content_change",
    "change_low",
    "change_high",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is a change called one only beyond noise?"""
    return checks.make_suite(
        "marts_build__mart_satisfaction_monthly",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_survey_response"
            " where csat_score is not null or ces_score is not null)",
            rule="not empty while core has scores",
            notes="An empty mart under a full core is a broken join.",
        ),
        checks.one_row_per(
            ["month", "measure_slug"], notes="Its grain: a second row is summed twice."
        ),
        checks.no_row_where(
            "content_count + discontent_count > response_count or response_count < 1",
            rule="satisfied and dissatisfied answers are answers",
            notes="Shares divide by the answers.",
        ),
        checks.within("content_pct", 0, 100),
        checks.interval_holds("content_pct", "content_low", "content_high"),
        checks.interval_holds("content_change", "change_low", "change_high"),
        checks.no_row_where(
            "is_inside_noise <> (0 between change_low and change_high)",
            rule="a change is noise when its interval holds zero",
            notes="People are praised and blamed by this flag.",
        ),
        checks.suppressed_is_null(
            ["mean_score", "content_pct", "content_low", "content_high", *COUNTS]
        ),
        checks.small_sample_flags("response_count"),
    )
