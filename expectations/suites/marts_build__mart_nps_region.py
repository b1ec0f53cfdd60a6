"""Guards `marts_build.mart_nps_region`: NPS by month and region."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "month",
    "region",
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
        "marts_build__mart_nps_region",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["month", "region"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.nps_of_groups(),
        checks.small_cell_is_alone(["month"], "response_count"),
    )
