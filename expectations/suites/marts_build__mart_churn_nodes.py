"""Guards `marts_build.mart_churn_nodes`: touchpoints whose complaints go with churn."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "touchpoint_slug",
    "touchpoint_name_zh",
    "touchpoint_name_en",
    "spell_count",
    "churned_count",
    "exposed_count",
    "exposed_churned_count",
    "exposed_churn_pct",
    "other_churn_pct",
    "hazard_ratio",
    "hazard_low",
    "hazard_high",
    "excess_churn_pct",
    "excess_low",
    "excess_high",
    "q_value",
    "is_churn_node",
    "events_per_parameter",
]


def build() -> ExpectationSuite:
    """Is a churn node one beyond chance, with enough behind it?"""
    return checks.make_suite(
        "marts_build__mart_churn_nodes",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["touchpoint_slug"], notes="Its grain: a second row is shown twice."),
        checks.no_row_where(
            "exposed_count < 30 or exposed_churned_count < 10"
            " or exposed_count - exposed_churned_count < 10 or events_per_parameter < 10"
            " or churned_count > spell_count or exposed_churned_count > churned_count",
            rule="enough orders of either end stand behind each row",
            notes="A ratio of a handful is noise that looks like news.",
        ),
        checks.no_row_where(
            "hazard_low <= 0 or hazard_ratio <= 0",
            rule="hazard ratios are above zero",
            notes="A ratio of rates cannot be negative: the formula broke.",
        ),
        checks.interval_holds("hazard_ratio", "hazard_low", "hazard_high"),
        checks.interval_holds("excess_churn_pct", "excess_low", "excess_high"),
        checks.within("exposed_churn_pct", 0, 100),
        checks.within("q_value", 0, 1),
        checks.no_row_where(
            "is_churn_node <> (q_value < 0.05 and hazard_ratio > 1)",
            rule="a churn node is one beyond chance",
            notes="A red touchpoint starts work: it must have been tested.",
        ),
    )
