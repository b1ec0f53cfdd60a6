"""Guards `raw_crm.teams`: the teams of the people who serve."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "team_id",
    "team_name",
    "department_slug",
    "store_id",
    "city",
    "region",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Is every team known once, and where it sits?"""
    return checks.make_suite(
        "raw_crm__teams",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["team_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.at_most_share_where(
            "department_slug is null",
            0.05,
            rule="teams belong to a department",
            notes="Work is handed out by department; above 5 % it waits for nobody.",
        ),
    )
