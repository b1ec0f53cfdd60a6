"""Guards `raw_crm.campaigns`: what marketing ran, when and for how much."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "campaign_id",
    "campaign_name",
    "channel",
    "department_slug",
    "started_on",
    "ended_on",
    "budget_cny",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can a campaign be set against what customers said meanwhile?"""
    return checks.make_suite(
        "raw_crm__campaigns",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["campaign_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.at_most_share_where(
            "started_on is null or ended_on is null",
            0.05,
            rule="campaigns have a beginning and an end",
            notes="A campaign without days cannot be compared with the time before it.",
        ),
    )
