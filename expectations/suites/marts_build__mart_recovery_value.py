"""Guards `marts_build.mart_recovery_value`: what recovered customers are worth."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "comparison",
    "outcome",
    "recovered_count",
    "recovered_customer_count",
    "compared_count",
    "recovered_mean",
    "compared_mean",
    "expected_mean",
    "difference",
    "difference_low",
    "difference_high",
    "is_inside_noise",
    "imbalance",
]


def build() -> ExpectationSuite:
    """Are enough orders compared, and is noise called noise?"""
    return checks.make_suite(
        "marts_build__mart_recovery_value",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["comparison", "outcome"], notes="Its grain: one answer each."),
        checks.no_row_where(
            "recovered_count < 30 or compared_count < 30"
            " or recovered_customer_count > recovered_count",
            rule="enough orders stand on either side",
            notes="The normal interval leans on thirty orders a side.",
        ),
        checks.interval_holds("difference", "difference_low", "difference_high"),
        checks.no_row_where(
            "abs(recovered_mean - expected_mean - difference) > 0.02",
            rule="the difference is that of the two means",
            notes="Readers subtract; each figure has two decimals.",
        ),
        checks.no_row_where(
            "is_inside_noise <> (difference_low <= 0 and difference_high >= 0)",
            rule="a gain is noise when its interval holds zero",
            notes="Budgets are asked for with this flag.",
        ),
    )
