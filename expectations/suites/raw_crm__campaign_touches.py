"""Guards `raw_crm.campaign_touches`: which customers saw or followed a campaign."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "touch_id",
    "campaign_id",
    "customer_id",
    "touch_kind",
    "touched_at",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can people who were reached be told from people who were not?"""
    return checks.make_suite(
        "raw_crm__campaign_touches",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["touch_id"],
            notes="The landing keeps one current copy; a second one would be counted twice.",
        ),
        checks.no_row_where(
            "campaign_id is null or touched_at is null",
            rule="touches name their campaign and moment",
            notes="They are counted by both.",
        ),
        checks.at_most_share_where(
            "customer_id is null",
            0.5,
            rule="touches name their customer",
            notes="Anonymous touches are common; above 50 % an effect cannot be followed.",
        ),
    )
