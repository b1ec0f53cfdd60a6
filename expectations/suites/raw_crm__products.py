"""Guards `raw_crm.products`: what the company sells."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "product_id",
    "product_name",
    "category",
    "price_cny",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Is the catalogue whole?"""
    return checks.make_suite(
        "raw_crm__products",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["product_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.no_row_where(
            "price_cny < 0",
            rule="prices are not negative",
            notes="A negative price is a refund booked into the catalogue.",
            severity=checks.WARNING,
        ),
    )
