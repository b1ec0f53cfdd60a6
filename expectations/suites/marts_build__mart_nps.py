"""Guards `marts_build.mart_nps`: NPS by month, survey and channel."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "month",
    "survey_slug",
    "channel_slug",
    "channel_name_zh",
    "response_count",
    "promoter_count",
    "passive_count",
    "detractor_count",
    "nps",
    "nps_low",
    "nps_high",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Do the groups add up, and does the interval hold its estimate?"""
    return checks.make_suite(
        "marts_build__mart_nps",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["month", "survey_slug", "channel_slug"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.nps_of_groups(),
        checks.small_cell_is_alone(["month"], "response_count"),
    )
