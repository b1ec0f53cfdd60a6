"""Guards `raw_crm.agents`: who serves customers."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "agent_id",
    "agent_name",
    "team_id",
    "team_name",
    "department_slug",
    "hired_on",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Does every agent belong to a team?"""
    return checks.make_suite(
        "raw_crm__agents",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["agent_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.at_most_share_where(
            "team_id is null or department_slug is null",
            0.05,
            rule="agents belong to a team and a department",
            notes="Newcomers wait for theirs; more than 5 % means the CRM field was renamed.",
        ),
    )
