"""Guards `marts_build.mart_nps_monthly`: NPS by month, and whether a change is noise."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "month",
    "response_count",
    "promoter_count",
    "passive_count",
    "detractor_count",
    "nps",
    "nps_low",
    "nps_high",
    "nps_change",
    "change_low",
    "change_high",
    "is_inside_noise",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Do the groups add up, and is a change called one only beyond noise?"""
    return checks.make_suite(
        "marts_build__mart_nps_monthly",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.nps_of_groups(),
        checks.one_row_per(["month"], notes="Its grain: a second row is summed twice."),
        checks.interval_holds("nps_change", "change_low", "change_high"),
        checks.no_row_where(
            # a bound that rounds to zero may stand on either side of it
            "is_inside_noise <> (0 between change_low and change_high)"
            " and least(abs(change_low), abs(change_high)) >= 0.01",
            rule="a change is noise when its interval holds zero",
            notes="People are praised and blamed by this flag.",
        ),
    )
