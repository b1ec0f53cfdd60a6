"""Guards `raw_crm.stores`: where the company sells."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "store_id",
    "store_name",
    "city",
    "region",
    "opened_on",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Does every store have a place?"""
    return checks.make_suite(
        "raw_crm__stores",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["store_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.at_most_share_where(
            "region is null",
            0.02,
            rule="stores lie in a region",
            notes="New stores get theirs within days; more than 2 % breaks every regional figure.",
        ),
    )
