"""Guards `marts_build.mart_breakpoints`: where customers fall between two departments."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "from_department_slug",
    "from_department_name_zh",
    "from_department_name_en",
    "to_department_slug",
    "to_department_name_zh",
    "to_department_name_en",
    "pair_label_zh",
    "breakpoint_kind",
    "breakpoint_kind_name_zh",
    "breakpoint_kind_name_en",
    "feedback_count",
    "customer_count",
    "lift",
    "lift_low",
    "lift_high",
    "q_value",
    "is_significant",
    "mean_intensity",
    "negative_share_pct",
    "order_amount_cny",
    "severity_score",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is each breakpoint between two departments, counted and tested?"""
    return checks.make_suite(
        "marts_build__mart_breakpoints",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["from_department_slug", "to_department_slug", "breakpoint_kind"],
            notes="Its grain: a second row is summed twice.",
        ),
        checks.no_row_where(
            "from_department_slug = to_department_slug",
            rule="a breakpoint lies between two departments",
            notes="One department's own trouble is not a handoff.",
        ),
        checks.no_row_where(
            "feedback_count < 1 or customer_count > feedback_count",
            rule="one customer per feedback at most",
            notes="Fewer feedback than customers is a fan-out in a join.",
        ),
        checks.within("negative_share_pct", 0, 100),
        checks.within("mean_intensity", 1, 5),
        checks.interval_holds("lift", "lift_low", "lift_high"),
        checks.no_row_where(
            "q_value not between 0 and 1 or lift < 0",
            rule="lift is a ratio and q a probability",
            notes="The pair was scored with another method's columns.",
        ),
        checks.no_row_where(
            "is_significant and q_value is null",
            rule="only tested pairs are significant",
            notes="The flag starts an improvement: it must have been tested.",
        ),
    )
