"""Guards `raw_crm.orders`: what customers bought."""

from __future__ import annotations

from great_expectations import ExpectationSuite

from expectations import checks

COLUMNS = [
    "order_id",
    "customer_id",
    "store_id",
    "order_channel",
    "product_id",
    "ordered_at",
    "amount_cny",
    "status",
    "updated_at",
    "_loaded_at",
]


def build() -> ExpectationSuite:
    """Can feedback be weighed by what it cost?"""
    return checks.make_suite(
        "raw_crm__orders",
        checks.columns_present(
            COLUMNS,
            notes="Staging reads these; a lost one means the CRM changed its schema.",
        ),
        checks.not_empty(
            notes="Rows once landed stay: an emptied table is a mishap, not a quiet day.",
        ),
        checks.one_row_per(
            ["order_id"],
            notes="The landing keeps one current copy; a second one would count a voice twice.",
        ),
        checks.no_row_where(
            "ordered_at is null or customer_id is null",
            rule="orders have a date and a customer",
            notes="Amounts at stake are summed by both.",
        ),
        checks.at_most_share_where(
            "(order_channel = 'online') <> (store_id is null)",
            0.02,
            rule="store orders name their store, online orders none",
            notes="A few are booked late; more than 2 % shifts regional figures.",
        ),
    )
