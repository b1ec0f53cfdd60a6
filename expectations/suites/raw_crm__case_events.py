"""Guards `raw_crm.case_events`: the steps of each case."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "case_event_id",
    "case_id",
    "event_kind",
    "occurred_at",
    "agent_id",
    "from_team_id",
    "to_team_id",
    "rating",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can it be seen where a case lay and for how long?"""
    return checks.make_suite(
        "raw_crm__case_events",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["case_event_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.no_row_where(
            "case_id is null or occurred_at is null",
            rule="every step names its case and moment",
            notes="Waiting times are the distances between steps.",
        ),
        checks.at_most_share_where(
            "event_kind = 'transferred' and (from_team_id is null or to_team_id is null)",
            0.02,
            rule="a transfer names both teams",
            notes="Breakpoints between departments are found by these pairs.",
        ),
        checks.at_most_share_where(
            "event_kind = 'rated' and rating is null",
            0.02,
            rule="a rating has its value",
            notes="A rating without a value says nothing about recovery.",
        ),
    )
