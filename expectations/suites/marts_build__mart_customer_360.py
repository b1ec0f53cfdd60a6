"""Guards `marts_build.mart_customer_360`: each customer across orders, words and cases."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "customer_key",
    "region",
    "segment",
    "member_tier",
    "age_band",
    "order_count",
    "spend_cny",
    "spend_12m_cny",
    "spend_decile",
    "last_order_date",
    "feedback_count",
    "complaint_count",
    "call_count",
    "last_nps_score",
    "last_nps_group",
    "case_count",
    "open_case_count",
    "top_issue_slug",
    "is_public_voice",
    "is_frequent_caller",
]


def build() -> ExpectationSuite:
    """Is every customer there once, and no part larger than its whole?"""
    return checks.make_suite(
        "marts_build__mart_customer_360",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["customer_key"], notes="Its grain: one customer, one row."),
        checks.no_rows_from(
            "select 1 from (select count(*) as mart_count from {batch}) as mart"
            " where mart_count <> (select count(*) from core.dim_customer)",
            rule="every customer of the CRM has a row",
            notes="A customer who is missing is a join that lost somebody.",
        ),
        checks.no_row_where(
            "complaint_count > feedback_count or call_count > feedback_count"
            " or open_case_count > case_count or spend_12m_cny > spend_cny + 0.01",
            rule="no part is larger than its whole",
            notes="Both are sums over the same facts.",
        ),
    )
