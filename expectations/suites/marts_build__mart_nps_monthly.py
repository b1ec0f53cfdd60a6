"""Guards `marts_build.mart_nps_monthly`: NPS by month, and whether a change is noise."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

GROUPS = ["promoter_count", "passive_count", "detractor_count"]
COLUMNS = [
    "month",
    "response_count",
    *GROUPS,
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
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_survey_response where nps_score is not null)",
            rule="not empty while core has NPS answers",
            notes="An empty mart under a full core is a broken join or a wrong pack.",
        ),
        checks.one_row_per(["month"], notes="Its grain: a second row is summed twice."),
        checks.no_row_where(
            "promoter_count + passive_count + detractor_count <> response_count"
            " or response_count < 1",
            rule="promoters, passives and detractors add up to the answers",
            notes="NPS divides by their sum.",
        ),
        checks.within("nps", -100, 100),
        checks.interval_holds("nps", "nps_low", "nps_high"),
        checks.interval_holds("nps_change", "change_low", "change_high"),
        checks.no_row_where(
            # a bound that rounds to zero may stand on either side of it
            "is_inside_noise <> (0 between change_low and change_high)"
            " and least(abs(change_low), abs(change_high)) >= 0.01",
            rule="a change is noise when its interval holds zero",
            notes="People are praised and blamed by this flag.",
        ),
        checks.suppressed_is_null(["nps", "nps_low", "nps_high", *GROUPS]),
        checks.small_sample_flags("response_count"),
    )
