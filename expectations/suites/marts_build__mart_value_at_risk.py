"""Guards `marts_build.mart_value_at_risk`: revenue that goes with churn after complaints."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "customer_count",
    "spend_cny",
    "hazard_ratio",
    "excess_churn_pct",
    "revenue_at_risk_cny",
    "revenue_low",
    "revenue_high",
    "is_inside_noise",
    "improvement_count",
    "improvement_cost_cny",
    "break_even_reduction_pct",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is more at risk than is spent, or is noise paid back?"""
    return checks.make_suite(
        "marts_build__mart_value_at_risk",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["touchpoint_slug"], notes="Its grain: a second row is summed twice."),
        checks.no_row_where(
            "customer_count < 1 or spend_cny < 0 or revenue_at_risk_cny > spend_cny",
            rule="no more is at risk than was spent",
            notes="Churn takes at most all of it.",
        ),
        checks.interval_holds("revenue_at_risk_cny", "revenue_low", "revenue_high"),
        checks.no_row_where(
            "is_inside_noise and break_even_reduction_pct is not null",
            rule="nothing is paid back out of noise",
            notes="A budget must not rest on a figure that may be nothing.",
        ),
        checks.suppressed_is_null(["spend_cny", "revenue_at_risk_cny", "excess_churn_pct"]),
        checks.small_sample_flags("customer_count"),
    )
