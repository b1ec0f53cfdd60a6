"""Guards `marts_build.mart_priority`: which problem comes first."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "topic_slug",
    "topic_name_zh",
    "topic_name_en",
    "level1_slug",
    "level1_name_zh",
    "level1_name_en",
    "priority_rank",
    "rank_low",
    "rank_high",
    "complaint_count",
    "customer_count",
    "customers_per_month",
    "observed_share_pct",
    "corrected_share_pct",
    "corrected_low_pct",
    "corrected_high_pct",
    "is_misstated",
    "correction_slug",
    "rates_level_slug",
    "observed_rank",
    "mean_intensity",
    "frequency_severity_score",
    "churn_risk_pct",
    "value_per_customer_cny",
    "expected_loss_cny",
    "expected_loss_low_cny",
    "expected_loss_high_cny",
    "improvement_count",
    "fix_cost_cny",
    "fix_success_pct",
    "fix_judged_count",
    "fix_worked_count",
    "assumed_cost_cny",
    "expected_gain_cny",
    "expected_gain_low_cny",
    "expected_gain_high_cny",
    "loudest_share_pct",
    "is_small_sample",
    "is_suppressed",
]


def build() -> ExpectationSuite:
    """Is each topic ranked once, with its range?"""
    return checks.make_suite(
        "marts_build__mart_priority",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(
            ["topic_slug"], notes="Its grain: a second row would rank a topic twice."
        ),
        checks.no_row_where(
            "priority_rank not between rank_low and rank_high",
            rule="a rank lies within its range",
            notes="The range is drawn from the same customers.",
        ),
        checks.within("mean_intensity", 1, 5),
        checks.within("churn_risk_pct", 0, 100),
        checks.within("loudest_share_pct", 0, 100),
        checks.interval_holds(
            "expected_loss_cny", "expected_loss_low_cny", "expected_loss_high_cny"
        ),
        checks.interval_holds(
            "expected_gain_cny", "expected_gain_low_cny", "expected_gain_high_cny"
        ),
        checks.interval_holds("corrected_share_pct", "corrected_low_pct", "corrected_high_pct"),
        checks.no_row_where(
            "corrected_share_pct is not null and correction_slug <> 'corrected'",
            rule="a share that cannot be corrected is left open",
            notes="A figure beside a reason against it would be believed.",
        ),
        checks.suppressed_is_null(["expected_loss_cny", "churn_risk_pct", "rank_low", "rank_high"]),
        checks.small_sample_flags("customer_count"),
    )
