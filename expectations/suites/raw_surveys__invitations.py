"""Guards `raw_surveys.invitations`: whom we asked, and what became of it."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "invitation_id",
    "customer_id",
    "survey_slug",
    "channel",
    "state",
    "sent_at",
    "delivered_at",
    "started_at",
    "completed_at",
    "suppressed_reason",
    "response_id",
    "order_id",
    "store_id",
    "agent_id",
    "updated_at",
    "_loaded_at",
    "_deleted_at",
]


def build() -> ExpectationSuite:
    """Do invitations run the course that an invitation can run?"""
    return checks.make_suite(
        "raw_surveys__invitations",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the survey API changed its schema.",
        ),
        checks.not_empty(
            notes="Invitations once landed stay: an emptied table is a mishap.",
        ),
        checks.one_row_per(
            ["invitation_id"],
            notes="The landing keeps one current copy; a second one would lower the response rate.",
        ),
        checks.no_row_where(
            "state not in ('sent', 'delivered', 'suppressed', 'opted_out', 'started', 'completed')",
            rule="states are known",
            notes="Parsing quarantines others; one that landed means the check was lost.",
        ),
        checks.always_filled("sent_at", notes="Response rates are reported by month."),
        checks.at_most_share_where(
            "state = 'completed' and response_id is null",
            0.05,
            rule="completed invitations name their answer",
            notes="Without it nobody can say which answer came from which ask.",
        ),
        checks.at_most_share_where(
            "customer_id is null",
            0.2,
            rule="invitations name whom they asked",
            notes="The seven-day rule can be checked for known customers alone.",
        ),
        checks.no_row_where(
            "state = 'suppressed' and completed_at is not null",
            rule="held back invitations have no answer",
            notes="An answer to an ask that was never sent is a mixed-up id.",
            severity=checks.WARNING,
        ),
    )
