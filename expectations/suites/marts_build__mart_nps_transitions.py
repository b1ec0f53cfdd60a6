"""Guards `marts_build.mart_nps_transitions`: do solved detractors come back?"""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "from_group",
    "to_group",
    "solved_from_count",
    "solved_to_count",
    "untreated_from_count",
    "untreated_to_count",
    "untreated_case_count",
    "solved_share_pct",
    "solved_low",
    "solved_high",
    "untreated_share_pct",
    "untreated_low",
    "untreated_high",
    "difference",
    "difference_low",
    "difference_high",
    "is_inside_noise",
    "adjusted_difference",
    "adjusted_low",
    "adjusted_high",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Does everybody who started arrive somewhere, on both sides?"""
    return checks.make_suite(
        "marts_build__mart_nps_transitions",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["from_group", "to_group"], notes="Its grain: a second row is summed twice."
        ),
        checks.no_rows_from(
            "select 1 from {batch} group by from_group"
            " having sum(solved_to_count) <> max(solved_from_count)"
            " or sum(untreated_to_count) <> max(untreated_from_count)"
            " or max(untreated_case_count) > max(untreated_from_count)",
            rule="who started in a group arrives in one",
            notes="A share of a matrix that does not add up is a share of nothing.",
        ),
        checks.within("solved_share_pct", 0, 100),
        checks.within("untreated_share_pct", 0, 100),
        checks.interval_holds("solved_share_pct", "solved_low", "solved_high"),
        checks.interval_holds("untreated_share_pct", "untreated_low", "untreated_high"),
        checks.interval_holds("difference", "difference_low", "difference_high"),
        checks.interval_holds("adjusted_difference", "adjusted_low", "adjusted_high"),
        checks.suppressed_is_null(["difference", "difference_low", "difference_high"]),
        checks.small_sample_flags("least(solved_from_count, untreated_from_count)"),
    )
