"""Guards `raw_crm.cases`: what staff took up for a customer."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "case_id",
    "customer_id",
    "order_id",
    "store_id",
    "agent_id",
    "team_id",
    "department_slug",
    "touchpoint_slug",
    "case_type",
    "severity",
    "status",
    "subject",
    "feedback_source_slug",
    "feedback_record_id",
    "opened_at",
    "first_responded_at",
    "resolved_at",
    "closed_at",
    "rating_before",
    "rating_after",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can every case be followed from opening to outcome?"""
    return checks.make_suite(
        "raw_crm__cases",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["case_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.no_row_where(
            "opened_at is null",
            rule="every case has its beginning",
            notes="Response and resolution times are counted from it.",
        ),
        checks.at_most_share_where(
            "first_responded_at < opened_at or resolved_at < opened_at or closed_at < resolved_at",
            0.01,
            rule="the steps of a case come in order",
            notes="Clocks differ by minutes; above 1 % the times are not to be trusted.",
        ),
        checks.at_most_share_where(
            "status in ('resolved', 'closed', 'told') and resolved_at is null",
            0.02,
            rule="resolved cases say when",
            notes="They would count as open for ever.",
        ),
    )
