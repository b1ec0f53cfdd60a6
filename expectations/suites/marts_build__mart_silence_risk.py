"""Guards `marts_build.mart_silence_risk`: customers who go without a word."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "customer_key",
    "risk_kind",
    "complaint_feedback_key",
    "complained_date",
    "touchpoint_slug",
    "region",
    "last_contact_date",
    "silent_days",
    "gap_count",
    "usual_gap_days",
    "limit_days",
    "spend_12m_cny",
]


def build() -> ExpectationSuite:
    """Is a quiet customer quiet by the own rhythm?"""
    return checks.make_suite(
        "marts_build__mart_silence_risk",
        checks.columns_present(COLUMNS, notes="Superset shows these columns by name."),
        checks.one_row_per(["customer_key"], notes="Its grain: one call back each."),
        checks.no_row_where(
            "risk_kind = 'gone_quiet' and (silent_days <= limit_days or gap_count < 3"
            " or last_contact_date <> complained_date)",
            rule="a quiet customer is silent since the complaint, beyond the own limit",
            notes="People are called back by this list.",
        ),
        checks.no_row_where(
            "silent_days < 0 or last_contact_date < complained_date",
            rule="the last contact is the complaint or later",
            notes="The complaint itself is a contact.",
        ),
    )
