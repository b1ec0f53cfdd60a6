"""Guards `marts_build.mart_nps_region`: NPS by month and region."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

GROUPS = ["promoter_count", "passive_count", "detractor_count"]
COLUMNS = [
    "month",
    "region",
    "response_count",
    *GROUPS,
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
        checks.no_rows_from(
            "select 1 where not exists (select 1 from {batch})"
            " and exists (select 1 from core.fct_survey_response where nps_score is not null)",
            rule="not empty while core has NPS answers",
            notes="An empty mart under a full core is a broken join or a wrong pack.",
        ),
        checks.one_row_per(
            ["month", "region"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_row_where(
            "promoter_count + passive_count + detractor_count <> response_count"
            " or response_count < 1",
            rule="promoters, passives and detractors add up to the answers",
            notes="NPS divides by their sum.",
        ),
        checks.within("nps", -100, 100),
        checks.interval_holds("nps", "nps_low", "nps_high"),
        checks.suppressed_is_null(["nps", "nps_low", "nps_high", *GROUPS]),
        checks.small_sample_flags("response_count"),
        checks.small_cell_is_alone(["month"], "response_count"),
    )
